"""Generate here: a checkpoint in this process, by transformers.   Chat ... -> Reply ...

One chat at a time: its samples then depend on its own seed and never on who else was asked. Slow, and enough to try the
way of the data on a CPU; a server or vLLM is for more.
"""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from codeio.errors import BadParams
from codeio.llm.chat import Chat, Done, Reply, Text
from codeio.llm.ledger import Ledger
from codeio.settings import Llm


class Transformers:
    """The checkpoint `llm.model`, a folder or a name on the hub."""

    def __init__(self, p: Llm, ledger: Ledger) -> None:
        self.p, self.ledger = p, ledger
        try:
            self.tokenizer = AutoTokenizer.from_pretrained(p.model, revision=p.revision or "main")
            self.model = AutoModelForCausalLM.from_pretrained(p.model, revision=p.revision or "main")
        except (OSError, ValueError) as error:
            said = " ".join(str(error).split())[:200]
            raise BadParams(
                f"llm.model={p.model}: no checkpoint that transformers can load ({said})"
            ) from error
        if self.tokenizer.chat_template is None:
            raise BadParams(
                f"llm.model={p.model}: its tokenizer has no chat template; take an instruct model"
            )
        self.model.to("cuda" if torch.cuda.is_available() else "cpu").eval()

    def ask(self, chats: Sequence[Chat], done: Done) -> None:
        for number, chat in enumerate(chats):
            self.ledger.sent()
            reply = self.reply(chat)
            self.ledger.used(reply.prompt_tokens, 0, reply.completion_tokens)
            done(number, reply)

    def close(self) -> None:
        del self.model

    def reply(self, chat: Chat) -> Reply:
        given = self.tokenizer.apply_chat_template(
            chat.plain(), add_generation_prompt=True, return_tensors="pt", return_dict=True
        ).to(self.model.device)
        asked = given["input_ids"].shape[1]
        torch.manual_seed(chat.seed)
        with torch.inference_mode():
            out = self.model.generate(**given, **self.sampling(chat.n))
        texts = tuple(self.text(ids[asked:].tolist()) for ids in out)
        said = sum(self.length(ids[asked:].tolist()) for ids in out)
        return Reply(texts=texts, prompt_tokens=asked, completion_tokens=said)

    def sampling(self, n: int) -> dict[str, Any]:
        p = self.p
        chosen = {"do_sample": True, "temperature": p.temperature, "top_p": p.top_p, "top_k": 0}
        pad = self.tokenizer.pad_token_id
        return {
            **(chosen if p.temperature > 0 else {"do_sample": False}),
            "max_new_tokens": p.max_tokens,
            "num_return_sequences": n if p.temperature > 0 else 1,
            "eos_token_id": self.tokenizer.eos_token_id,
            "pad_token_id": self.tokenizer.eos_token_id if pad is None else pad,
        }

    def length(self, ids: list[int]) -> int:
        """Tokens up to the end of the turn, which counts."""
        end = self.tokenizer.eos_token_id
        return ids.index(end) + 1 if end in ids else len(ids)

    def text(self, ids: list[int]) -> Text:
        whole = self.tokenizer.eos_token_id in ids
        said = self.tokenizer.decode(ids[: self.length(ids)], skip_special_tokens=True)
        return Text(said, "stop" if whole else "length")
