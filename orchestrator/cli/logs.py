"""`orchestrator logs`: the tracks' logs in readable form; `-f` follows them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from orchestrator.cli.context import Context, clean, paint, pass_context, waits
from orchestrator.errors import InvalidInputError
from orchestrator.files.atomic import private_dir
from orchestrator.files.bell import Bell


@click.command("logs")
@click.option("-f", "--follow", is_flag=True, help="Go on as they grow.")
@click.option("--queue", multiple=True, help="Only this track; repeatable.")
@click.option("--task", help="Only this task (`queue/ID`).")
@click.option("-n", "--lines", type=click.IntRange(0), default=200, show_default=True, help="How many to begin with.")
@click.option("--json", "as_json", is_flag=True, help="The lines as they are on disk.")
@pass_context
def command(
    context: Context, *, follow: bool, queue: tuple[str, ...], task: str | None, lines: int, as_json: bool
) -> int:
    """Show what the tracks say, in the order it happened."""
    folder = context.project.state / "logs"
    tracks = (*queue, task.partition("/")[0]) if task else queue
    for name in queue:
        if not (folder / f"{name}.log").exists() and not follow:
            known = ", ".join(sorted(path.stem for path in folder.glob("[!_]*.log"))) or "none yet"
            raise InvalidInputError(
                f"there is no log of a queue {name!r} (known: {known}); it appears with its first event"
            )
    tail = _Tail(folder, tracks, task)
    for entry in list(tail.new())[-lines:] if lines else _spent(tail):
        click.echo(_line(entry, as_json=as_json))
    if follow:
        waits(lambda: _follow(tail, folder, as_json=as_json))
    return 0


def _spent(tail: "_Tail") -> list[dict[str, Any]]:
    list(tail.new())
    return []


async def _follow(tail: "_Tail", folder: Path, *, as_json: bool) -> None:
    bell = Bell(private_dir(folder))
    try:
        while True:
            for entry in tail.new():
                click.echo(_line(entry, as_json=as_json))
            await bell.wait()
    finally:
        bell.close()


class _Tail:
    """Reads what is new in the log files; keeps a place in each."""

    def __init__(self, folder: Path, tracks: tuple[str, ...], task: str | None) -> None:
        self._folder, self._tracks, self._task = folder, tracks, task
        self._places: dict[Path, int] = {}

    def new(self) -> Iterator[dict[str, Any]]:
        """Give the new entries of all tracks, merged by seq."""
        entries = [entry for path in self._files() for entry in self._read(path)]
        wanted = (entry for entry in entries if self._task is None or entry.get("task") == self._task)
        return iter(sorted(wanted, key=lambda entry: entry.get("seq", 0)))

    def _files(self) -> list[Path]:
        if self._tracks:
            return [path for name in self._tracks if (path := self._folder / f"{name}.log").exists()]
        return sorted(self._folder.glob("*.log"))

    def _read(self, path: Path) -> Iterator[dict[str, Any]]:
        with path.open("rb") as file:
            file.seek(self._places.get(path, 0))
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._places[path] = self._places.get(path, 0) + len(line)
                yield {**json.loads(line), "_raw": line}


def _line(entry: dict[str, Any], *, as_json: bool) -> str:
    if as_json:
        return bytes(entry["_raw"]).decode().rstrip("\n")
    where = entry.get("task") or ""
    at = paint(str(entry.get("at", ""))[11:19], "dim")
    return f"{at}  {clean(where):<22} {paint(clean(str(entry.get('text', ''))), str(entry.get('level', '')))}"
