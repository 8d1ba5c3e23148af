"""Read: a command line of key=value, for commands that params.yaml holds no settings of.   words -> values"""

import sys
from collections.abc import Callable

from codeio.errors import BadParams, CodeioError
from codeio.params import did_you_mean
from codeio.stage import describe


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


def command(name: str, doc: str | None, main: Callable[[list[str]], None]) -> None:
    """Run `main` on the words of the command line; exit code 1 and one line on a failure that we know."""
    words = sys.argv[1:]
    if words in (["--help"], ["-h"], ["help"]):
        return print((doc or name).strip())
    try:
        main(words)
    except CodeioError as error:
        raise SystemExit(f"{name}: {error}") from None
    except OSError as error:
        raise SystemExit(f"{name}: {describe(error)}") from None
    except KeyboardInterrupt:
        raise SystemExit(f"{name}: interrupted") from None
