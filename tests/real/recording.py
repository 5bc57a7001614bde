"""Keeps what a real run said, as a recording that later readers can be tried on: paths rewritten, long lines cut."""

import json
import re
from pathlib import Path

from tests.real.stage import Stage

_LONG = 400
"""Of one repeated character: what a command printed to be much."""


def keep(folder: Path, name: str, stage: Stage) -> None:
    """Write `NAME.run.txt`: lines of stdout (`o`) and stderr (`e`), `TIMEOUT` if it was stopped, the exit status."""
    folder.mkdir(parents=True, exist_ok=True)
    said = [
        f"{mark} {line}"
        for mark, file in (("o", "transcript.jsonl"), ("e", "stderr.log"))
        for line in _lines(stage, file)
    ]
    ended = stage.run_dir / "exit.json"
    end = json.loads(ended.read_bytes()) if ended.exists() else {}
    status = end.get("code") if end.get("code") is not None else -(end.get("signal") or 0)
    stopped = ["TIMEOUT"] if (stage.run_dir / "stopped.json").exists() else []
    (folder / f"{name}.run.txt").write_text("\n".join([*said, *stopped, f"## rc={status}", ""]), encoding="utf-8")


def _lines(stage: Stage, file: str) -> list[str]:
    try:
        text = (stage.run_dir / file).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    for path, plain in (
        (stage.workspace, "/home/dev/repo"),
        (stage.person, "/home/dev"),
        (stage.root, "/home/dev/run"),
    ):
        text = text.replace(str(path), plain)
    text = text.replace(str(Path.home()), "/home/dev")
    return [re.sub(rf"(x{{{_LONG}}})x+", r"\1", line) for line in text.splitlines()]
