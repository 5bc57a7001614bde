"""Plays one recorded iteration in the current directory: `python -I -S player.py part.json`.

Runs under the guardian like any agent, copied into the run folder: the standard library is all it has. Writes nothing
outside the directory it was started in. Exit status 3: the recording does not fit the files it finds.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

MISFIT = 3


class MisfitError(Exception):
    """The recording does not fit the tree."""


def main(part_file: str) -> int:
    """Play the part and give the recorded exit status."""
    part = json.loads(Path(part_file).read_text(encoding="utf-8"))
    play = part["play"]
    try:
        for step in play.get("steps", []):
            time.sleep(part["pace"])
            perform(step)
    except MisfitError as problem:
        sys.stderr.write(f"the recording does not fit: {problem}; record it again\n")
        return MISFIT
    say(play.get("final", ""))
    return int(play.get("exit", 0))


def perform(step: dict[str, Any]) -> None:
    """Do one step."""
    kind = step["do"]
    if kind == "say":
        say(step["text"])
    elif kind == "pause":
        time.sleep(step["seconds"])
    elif kind == "write":
        write(inside(step["path"]), step["text"], executable=step.get("executable", False))
    elif kind == "edit":
        edit(inside(step["path"]), step["old"], step["new"])
    elif kind == "delete":
        inside(step["path"]).unlink(missing_ok=True)
    else:
        raise MisfitError(f"unknown step {kind!r}")


def say(text: str) -> None:
    """Print, ended by a newline, at once."""
    sys.stdout.write(text if text.endswith("\n") or not text else f"{text}\n")
    sys.stdout.flush()


def write(path: Path, text: str, *, executable: bool) -> None:
    """Write a whole file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    if executable:
        path.chmod(0o755)


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that stands exactly once, unless that is done already."""
    if not path.is_file():
        raise MisfitError(f"{path} does not exist")
    with path.open(encoding="utf-8", newline="") as file:
        text = file.read()
    found = text.count(old)
    if found == 1 and not (new and old in new and new in text):
        write(path, text.replace(old, new), executable=False)
    elif not new or new not in text:
        raise MisfitError(f"{path} holds the text to replace {found} times, not once")


def inside(path: str) -> Path:
    """Give the path below the current directory, whatever links lie on the way."""
    here = Path.cwd().resolve()
    if not (here / path).resolve().is_relative_to(here):
        raise MisfitError(f"{path} lies outside the workspace")
    return Path(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
