"""The algebra of views: nesting, turn choice, masks and refusals, on stores of any shape."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from codeio import assemble, prompting, shards, stage
from codeio.assemble import view
from codeio.errors import BadInput, BadParams
from codeio.records import Problem, Sample, Turn
from tests.views import MOST, PAIRS, PARAMS, problem, taken, wished

WISHES = {
    "revisions": st.integers(0, MOST),
    "pairs_per_function": st.integers(1, PAIRS),
    "predict": st.sampled_from(["both", "input", "output", "one"]),
    "wrong": st.sampled_from(["keep", "drop", "ground_truth"]),
    "fraction": st.floats(0.01, 1),
    "loss": st.sampled_from(["all", "last", "right"]),
}


@st.composite
def stores(draw: st.DrawFn) -> list[Problem]:
    """Stores as revise leaves them: every problem once; further turns until one is right, or none at all."""
    runs = st.one_of(
        st.just([]),
        st.integers(0, MOST).map(lambda n: [False] * n + [True]),
        st.just([False] * (MOST + 1)),
    )
    splits = st.sampled_from(["train"] * 4 + ["inputs", "constants", "structure", "natural"])
    keys = st.tuples(st.sampled_from("abcdef"), st.integers(0, PAIRS), st.sampled_from(["input", "output"]))
    several = draw(st.lists(keys, unique=True, max_size=30))
    return [problem(*key, draw(runs), draw(splits)) for key in several]


params_of_views = st.fixed_dictionaries(WISHES).map(lambda wishes: wished(**wishes))


@given(stores(), params_of_views, st.floats(0.01, 1))
def test_fractions_nest(store, params, other):
    less, more = sorted([params.fraction, other])
    small = taken(store, replace(params, fraction=less))
    assert small.items() <= taken(store, replace(params, fraction=more)).items()


@given(stores(), params_of_views, st.integers(1, PAIRS))
def test_pairs_nest_and_are_the_first_ones(store, params, other):
    less, more = sorted([params.pairs_per_function, other])
    small = taken(store, replace(params, pairs_per_function=less))
    large = taken(store, replace(params, pairs_per_function=more))
    rank = {one.id: one.rank for one in store}
    assert small == {name: example for name, example in large.items() if rank[name] < less}


@given(stores(), params_of_views, st.integers(0, MOST))
def test_revisions_lengthen_conversations(store, params, other):
    less, more = sorted([params.revisions, other])
    keep = replace(params, wrong="keep")
    small, large = taken(store, replace(keep, revisions=less)), taken(store, replace(keep, revisions=more))
    assert small.keys() == large.keys()
    for name, example in small.items():
        assert large[name].messages[: len(example.messages)] == example.messages


@given(stores(), params_of_views)
def test_directions_partition(store, params):
    both = taken(store, replace(params, predict="both"))
    halves = [taken(store, replace(params, predict=predict)) for predict in ("input", "output")]
    assert halves[0] | halves[1] == both
    assert not halves[0].keys() & halves[1].keys()
    asked = {one.id: (one.function, one.predict) for one in store}
    one = {asked[name] for name in taken(store, replace(params, predict="one"))}
    assert one <= {asked[name] for name in both}
    assert len(one) == len({function for function, _ in one})


@pytest.mark.parametrize(
    ("wishes", "sixths"),
    [
        ({"pairs_per_function": 3, "predict": "both"}, 6),
        ({"pairs_per_function": 2, "predict": "both"}, 4),
        ({"pairs_per_function": 1, "predict": "both"}, 2),
        ({"pairs_per_function": 1, "predict": "one"}, 1),
    ],
)
def test_the_papers_sixths_of_the_instances(wishes, sixths):
    """Each function of the paper has three pairs in both directions: six instances."""
    store = [
        problem(name, rank, predict, [True])
        for name in "abcdefgh"
        for rank in range(3)
        for predict in ("output", "input")
    ]
    found = Counter(name.partition(".")[0] for name in taken(store, wished(**wishes)))
    assert found == dict.fromkeys("abcdefgh", sixths)


def test_one_direction_takes_either_about_as_often():
    chosen = Counter(assemble.chosen_direction(f"function {n}") for n in range(1000))
    assert 400 < chosen["input"] < 600


@given(stores(), params_of_views)
def test_heldout_rows_never_enter_and_all_is_counted(store, params):
    counts = Counter()
    found = list(view(store, params, counts))
    train = {one.id for one in store if one.split == "train"}
    assert {example.id for example in found} <= train
    aside = ("problems", "turns", "functions with fewer pairs")
    assert counts["problems"] == len(train)
    assert sum(n for why, n in counts.items() if why not in aside) == len(train)
    assert counts["examples"] == len(found)


@given(stores(), params_of_views, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(store, params, random):
    shuffled = random.sample(store, len(store))
    one, other = Counter(), Counter()
    assert set(view(store, params, one)) == set(view(shuffled, params, other))
    assert one == other


@given(stores(), params_of_views)
def test_roles_alternate_and_only_answers_are_supervised(store, params):
    for example in taken(store, params).values():
        roles = [message.role for message in example.messages]
        assert roles == ["user", "assistant"] * (len(roles) // 2)
        assert all(roles[n] == "assistant" for n in example.supervised)
        assert list(example.supervised) == sorted(set(example.supervised))


@given(stores(), params_of_views)
def test_wrong_looks_at_the_last_taken_turn(store, params):
    keep, drop, truth = (taken(store, replace(params, wrong=w)) for w in ("keep", "drop", "ground_truth"))
    assert drop.items() <= keep.items()
    assert truth.keys() == keep.keys()
    problems = {one.id: one for one in store}
    for name, example in keep.items():
        ends_right = problems[name].turns[len(example.messages) // 2 - 1].correct
        assert ends_right == (name in drop)
        assert truth[name].messages[:-1] == example.messages[:-1]
        last = truth[name].messages[-1].content
        assert last == (
            example.messages[-1].content
            if ends_right
            else prompting.answer(problems[name].predict, problems[name].wanted)
        )


WRONG, MENDED = [False] * (MOST + 1), [False, True]


@pytest.mark.parametrize(
    ("right", "revisions", "shown"),
    [
        ([True], 0, ["0"]),
        ([True], 2, ["0"]),
        (MENDED, 0, ["0"]),
        (MENDED, 1, ["0", "said of 0", "1"]),
        (MENDED, 2, ["0", "said of 0", "1"]),
        (WRONG, 1, ["0", "said of 0", "1"]),
        (WRONG, 2, ["0", "said of 0", "1", "said of 1", "2"]),
        ([True, False, False], 2, ["0"]),  # nothing is shown after the first right turn
    ],
)
def test_turns_up_to_the_first_right_one(right, revisions, shown):
    (example,) = view([problem("f", 0, "output", right)], wished(revisions=revisions), Counter())
    said = [message.content.splitlines()[0] for message in example.messages[1:]]
    assert [text.replace("f.0.output.", "").removeprefix("response ") for text in said] == shown


@pytest.mark.parametrize(
    ("right", "wrong", "loss", "supervised"),
    [
        ([True], "keep", "all", (1,)),
        (MENDED, "keep", "all", (1, 3)),
        (MENDED, "keep", "last", (3,)),
        (MENDED, "keep", "right", (3,)),
        (WRONG, "keep", "all", (1, 3, 5)),
        (WRONG, "keep", "last", (5,)),
        (WRONG, "keep", "right", ()),
        (WRONG, "ground_truth", "right", (5,)),
        (WRONG, "ground_truth", "all", (1, 3, 5)),
    ],
)
def test_loss_chooses_the_supervised_turns(right, wrong, loss, supervised):
    params = wished(revisions=MOST, wrong=wrong, loss=loss)
    (example,) = view([problem("f", 0, "output", right)], params, Counter())
    assert example.supervised == supervised


def test_ground_truth_prefers_the_rationale():
    told = replace(problem("f", 0, "output", WRONG), gold="step by step")
    (example,) = view([told], wished(wrong="ground_truth"), Counter())
    assert example.messages[-1].content == "step by step"


def test_functions_with_fewer_pairs_are_counted():
    store = [problem("a", rank, "output", [True]) for rank in range(3)] + [problem("b", 0, "input", [True])]
    for wish, fewer in ((1, 0), (3, 1), (4, 2)):
        counts = Counter()
        list(view(store, wished(pairs_per_function=wish), counts))
        assert counts["functions with fewer pairs"] == fewer


def test_an_answer_without_verdict_is_refused():
    unheard = replace(problem("f", 0, "output", [True]), turns=(Turn(samples=(Sample(response="3"),)),))
    with pytest.raises(BadInput, match="dvc repro revise"):
        list(view([unheard], PARAMS, Counter()))


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        ({"revisions": MOST + 1}, ["revise.max_turns", f"dvc exp run -S revise.max_turns={MOST + 1}"]),
        ({"pairs_per_function": PAIRS + 1}, ["execute.pairs", f"dvc exp run -S execute.pairs={PAIRS + 1}"]),
        ({"teacher": "oracle"}, ["teacher=oracle", "dvc exp run -S 'teachers=[slip,trace,oracle]'"]),
        ({"revisions": -1}, ["revisions=-1", "at least 0"]),
        ({"pairs_per_function": 0}, ["pairs_per_function=0", "at least 1"]),
        ({"fraction": 0.0}, ["fraction=0.0"]),
        ({"fraction": 1.5}, ["fraction=1.5"]),
        ({"fraction": float("nan")}, ["fraction=nan"]),
    ],
)
def test_what_the_store_cannot_give_is_refused(wishes, says):
    with pytest.raises(BadParams) as refused:
        assemble.check(wished(**wishes))
    assert all(part in str(refused.value) for part in says)


def test_some_examples_are_shown_with_turns_and_verdicts(tmp_path, monkeypatch):
    monkeypatch.setattr(stage, "ROOT", tmp_path)
    at = tmp_path / "data" / "revise" / PARAMS.store
    for n in range(3):
        rows = [problem(f"{n}{k}", 0, "output", [False, True]) for k in range(assemble.SHOWN)]
        held = problem(f"{n}", 0, "output", [True], "natural")
        shards.write(at / f"part-{n:05}.parquet", [held, *rows], Problem)
    rows = assemble.shown(wished(revisions=1))
    assert assemble.SHOWN <= len(rows) < assemble.SHOWN + 3
    assert {row["id"][0] for row in rows} == {"0", "1", "2"}  # of every shard
    first = rows[0]
    assert first["turns"] == "turn 0: response 00.0.output.0\n\nturn 1: response 00.0.output.1"
    assert first["verdicts"].splitlines()[0] == "turn 0: mismatch: said of 00.0.output.0"
    assert (first["answer"], first["wanted"]) == ("response 00.0.output.1", "1")
    assert (
        first["prompt"]
        == assemble.conversation(problem("00", 0, "output", [True]), PARAMS).messages[0].content
    )
    assert assemble.shown(wished(predict="input")) == []


def test_an_empty_store_names_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr(stage, "ROOT", tmp_path)
    with pytest.raises(BadInput, match="dvc repro revise"):
        assemble.store(PARAMS)
