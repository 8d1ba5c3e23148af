"""Quote: the figures that the paper reports, to set beside our own.   benchmark or arm -> percent

Li et al., ICML 2025, arXiv 2502.07316: Qwen 2.5 Coder 7B, one run each, no error bars. What a small model on a CPU
reaches is another thing: they are quoted for orientation, and marked as quoted wherever they stand.
"""

SOURCE = "Li et al., ICML 2025 (arXiv 2502.07316), Qwen 2.5 Coder 7B, one run each, no error bars"
BENCHMARKS = (
    "winogrande", "drop", "gsm8k", "math", "gpqa", "mmlu_stem", "leetcode_o", "cruxeval_i", "cruxeval_o", "bbh_en",
    "bbh_zh", "zebralogic", "korbench", "livebench",
)  # fmt: skip
MAIN = {
    "stage 2 only": (66.9, 70.7, 83.4, 71.6, 41.5, 77.2, 20.7, 61.3, 60.0, 68.3, 70.6, 10.9, 38.7, 26.0),
    "CODEI/O": (67.9, 76.4, 86.4, 71.9, 43.3, 77.3, 23.7, 63.6, 64.9, 69.3, 72.8, 10.7, 44.3, 28.5),
    "CODEI/O++": (66.9, 79.1, 85.7, 72.1, 40.6, 77.9, 24.2, 62.5, 67.9, 71.0, 74.2, 10.7, 45.7, 29.1),
}
AVERAGE = {"stage 2 only": 54.8, "CODEI/O": 57.2, "CODEI/O++": 57.7}

# Setting -> its values' mean of the 14 benchmarks; `one` stands for the paper's ~50 % subset.
ABLATIONS = {
    "revisions": {"0": 57.2, "1": 57.7, "2": 57.1},
    "predict": {"both": 57.2, "one": 56.7, "input": 56.1, "output": 56.4},
    "wrong": {"keep": 57.2, "drop": 56.5, "ground_truth": 56.6},
    "format": {
        "q_code_cot": 57.2, "q_cot": 56.8, "code_cot": 57.0, "q_then_code_cot": 56.9, "q_then_code": 54.9,
    },
}  # fmt: skip
