"""Language models that really are: `transformers serve` on loopback, a checkpoint in this process, vLLM where it is."""

import importlib.util
import json
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace

from codeio import arm
from codeio.errors import BadParams
from codeio.llm import Chat, Failed, Ledger, Message, Reply, opened
from codeio.params import load
from codeio.train.run import train
from tests import families, serving
from tests.answering import pose, revised

pytestmark = pytest.mark.usefixtures("own_store")


def chats(count: int, n: int = 1) -> list[Chat]:
    return [
        Chat(kind="question", messages=(Message("user", f"number {i}"),), seed=i, n=n) for i in range(count)
    ]


def asked(several: list[Chat], *settings: str) -> tuple[list[Reply], Ledger]:
    ledger = Ledger()
    with opened(load("llm.max_tokens=12", *settings), ledger) as model:
        return model.ask(several), ledger


def test_transformers_serve_answers(checkpoint, transformers_serve):
    settings = (f"llm.model={checkpoint}", f"server.url={transformers_serve}", "server.concurrency=4")
    found, ledger = asked(chats(6), *settings)
    assert all(isinstance(one, Reply) and len(one.texts) == 1 for one in found)
    assert ledger.prompt_tokens > 6 * 10
    assert 6 <= ledger.completion_tokens <= 6 * 12
    assert "assistant" not in found[0].texts[0].content
    again, ledger = asked(chats(6), *settings)
    assert again == found
    assert (ledger.requests, ledger.from_store) == (0, 6)


def test_a_server_that_gives_one_sample_gives_as_many_as_asked(checkpoint, transformers_serve):
    settings = (f"llm.model={checkpoint}", f"server.url={transformers_serve}", "server.concurrency=4")
    (found,), ledger = asked(chats(1, n=3), *settings)
    assert len(found.texts) == 3
    assert 1 <= ledger.requests <= 3


def test_a_checkpoint_in_this_process(checkpoint):
    settings = ("llm.backend=transformers", f"llm.model={checkpoint}")
    found, ledger = asked(chats(3, n=2), *settings)
    assert all(len(one.texts) == 2 for one in found)
    assert len({text.content for one in found for text in one.texts}) == 6
    assert ledger.requests == 3
    alone, _ = asked(chats(3, n=2)[2:], *settings, "server.store=other.db")
    assert alone == found[2:]  # whoever else was asked


def test_a_folder_without_a_checkpoint_is_named(tmp_path):
    settings = ("llm.backend=transformers", f"llm.model={tmp_path}")
    with pytest.raises(BadParams, match="no checkpoint that transformers can load"):
        asked(chats(1), *settings)


def test_greedy_here_and_on_the_server_say_the_same(checkpoint, transformers_serve):
    greedy = (f"llm.model={checkpoint}", "llm.temperature=0")
    here, _ = asked(chats(3), *greedy, "llm.backend=transformers", "server.store=here.db")
    there, _ = asked(chats(3), *greedy, f"server.url={transformers_serve}", "server.store=there.db")
    assert [one.texts[0].content for one in here] == [one.texts[0].content for one in there]


needs_vllm = pytest.mark.skipif(
    importlib.util.find_spec("vllm") is None,
    reason="vllm is not installed: `pip install 'codeio[vllm]'`, on a CPU `make test-vllm`",
)


@pytest.mark.vllm
@needs_vllm
def test_vllm_in_this_process(checkpoint):
    """One question is longer than the window: it fails for itself, all others are answered."""
    settings = ("llm.backend=vllm", f"llm.model={checkpoint}", "server.context=256")
    several = chats(8, n=2)
    too_long = replace(several[0], messages=(Message("user", "long " * 100),))
    (*found, failed), ledger = asked([*several, too_long], *settings)
    assert all(len(one.texts) == 2 for one in found)
    assert isinstance(failed, Failed)
    assert "maximum" in failed.detail
    assert ledger.requests == 9
    assert ledger.completion_tokens <= 8 * 2 * 12


@pytest.mark.vllm
@needs_vllm
def test_vllm_in_this_process_holds_a_reply_to_its_schema(checkpoint):
    """Random weights say what the schema lets them, and nothing else."""
    several = [replace(chat, schema={"enum": ["yes", "no"]}) for chat in chats(4)]
    settings = ("llm.backend=vllm", f"llm.model={checkpoint}", "server.context=256", "llm.json_schema=true")
    found, _ = asked(several, *settings)
    assert {json.loads(one.texts[0].content) for one in found} <= {"yes", "no"}


@pytest.mark.vllm
@needs_vllm
def test_vllms_server_answers(checkpoint):
    for url in serving.vllm(checkpoint):
        found, ledger = asked(chats(8, n=2), f"llm.model={checkpoint}", f"server.url={url}")
        assert all(len(one.texts) == 2 for one in found)
        assert ledger.requests == 8


@pytest.mark.vllm
@needs_vllm
def test_vllm_says_what_transformers_says_of_an_exported_checkpoint(tmp_path, monkeypatch):
    """A trained narrow model of experiments/model/small.yaml, as it is exported; nothing of ours reads it."""
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from vllm import LLM, SamplingParams

    at = exported(families.root(tmp_path, monkeypatch))
    tokenizer, here = AutoTokenizer.from_pretrained(at), AutoModelForCausalLM.from_pretrained(at)
    there = LLM(str(at), dtype="float32", max_model_len=64, enforce_eager=True)
    asked = [[{"role": "user", "content": f"{'what is ' * (n % 5)}{n % 4}+1?"}] for n in range(8)]
    prompts = [tokenizer.apply_chat_template(chat, add_generation_prompt=True)["input_ids"] for chat in asked]
    said = there.chat(asked, SamplingParams(temperature=0, max_tokens=16), use_tqdm=False)
    assert [one.prompt_token_ids for one in said] == prompts
    for prompt, one in zip(prompts, said, strict=True):
        (whole,) = here.generate(torch.tensor([prompt]), do_sample=False, max_new_tokens=16).tolist()
        assert whole == [*prompt, *one.outputs[0].token_ids]
    assert len({tuple(one.outputs[0].token_ids) for one in said}) > 1  # no model that says one thing


def exported(root: Path) -> Path:
    """A Qwen3 after a short stage of chats, with its tokenizer and template.

    Not the tiny LFM2: on CPUs with AVX512-BF16 vLLM has convolutions of another width and in bfloat16 only.
    """
    train(families.params("small", root), root / "checkpoint", lambda metrics, step: None)
    arm.export(root / "checkpoint", arm.Arm("view", "training", "scoring"), root / "exported")
    return root / "exported"


def test_a_real_server_as_teacher_gives_verified_turns(box, checkpoint, transformers_serve):
    """Noise from random weights: every problem gets its turns, each with a true verdict."""
    problems = pose(box, "def f(a):\n    return a + 1", [{"a": 1}, {"a": 2}], kind="natural")
    settings = ("teacher=llm", f"llm.model={checkpoint}", f"server.url={transformers_serve}")
    found = revised(problems, box, *settings, "llm.max_tokens=12", "server.concurrency=4")
    assert [one.id for one in found] == [one.id for one in problems]
    assert all(len(one.turns) == 3 for one in found)
    assert {turn.main.verdict.status for one in found for turn in one.turns} == {"no_answer"}
