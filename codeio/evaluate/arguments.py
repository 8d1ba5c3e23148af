"""Read: a command line of key=value, for commands that params.yaml holds no settings of.   words -> values"""

from codeio.errors import BadParams
from codeio.params import did_you_mean


def arguments(words: list[str], known: dict[str, str], required: tuple[str, ...] = ()) -> dict[str, str]:
    """The value of each known key, its default where the command line is silent. Raises BadParams."""
    found = dict(known)
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or key not in known:
            raise BadParams(
                f"{word}: not one of {', '.join(f'{k}=' for k in known)}{did_you_mean(key, list(known))}"
            )
        found[key] = value
    for key in required:
        if not found[key]:
            raise BadParams(f"{key}= is missing; --help says what it is")
    return found
