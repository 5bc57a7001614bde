# ruff: noqa: S101 - a program beside the package
"""One repository's objects, read through one long-lived process, as the verifier wants them. Never writes."""

import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import cast

from orchestrator.model.settings import Settings
from orchestrator.model.verdicts import Judgement
from orchestrator.ports.runner import Runner
from orchestrator.ports.verifier import Case
from orchestrator.ports.workspace import Change, Trees
from orchestrator.verify.checks import CheckVerifier
from orchestrator.verify.honest import HONEST

_HEAD = 3
_BY_PEOPLE = (
    "--perl-regexp",
    r"--author=^(?!.*(?:\[bot\]|dependabot|renovate|pre-commit-ci|github-actions|greenkeeper))",
)
_ZERO = "0" * 40


class Store:
    """Implements what the honest check asks of `Trees`. `changed` puts other texts in the place of a commit's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.parent.name if path.name == "repo" else path.name
        self.changed: dict[str, bytes | None] = {}
        self._pipe = subprocess.Popen(
            ["git", "-C", str(path), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def git(self, *words: str) -> str:
        """Run git and give its output."""
        said = subprocess.run(["git", "-C", str(self.path), *words], check=True, capture_output=True)
        return said.stdout.decode("utf-8", "replace")

    def blob(self, name: str) -> bytes | None:
        """Give a blob; None where it is none."""
        assert self._pipe.stdin is not None
        assert self._pipe.stdout is not None
        self._pipe.stdin.write(name.encode() + b"\n")
        self._pipe.stdin.flush()
        head = self._pipe.stdout.readline().split()
        if len(head) < _HEAD:  # `<id> missing`
            return None
        data = self._pipe.stdout.read(int(head[2]) + 1)[:-1]
        return data if head[1] == b"blob" else None

    def close(self) -> None:
        """End the process."""
        assert self._pipe.stdin is not None
        self._pipe.stdin.close()
        self._pipe.wait()

    def commits(self, last: int) -> list[tuple[str, str]]:
        """Give people's last commits that merge nothing: id and message."""
        words = ("log", "--no-merges", "--min-parents=1", *_BY_PEOPLE, "--format=%H%x00%B%x01", f"-{last}", "HEAD")
        rows = [row.strip("\n") for row in self.git(*words).split("\x01")]
        return [(row.partition("\0")[0], row.partition("\0")[2].strip()) for row in rows if row]

    async def changes(self, queue: str, base: str, commit: str) -> tuple[Change, ...]:  # noqa: ARG002 - the port's
        """List what differs, with what was put in place of it."""
        rows = self._rows(base, commit)
        kept = [row for row in rows if row.path not in self.changed]
        put = [made for path in self.changed if (made := self._put(base, path)) is not None]
        return tuple(sorted((*kept, *put), key=lambda row: row.path))

    @lru_cache(maxsize=64)  # noqa: B019 - a few stores, that live as long as the program
    def _rows(self, base: str, commit: str) -> tuple[Change, ...]:
        parts = self.git("diff-tree", "-r", "-z", "--no-renames", "--raw", base, commit).split("\0")[:-1]
        return tuple(_change(about, path) for about, path in zip(parts[::2], parts[1::2], strict=True))

    def _put(self, base: str, path: str) -> Change | None:
        old, new = self.blob(f"{base}:{path}"), self.changed[path]
        if old == new:
            return None
        status = "A" if old is None else "D" if new is None else "M"
        return Change(path=path, status=status, old_blob=_id(old), new_blob=_id(new))

    async def read(self, queue: str, commit: str, path: str) -> bytes | None:  # noqa: ARG002 - the port's
        """Give a file of a commit; one that was put in place of it, for a commit that is judged."""
        if path in self.changed and commit == self.judged:
            return self.changed[path]
        return self.blob(f"{commit}:{path}")

    async def blobs(self, queue: str, names: Sequence[str]) -> dict[str, bytes]:  # noqa: ARG002 - the port's
        """Give blobs by their names."""
        put = {_id(new): new for new in self.changed.values() if new is not None}
        found = {name: put[name] if name in put else self.blob(name) for name in names}
        return {name: data for name, data in found.items() if data is not None}

    @lru_cache(maxsize=64)  # noqa: B019 - a few stores, that live as long as the program
    def listed(self, commit: str) -> tuple[str, ...]:
        """List all files of a commit."""
        return tuple(self.git("ls-tree", "-r", "-z", "--name-only", commit).split("\0")[:-1])

    async def paths(self, queue: str, commit: str) -> tuple[str, ...]:  # noqa: ARG002 - the port's
        """List all files of a commit, with what was put in place of them."""
        paths = set(self.listed(commit))
        if commit == self.judged:
            paths = (paths - set(self.changed)) | {path for path, text in self.changed.items() if text is not None}
        return tuple(sorted(paths))

    judged = ""

    async def judge(self, commit: str, message: str, state: Path, changed: dict[str, bytes | None]) -> Judgement:
        """Judge a commit against its parent as `orchestrator verify REV --check honest` does."""
        self.judged, self.changed = commit, changed
        verifier = CheckVerifier(Settings(), cast("Trees", self), cast("Runner", None), state, {})  # nothing is run
        case = Case(
            task="verify/1",
            attempt=1,
            iteration=1,
            commit=commit,
            tree=commit,
            base=self.git("rev-parse", f"{commit}^").strip(),
            checks=(HONEST,),
            by_hand=True,
            words=message,
        )
        return await verifier.judge(case)


def _change(about: str, path: str) -> Change:
    _, _, old, new, status = about.split()
    return Change(
        path=path,
        status=status[0],
        old_blob="" if old.startswith(_ZERO) else old,
        new_blob="" if new.startswith(_ZERO) else new,
    )


def _id(data: bytes | None) -> str:
    return "" if data is None else f"{hash(data) & (1 << 63) - 1:040x}"
