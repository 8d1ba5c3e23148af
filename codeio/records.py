"""What flows through the pipeline: the only definition of every record.   one record = one parquet row"""

from typing import Literal

import msgspec

Json = dict | list | str | int | float | bool | None
Kind = Literal["natural", "procedural"]
Predict = Literal["input", "output"]
Tier = Literal[
    "docstring", "name", "code-only", "model"
]  # where the statement is from; code-only: there is none
Split = Literal["train", "inputs", "constants", "structure", "natural"]  # train, then the held-out ladder
Status = Literal[
    "ok",
    "mismatch",
    "no_answer",
    "exception",
    "timeout_cpu",
    "timeout_wall",
    "oom",
    "died",
    "too_large",
    "not_json",
    "load_error",
    "missing_module",
    "nondeterministic",
    "engine_error",
]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An immutable row. Stages return changed copies (`msgspec.structs.replace`), never edit in place."""


class Dropped(Record, kw_only=True):
    """What a stage could not use: kept beside its output and counted by `reason`."""

    id: str  # of the record, or the path of the file
    reason: str  # a short closed phrase, one bar of the funnel
    detail: str = ""


class Source(Record, kw_only=True):
    """A raw file, with all that is needed to find it again and to know whether it may be used."""

    id: str  # digest of (corpus, path, sha256)
    kind: Kind
    corpus: str  # distribution, directory or data set it came from
    version: str
    path: str  # inside the corpus
    licence: str
    sha256: str  # of the text
    text: str


class Pair(Record, kw_only=True):
    """One certified run of a function: arguments by name, as they were before the call, and the result."""

    id: str  # digest of (function id, canonical input): the same pair is the same id everywhere
    input: dict[str, Json]
    output: Json
    mutated: bool = False  # the call changed an argument; `input` is the snapshot taken before it
    heldout: bool = False  # for the *inputs* rung: a seen program, an input never trained on
    lines: int = 0  # executed lines
    new_arcs: int = 0  # branch arcs that no earlier pair of the function had covered
    coverage: float = 0.0  # share of the arcs that the candidate pool reaches
    difficulty: int = 0  # 1 to 5, by executed lines: below 8, 32, 128, 512, more
    certificate: str = ""  # engine version and the seeds under which both runs agreed


class Function(Record, kw_only=True):
    """A piece of raw code as one entry point that takes and returns JSON. `pairs` in greedy order."""

    id: str  # digest of (code, entry)
    source: str  # Source.id
    kind: Kind
    corpus: str
    version: str
    path: str
    lines: tuple[int, int]  # first and last line in the origin file
    sha256: str  # of the origin file
    licence: str
    backend: str  # what unified it: "procedural", "static", "llm: <model>"
    code: str  # a self-contained module
    entry: str  # the function in it that is asked about
    generator: str  # a module with `input_generator(rng) -> dict`, rng a random.Random
    statement: str  # a question in words; empty when the tier is code-only
    io_description: str
    tier: Tier
    structure: str  # digest of the code with names and constants normalised
    level: int = 0  # difficulty level of a procedural program; 0 for natural code
    split: Split
    pairs: tuple[Pair, ...] = ()
    complexity: int = 0  # cyclomatic, of all the code
    patterns: tuple[str, ...] = ()  # kinds of reasoning that the code asks for
    usable: float = 0.0  # share of the generator's inputs that gave a usable pair
    arc_cover: float = 0.0  # share of the arcs its candidate pool reaches that `pairs` cover


class Verdict(Record, kw_only=True):
    """What execution says of one answer. `feedback` is shown to the model, word for word."""

    status: Status
    correct: bool
    feedback: str


class Generation(Record, kw_only=True):
    """How a language model came to a response."""

    model: str
    finish: Literal["stop", "length", "refused"]
    prompt_tokens: int = 0  # of the whole request, on its first sample only
    completion_tokens: int = 0


class Sample(Record, kw_only=True):
    """One response, its verdict once verified, and how its teacher came to it."""

    response: str
    verdict: Verdict | None = None
    slip: str = ""  # mutation operator of the slip teacher; empty for an honest answer
    generation: Generation | msgspec.UnsetType = (
        msgspec.UNSET
    )  # of a language model's; other stores hold no such field


class Turn(Record, kw_only=True):
    """All samples of one turn; the first is the one that is shown, revised and trained on."""

    samples: tuple[Sample, ...]

    @property
    def main(self) -> Sample:
        return self.samples[0]

    @property
    def correct(self) -> bool:
        verdict = self.main.verdict
        return verdict is not None and verdict.correct

    @property
    def pass_rate(self) -> float:
        """Share of the samples that are right: of a first turn, how easy the problem is for its teacher."""
        return sum(bool(one.verdict and one.verdict.correct) for one in self.samples) / len(self.samples)


class Problem(Record, kw_only=True):
    """One question about one pair. Its parts lie apart: a view renders the prompt (assemble)."""

    id: str  # digest of (pair id, predict)
    function: str  # Function.id
    pair: str  # Pair.id
    rank: int  # of the pair in the function's stored greedy order
    predict: Predict
    split: Split
    kind: Kind
    corpus: str
    licence: str
    structure: str
    statement: str
    io_description: str
    tier: Tier
    code: str
    entry: str
    given: Json  # the input (a dict) when the output is asked, and the reverse
    wanted: Json
    gold: str = ""  # a right answer with its rationale from the real trace; empty if not traceable
    turns: tuple[Turn, ...] = ()
