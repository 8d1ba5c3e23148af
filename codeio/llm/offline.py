"""Generate in bulk: a checkpoint in this process, by vLLM.   Chat ... -> Reply ...

Continuous batching and prefix caching are vLLM's; chats go to it in lots, so that a kill costs one lot.
"""

from collections.abc import Sequence

from codeio.errors import BadParams
from codeio.llm.chat import Chat, Done, Finish, Reply, Text
from codeio.llm.ledger import Ledger
from codeio.settings import Llm, Server

LOT = 2048
FINISH: dict[str | None, Finish] = {"length": "length"}


class Offline:
    """The checkpoint `llm.model` on all GPUs that `server.tensor_parallel` names."""

    def __init__(self, p: Llm, s: Server, ledger: Ledger) -> None:
        try:
            from vllm import LLM
        except ImportError as error:
            raise BadParams(
                "llm.backend=vllm: vllm is not installed; `pip install 'codeio[vllm]'`"
            ) from error
        self.p, self.s, self.ledger = p, s, ledger
        self.model = LLM(
            model=p.model,
            revision=p.revision,
            tensor_parallel_size=s.tensor_parallel,
            enable_prefix_caching=True,
            max_model_len=s.context,
        )

    def ask(self, chats: Sequence[Chat], done: Done) -> None:
        for at in range(0, len(chats), LOT):
            self.lot(chats[at : at + LOT], at, done)

    def close(self) -> None:
        del self.model

    def lot(self, chats: Sequence[Chat], first: int, done: Done) -> None:
        from vllm import SamplingParams

        p = self.p
        same = {"temperature": p.temperature, "top_p": p.top_p, "max_tokens": p.max_tokens}
        sampling = [SamplingParams(n=self.samples(chat.n), seed=chat.seed, **same) for chat in chats]
        found = self.model.chat([chat.plain() for chat in chats], sampling, use_tqdm=False)
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

    def samples(self, n: int) -> int:
        return n if self.p.temperature > 0 else 1
