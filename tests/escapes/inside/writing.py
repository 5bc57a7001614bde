"""Writing where work may not be written, and what only looks like writing."""

import mmap
import os
from functools import partial
from pathlib import Path

from tests.escapes.inside.probing import PROBES, C, append, call, probe

_WRITES = {
    "write-checkout": "{project}/code.py",
    "write-queue-file": "{project}/queues/q.json",
    "write-configuration": "{project}/orchestrator.toml",
    "write-git-configuration": "{project}/.git/config",
    "write-git-hook": "{project}/.git/hooks/post-merge",
    "write-git-reference": "{project}/.git/refs/heads/main",
    "write-journal": "{state}/journal/1.jsonl",
    "write-exit-record": "{run}/exit.json",
    "write-verdict": "{run}/verdict.json",
    "write-guardian-record": "{run}/guardian.json",
    "write-transcript-by-name": "{run}/out",
    "write-record-of-another-run": "{state}/runs/other/exit.json",
    "write-workspace-of-another-attempt": "{state}/workspaces/other/code.py",
    "write-shell-start-up": "{home}/.bashrc",
    "write-program-on-the-path": "{home}/.local/bin/git",
    "write-start-up-of-sessions": "{home}/.config/autostart/x.desktop",
    "plant-in-tmp": "{planted}",
}


def _append_to(path: str) -> bool:
    return append(path.format(**vars(C)))


for _name, _path in _WRITES.items():
    PROBES[_name] = ("writing", partial(_append_to, _path))


@probe("writing")
def _write_system_file() -> bool:
    return append("/etc/orchestrator-probe")


@probe("writing")
def _write_journal_through_a_link() -> bool:
    Path("into").symlink_to(f"{C.state}/journal")
    return append("into/linked.jsonl")


@probe("writing")
def _write_journal_through_a_hard_link() -> bool:
    os.link(f"{C.state}/journal/hard.jsonl", "hard.jsonl")
    return append("hard.jsonl")


@probe("writing")
def _cut_journal_short_by_name() -> bool:
    os.truncate(f"{C.state}/journal/cut.jsonl", 0)
    return True


@probe("writing")
def _cut_journal_short_while_reading() -> bool:
    os.open(f"{C.state}/journal/cut2.jsonl", os.O_RDONLY | os.O_TRUNC)
    return True


@probe("writing")
def _delete_journal() -> bool:
    Path(f"{C.state}/journal/delete.jsonl").unlink()
    return True


@probe("writing")
def _take_journal_away() -> bool:
    Path(f"{C.state}/journal/take.jsonl").rename("taken.jsonl")
    return True


@probe("writing")
def _put_a_file_among_the_journal() -> bool:
    Path("put.jsonl").write_text("x")
    Path("put.jsonl").rename(f"{C.state}/journal/put.jsonl")
    return True


@probe("writing")
def _swap_journal() -> bool:
    Path("swap.jsonl").write_text("x")
    arguments = (-100, b"swap.jsonl", -100, f"{C.state}/journal/swap.jsonl".encode(), 2)
    return call("renameat2", *arguments) == 0


@probe("writing")
def _cut_own_transcript_short() -> bool:
    os.ftruncate(C.stdout, 0)
    return True


@probe("writing")
def _change_mode_of_key() -> bool:
    Path(f"{C.home}/.ssh/id_ed25519").chmod(0o644)
    return True


@probe("writing")
def _change_times_of_checkout() -> bool:
    os.utime(C.untouched, (1, 1))
    return True


@probe("writing")
def _make_device() -> bool:
    os.mknod("device", 0o600 | 0o060000, os.makedev(1, 1))
    return True


@probe("writing")
def _map_file_writable() -> bool:
    with Path(f"{C.state}/journal/mapped.jsonl").open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as memory:
        memory[:4] = b"OUT!"
    return True
