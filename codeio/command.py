"""Command: what a command line runs.   words -> its result, or one line on stderr"""

import sys
from collections.abc import Callable

from codeio.errors import CodeioError
from codeio.params import Params, load
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
