"""The paper's four base models, narrow: each is built from its file, trained packed, saved, loaded and asked."""

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer
from trl import SFTConfig, SFTTrainer

from codeio.errors import BadInput
from codeio.evaluate import generate
from codeio.params import load
from codeio.train import chat, model, rows
from codeio.train.data import rows as encoded
from codeio.train.routers import Balance, balance
from codeio.train.rows import IGNORED
from codeio.train.run import train
from tests import families
from tests.test_train_data import conversation, spans

NAMES = [name for name in families.WIDTHS if name != "small"]


@pytest.fixture
def root(tmp_path, monkeypatch):
    return families.root(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    "name", [NAMES[0], *(pytest.param(name, marks=pytest.mark.full) for name in NAMES[1:])]
)
def test_a_family_learns_saves_and_answers(name, root):
    params = families.params(name, root)
    curve = []
    final = train(params, root / "out", lambda metrics, step: curve.append(metrics["train/loss"]))
    assert curve[-1] < curve[0] / 2
    assert final["train/instruct_steps"] == params.model.instruct.steps
    loaded = generate.open_checkpoint(root / "out", params)
    assert loaded.model.config.model_type == params.model.architecture["model_type"]
    ends = loaded.model.generation_config.eos_token_id
    assert loaded.tokenizer.eos_token_id in (ends if isinstance(ends, list) else [ends])
    asked = [f"{'what is ' * (n % 5)}{n}+1?" for n in range(4)]
    said = generate.answers(asked, loaded, params)
    shown = {"1", "2", "3", "4", "yes"}
    assert {text.strip() for text in said} <= shown  # and ended by itself
    again = generate.open_checkpoint(root / "out", params)
    assert generate.answers(asked, again, params) == said


@pytest.mark.parametrize("name", families.WIDTHS)
def test_a_packed_document_sees_no_other(name, root):
    """Its logits are those that it gets alone, at whatever place; a check that sees a leak where there is one."""
    params = families.params(name, root, "model.packing=true")
    words = model.tokenizer_of(params)
    made = model.fresh(params, words).eval()
    with torch.no_grad():
        for weight in made.parameters():
            if weight.ndim > 1:
                weight.mul_(5)  # what attention adds is then no rounding error
    examples = [conversation(f"{n}" * (2 + 5 * n), "x" * (1 + n), supervised=(1,)) for n in range(4)]
    rows.write(encoded(examples, words), root / "rows")
    kept = rows.read(root / "rows")
    sequences = [{"rows": one} for one in rows.packed(kept.lengths, 100)]
    assert any(len(one["rows"]) > 1 for one in sequences)
    batch = rows.Batches(kept, words.pad_token_id, packing=True, flat=False)(sequences)
    with torch.no_grad():
        together = made(
            input_ids=batch["input_ids"], position_ids=batch["position_ids"], use_cache=False
        ).logits
        leaking = made(input_ids=batch["input_ids"], use_cache=False).logits
        seen, leaks = 0, 0.0
        for place, one in enumerate(sequences):
            at = 0
            for n in one["rows"]:
                ids, _ = kept.row(n)
                alone = made(input_ids=ids[None], use_cache=False).logits[0]
                part = slice(at, at + len(ids))
                torch.testing.assert_close(together[place, part], alone, rtol=1e-3, atol=1e-3)
                leaks = max(leaks, (leaking[place, part] - alone).abs().max().item())
                at, seen = at + len(ids), seen + 1
    assert seen == 4
    assert leaks > 0.05


