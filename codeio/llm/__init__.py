"""LLM: language models, whoever serves them; the only place that talks to one.   Chat ... -> Reply | Failed ...

    with opened(load("llm.model=..."), Ledger()) as model:
        model.ask([Chat(kind="question", messages=(Message("user", "2+2?"),), seed=0)])

Backends: `openai` (any OpenAI-compatible server), `vllm` and `transformers` (a checkpoint in this process). Every
reply is kept in a store as it comes, so that nothing is asked or paid for twice.
"""

from codeio.llm.chat import Chat, Failed, Message, Reply, Text
from codeio.llm.ledger import Ledger
from codeio.llm.model import Model, opened

__all__ = ["Chat", "Failed", "Ledger", "Message", "Model", "Reply", "Text", "opened"]
