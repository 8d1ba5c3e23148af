"""Train: one setting or a sweep, each arm trained and evaluated in one MLflow run.   key=value -> mlflow.db

python train.py -m revisions=0,1,2      (python train.py --help tells the rest)
"""

from pathlib import Path

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from codeio import overrides, sweep
from codeio.errors import CodeioError
from codeio.params import ROOT, typed
from codeio.stage import describe


@hydra.main(config_path=str(ROOT / "experiments"), config_name="train", version_base="1.3")
def job(config: DictConfig) -> None:
    """One arm, in a process that Hydra's launcher chose."""
    from codeio import arm  # here: --help and a typo need no more than a second
    from codeio.evaluate import run

    about = HydraConfig.get()
    folder = Path(about.sweep.dir)
    multirun = about.mode == RunMode.MULTIRUN
    if multirun and not (folder / "plan.json").exists():  # Hydra only warns when a callback breaks
        raise SystemExit("train.py: the sweep could not be planned; the warning above says why")
    try:
        params, of = typed(config), run.parts()
        of.check(params)  # an impossible view has a mend of its own, whatever the state of the data
        run_id = arm.run(params, sweep.about(folder, about.overrides.task, params), of)
        if not multirun:
            sweep.show_single(run_id)
    except (CodeioError, OSError) as error:
        reason = describe(error) if isinstance(error, OSError) else str(error)
        if not multirun:
            raise SystemExit(f"train.py: {reason}") from None
        sweep.failed(folder, about.job.num, reason)


def main() -> None:
    sweep.register()
    flags, rest = get_args_parser().parse_known_args()
    failures = 0
    try:
        if not (flags.help or flags.hydra_help or flags.shell_completion):
            overrides.check([*flags.overrides, *rest], flags.multirun)
        job()
    except CodeioError as error:
        raise SystemExit(f"train.py: {error}") from None
    except KeyboardInterrupt:
        raise SystemExit("train.py: interrupted") from None
    finally:
        failures = sweep.close()
    raise SystemExit(1 if failures else 0)


if __name__ == "__main__":
    main()
