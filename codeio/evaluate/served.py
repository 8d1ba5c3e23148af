"""Ask: an OpenAI-compatible server through lm-eval.   chats -> responses"""

from typing import Any

from lm_eval.models.openai_completions import LocalChatCompletion


class Served(LocalChatCompletion):
    """lm-eval's client that keeps the server's count of tokens, and sends no empty list of stop strings, which
    `transformers serve` answers with a 500."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.tokens: dict[str, int] = {}  # of each response; equal texts have equally many

    def _create_payload(self, *given: Any, **named: Any) -> dict[str, Any]:
        payload = super()._create_payload(*given, **named)
        return {name: value for name, value in payload.items() if name != "stop" or value}

    def parse_generations(self, outputs: dict[str, Any] | list[dict[str, Any]], **named: Any) -> list[str]:
        said = super().parse_generations(outputs, **named)
        replies = outputs if isinstance(outputs, list) else [outputs]
        for text, reply in zip(said, replies, strict=False):  # of one choice each
            used = (reply.get("usage") or {}).get("completion_tokens")
            if text is not None and used is not None:
                self.tokens[text] = used
        return said