@pytest.mark.parametrize("name", NAMES)
def test_our_labels_are_what_the_template_marks(name, root):
    """Each supervised turn with its end, by our spans and by transformers' own mask."""
    words = model.tokenizer_of(families.params(name, root))
    example = conversation("a", "two words", "b\n", "c", supervised=(1, 3))
    (row,) = encoded([example], words)
    said = [words.decode(span).strip() for span in spans(row.tokens)]
    assert said == [f"two words{words.eos_token}", f"c{words.eos_token}"]
    assert all(span[-1] == words.eos_token_id for span in spans(row.tokens))
    plain = [{"role": m.role, "content": m.content} for m in example.messages]
    marked = words.apply_chat_template(
        plain, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
    )
    assert row.tokens.tolist() == list(
        map(list, zip(marked["input_ids"], marked["assistant_masks"], strict=True))
    )
    (last,) = encoded([conversation("a", "two words", "b\n", "c", supervised=(3,))], words)
    assert [words.decode(span).strip() for span in spans(last.tokens)] == [f"c{words.eos_token}"]


def test_every_family_is_read_from_a_file_with_the_papers_rates():
    """Section 3.1: batch 1,024, length 4,096; 27B with lower rates."""
    for name in NAMES:
        params = load(f"model={name}")
        big = name == "gemma-2-27b"
        io, instruct = params.model.io, params.model.instruct
        assert (io.batch, instruct.batch, params.model.context, instruct.steps) == (1024, 1024, 4096, 700)
        assert (io.learning_rate, io.schedule, io.epochs) == (4e-6 if big else 1e-5, "constant", 1.0)
        end = instruct.learning_rate * instruct.floor
        assert (instruct.learning_rate, round(end, 8)) == ((1e-5, 3e-7) if big else (3e-5, 1e-6))
        assert params.model.hub is not None
        assert len(params.model.hub.revision or "") == 40
        assert params.model.packing


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("qwen2.5-coder-7b", 7.6),
        ("llama-3.1-8b", 8.0),
        ("deepseek-coder-v2-lite", 15.7),
        ("gemma-2-27b", 27.2),
    ],
)
def test_the_architecture_in_the_file_is_the_published_one(name, billions, root):
    """Its parameters with the vocabulary of the checkpoint, counted without making them."""
    vocabulary = {"qwen2.5-coder-7b": 152064, "llama-3.1-8b": 128256, "deepseek-coder-v2-lite": 102400}
    params = load(
        f"model={name}",
        "model.init=scratch",
        f"+model.architecture.vocab_size={vocabulary.get(name, 256000)}",
    )
    config = model.config(params, model.tokenizer_of(params))
    with torch.device("meta"):
        made = model.AutoModelForCausalLM.from_config(config)
    assert sum(w.numel() for w in made.parameters()) / 1e9 == pytest.approx(billions, abs=0.06)


def losses(kind, name, root, tmp_path):
    """Loss and weights after a step by one of TRL's ways to reckon a loss."""
    params = families.params(name, root)
    words = model.tokenizer_of(params)
    config = SFTConfig(
        output_dir=str(tmp_path), max_steps=1, per_device_train_batch_size=2, use_cpu=True, bf16=False,
        max_length=None, report_to="none", logging_steps=1, learning_rate=1e-3, gradient_checkpointing=False,
    )  # fmt: skip
    from datasets import Dataset

    data = Dataset.from_list(
        [
            {"input_ids": ids, "labels": np.where(supervised, ids, IGNORED)}
            for ids, supervised in (
                row.tokens.T for row in encoded([conversation("a", "bcd", supervised=(1,))] * 2, words)
            )
        ]
    )
    trainer = kind(model=model.fresh(params, words), args=config, train_dataset=data, processing_class=words)
    trainer.train()
    return trainer.state.log_history[0]["loss"]


@pytest.mark.parametrize("name", ["gemma-2-27b", "deepseek-coder-v2-lite"])
def test_the_loss_of_large_vocabularies_is_the_models_own(name, root, tmp_path):
    """TRL reckons it in tiles, and must keep Gemma's soft-capping of the logits."""

    class Plain(SFTTrainer):
        def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
            return model(**inputs, use_cache=False).loss

    assert losses(SFTTrainer, name, root, tmp_path) == pytest.approx(
        losses(Plain, name, root, tmp_path), rel=1e-4
    )


