"""Ask: an OpenAI-compatible server through lm-eval.   chats -> responses"""

from typing import Any

from lm_eval.models.openai_completions import LocalChatCompletion


class Served(LocalChatCompletion):
    """lm-eval's client without an empty list of stop strings, which `transformers serve` answers with a 500."""

    def _create_payload(self, *given: Any, **named: Any) -> dict[str, Any]:
        payload = super()._create_payload(*given, **named)
        return {name: value for name, value in payload.items() if name != "stop" or value}
