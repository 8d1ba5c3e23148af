"""Command: what a command line says and runs.   words -> values; words -> its result, or one line on stderr"""

import sys
from collections.abc import Callable, Mapping, Sequence

from codeio.errors import BadParams, CodeioError
from codeio.params import Params, did_you_mean, load
from codeio.stage import describe


def command(name: str, doc: str | None, main: Callable[[Params], None]) -> None:
    """Run `main` on params.yaml and the overrides of the command line."""
    run(name, doc, lambda words: main(load(*words)), "; run it again, it goes on")


def run(name: str, doc: str | None, main: Callable[[list[str]], None], mend: str = "") -> None:
    """Run `main` on the words of the command line; exit code 1 on a failure we know, with `mend` where it resumes."""
    words = sys.argv[1:]
    if words in (["--help"], ["-h"], ["help"]):
        return print((doc or name).strip())
    try:
        main(words)
    except CodeioError as error:
        raise SystemExit(f"{name}: {error}") from None
    except OSError as error:
        raise SystemExit(f"{name}: {describe(error)}{mend}") from None
    except KeyboardInterrupt:
        raise SystemExit(f"{name}: interrupted{mend}") from None


def split(words: Sequence[str], known: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The value of each known key, its default where the command line is silent; and all other words."""
    found, others = dict(known), []
    for word in words:
        key, equals, value = word.partition("=")
        if equals and key in known:
            found[key] = value
        else:
            others.append(word)
    return found, others


def arguments(words: Sequence[str], known: Mapping[str, str], required: Sequence[str] = ()) -> dict[str, str]:
    """The same for commands that params.yaml holds no settings of. Raises BadParams for other words."""
    found, others = split(words, known)
    for word in others:
        near = did_you_mean(word.partition("=")[0], list(known))
        raise BadParams(f"{word}: not one of {', '.join(f'{k}=' for k in known)}{near}")
    for key in required:
        if not found[key]:
            raise BadParams(f"{key}= is missing; --help says what it is")
    return found
