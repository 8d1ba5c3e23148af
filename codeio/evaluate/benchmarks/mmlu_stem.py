"""Ask MMLU-STEM: 19 subjects, four options.   rows -> items"""

from collections import Counter
from collections.abc import Iterable

from codeio.evaluate.benchmark import Benchmark, Data, Item, Part, Reading, Row
from codeio.evaluate.benchmarks import choices

SUBJECTS = (
    "abstract_algebra", "anatomy", "astronomy", "college_biology", "college_chemistry", "college_computer_science",
    "college_mathematics", "college_physics", "computer_security", "conceptual_physics", "electrical_engineering",
    "elementary_mathematics", "high_school_biology", "high_school_chemistry", "high_school_computer_science",
    "high_school_mathematics", "high_school_physics", "high_school_statistics", "machine_learning",
)  # fmt: skip


def items(rows: Iterable[tuple[str, Row]]) -> list[Item]:
    seen: Counter[str] = Counter()
    found = []
    for _, row in rows:
        subject = row["subject"]
        found.append(
            Item(
                id=f"{subject}/{seen[subject]}",
                question=row["question"],
                gold=choices.LETTERS[row["answer"]],
                group=subject,
                about={"options": choices.lettered(row["choices"])},
            )
        )
        seen[subject] += 1
    return found


BENCHMARK = Benchmark(
    name="mmlu_stem",
    data=Data(
        hub="cais/mmlu",
        parts=(Part("mmlu_stem/test.jsonl"), *(Part("", subject) for subject in SUBJECTS)),
        count=3153,
        sha256="43e945c82c03d31c9b8126fa11cfa9e2",
    ),
    items=items,
    prompt=choices.prompt,
    readings=(Reading("chat", 3, choices.read),),
)
