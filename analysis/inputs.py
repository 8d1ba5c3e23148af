"""List: every input that a run's numbers depend on, as MLflow holds it.   run -> labelled lines"""

from collections.abc import Iterator, Mapping

from analysis import runs
from codeio import facts
from codeio.assemble import VIEW

Line = tuple[str, str]  # label, text
ABSENT = "not logged by that run"


def of_run(name: str) -> Iterator[Line]:
    """From the run's identity over code, data and teacher to versions and machine."""
    run = runs.named(name)
    tags, params = run.tags, run.params
    yield "run", f"{run.name}, {run.id}, {run.status}, started {run.started:%Y-%m-%d %H:%M:%S} UTC"
    yield "asked", told(tags, "kind", "sweep", "overrides", absent="none")
    yield from of_code(tags)
    yield from of_examples(tags, params)
    yield from of_data(tags)
    yield (
        "model",
        f"{params.get('model.name', '?')}, seed {params.get('seed', '?')}; {told(tags, 'training', 'scoring')}",
    )
    yield "", told(tags, "checkpoint", "checkpoint_sha256")
    yield "isolation", tags.get("codeio.isolation") or ABSENT
    yield (
        "machine",
        told(
            tags, "processor", "cores", "memory_gb", "gpu", "python", "system", "host", absent="none logged"
        ),
    )
    packages = dict(
        line.split("==", 1) for line in runs.text(run, "config/packages.txt").split() if "==" in line
    )
    named = ", ".join(f"{name} {packages[name]}" for name in facts.NUMERIC if name in packages)
    yield (
        "packages",
        f"{named}; all {len(packages)} in config/packages.txt of the run" if packages else ABSENT,
    )


def of_examples(tags: Mapping[str, str], params: Mapping[str, str]) -> Iterator[Line]:
    """What stage 1 was trained on: a corpus, or a view and who answered."""
    seen = tags.get("codeio.view") or ABSENT
    if "codeio.corpus" in tags:
        yield "corpus", f"{seen} ({tags['codeio.corpus']}), the first {params.get('corpus.rows', '?')} rows"
        return
    view = " ".join(f"{name}={params.get(name, '?')}" for name in VIEW)
    yield "view", f"{seen} ({view})"
    yield "teacher", tags.get("codeio.teacher") or params.get("teacher", ABSENT)


def of_code(tags: Mapping[str, str]) -> Iterator[Line]:
    dirty = {"true": "changed: ", "false": "clean"}.get(tags.get("codeio.git_dirty", ""), ABSENT)
    commit = tags.get("codeio.git_sha") or ABSENT
    yield "code", f"git {commit}, {dirty}{tags.get('codeio.git_changed', '')}"
    yield "versions", told(tags, "code", "prompts", "scorer", "sandbox")
    if "codeio.bench" in tags:
        yield "", told(tags, "bench_versions")


def of_data(tags: Mapping[str, str]) -> Iterator[Line]:
    """What dvc.lock pinned when the run began, stage by stage."""
    yield "dvc.lock", tags.get("codeio.dvc_lock_md5") or ABSENT
    outputs = {tag.removeprefix("dvc."): md5 for tag, md5 in tags.items() if tag.startswith("dvc.")}
    for path, md5 in sorted(outputs.items()):
        if path.startswith(("data/", "models/")):
            yield "", f"{path:<24}{md5 or 'not in dvc.lock'}"
    if "codeio.stale" in tags:
        yield "stale", f"trained on data that differed: {tags['codeio.stale']}"


def told(tags: Mapping[str, str], *names: str, absent: str = ABSENT) -> str:
    return ", ".join(f"{name} {tags.get(f'codeio.{name}') or absent}" for name in names)
