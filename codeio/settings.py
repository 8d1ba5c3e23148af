"""Settings: the types of params.yaml and of the files in experiments/, section by section."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Natural = Annotated[int, Meta(ge=0)]
Count = Annotated[int, Meta(ge=1)]
Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]


MODEL, BLIND = "llm", "llm_blind"  # the teachers that ask a language model; the second never sees the code


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Part of params.yaml: a missing, misspelt or mistyped key stops the run at once."""


class Procedural(Section, kw_only=True):
    programs: Natural
    levels: Annotated[int, Meta(ge=1, le=3)]


class Hub(Section, kw_only=True):
    """A data set of the Hugging Face hub; `revision` pins it."""

    id: str
    revision: str
    split: str = "train"
    column: str = "text"
    rows: Count = 10_000  # the first ones


class Collect(Section, kw_only=True):
    procedural: Procedural
    installed: tuple[str, ...]
    stdlib: bool | tuple[str, ...]
    directory: str | None
    jsonl: str | None
    hub: Hub | None
    near_duplicate: Share
    rows_per_shard: Count


class Unify(Section, kw_only=True):
    heldout_structure: Share
    heldout_constants: Share
    heldout_natural: Share
    backend: Literal["static", "llm", "both"]
    prefer: Literal["static", "llm", "union"]
    repairs: Natural
    max_file_chars: Count
    max_code_chars: Count
    guesses: Count
    tries: Count
    max_lines: Count
    cpu_s: Positive
    memory_mb: Count


class Execute(Section, kw_only=True):
    pairs: Count
    heldout_pairs: Natural
    pool: Count
    draws: Count
    max_lines: Count
    cpu_s: Positive
    memory_mb: Count


class Pose(Section, kw_only=True):
    near_duplicate: Share


class Slip(Section, kw_only=True):
    right_first: Share
    right_later: Share


class Answer(Section, kw_only=True):
    style: Literal["auto", "notation", "english"]
    max_trace_lines: Count
    max_lines: Count
    max_chars: Count
    samples: Count
    slip: Slip


class Revise(Section, kw_only=True):
    max_turns: Natural
    mode: Literal["feedback", "resample"]
    choose: Literal["first", "best"]


class Llm(Section, kw_only=True):
    """A language model, and all that its replies depend on."""

    backend: Literal["openai", "vllm", "transformers"]
    model: str | None
    revision: str | None
    temperature: NotNegative
    top_p: Annotated[float, Meta(gt=0, le=1)]
    max_tokens: Count
    json_schema: bool


class Server(Section, kw_only=True):
    """How the model is reached and what it costs; no reply depends on it."""

    url: str | tuple[str, ...] | None
    concurrency: Count
    timeout_s: Positive
    tries: Count
    deadline_s: Positive
    backoff_s: Positive
    context: Count | None
    prices: dict[str, dict[Literal["prompt", "completion", "cached"], NotNegative]]
    store: str
    dry_run: bool


class Tokenizer(Section, kw_only=True):
    vocab: Count


class DataSet(Section, kw_only=True):
    """Conversations on the Hugging Face hub; `revision` pins them. null: not known yet, and refused."""

    id: str
    revision: str | None
    split: str = "train"
    subset: str | None = None  # of a data set that has several


class Columns(Section, kw_only=True):
    """Where a row has its conversation: `messages`, or `question` and `answer`, or `text` that answers nothing."""

    messages: str | None = None
    question: str | None = None
    answer: str | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        named = [name for name in self.__struct_fields__ if getattr(self, name)]
        if named not in (["messages"], ["question", "answer"], ["text"]):
            raise ValueError("columns are `messages`, or `question` and `answer`, or `text`")


class Instructions(Section, kw_only=True):
    source: str | DataSet | None
    columns: Columns | None  # null: `messages`
    rows: Count
    tokens: Count


class Corpus(Section, kw_only=True):
    """A file of experiments/corpus/: what stage 1 trains on instead of the view."""

    name: str
    source: str | DataSet  # a .jsonl or .parquet file, or on the hub
    columns: Columns
    licence: str
    rows: Count  # the first ones


class Train(Section, kw_only=True):
    save_steps: Count
    budget: Literal["epochs", "tokens"]
    epochs: Positive
    tokens: Count
    stages: tuple[Literal["io", "instruct", "io+instruct", "io10+instruct"], ...]
    instructions: Instructions


