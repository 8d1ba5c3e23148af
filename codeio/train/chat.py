"""Chat: how each family of models writes a conversation.   tokenizer -> tokenizer with a template

Base checkpoints come without a template, or stop at another token than the one that ends their turns. Each template
marks what an assistant says, the end of the turn included, so that other tools supervise the same tokens as we do.
"""

from typing import NamedTuple

from transformers import PreTrainedTokenizerBase

from codeio.errors import BadInput


class Family(NamedTuple):
    """A way to write conversations. The named tokens are entries of the family's vocabulary."""

    template: str
    end: str  # of a turn: what generation stops at
    pad: str
    start: str | None = None  # of the text
    marks: tuple[str, ...] = ()
    roles: tuple[
        str, ...
    ] = ()  # plain words; entries of a new vocabulary, or a token may reach over their end


CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}{{ '\\n' }}"
    "{% if m['role'] == 'assistant' %}{% generation %}{{ m['content'] }}<|im_end|>{% endgeneration %}"
    "{% else %}{{ m['content'] }}<|im_end|>{% endif %}{{ '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant{{ '\\n' }}{% endif %}"
)
LLAMA3 = (
    "<|begin_of_text|>{% for m in messages %}"
    "<|start_header_id|>{{ m['role'] }}<|end_header_id|>{{ '\\n\\n' }}"
    "{% if m['role'] == 'assistant' %}{% generation %}{{ m['content']|trim }}<|eot_id|>{% endgeneration %}"
    "{% else %}{{ m['content']|trim }}<|eot_id|>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>{{ '\\n\\n' }}{% endif %}"
)
DEEPSEEK = (
    "<｜begin▁of▁sentence｜>{% for m in messages %}{% if m['role'] == 'assistant' %}Assistant:"
    "{% generation %} {{ m['content'] }}<｜end▁of▁sentence｜>{% endgeneration %}"
    "{% else %}User: {{ m['content'] }}{{ '\\n\\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}Assistant:{% endif %}"
)
GEMMA = (
    "<bos>{% for m in messages %}{% if m['role'] == 'assistant' %}<start_of_turn>model{{ '\\n' }}"
    "{% generation %}{{ m['content']|trim }}<end_of_turn>{% endgeneration %}{{ '\\n' }}"
    "{% else %}<start_of_turn>user{{ '\\n' }}{{ m['content']|trim }}<end_of_turn>{{ '\\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model{{ '\\n' }}{% endif %}"
)
FAMILIES = {
    "chatml": Family(CHATML, end="<|im_end|>", pad="<|endoftext|>", marks=("<|im_start|>",)),
    "llama3": Family(
        LLAMA3,
        end="<|eot_id|>",
        pad="<|finetune_right_pad_id|>",
        start="<|begin_of_text|>",
        marks=("<|start_header_id|>", "<|end_header_id|>"),
    ),
    "deepseek": Family(
        DEEPSEEK,
        end="<｜end▁of▁sentence｜>",
        pad="<｜end▁of▁sentence｜>",
        start="<｜begin▁of▁sentence｜>",
        roles=("User:", "Assistant:"),
    ),
    "gemma": Family(GEMMA, end="<end_of_turn>", pad="<pad>", start="<bos>", marks=("<start_of_turn>",)),
}
PROBE = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]


def taught(tokenizer: PreTrainedTokenizerBase, name: str, new: bool) -> PreTrainedTokenizerBase:
    """The tokenizer with the template of a family. `new`: its tokens are added to the vocabulary.

    Raises BadInput where the vocabulary of a checkpoint lacks one of them.
    """
    family = FAMILIES[name]
    named = {"eos_token": family.end, "pad_token": family.pad}
    named |= {"bos_token": family.start} if family.start else {}
    missing = {*named.values(), *family.marks} - tokenizer.get_vocab().keys()
    if missing and not new:
        raise BadInput(
            f"template={name} needs {', '.join(sorted(missing))}, which the checkpoint's vocabulary lacks: "
            "choose the template of its own family in the model's file"
        )
    tokenizer.add_special_tokens(named)
    tokenizer.add_tokens([*family.marks, *(family.roles if new else ())], special_tokens=True)
    tokenizer.chat_template = family.template
    return tokenizer


def check(tokenizer: PreTrainedTokenizerBase, where: str) -> None:
    """Refuse a tokenizer whose turns end otherwise than generation does: it would learn never to stop."""
    if tokenizer.chat_template is None:
        mend = f"set `template` in the model's file to one of {', '.join(FAMILIES)}"
        raise BadInput(f"{where} has no chat template: {mend}, or choose another checkpoint")
    text = tokenizer.apply_chat_template(PROBE, tokenize=False).rstrip("\n")
    last = tokenizer(text, add_special_tokens=False)["input_ids"][-1]
    if last != tokenizer.eos_token_id:
        end = tokenizer.convert_ids_to_tokens(last)
        raise BadInput(
            f"{where}: its template ends a turn with {end!r}, but generation stops at {tokenizer.eos_token!r}: "
            f"set `template` in the model's file to one of {', '.join(FAMILIES)}"
        )
