"""Analyse: tables, figures and a report of the head-line run, or of a sweep.

python -m analysis                 data/evaluate, data/revise, metrics -> plots/       (DVC stage analyze)
python -m analysis sweep=ID        the sweep's runs in MLflow -> outputs/sweeps/ID/figures/
python -m analysis sweep=latest    the newest sweep
"""

import sys

from analysis import headline, look, sweeps
from codeio.errors import BadParams, CodeioError
from codeio.params import ROOT, did_you_mean
from codeio.stage import describe, screen


def main(arguments: list[str]) -> None:
    if arguments in (["--help"], ["-h"], ["help"]):
        return print((__doc__ or "").strip())
    look.set_style()
    try:
        made = sweeps.analyse(chosen(arguments)) if arguments else headline.analyse()
    except CodeioError as error:
        raise SystemExit(f"analysis: {error}") from None
    except OSError as error:
        raise SystemExit(f"analysis: {describe(error)}; run it again") from None
    for path in made:
        screen.print(f"analysis: {path.relative_to(ROOT)}")


def chosen(arguments: list[str]) -> str:
    """The sweep named on the command line."""
    key, _, value = arguments[0].partition("=")
    if key != "sweep" or not value or len(arguments) > 1:
        raise BadParams(f"{' '.join(arguments)}: say nothing, or sweep=ID{did_you_mean(key, ['sweep'])}")
    return value


if __name__ == "__main__":
    main(sys.argv[1:])
