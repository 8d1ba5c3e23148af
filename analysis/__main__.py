"""Analyse: tables, figures and one page of the head-line run, of a sweep, a run or an experiment.

python -m analysis                       versioned files -> plots/, analysis/report.html       (DVC stage analyze)
python -m analysis sweep=ID              a sweep's runs in MLflow -> outputs/sweeps/ID/figures/; latest: the newest
python -m analysis run=ID                one run, by id or name -> outputs/reports/ID/
python -m analysis experiment=NAME       every run of experiments/experiment/NAME.yaml -> outputs/experiments/NAME/
python -m analysis experiment=all        the same for each file

Each page is one file that needs nothing else; those of runs are kept in MLflow too.
"""

import sys
from pathlib import Path

from codeio.errors import BadParams, CodeioError
from codeio.params import ROOT, did_you_mean
from codeio.stage import describe, screen

KINDS = ("sweep", "run", "experiment")


def main(arguments: list[str]) -> None:
    if arguments in (["--help"], ["-h"], ["help"]):
        return print((__doc__ or "").strip())
    try:
        made = analysed(*chosen(arguments)) if arguments else analysed()
    except CodeioError as error:
        raise SystemExit(f"analysis: {error}") from None
    except OSError as error:
        raise SystemExit(f"analysis: {describe(error)}; run it again") from None
    for path in made:
        screen.print(f"analysis: {path.relative_to(ROOT)}")


def analysed(kind: str = "", name: str = "") -> list[Path]:
    """The files made for what was asked."""
    from analysis import experiments, headline, look, sweeps  # here: --help and a typo need no pandas

    look.set_style()
    if not kind:
        return headline.analyse()
    return {"sweep": sweeps.analyse, "run": sweeps.of_run, "experiment": experiments.analyse}[kind](name)


def chosen(arguments: list[str]) -> tuple[str, str]:
    """What is named on the command line."""
    key, _, value = arguments[0].partition("=")
    if key not in KINDS or not value or len(arguments) > 1:
        said = f"{' '.join(arguments)}: say nothing, or one of sweep=ID, run=ID, experiment=NAME"
        raise BadParams(f"{said}{did_you_mean(key, list(KINDS))}")
    return key, value


if __name__ == "__main__":
    main(sys.argv[1:])
