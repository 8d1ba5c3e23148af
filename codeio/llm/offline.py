"""Generate in bulk: a checkpoint in this process, by vLLM.   Chat ... -> Reply ...

Continuous batching and prefix caching are vLLM's; chats go to it in lots, so that a kill costs one lot.
"""

from collections.abc import Sequence
from typing import Any

from codeio.errors import BadParams, ModelError
from codeio.llm.chat import HOPELESS, Chat, Done, Failed, Finish, Reply, Text
from codeio.llm.ledger import Ledger
from codeio.settings import Llm, Machine, Server

LOT = 2048
REFUSED = "refused by the model"
FINISH: dict[str | None, Finish] = {"length": "length"}


class Offline:
    """The checkpoint `llm.model`, spread over all GPUs of the machine's profile."""

    def __init__(self, p: Llm, s: Server, machine: Machine, ledger: Ledger) -> None:
        try:
            from vllm import LLM
        except ImportError as error:
            raise BadParams(
                "llm.backend=vllm: vllm is not installed; `pip install 'codeio[vllm]'`"
            ) from error
        self.p, self.ledger = p, ledger
        self.answered = self.refused = 0
        self.model = LLM(
            model=p.model,
            revision=p.revision,
            tensor_parallel_size=machine.gpus,
            enable_prefix_caching=True,
            max_model_len=s.context,
        )

    def ask(self, chats: Sequence[Chat], done: Done) -> None:
        for at in range(0, len(chats), LOT):
            self.lot(chats[at : at + LOT], at, done)

    def close(self) -> None:
        del self.model

    def lot(self, chats: Sequence[Chat], first: int, done: Done) -> None:
        from vllm.exceptions import VLLMValidationError

        sampling = [self.sampling(chat) for chat in chats]
        try:
            found = self.model.chat([chat.plain() for chat in chats], sampling, use_tqdm=False)
        except VLLMValidationError as error:  # one is longer than the window: none is taken
            if len(chats) == 1:
                return done(first, self.failed(error))
            half = len(chats) // 2
            self.lot(chats[:half], first, done)
            return self.lot(chats[half:], first + half, done)
        self.answered += len(found)
        for number, out in enumerate(found, first):
            self.ledger.sent()
            reply = Reply(
                texts=tuple(Text(one.text, FINISH.get(one.finish_reason, "stop")) for one in out.outputs),
                prompt_tokens=len(out.prompt_token_ids or ()),
                cached_tokens=out.num_cached_tokens or 0,
                completion_tokens=sum(len(one.token_ids) for one in out.outputs),
            )
            self.ledger.used(reply.prompt_tokens, reply.cached_tokens, reply.completion_tokens)
            done(number, reply)

    def failed(self, error: Exception) -> Failed:
        """A chat that the engine does not take. Raises ModelError where it has taken none so far."""
        self.ledger.sent()
        self.ledger.failed(REFUSED)
        self.refused += 1
        said = " ".join(str(error).split())
        if self.refused >= HOPELESS and not self.answered:
            raise ModelError(f"llm.model={self.p.model} by vLLM refuses every request: {said}") from error
        return Failed(REFUSED, said)

    def sampling(self, chat: Chat) -> Any:
        """vLLM's own settings of one chat; a schema holds every token to it."""
        from vllm import SamplingParams
        from vllm.sampling_params import StructuredOutputsParams

        p = self.p
        held = chat.schema if p.json_schema else None
        return SamplingParams(
            n=chat.n if p.temperature > 0 else 1,
            seed=chat.seed,
            temperature=p.temperature,
            top_p=p.top_p,
            max_tokens=p.max_tokens,
            structured_outputs=StructuredOutputsParams(json=held) if held else None,
        )
