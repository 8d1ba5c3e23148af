"""Tokenizer: one for all models that start from nothing.   data/revise/* -> models/tokenizer

Bytes, indents and the most frequent words of the train split of every store, so that all arms of a sweep share it.
Words count only as a whole and never for their letters in a string: pieces of words (BPE) make the letters of "abcd"
depend on their neighbours, and a small model then never learns to walk over them. Its chat template marks what an
assistant says, the end of the turn included.
"""

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from codeio import prompting, shards, stage
from codeio.command import command
from codeio.errors import BadInput
from codeio.params import ROOT, Params
from codeio.records import Problem

PAD, USER, ASSISTANT, END = "<|pad|>", "<|user|>", "<|assistant|>", "<|end|>"
SPECIAL = [PAD, USER, ASSISTANT, END]
INDENTS = ["\n" + "    " * depth for depth in (4, 3, 2, 1)]
WORD = re.compile(r"[A-Za-z_][a-z_]+")  # a round of a loop ("BA") is none
QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
TEMPLATE = (
    "{% for m in messages %}{% if m['role'] == 'assistant' %}<|assistant|>"
    "{% generation %}{{ m['content'] }}<|end|>{% endgeneration %}"
    "{% else %}<|user|>{{ m['content'] }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def texts(params: Params) -> Iterator[str]:
    """Every question, answer and feedback that a view of any store may show; never a held-out row.

    Raises BadInput where there is none.
    """
    found = False
    for teacher in params.teachers:
        for problem in shards.read_all(stage.folder("revise", teacher), Problem):
            if problem.split != "train" or not problem.turns:
                continue
            found = True
            yield prompting.question(problem, params.model.prompts)
            for turn in problem.turns:
                yield turn.main.response
                if turn.main.verdict:
                    yield prompting.again(turn.main.verdict, problem.predict, params.model.prompts)
    if not found:
        raise BadInput("data/revise holds nothing to train on: run `dvc repro revise`")


def train(lines: Iterable[str], vocab: int) -> PreTrainedTokenizerFast:
    """A tokenizer of at most `vocab` entries. The same lines give the same bytes."""
    alphabet = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE(vocab={entry: n for n, entry in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    room = max(0, vocab - len(alphabet) - len(INDENTS))
    whole = [AddedToken(word, single_word=True, normalized=False) for word in frequent(lines, room)]
    tokenizer.add_tokens([*whole, *(AddedToken(text, normalized=False) for text in INDENTS)])
    special = {"pad_token": PAD, "eos_token": END, "additional_special_tokens": [USER, ASSISTANT]}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, chat_template=TEMPLATE, **special)


def frequent(lines: Iterable[str], count: int) -> list[str]:
    """The most frequent words outside of string literals; ties in the order of the alphabet."""
    seen: Counter[str] = Counter()
    for line in lines:
        seen.update(WORD.findall(QUOTED.sub(" ", line)))
    return sorted(seen, key=lambda word: (-seen[word], word))[:count]


def main(params: Params) -> None:
    out = ROOT / "models" / "tokenizer"
    made = train(texts(params), params.tokenizer.vocab)
    fresh = out.with_name("tokenizer.new")
    shutil.rmtree(fresh, ignore_errors=True)
    made.save_pretrained(fresh)
    shutil.rmtree(out, ignore_errors=True)
    fresh.rename(out)
    stage.screen.print(f"tokenizer: {len(made)} entries")


if __name__ == "__main__":
    command("tokenizer", __doc__, main)