def test_gemma_caps_its_scores_and_sdpa_would_not(root):
    params = families.params("gemma-2-27b", root, "model.architecture.attn_logit_softcapping=0.5")
    words = model.tokenizer_of(params)
    made = model.fresh(params, words).eval()
    with torch.no_grad():
        for weight in made.parameters():
            weight.mul_(4)  # scores large enough to be capped
        ids = torch.arange(30, 60)[None]
        ours = made(ids).logits
        made.set_attn_implementation("sdpa")
        assert (made(ids).logits - ours).abs().max() > 1e-3
        assert ours.abs().max() <= 30.0


def test_balance_is_one_for_even_use_and_more_for_favourites():
    chosen = torch.tensor([[0, 1], [2, 3], [0, 1], [2, 3]])
    real = torch.ones(4, dtype=torch.bool)
    assert balance(torch.zeros(4, 4), chosen, real).item() == pytest.approx(1.0)
    favoured = torch.tensor([[9.0, 9.0, 0.0, 0.0]] * 4)
    assert balance(favoured, chosen[:1].repeat(4, 1), real).item() == pytest.approx(2.0, rel=1e-2)
    hidden = torch.tensor([True, True, False, False])
    assert balance(torch.cat([torch.zeros(2, 4), favoured[:2]]), chosen, hidden).item() == pytest.approx(1.0)


def test_experts_are_kept_in_balance_and_recomputing_hears_nothing_twice(root):
    params = families.params("deepseek-coder-v2-lite", root)
    made = model.fresh(params, model.tokenizer_of(params)).train()
    made.gradient_checkpointing_enable({"use_reentrant": False})
    heard = Balance(made)
    ids = torch.randint(0, 250, (2, 16))
    with heard.listening():
        made(ids, use_cache=False)
    heard.loss(torch.ones_like(ids, dtype=torch.bool)).backward()
    assert len(heard.heard) == 1  # the first of two layers is dense
    gate = made.model.layers[1].mlp.gate
    assert gate.weight.grad.abs().max() > 0
    dense = model.fresh(families.params("llama-3.1-8b", root), model.tokenizer_of(params))
    with pytest.raises(BadInput, match="router_loss: LlamaForCausalLM has no experts"):
        Balance(dense)


def untemplated(at):
    (at / "chat_template.jinja").unlink()


def endless(at):
    words = AutoTokenizer.from_pretrained(at)
    words.eos_token = "<|pad|>"
    words.save_pretrained(at)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (untemplated, "has no chat template: set `template`"),
        (endless, r"generation stops at '<\|pad\|>': set `template`"),
    ],
)
def test_a_tokenizer_that_would_not_teach_to_stop_is_refused(spoil, says, root):
    params = families.params("tiny", root)
    model.tokenizer_of(params)
    spoil(root / "models" / "tokenizer")
    with pytest.raises(BadInput, match=says):
        model.tokenizer_of(params)


def test_a_template_of_another_family_is_refused(root):
    words = AutoTokenizer.from_pretrained(root / "models" / "tokenizer")
    with pytest.raises(
        BadInput, match=r"template=gemma needs <bos>, <end_of_turn>.* the checkpoint's vocabulary lacks"
    ):
        chat.taught(words, "gemma", new=False)


def test_what_the_hub_does_not_give_is_one_line(root, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    away = load("model=qwen2.5-coder-7b", f"model.hub.id={tmp_path / 'nowhere'}")
    with pytest.raises(BadInput, match=r"nowhere at 0396a76.* cannot be loaded .*set HF_TOKEN") as raised:
        model.tokenizer_of(away)
    assert "\n" not in str(raised.value)
    folder = tmp_path / "weightless"
    params = families.params("llama-3.1-8b", root)
    words = model.tokenizer_of(params)
    words.save_pretrained(folder)
    model.config(params, words).save_pretrained(folder)
    lost = load("model=llama-3.1-8b", f"model.hub.id={folder}", "model.hub.revision=null")
    assert model.tokenizer_of(lost).eos_token == "<|eot_id|>"
    with pytest.raises(BadInput, match=r"weightless at its newest revision cannot be loaded"):
        model.fresh(lost, words)
