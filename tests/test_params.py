"""A mistake in a setting is named with its key and the nearest valid one, wherever it was made."""

import pytest

from codeio import overrides
from codeio.errors import BadParams
from codeio.params import load


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("revisons=1", "unknown key revisons; did you mean revisions?"),
        ("train.epoch=1", "unknown key train.epoch; did you mean train.epochs?"),
        ("+revisons=1", "did you mean revisions?"),
        ("++train.epoch=1", "did you mean train.epochs?"),
        ("revisions=soon", "Expected `int`, got `str` - at `$.revisions`"),
        ("revisions=1.5", "Expected `int`, got `float` - at `$.revisions`"),
        ("fraction=all", "Expected `float`, got `str` - at `$.fraction`"),
        ("seed=-1", "Expected `int` >= 0 - at `$.seed`"),
        ("train.tokens=0", "Expected `int` >= 1 - at `$.train.tokens`"),
        ("train.epochs=0", "Expected `float` > 0.0 - at `$.train.epochs`"),
        ("evaluate.batch=0", "Expected `int` >= 1 - at `$.evaluate.batch`"),
        ("predict=outputs", "Invalid enum value 'outputs' - at `$.predict`"),
        ("model=tin", "there is no experiments/model/tin.yaml; did you mean tiny?"),
        ("experiment=revision", "did you mean revisions?"),
        ("~seed", "missing required field `seed`"),
        ("revisions", "revisions: not of the form key=value"),
        ("revisions=[1", "not of the form key=value"),
        ("revisions=0,1", "add -m to sweep"),
        ("experiment=revisions", "this experiment sweeps revisions=0,1,2: add -m"),
        ("execute.pairs=3", "`dvc exp run -S execute.pairs=3`"),
        ("+collect.more=3", "`dvc exp run -S collect.more=3`"),
        ("tokenizer.vocab=99", "decides the data on disk"),
    ],
)
def test_a_command_line_mistake_is_one_line_with_the_mend(text, says):
    with pytest.raises(BadParams) as raised:
        overrides.check([text], multirun=False)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("collect.rows_per_shard=0", "Expected `int` >= 1 - at `$.collect.rows_per_shard`"),
        ("collect.near_duplicate=2", "Expected `float` <= 1.0 - at `$.collect.near_duplicate`"),
        ("collect.procedural.levels=4", "Expected `int` <= 3 - at `$.collect.procedural.levels`"),
        ("unify.heldout_natural=-0.1", "Expected `float` >= 0.0 - at `$.unify.heldout_natural`"),
        ("execute.pairs=0", "Expected `int` >= 1 - at `$.execute.pairs`"),
        ("answer.slip.right_first=50", "Expected `float` <= 1.0 - at `$.answer.slip.right_first`"),
        ("revise.max_turns=-1", "Expected `int` >= 0 - at `$.revise.max_turns`"),
        ("workers=-1", "Expected `int` >= 0 - at `$.workers`"),
        ("seed='${nothing}'", "nothing"),
    ],
)
def test_a_setting_out_of_range_stops_every_stage_at_once(text, says):
    with pytest.raises(BadParams) as raised:
        load(text)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("revisions=0,1,x", "Expected `int`, got `str` - at `$.revisions`"),
        ("model=tiny,tin", "there is no experiments/model/tin.yaml"),
        ("experiment=revisions,loss", "one experiment at a time"),
        ("train.epochs=interval(1,2)", "does not support sweep type"),
    ],
)
def test_a_sweep_is_refused_before_its_first_arm(text, says):
    with pytest.raises(BadParams, match=says.replace("$", r"\$").replace("(", r"\(")):
        overrides.check([text], multirun=True)


@pytest.mark.parametrize(
    ("texts", "arms"),
    [
        (["revisions=0,1"], [["revisions=0"], ["revisions=1"]]),
        (["seed=range(0,2)", "loss=last"], [["seed=0", "loss=last"], ["seed=1", "loss=last"]]),
        (["hydra.sweep.subdir=x", "revisions=0"], [["revisions=0"]]),
        (
            ["experiment=loss", "loss=all,last"],
            [["loss=all", "experiment=loss"], ["loss=last", "experiment=loss"]],
        ),
        ([], [[]]),
    ],
)
def test_arms(texts, arms):
    assert overrides.check(texts, multirun=True) == arms


def test_an_experiment_with_its_value_named_needs_no_sweep():
    assert overrides.check(["experiment=revisions", "revisions=2"], multirun=False) == [
        ["experiment=revisions", "revisions=2"]
    ]


def test_an_override_reaches_the_typed_params():
    assert load("revisions=2", "train.epochs=0.5").train.epochs == 0.5
