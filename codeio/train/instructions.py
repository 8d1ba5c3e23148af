"""Instruct: general instructions for stage 2.   reasoning-gym | conversations -> Example ...

The embedded default renders tasks of reasoning-gym, seeded, as chat. Left out are its own version of code
input/output prediction, its zebra puzzles, and every family that evaluation asks; of any other source, every
question that evaluation may ask (so that nothing leaks).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice

from codeio import values
from codeio.assemble import Example, Message
from codeio.errors import BadParams
from codeio.settings import Instructions
from codeio.train import conversations
from codeio.train.conversations import CHATS

SETTING = "train.instructions.source"

# Short tasks that a small model can read, the same under every hash seed (isomorphic_strings is not). Families are
# split here, once: trained on, and only evaluated.
FAMILIES = (
    "basic_arithmetic", "chain_sum", "number_sorting", "letter_counting", "spell_backward", "gcd", "lcm",
    "base_conversion", "count_bits", "number_filtering", "caesar_cipher", "bitwise_arithmetic",
)  # fmt: skip
EVALUATED = ("leg_counting", "word_sequence_reversal", "prime_factorization", "simple_equations")
RESERVED = 1000  # questions of theirs that no source may teach: the most that evaluation can ask
LONGEST = 600  # characters of a question


def examples(p: Instructions, seed: int, counts: Counter[str]) -> Iterator[Example]:
    """At most `rows` conversations, every assistant turn supervised; those that would leak are counted."""
    if p.source is None:
        return untaught(gym(FAMILIES, p.rows, seed), seed, counts)
    found = conversations.read(p.source, p.columns or CHATS, SETTING)
    return untaught(islice(found, p.rows), seed, counts)


def untaught(found: Iterable[Example], seed: int, counts: Counter[str]) -> Iterator[Example]:
    """Those that hold no question which evaluation may ask."""
    asked = reserved(seed)
    for one in found:
        if any(values.digest(message.content.strip()) in asked for message in one.messages):
            counts["asked by evaluation"] += 1
        else:
            yield one


@cache
def reserved(seed: int) -> frozenset[str]:
    """Digests of all questions that evaluation may ask."""
    return frozenset(values.digest(question) for question, _ in evaluated(RESERVED, seed))


def evaluated(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """The (question, answer) that evaluation asks; fewer are the first of more."""
    if count > RESERVED:
        raise BadParams(f"evaluate.instructions={count}: only {RESERVED} are kept out of training")
    return tasks(EVALUATED, count, seed + 1)


def gym(families: tuple[str, ...], count: int, seed: int) -> Iterator[Example]:
    """Tasks of several families in turn; the same seed gives the same tasks."""
    for question, answer in tasks(families, count, seed):
        messages = (Message("user", question), Message("assistant", answer))
        yield Example(values.digest("instruction", question), messages, (1,))


def tasks(families: tuple[str, ...], count: int, seed: int) -> Iterator[tuple[str, str]]:
    """(question, answer) in turn from each family, short ones only."""
    import reasoning_gym

    each = count // len(families) + 1
    sets = [reasoning_gym.create_dataset(name, size=3 * each, seed=seed) for name in families]
    given = 0
    for n in range(3 * each):
        for one in sets:
            entry = one[n]
            if given < count and len(entry["question"]) <= LONGEST:
                given += 1
                yield entry["question"].strip(), str(entry["answer"])