class Rl(Section, kw_only=True):
    """Reinforcement from execution (python -m codeio.train.rl)."""

    start: str
    problems: Count
    solved: tuple[Share, Share]
    samples: Annotated[int, Meta(ge=2)]
    batch: Count
    steps: Count
    learning_rate: Positive
    temperature: Positive
    beta: NotNegative
    form: NotNegative
    max_new_tokens: Count


class Bench(Section, kw_only=True):
    """The paper's 14 benchmarks (python -m codeio.evaluate.bench); `limit` is for quick looks and marks the metric."""

    names: tuple[str, ...]
    data_root: str | None
    hub: bool
    backend: Literal["hf", "vllm", "local-chat-completions"]
    model: str
    base_url: str | None
    limit: Count | None
    max_tokens: Count | None


class Evaluate(Section, kw_only=True):
    items: Natural
    max_new_tokens: Count
    batch: Count
    instructions: Natural
    grids: Natural
    bench: Bench


class Contamination(Section, kw_only=True):
    """Which training text is searched for test items (python -m codeio.contamination)."""

    of: str
    scored: str | None


class Schedule(Section, kw_only=True):
    """One training stage of a model."""

    learning_rate: Positive
    muon: Positive | None = None  # learning rate of Muon for the matrices of layers; null: AdamW for all
    schedule: Literal["cosine", "constant"]
    floor: Share = 0.0  # where a cosine ends, as a part of the learning rate
    warmup: Natural  # steps
    batch: Count  # sequences per step, over all devices
    epochs: Positive | None = None  # how long, where the model's file decides it and not `train`
    steps: Count | None = None


class Checkpoint(Section, kw_only=True):
    """A checkpoint on the hub or in a folder."""

    id: str
    revision: str | None = None


class Model(Section, kw_only=True):
    """A file of experiments/model/."""

    name: str
    init: Literal["scratch", "pretrained"]
    hub: Checkpoint | None
    template: Literal["chatml", "llama3", "deepseek", "gemma"] | None  # null: the tokenizer's own
    prompts: Literal["ask", "brief"]
    architecture: dict[str, Any]  # of transformers' config for `model_type`
    attention: Literal["sdpa", "eager", "flex_attention", "flash_attention_2"]
    recompute: bool  # activations in the backward pass, to save memory (gradient checkpointing)
    packing: bool  # several conversations in one sequence of `context` tokens
    router_loss: Positive | None  # weight of the balance of experts; null: no experts
    context: Count
    io: Schedule
    instruct: Schedule


class Lora(Section, kw_only=True):
    """Adapters of low rank instead of all weights (Hu et al., 2021)."""

    rank: Count
    alpha: Positive
    dropout: Share
    targets: str | tuple[str, ...]  # names of layers, or "all-linear"


class Machine(Section, kw_only=True):
    """A file of experiments/machine/. `accelerate`: further flags of `accelerate launch`, by name."""

    name: str
    device: Literal["cpu", "cuda"]
    bf16: bool
    threads: Natural
    per_device_batch: Count
    gpus: Count
    head: str | None  # of the Ray cluster, HOST:PORT
    processes: Count
    nodes: Count
    accelerate: dict[str, bool | int | str]
    lora: Lora | None


class Params(Section, kw_only=True):
    """Everything a run depends on. Field order = order of params.yaml."""

    seed: Natural
    model: Model
    machine: Machine
    corpus: Corpus | None  # null: the view
    engine: Literal["local", "ray"]
    interpreter: str
    workers: Natural
    isolation: Literal["auto", "T3", "T2", "none"]
    allow_stale: bool
    collect: Collect
    unify: Unify
    execute: Execute
    pose: Pose
    llm: Llm
    server: Server
    teachers: Annotated[tuple[str, ...], Meta(min_length=1)]
    answer: Answer
    revise: Revise
    teacher: str
    revisions: int
    pairs_per_function: int
    predict: Literal["both", "input", "output", "one"]
    format: Literal["q_code_cot", "code_cot", "q_cot", "q_then_code_cot", "q_then_code"]
    wrong: Literal["keep", "drop", "ground_truth"]
    fraction: float
    pass_rate: tuple[Share, Share]
    loss: Literal["all", "last", "right"]
    tokenizer: Tokenizer
    train: Train
    rl: Rl
    evaluate: Evaluate
    contamination: Contamination

    @property
    def store(self) -> str:
        """Whose answers the view shows: a chain of thought without the code is another one, in a store of its own."""
        return BLIND if self.format == "q_cot" else self.teacher
