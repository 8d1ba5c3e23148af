"""Command: a function of params on the command line.   key=value ... -> its result, or one line on stderr"""

import sys
from collections.abc import Callable

from codeio.errors import CodeioError
from codeio.params import Params, load
from codeio.stage import describe


def command(name: str, doc: str | None, main: Callable[[Params], None]) -> None:
    """Run `main` on params.yaml and the overrides of the command line; exit code 1 on a failure we know."""
    if sys.argv[1:] in (["--help"], ["-h"], ["help"]):
        return print((doc or name).strip())
    try:
        main(load(*sys.argv[1:]))
    except CodeioError as error:
        raise SystemExit(f"{name}: {error}") from None
    except OSError as error:
        raise SystemExit(f"{name}: {describe(error)}; run it again, it goes on") from None
    except KeyboardInterrupt:
        raise SystemExit(f"{name}: interrupted; run it again, it goes on from its checkpoint") from None
