"""Says what is kept of the past, how much it is and when it goes. Only ever looks."""

from collections.abc import Iterable
from pathlib import Path

from orchestrator.daemon.clearing import records, sizes_of
from orchestrator.daemon.machine import ok
from orchestrator.model.answers import DoctorLine
from orchestrator.model.settings import Retention
from orchestrator.model.world import World
from orchestrator.policy.retention import over_since
from orchestrator.workspace.repository import Repository

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_DAY_S = 86_400


async def kept(state: Path, world: World, wanted: Retention, repositories: Iterable[Repository]) -> list[DoctorLine]:
    """Say it of records, workspaces and refs; nothing where nothing was ever done."""
    if not (state / "runs").is_dir():
        return []
    sizes = sizes_of(records(state))
    over = [task for task in sizes if over_since(world, task) is not None]
    limit = f", at most {amount(wanted.size)}" if wanted.size else ""
    stands = sum(1 for path in (state / "workspaces").glob("*/*/*") if path.name.isdigit())
    lines = [
        ok(
            f"kept: records of {_tasks(len(sizes))}, {amount(sum(sizes.values()))}; of these {len(over)} are over, "
            f"{amount(sum(sizes[task] for task in over))}, go {_when(wanted.records_s)}{limit}"
        ),
        ok(f"kept: {stands} workspace{'s' if stands != 1 else ''} of attempts that are under way or wait for a person"),
    ]
    for repository in repositories:
        count, held = await _refs(repository)
        if count:
            lines.append(
                ok(
                    f"kept: {count} refs below refs/orchestrator in {repository.top}, {held} of commits that "
                    f"{repository.target} holds too (they go {_when(wanted.landed_s)}), the rest of work that is only "
                    f"there (superseded by work that landed: it goes {_when(wanted.superseded_s)}; any other: never)"
                )
            )
    return lines


async def _refs(repository: Repository) -> tuple[int, int]:
    target = f"--merged=refs/heads/{repository.target}"
    every = await repository.git("for-each-ref", "--format=%(refname)", "refs/orchestrator/")
    held = await repository.git(
        "for-each-ref", "--format=%(refname)", target, "refs/orchestrator/", accept=(0, 128, 129)
    )
    return len(every.out.split()), len(held.out.split()) if held.code == 0 else 0


def amount(size: float) -> str:
    """Say a number of bytes as people do."""
    power = 0
    while size >= 1024 and power < len(_UNITS) - 1:  # noqa: PLR2004  # what the units mean
        size, power = size / 1024, power + 1
    return f"{size:.0f} {_UNITS[power]}" if power < 1 else f"{size:.1f} {_UNITS[power]}"


def _tasks(count: int) -> str:
    return f"{count} task{'s' if count != 1 else ''}"


def _when(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    days = seconds / _DAY_S
    return f"{days:g} days after its end" if days >= 1 else f"{seconds:g} s after its end"
