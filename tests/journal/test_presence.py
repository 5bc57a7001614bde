"""Who is alive is asked of the kernel's locks."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from orchestrator.errors import JournalError
from orchestrator.files.locks import FileLock
from orchestrator.journal.presence import FilePresence
from orchestrator.ports.journal import Presence

JOIN = """
import sys
from pathlib import Path
from orchestrator.files.locks import FileLock
from orchestrator.journal.presence import FilePresence
presence = FilePresence(Path(sys.argv[1]))
presence.join("child", ("backend",))
print("joined", flush=True)
sys.stdin.read()
"""


def start_child(folder: Path) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-c", JOIN, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ}
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"joined\n"
    return child


def end(child: subprocess.Popen[bytes], how: signal.Signals = signal.SIGKILL) -> None:
    child.send_signal(how)
    child.communicate()


def test_nobody_is_there_before_anybody_came(tmp_path: Path) -> None:
    presence = FilePresence(tmp_path / "workers")
    port: Presence = presence
    assert dict(port.peers()) == {}
    assert not presence.alive("anybody")
    assert not (tmp_path / "workers").exists()


def test_who_joined_is_alive_to_itself_and_others_until_it_leaves(tmp_path: Path) -> None:
    mine, yours = FilePresence(tmp_path), FilePresence(tmp_path)
    mine.join("one")
    yours.join("two", ("backend", "docs"))
    assert dict(mine.peers()) == dict(yours.peers()) == {"one": None, "two": ("backend", "docs")}
    assert mine.alive("one")
    assert yours.alive("one")
    mine.leave()
    assert not mine.alive("one")
    assert dict(yours.peers()) == {"two": ("backend", "docs")}
    yours.leave()
    assert list(tmp_path.iterdir()) == []


def test_a_card_says_who_it_is(tmp_path: Path) -> None:
    presence = FilePresence(tmp_path)
    presence.join("one")
    [card] = presence.cards()
    presence.leave()
    assert card.pid == os.getpid()
    assert card.started.isdigit()
    assert card.host
    assert len(card.boot) == 36


def test_two_live_processes_cannot_be_the_same_worker(tmp_path: Path) -> None:
    mine, yours = FilePresence(tmp_path), FilePresence(tmp_path)
    mine.join("one")
    with pytest.raises(JournalError, match="held by a live process"):
        yours.join("one")
    mine.leave()
    yours.join("one")
    assert mine.alive("one")
    yours.leave()


def test_what_a_process_left_that_died_while_joining_is_removed(tmp_path: Path) -> None:
    (tmp_path / "one.joining").touch()
    (tmp_path / "other.joining").touch()
    presence = FilePresence(tmp_path)
    presence.join("one")
    assert [path.name for path in tmp_path.iterdir()] == ["one.lock"]
    presence.leave()


def test_a_worker_that_is_joining_is_not_joined_a_second_time(tmp_path: Path) -> None:
    joining = FileLock(tmp_path / "one.joining")
    assert joining.try_acquire()
    with pytest.raises(JournalError, match="keeps changing"):
        FilePresence(tmp_path).join("one")
    assert (tmp_path / "one.joining").exists()
    joining.close()


def test_joining_that_is_disturbed_by_a_cleaner_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really, disturbed = os.link, list[Path]()

    def link(old: Path, new: Path) -> None:
        if not disturbed:
            disturbed.append(old)
            old.unlink()
        really(old, new)

    monkeypatch.setattr(os, "link", link)
    presence = FilePresence(tmp_path)
    presence.join("one")
    assert disturbed == [tmp_path / "one.joining"]
    assert FilePresence(tmp_path).alive("one")
    presence.leave()


def test_a_file_that_is_no_card_is_nobody(tmp_path: Path) -> None:
    odd = FileLock(tmp_path / "odd.lock")
    assert odd.try_acquire()
    assert dict(FilePresence(tmp_path).peers()) == {}
    odd.close()


def test_an_id_that_is_no_safe_file_name_is_refused(tmp_path: Path) -> None:
    presence = FilePresence(tmp_path)
    with pytest.raises(ValueError, match="not safe"):
        presence.join("../one")
    assert not presence.alive("../one")


def test_asking_neither_disturbs_the_holder_nor_other_askers(tmp_path: Path) -> None:
    holder, asker = FilePresence(tmp_path), FilePresence(tmp_path)
    holder.join("one")
    assert all(asker.alive("one") and holder.alive("one") for _ in range(100))
    holder.leave()


@pytest.mark.slow
def test_a_killed_process_is_gone_at_once_and_whoever_waits_is_woken(tmp_path: Path) -> None:
    presence = FilePresence(tmp_path)
    presence.join("me")
    child = start_child(tmp_path)
    assert dict(presence.peers()) == {"child": ("backend",), "me": None}

    async def story() -> None:
        with anyio.fail_after(20):
            await presence.changed()
            assert presence.alive("child")
            child.kill()
            while presence.alive("child"):
                await presence.changed()

    anyio.run(story)
    end(child)
    assert dict(presence.peers()) == {"me": None}
    assert (tmp_path / "child.lock").exists()
    presence.leave()
    later = FilePresence(tmp_path)
    later.join("later")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["later.lock"]
    later.leave()


@pytest.mark.slow
def test_a_stopped_process_is_alive(tmp_path: Path) -> None:
    child = start_child(tmp_path)
    child.send_signal(signal.SIGSTOP)
    assert FilePresence(tmp_path).alive("child")
    end(child)
    assert not FilePresence(tmp_path).alive("child")


def test_where_a_second_name_is_another_file_a_process_is_alive_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", shutil.copyfile)
    presence = FilePresence(tmp_path)
    presence.join("me")
    assert FilePresence(tmp_path).alive("me")
    assert [path.name for path in tmp_path.iterdir()] == ["me.lock"]
    presence.leave()
    assert not FilePresence(tmp_path).alive("me")
