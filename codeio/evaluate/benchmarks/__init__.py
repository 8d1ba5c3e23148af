"""List: the 14 benchmarks of the paper, in its order.   name -> Benchmark"""

from codeio.evaluate.benchmark import Benchmark
from codeio.evaluate.benchmarks import (
    bbh,
    cruxeval,
    drop,
    gpqa,
    gsm8k,
    korbench,
    leetcode_o,
    livebench,
    math,
    mmlu_stem,
    winogrande,
    zebralogic,
)

ALL: dict[str, Benchmark] = {
    one.name: one
    for one in (
        winogrande.BENCHMARK,
        drop.BENCHMARK,
        gsm8k.BENCHMARK,
        math.BENCHMARK,
        gpqa.BENCHMARK,
        mmlu_stem.BENCHMARK,
        leetcode_o.BENCHMARK,
        cruxeval.INPUT,
        cruxeval.OUTPUT,
        bbh.ENGLISH,
        bbh.CHINESE,
        zebralogic.BENCHMARK,
        korbench.BENCHMARK,
        livebench.BENCHMARK,
    )
}
