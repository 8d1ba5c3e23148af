"""The auditor: it finds claims in both styles, and one false claim is enough."""

import pytest

from codeio.answer.audit import audit, claims_of, false_claims
from codeio.answer.reckon import Unreadable, reckon
from codeio.answer.variety import variety


@pytest.mark.parametrize(
    "line",
    [
        "t=2-3=-1",
        "A9 9%2=1 1==0 F t=(-1)-3=-4",
        'B"e" "e"=="b" F "e"+"c"="ec"',
        "max(-4,8)=8",
        '"b" in "abc" T',
        "xs[1:]=[3,7] 3<4 T",
        "t becomes (0 + 6) // 2 = 3.",
        "Then y is (3 - 14) / float(3 + 14) = (3 - 14) / 17.0, which gives -0.6470588235294118.",
        "Then t is max(-4, 8), which gives 8.",
        "As m (21) is more than 4, we do one more round.",
        "Because 9 % 2 (1) differs from 0, we turn to the else part.",
        '"b" is in "abc" and x (3) is at most 3, so this branch runs.',
        "From 4, t changes to 2, because 4 - 2 = 2.",
        "Append 2 * 3 = 6 to r, giving [1, 6].",
        "r receives 5 and reads [5].",
        'The text is "a = 3 + 3 = 7" here.',
        "10 / 3 = 3.33.",
        "We have 2 ** 10 = 1024, and that is the new n.",
    ],
)
def test_true_lines_pass(line):
    assert false_claims(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "t=2-3=1",
        "A9 9%2=1 1==0 T",
        'B"e" "e"=="b" T',
        "max(-4,8)=-4",
        '"z" in "abc" T',
        "t becomes (0 + 6) // 2 = 4.",
        "Then t is max(-4, 8), which gives -4.",
        "As m (21) is less than 4, we do one more round.",
        "Because 9 % 2 (2) differs from 0, we turn to the else part.",
        '"b" is not in "abc", so this branch is skipped.',
        "Append 2 * 3 = 6 to r, giving [1, 5].",
        "r receives 5 and reads [5, 4].",
        "10 / 3 = 3.34.",
        '"a" + "b" = "ba".',
        "So 7.5 // 2.5 * 2 = 7.0.",
        "Now 5 is in {1, 2}.",
        '{"1": 2} = {"1": 3}.',
    ],
)
def test_false_lines_are_caught(line):
    assert len(false_claims(line)) >= 1


@pytest.mark.parametrize(
    "line",
    ["Set t to 2.", "With x = 9:", "t=5", "the sum grows = 7 times", "f(x) = 3", '{"a": 1} = {"a … b": 2}'],
)
def test_what_cannot_be_reckoned_is_no_claim(line):
    assert list(claims_of(line)) == []


def test_grounded_share_counts_lines_with_a_true_claim():
    found = audit('First we guess.\n3 + 4 = 7.\n3 + 4 = 8.\nNothing to see.\n\n{"output": 7}')
    assert (found.claims, len(found.false), found.grounded) == (2, 1, 0.25)


@pytest.mark.parametrize("text", ["a + 1", "print(3)", "1 / 0", "", "9 ** 9 ** 9", "(1).__class__"])
def test_reckoning_refuses(text):
    with pytest.raises(Unreadable):
        reckon(text)


def test_variety_sees_through_values():
    share, _ = variety(["Set a to 3. Set b to 4. It ends.", "Set c to 5."])
    assert share == 0.75
