"""Tokenizer: one for all models that start from nothing.   data/revise/* -> models/tokenizer

Byte-level BPE with single digits, trained on the questions and answers of the train split of every store, so that
all arms of a sweep share it. Its chat template marks what an assistant says, the end of the turn included.
"""

import shutil
from collections.abc import Iterator

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from codeio import prompting, shards, stage
from codeio.command import command
from codeio.errors import BadInput
from codeio.params import ROOT, Params
from codeio.records import Problem

PAD, USER, ASSISTANT, END = "<|pad|>", "<|user|>", "<|assistant|>", "<|end|>"
SPECIAL = [PAD, USER, ASSISTANT, END]
TEMPLATE = (
    "{% for m in messages %}{% if m['role'] == 'assistant' %}<|assistant|>"
    "{% generation %}{{ m['content'] }}<|end|>{% endgeneration %}"
    "{% else %}<|user|>{{ m['content'] }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def texts(params: Params) -> Iterator[str]:
    """Every question, answer and feedback that a view of any store may show; never a held-out row."""
    for teacher in params.teachers:
        for problem in shards.read_all(stage.folder("revise", teacher), Problem):
            if problem.split != "train" or not problem.turns:
                continue
            yield prompting.question(problem, params.model.prompts)
            for turn in problem.turns:
                yield turn.main.response
                if turn.main.verdict:
                    yield prompting.again(turn.main.verdict, problem.predict, params.model.prompts)


def train(lines: Iterator[str], vocab: int) -> PreTrainedTokenizerFast:
    """A tokenizer of `vocab` entries. The same lines give the same bytes."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=vocab, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(lines, trainer)
    special = {"pad_token": PAD, "eos_token": END, "additional_special_tokens": [USER, ASSISTANT]}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, chat_template=TEMPLATE, **special)


def main(params: Params) -> None:
    out = ROOT / "models" / "tokenizer"
    lines = list(texts(params))
    if not lines:
        raise BadInput("data/revise holds nothing to train on: run `dvc repro revise`")
    fresh = out.with_name("tokenizer.new")
    shutil.rmtree(fresh, ignore_errors=True)
    made = train(iter(lines), params.tokenizer.vocab)
    made.save_pretrained(fresh)
    shutil.rmtree(out, ignore_errors=True)
    fresh.rename(out)
    stage.screen.print(f"tokenizer: {len(made)} entries from {len(lines):,} texts")


if __name__ == "__main__":
    command("tokenizer", __doc__, main)
