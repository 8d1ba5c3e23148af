"""Tokenizer: one for all models that start from nothing.   data/revise/* -> models/tokenizer

Bytes, words and short phrases of code ("\n    return ", "r.append(") of the train split of every store, so that all
arms of a sweep share it. Digits, the letters of strings and the letters of rounds always stand alone: pieces of words
(BPE) make the letters of "abcd" depend on their neighbours, and a small model then never learns to walk over them.
Phrases save a third of the tokens. Its chat template marks what an assistant says, the end of the turn included.
"""

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from codeio import prompting, shards, stage, values
from codeio.command import command
from codeio.errors import BadInput
from codeio.params import ROOT, Params
from codeio.records import Problem

PAD, USER, ASSISTANT, END = "<|pad|>", "<|user|>", "<|assistant|>", "<|end|>"
SPECIAL = [PAD, USER, ASSISTANT, END]
WORD = re.compile(r"[A-Za-z_][a-z_]+")  # a round of a loop ("BA") is none
QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
LINE = re.compile(r"\n[^\n]*|[^\n]+")
NUMBER = re.compile(r"[0-9]+")
UP_TO_NUMBER = re.compile(r"[^0-9]*[0-9]+|[^0-9]+")
ATOM = re.compile(r"[A-Za-z_]{2,}|[ \n][a-z]=(?!=)| [TF]\b|\n *| [^\w\s'\"]+ |.", re.DOTALL)
LONGEST = 5  # atoms of a phrase
WIDER = 8  # candidates per place in the vocabulary, before their real use is counted
COMMON = 20  # times a word is seen at least, or it is spelled
ENOUGH = 20_000  # problems that are read: of more the same phrases come out, in as much more time
TEMPLATE = (
    "{% for m in messages %}{% if m['role'] == 'assistant' %}<|assistant|>"
    "{% generation %}{{ m['content'] }}<|end|>{% endgeneration %}"
    "{% else %}<|user|>{{ m['content'] }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
Atoms = tuple[str, ...]


def texts(params: Params) -> Iterator[tuple[str, str]]:
    """(question, response) of the turns that a view of any store may show; never of a held-out row.

    Raises BadInput where there is none.
    """
    found = False
    stores = [stage.folder("revise", teacher) for teacher in params.teachers]
    share = ENOUGH / max(1, sum(shards.length(path) for at in stores for path in shards.files(at)))
    for store in stores:
        for problem in shards.read_all(store, Problem):
            if problem.split != "train" or not problem.turns or values.unit(problem.id, "tokenizer") >= share:
                continue
            found = True
            asked = prompting.question(problem, params.model.prompts)
            for turn in problem.turns:
                yield asked, turn.main.response
                if turn.main.verdict:
                    asked = prompting.again(turn.main.verdict, problem.predict, params.model.prompts)
    if not found:
        raise BadInput("data/revise holds nothing to train on: run `dvc repro revise`")


def train(turns: Iterable[tuple[str, str]], vocab: int) -> PreTrainedTokenizerFast:
    """A tokenizer of at most `vocab` entries. The same turns give the same bytes."""
    asked, said = map(lines_of, zip(*turns, strict=True))
    words = frequent(asked)
    pieces = segments(asked, words, True) + segments(said, words, False)
    made = assembled(phrases(pieces, max(0, vocab - len(assembled([]).get_vocab()))))
    special = {"pad_token": PAD, "eos_token": END, "additional_special_tokens": [USER, ASSISTANT]}
    return PreTrainedTokenizerFast(tokenizer_object=made, chat_template=TEMPLATE, **special)


def assembled(found: Sequence[str]) -> Tokenizer:
    """Bytes, and the phrases in front of them: the leftmost longest one wins."""
    alphabet = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE(vocab={entry: n for n, entry in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_tokens([AddedToken(p, single_word=is_word(p), normalized=False) for p in found])
    return tokenizer


def lines_of(several: Iterable[str]) -> Counter[str]:
    """Lines, each with the newline before it, and how often they come: nothing that is counted crosses one.

    A digit stands alone whichever it is, so lines that differ in their numbers are one.
    """
    return Counter(
        line for text, n in Counter(several).items() for line in LINE.findall(NUMBER.sub("0", text)) * n
    )


def frequent(questions: Counter[str]) -> frozenset[str]:
    """Words of code and instructions; a string's content is none."""
    seen: Counter[str] = Counter()
    for line, count in questions.items():
        for word in WORD.findall(QUOTED.sub(" ", line)):
            seen[word] += count
    return frozenset(word for word, count in seen.items() if count >= COMMON)


def segments(lines: Counter[str], words: frozenset[str], names: bool) -> Counter[Atoms]:
    """Runs of atoms that may grow together, and how often they come: within a line, without values."""
    parts: Counter[str] = Counter()
    for line, count in lines.items():
        for part in without_strings(line, words):
            for one in UP_TO_NUMBER.findall(part):  # no atom begins before a digit and ends behind it
                parts[one] += count
    found: Counter[Atoms] = Counter()
    for part, count in parts.items():
        for atoms in grown(part, words, names):
            found[atoms] += count
    return found


def grown(part: str, words: frozenset[str], names: bool) -> Iterator[Atoms]:
    """Runs of atoms without digits and letters that are values.

    A lone letter is a variable in code (`names`); in an answer it is a value, but for `t=` and what a test gives.
    """
    run: list[str] = []
    for atom in ATOM.findall(part):
        alone = atom.isalnum() and (atom not in words if len(atom) > 1 else not (names and atom.islower()))
        if run and (alone or atom[0] == "\n"):
            yield tuple(run)
            run = []
        if not alone:
            run.append(atom)
    if run:
        yield tuple(run)


def without_strings(line: str, words: frozenset[str]) -> Iterator[str]:
    """The line cut where a string's content was; a known word in quotes is a key and stays."""
    start = 0
    for found in QUOTED.finditer(line):
        content = found[0][1:-1]
        if content and content not in words:
            yield line[start : found.start() + 1]
            start = found.end() - 1
    yield line[start:]


def phrases(pieces: Counter[Atoms], room: int) -> list[str]:
    """At most `room` phrases that save the most tokens, the best first; ties in the order of the alphabet."""
    runs: Counter[Atoms] = Counter()
    for atoms, count in pieces.items():
        for part in parts(atoms):
            runs[part] += count
    saves: dict[str, int] = {}
    seen: Counter[str] = Counter()
    for part, count in runs.items():
        if fits(phrase := "".join(part)):
            saves[phrase] = saved(part)
            seen[phrase] += count
    found = best(saves, seen, WIDER * room)
    lines = ["".join(atoms) for atoms in pieces]
    while len(found) > room:  # a phrase within another is used less than it is seen
        tokenizer = assembled(found)
        ids: Counter[int] = Counter()
        for encoding, count in zip(tokenizer.encode_batch(lines), pieces.values(), strict=True):
            for id_ in encoding.ids:
                ids[id_] += count
        used = Counter({tokenizer.id_to_token(id_): count for id_, count in ids.items()})
        found = best({p: saves[p] for p in found}, used, max(room, len(found) * 3 // 4))
    return found


def best(saves: dict[str, int], used: Counter[str], count: int) -> list[str]:
    return sorted(saves, key=lambda p: (-used[p] * saves[p], p))[:count]


def parts(atoms: Atoms) -> Iterator[Atoms]:
    for start in range(len(atoms)):
        for end in range(start + 1, min(start + LONGEST, len(atoms)) + 1):
            yield atoms[start:end]


def saved(part: Atoms) -> int:
    """Tokens that a phrase saves each time; a word alone saves its letters."""
    return len(part) - 1 if len(part) > 1 else len(part[0]) - 1


def is_word(phrase: str) -> bool:
    return WORD.fullmatch(phrase) is not None


def fits(phrase: str) -> bool:
    """A word, or what neither ends in one nor starts within one: it never takes part of a name for itself."""
    return is_word(phrase) or (
        len(phrase) > 1 and not phrase[-1].isalpha() and (not phrase[0].isalpha() or phrase[1].isalpha())
    )


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
