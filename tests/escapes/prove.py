"""`scripts/prove escapes`: every attempt to get out, at every level, as root and as an ordinary user; and the page.

As root it also plays as `nobody`, in a copy that user can read, with the system's own Python where that is of the same
version. Any deviation from what is expected (`tests/escapes/expected.py`) fails.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import anyio
import msgspec

from orchestrator.processes import system
from tests.escapes import plants, scene
from tests.escapes.expected import ALONE, COLUMNS, HELD_AT_L0, KNOWN, L0, L1, L2, ROOTS_ALONE, Got, allowed
from tests.escapes.inside import network, others, powers, reading, sockets, writing
from tests.escapes.inside.probing import PROBES
from tests.proofs import commit, today

_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / "docs" / "proofs" / "escapes.md"
_NOBODY = "65534"
_REGISTERED = (reading, writing, others, sockets, powers, network)
_NEEDED = (anyio, msgspec)
_ALSO = ("idna", "typing_extensions.py", "orjson")
_HOMES = ("/opt", "/srv", "/var/lib")

Played = dict[str, dict[str, Got]]
"""What every probe got, by column."""


def played(folder: Path, setuid: str = "") -> Played:
    """Play every column."""
    return {column: scene.play(column, folder / column.replace(" ", "-"), setuid=setuid) for column in COLUMNS}


def as_nobody(folder: Path) -> Played | str:
    """Play as a user without any rights; gives why where that cannot be."""
    python = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    if os.getuid() != 0:
        return "only root can become somebody else"
    if not Path(python).exists() or shutil.which("setpriv") is None:
        return f"there is no {python} here that others can run, or no setpriv"
    copy, ground = folder / "copy", folder / "ground"
    shutil.copytree(_ROOT / "orchestrator", copy / "orchestrator", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(_ROOT / "tests" / "escapes", copy / "tests" / "escapes")
    shutil.copy(_ROOT / "tests" / "proofs.py", copy / "tests")
    for place in [Path(str(module.__file__)).parent for module in _NEEDED]:
        shutil.copytree(place, copy / place.name)
    for also in [Path(str(anyio.__file__)).parents[1] / name for name in _ALSO]:
        (shutil.copytree if also.is_dir() else shutil.copy)(also, copy / also.name)
    setuid = copy / "other-user"
    shutil.copy(shutil.which("id") or "/usr/bin/id", setuid)
    ground.mkdir()
    os.chown(ground, int(_NOBODY), int(_NOBODY))
    subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)
    folder.chmod(0o755)
    setuid.chmod(0o4755)
    argv = ["setpriv", "--reuid", _NOBODY, "--regid", _NOBODY, "--clear-groups", python, "-m", "tests.escapes.prove"]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(copy), "HOME": "/nonexistent"}
    inner = ["--inside", str(ground), "--setuid", str(setuid)]
    done = subprocess.run([*argv, *inner], cwd=copy, env=env, check=True, capture_output=True, timeout=300)
    return msgspec.json.decode(done.stdout, type=Played)


def deviations(found: Played, *, root: bool) -> list[str]:
    """Say where something came of a probe that is not expected."""
    return [
        f"{'root' if root else 'ordinary user'}, {column}: {name} is {got}"
        for column, gots in found.items()
        for name, got in gots.items()
        if got not in allowed(name, column, root=root)
    ]


def page(
    mine: Played, nobodys: Played | str, planted: dict[str, dict[str, Got]], seconds: float, wrong: list[str]
) -> str:
    """Write down what came of everything."""
    root = os.getuid() == 0
    users = [
        ("root" if root else "ordinary user", mine),
        *([("ordinary user", nobodys)] if root and not isinstance(nobodys, str) else []),
    ]
    rows = [
        f"| {name} | {group} | {' | '.join(_cell([found[column][name] for _, found in users]) for column in COLUMNS)} |"
        for name, group in _probes()
    ]
    return "\n".join(
        [
            "# Proof: attempts to get out of the sandbox",
            "",
            _INTRODUCTION,
            "",
            "- command: `scripts/prove escapes`",
            f"- date: {today()}, commit: {commit()}, Linux {os.uname().release}",
            f"- Landlock {system.found().landlock}; bubblewrap {_version()}",
            f"- probes: {len(mine[L2])}, at {len(COLUMNS)} levels, as {' and '.join(user for user, _ in users)}"
            + (f"; not as an ordinary user: {nobodys}" if isinstance(nobodys, str) else ""),
            f"- plants: {len(plants.PLANTS)}",
            f"- deviations from what is expected: {len(wrong)}",
            f"- all of it: {seconds:.0f} s",
            "",
            f"| probe | of | {' | '.join(COLUMNS)} |",
            f"|---|---|{'---|' * len(COLUMNS)}",
            *rows,
            "",
            "Where root and an ordinary user fare differently, root stands first. `-`: there was nothing to try it on.",
            "",
            "## What is not held, and why",
            "",
            *[f"- {column}: `{name}`: {why}." for (name, column), why in KNOWN.items()],
            "",
            "## What is held without any sandbox",
            "",
            *[f"- `{name}`: {why}." for name, why in HELD_AT_L0.items()],
            f"- For an ordinary user, by the system itself: {', '.join(f'`{name}`' for name in sorted(ROOTS_ALONE))}.",
            "  A container may keep even root from some of these.",
            "",
            "## What is left in `.git`",
            "",
            "A whole run: agents plant programs in their clones' settings, hooks and attributes, and claim; their work",
            "is captured, judged, merged, and the base follows. None may run when our git looks at what it left.",
            f"`{plants.PLAIN}` is what a person's own git does with such a clone: it shows which plants work.",
            "",
            f"| plant | {' | '.join(planted)} |",
            f"|---|{'---|' * len(planted)}",
            *[f"| {name} | {' | '.join(gots[name] for gots in planted.values())} |" for name in plants.PLANTS],
            "",
            *([*("## Deviations", ""), *[f"- {line}" for line in wrong], ""] if wrong else []),
        ]
    )


_INTRODUCTION = f"""Each probe is an attempt of a real program (`tests/escapes/inside`) to reach what is not its own: a
person's keys and files, another process (`tests/escapes/victim.py`) with secrets and every kind of socket, the
orchestrator's records, the kernel. It ran under a guardian like any agent, once at each level. What writes is judged by
what stands outside afterwards. `out`: it got out; `held`: it did not. At {L0} nothing is promised: that a probe gets
out there shows that it works. `{ALONE}` is Landlock without namespaces, as where user namespaces are forbidden; {L1}
has them. Probes of the network ran with `egress = []`, except at {L0}."""


def _cell(gots: list[Got]) -> str:
    shown = ["-" if got == "none" else got for got in gots]
    return shown[0] if len(set(shown)) == 1 else " / ".join(shown)


def _version() -> str:
    done = subprocess.run(["bwrap", "--version"], check=False, capture_output=True, text=True)
    return done.stdout.split()[-1] if done.stdout else "is not there"


def _probes() -> list[tuple[str, str]]:
    """List the probes and their groups, the groups in the order in which a reader wants them."""
    found = [(name, group) for name, (group, _) in PROBES.items()]
    order = (*scene.GROUPS, "network")
    return sorted(found, key=lambda probe: order.index(probe[1]))


def main(argv: Sequence[str] | None = None) -> int:
    """Prove it; 0 if everything is as expected."""
    parser = argparse.ArgumentParser(prog="scripts/prove escapes", description=__doc__)
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--setuid", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args(argv)
    if asked.inside:
        sys.stdout.write(json.dumps(played(Path(asked.inside), asked.setuid)))
        return 0
    began = time.monotonic()
    where = next((home for home in _HOMES if os.access(home, os.W_OK)), str(Path.home()))
    with tempfile.TemporaryDirectory(prefix="orchestrator-escapes-", dir=where, ignore_cleanup_errors=True) as top:
        folder = Path(top)
        mine, nobodys = played(folder / "mine"), as_nobody(folder)
        levels = {L0: "none", L1: "landlock", L2: "bwrap"}
        planted = {plants.PLAIN: plants.plain(folder / "plain")}
        planted |= {level: plants.plant(folder / level, sandbox) for level, sandbox in levels.items()}
    wrong = deviations(mine, root=os.getuid() == 0)
    wrong += [] if isinstance(nobodys, str) else deviations(nobodys, root=False)
    wrong += [f"{level}: {name} ran" for level in levels for name, got in planted[level].items() if got == "out"]
    wrong += [f"plain git: {name} does not run" for name in plants.SURE if planted[plants.PLAIN][name] != "out"]
    _PAGE.parent.mkdir(parents=True, exist_ok=True)
    _PAGE.write_text(page(mine, nobodys, planted, time.monotonic() - began, wrong))
    for line in wrong:
        sys.stdout.write(f"NOT EXPECTED  {line}\n")
    sys.stdout.write(f"{sum(map(len, mine.values()))} attempts, {len(wrong)} deviations; see {_PAGE}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
