"""Plays one recorded call in the current directory: `python -I -S player.py part.json`.

Runs under the guardian like any agent, copied into the run folder: the standard library and git are all it has. Writes
nothing outside the directory it was started in and the scratch folder of its run. Exit status 3: the recording does not
fit the files it finds.
"""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

MISFIT = 3
WAYS = ((), ("--recount",), ("--recount", "--3way"))
"""How a patch is tried: as it is; after secrets were taken out of it; onto files that others have changed."""


class MisfitError(Exception):
    """The recording does not fit the tree."""


def main(part_file: str) -> int:
    """Play the part and give the recorded exit status."""
    part = json.loads(Path(part_file).read_text(encoding="utf-8"))
    play = part["play"]
    if play.get("prompt", "") not in {"", part.get("asked", "")}:
        sys.stderr.write("the prompt is another one than was recorded\n")
    try:
        for step in play.get("steps", []):
            time.sleep(part["pace"])
            perform(step, part.get("speed", 1.0))
    except MisfitError as problem:
        sys.stderr.write(f"the recording does not fit: {problem}; record it again\n")
        return MISFIT
    say(play.get("final", ""))
    return int(play.get("exit", 0))


def perform(step: dict[str, Any], speed: float) -> None:
    """Do one step."""
    match step["do"]:
        case "say":
            say(step["text"], exact=step.get("exact", False), error=step.get("error", False))
        case "pause":
            time.sleep(step["seconds"] / speed if speed else 0)
        case "write":
            write(inside(step["path"]), step["text"], executable=step.get("executable", False))
        case "edit":
            edit(inside(step["path"]), step["old"], step["new"])
        case "delete":
            inside(step["path"]).unlink(missing_ok=True)
        case "patch":
            apply(base64.b64decode(step["base64"]) if step.get("base64") else step.get("text", "").encode())
        case _:
            play_out(step)


def play_out(step: dict[str, Any]) -> None:
    """Do one of the steps that a recording of a real run has beside what it said and changed."""
    match step["do"]:
        case "tell":
            leave(Path("outbox") / f"{step['id']}.json", json.dumps(step["word"]))
        case "leave":
            leave(Path(step["name"]), step["text"])
        case "hang":
            while True:
                signal.pause()
        case "die":
            if step["signal"] == signal.SIGINT:  # Python would make an exception of it
                signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), step["signal"])
        case kind:
            raise MisfitError(f"unknown step {kind!r}")


def say(text: str, *, exact: bool = False, error: bool = False) -> None:
    """Print at once, ended by a newline unless it is to be exact."""
    stream = sys.stderr if error else sys.stdout
    stream.write(text if exact or text.endswith("\n") or not text else f"{text}\n")
    stream.flush()


def apply(patch: bytes) -> None:
    """Change files as the patch says, whatever git is configured to do elsewhere."""
    env = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    env["GIT_CEILING_DIRECTORIES"] = str(Path.cwd().parent)
    said = b""
    for way in WAYS:
        command = ["git", "apply", "--whitespace=nowarn", *way, "-"]
        done = subprocess.run(command, input=patch, env=env, capture_output=True, check=False)
        if done.returncode == 0:
            return
        said = said or done.stderr
    raise MisfitError(said.decode("utf-8", "replace").strip() or "its patch does not apply")


def leave(path: Path, text: str) -> None:
    """Write a file in the run's scratch folder, whole."""
    target = Path(os.environ["ORCHESTRATOR_RUN_DIR"]) / "scratch" / path
    target.parent.mkdir(exist_ok=True)
    draft = target.with_name(f".{target.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)


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
