"""Doctor: what isolation this machine allows, put to the test.   attacks -> exit 1 on a breach"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from codeio.errors import EngineError
from codeio.sandbox.attacks import breach, catalogue
from codeio.sandbox.box import Sandbox
from codeio.sandbox.jobs import Limits
from codeio.sandbox.ways import NAMES
from codeio.sandbox.zygote import Launch

LIMITS = Limits(
    cpu_s=0.5, memory_mb=256, wall_s=0.5
)  # attacks end fast, and end the same under larger limits


def main(argv: Sequence[str] | None = None, launch: Launch = Launch()) -> int:  # noqa: B008 (frozen)
    """Print the tier and the result of every attack; 0 where all are contained."""
    args = parser().parse_args(argv)
    try:
        with Sandbox(LIMITS, workers=1, isolation=args.isolation, launch=launch) as box:
            print(f"isolation {box.tier}: {NAMES[box.choice.way]}")
            for way, reason in box.choice.refused.items():
                print(f"  stronger, but not available: {NAMES[way]}: {reason}")
            return examined(box, args.quick)
    except EngineError as error:
        print(error, file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    text = "Print how strongly foreign code is isolated on this machine, then attack that isolation."
    options = argparse.ArgumentParser("python -m codeio.sandbox.doctor", description=text)
    options.add_argument(
        "--isolation", default="auto", choices=["auto", "T3", "T2"], help="what to test (auto)"
    )
    options.add_argument("--quick", action="store_true", help="leave out the attacks that take seconds")
    return options


def examined(box: Sandbox, quick: bool) -> int:
    """Attack; 1 if anything got through."""
    tried = breaches = 0
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder) / "secret"
        secret.write_text("of the user")
        for path, mode in ((secret, 0o644), (Path(folder), 0o755)):  # a file that only the jail hides
            path.chmod(mode)
        for attack in catalogue(str(secret)):
            if quick and attack.slow:
                continue
            why = breach(attack, box)
            tried, breaches = tried + 1, breaches + bool(why)
            print(
                f"  {'BREACH   ' if why else 'contained'}  {attack.name}{': ' if why else ''}{why}",
                flush=True,
            )
    print(f"{tried - breaches} of {tried} attacks contained")
    return int(breaches > 0)


if __name__ == "__main__":
    sys.exit(main())
