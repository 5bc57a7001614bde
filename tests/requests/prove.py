"""`scripts/prove requests`: verified work becomes merge requests by the real `glab`, on a host of our own; the page."""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.proofs import ROOT, commit, today
from tests.requests.gitlab import GitLab
from tests.scenarios.conftest import Shop

_PAGE = ROOT / "docs" / "proofs" / "requests.md"
_INTRODUCTION = """With `land = "pr"` a run pushes verified work and opens merge requests through the real `glab`, to a
server on loopback that speaks the part of GitLab's API which `glab` asks for and serves the repository over git's own
HTTP (`tests/requests/`). A person merges one, closes another, and pushes what conflicts with a third."""
_MISSING = "scripts/prove requests needs glab on the PATH, or --glab PROGRAM\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Prove it; 0 if everything holds."""
    parser = argparse.ArgumentParser(prog="scripts/prove requests", description=__doc__)
    parser.add_argument("--glab", default=shutil.which("glab"), help="the program, where it is not on the PATH")
    asked = parser.parse_args(argv)
    if asked.glab is None:
        sys.stderr.write(_MISSING)
        return 2
    began, shop = time.monotonic(), Shop(Path(tempfile.mkdtemp(prefix="requests-")))
    host = GitLab(shop.base / "gitlab")
    try:
        wrong = [what for what, holds in _story(shop, host, Path(asked.glab)) if not holds]
    finally:
        host.close()
        shop.close()
    version = subprocess.run([asked.glab, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    page = [
        "# Proof: requests by the real `glab`",
        "",
        _INTRODUCTION,
        "",
        "- command: `scripts/prove requests`",
        f"- date: {today()}, commit: {commit()}; {version.lower()}",
        f"- merge requests: {len(host.requests)}; calls of the API: {sum('/api/v4/' in line for line in host.asked)}",
        f"- what did not hold: {len(wrong)}",
        f"- all of it: {time.monotonic() - began:.0f} s",
        *(f"- {line}" for line in wrong),
        "",
    ]
    _PAGE.write_text("\n".join(page))
    sys.stdout.write("\n".join([*page[4:], ""]))
    return 1 if wrong else 0


def _story(shop: Shop, host: GitLab, glab: Path) -> Iterator[tuple[str, bool]]:
    """Tell it, and after each step what must hold."""
    shop.config(project='land = "pr"')
    shop.play("q/C", "echo \"main = 'from C'\" > main.py; works; claims")
    shop.queue("q", "A", {"id": "B", "dependencies": ["A"]}, {"id": "C", "dependencies": ["B"]})
    shop.commit()
    shop.git("remote", "add", "origin", host.url)
    shop.git("push", "-q", "origin", "main")
    tools = shop.base / "tools"
    tools.mkdir()
    (tools / "glab").symlink_to(glab)
    shop.env |= {**host.environment(shop.base / "glab"), "PATH": f"{tools}:{shop.env['PATH']}"}

    yield "a run leaves with 5 when only a person is waited for", shop.run().code == 5
    first = host.requests[0]
    yield "the request is of the attempt's branch", first["source_branch"] == "orchestrator-work/q/A-1"
    yield "it says what was verified", "**PASS** for `q/A`" in first["description"]
    yield "the task waits for the request, by its address", shop.task("q/A")["reason"]["on"] == [first["web_url"]]

    landed = host.merge(1)
    yield "another run finds it merged, and opens the next", shop.run().code == 5
    done = shop.task("q/A")
    yield "the task is completed with the host's commit", (done["status"], done["commit"]) == ("completed", landed)
    yield "the target is what the host has", shop.git("rev-parse", "orchestrator/main") == landed

    host.refuse(2)
    yield "a run whose request was closed says so", shop.run().code == 1
    yield "and why", "was closed without being merged" in shop.task("q/B")["reason"]["text"]
    yield "a person has it done anew", shop.ask("retry", "q/B").code == 0
    yield "another attempt opens another request", shop.run().code == 5
    yield "of another branch", host.requests[-1]["source_branch"] == "orchestrator-work/q/B-2"

    host.merge(len(host.requests))
    yield "the one after it is asked for", shop.run().code == 5
    number = len(host.requests)
    host.push("main.py", "main = 'from somebody else'\n")
    yield "what conflicts goes back to its agent", shop.run().code == 5
    states = [(one["source_branch"].rpartition("/")[2], one["state"]) for one in host.requests[number - 1 :]]
    yield f"the new request takes the place of the old one: {states}", states == [("C-1", "closed"), ("C-2", "opened")]
    host.merge(len(host.requests))
    yield "all is done", shop.run().code == 0
    opened, merged = (len(shop.events(kind)) for kind in ("request.opened", "task.completed"))
    yield f"each opened and completed once: {opened}, {merged}", (opened, merged) == (5, 3)


if __name__ == "__main__":
    sys.exit(main())
