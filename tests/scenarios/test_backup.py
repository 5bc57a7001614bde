"""A backup is proved by restoring it: on an empty disk, in a clone, over damage; and refused where it would lose."""

import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.scenarios.conftest import Answer, Shop


def command(shop: Shop, folder: Path, *argv: str, stdin: bytes = b"") -> Answer:
    done = subprocess.run(
        [sys.executable, "-m", "orchestrator", *argv],
        cwd=folder,
        env=shop.env,
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return Answer(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode())


@pytest.fixture
def midway(shop: Shop) -> Shop:
    """Give a project killed in the middle: A landed, B has a capture that failed and an agent at work."""
    shop.commit()
    shop.write("green.sh", "#!/bin/sh\ntest ! -e B.py || grep -q '2' B.py\n", mode=0o755)
    shop.queue("q", "A", {"id": "B", "dependencies": ["A"]})
    shop.play("q/B", '[ "$iteration" = 1 ] || gate go\nworks; claims')
    shop.hold("go")
    run = shop.start("run")
    shop.started("q/B", iteration=2)
    run.kill()
    return shop


@pytest.mark.slow
def test_a_project_lost_whole_goes_on_from_its_backup_in_an_empty_folder(midway: Shop, tmp_path: Path) -> None:
    shop = midway
    landed = shop.git("rev-parse", "orchestrator/main")
    work = shop.git("rev-parse", "refs/orchestrator/q/B/1/1")
    file = tmp_path / "shop.tar.gz"
    done = shop.ask("backup", str(file))
    assert done.code == 0, done.err
    before = {ref: task["iterations"] for ref, task in shop.tasks().items()}
    shop.open("go")
    plays = tmp_path / "plays"
    shutil.copytree(shop.root / "plays", plays)
    scripts = {name: (shop.root / name).read_text() for name in ("agent.sh", "green.sh")}
    for pid in shop.guardians():
        subprocess.run(["kill", str(pid)], check=False)
    shutil.rmtree(shop.root)
    shop.root.mkdir()

    answer = shop.ask("restore", str(file))
    assert answer.code == 0, answer.err
    assert "next: orchestrator status" in answer.out
    assert shop.git("rev-parse", "orchestrator/main") == landed
    assert shop.git("rev-parse", "refs/orchestrator/q/B/1/1") == work
    assert {ref: task["iterations"] for ref, task in shop.tasks().items()} == before
    assert (shop.run_dir("q/A") / "verdict.json").exists()

    for name, text in scripts.items():
        shop.write(name, text, mode=0o755)
    shutil.copytree(plays, shop.root / "plays")
    shop.play("q/B", "works; claims")
    ended = shop.run()
    assert ended.code == 0, ended.err
    assert {ref: task["status"] for ref, task in shop.tasks().items()} == {"q/A": "completed", "q/B": "completed"}
    assert len(shop.events("task.merged", task="q/A")) == 1
    assert (shop.state / "logs" / "q.log").read_text().count("merged into") == 2
    assert shop.ask("doctor", "--audit").code == 0


@pytest.mark.slow
def test_a_clone_takes_the_work_in_beside_its_own_branch(midway: Shop, tmp_path: Path) -> None:
    shop = midway
    shop.git("add", "queues")
    shop.git("commit", "-q", "-m", "the plan")
    clone = tmp_path / "clone"
    shop.git("clone", "-q", "--branch", "main", str(shop.root), str(clone))
    (clone / "mine.txt").write_text("not to be touched")
    piped = subprocess.run(
        [sys.executable, "-m", "orchestrator", "backup", "--lean", "-"],
        cwd=shop.root, env=shop.env, capture_output=True, check=True,
    )  # fmt: skip
    answer = command(shop, clone, "restore", "-", stdin=piped.stdout)
    assert answer.code == 0, answer.err
    assert (clone / "mine.txt").read_text() == "not to be touched"
    told = subprocess.run(
        ["git", "for-each-ref", "--format=%(refname)"], cwd=clone, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"refs/heads/orchestrator/main", "refs/orchestrator/q/B/1/1"} <= set(told)
    assert '"B"' in command(shop, clone, "status", "--json").out
    assert not (clone / ".aibrain" / "runs" / "q").exists()


@pytest.mark.slow
def test_a_damaged_journal_is_set_aside_for_the_backups(midway: Shop, tmp_path: Path) -> None:
    shop = midway
    file = tmp_path / "shop.tar"
    done = shop.ask("backup", str(file))
    assert done.code == 0, done.err
    segment = next((shop.state / "journal").glob("*.jsonl"))
    damaged = bytearray(segment.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    segment.write_bytes(damaged)
    assert shop.ask("status").code == 4
    refused = shop.ask("backup", str(tmp_path / "more.tar"))
    assert (refused.code, (tmp_path / "more.tar").exists()) == (4, False)

    refused = shop.ask("restore", str(file))
    assert refused.code == 1
    assert "there is a journal already" in refused.err
    assert "--replace" in refused.err
    assert segment.read_bytes() == damaged
    answer = shop.ask("restore", str(file), "--replace")
    assert answer.code == 0, answer.err
    assert (shop.state / "replaced-1" / "journal" / segment.name).read_bytes() == damaged
    assert shop.ask("doctor").code != 4
    shop.open("go")
    assert shop.run().code == 0


@pytest.mark.slow
def test_a_journal_that_holds_more_than_the_backup_is_said_to(midway: Shop, tmp_path: Path) -> None:
    shop = midway
    file = tmp_path / "shop.tar"
    done = shop.ask("backup", str(file))
    assert done.code == 0, done.err
    assert shop.ask("pause", "q").code == 0
    refused = shop.ask("restore", str(file))
    assert refused.code == 1
    assert "it holds all of the backup and" in refused.err


@pytest.mark.slow
def test_work_that_stands_elsewhere_is_refused_or_kept_aside(midway: Shop, tmp_path: Path) -> None:
    shop = midway
    file = tmp_path / "shop.tar"
    done = shop.ask("backup", str(file))
    assert done.code == 0, done.err
    taken = shop.git("rev-parse", "orchestrator/main")
    other = shop.git("commit-tree", "-m", "another history", "orchestrator/main^{tree}")
    shop.git("update-ref", "refs/heads/orchestrator/main", other)
    shutil.rmtree(shop.state / "journal")
    refused = shop.ask("restore", str(file))
    assert refused.code == 1
    assert "orchestrator/main" in refused.err
    assert shop.git("rev-parse", "orchestrator/main") == other
    assert not (shop.state / "journal").exists()
    assert shop.ask("restore", str(file), "--replace").code == 0
    assert shop.git("rev-parse", "orchestrator/main") == taken
    aside = shop.git("for-each-ref", "--format=%(objectname)", "refs/orchestrator-replaced")
    assert other in aside


def test_a_backup_is_written_where_the_person_stands(midway: Shop) -> None:
    assert midway.ask("backup", "here.tar.gz").code == 0
    assert (midway.root / "here.tar.gz").stat().st_size > 0


def test_what_is_no_whole_backup_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    shop.commit()
    shop.queue("q", "A")
    assert shop.ask("pause", "q").code == 0
    whole = tmp_path / "whole.tar"
    assert shop.ask("backup", str(whole)).code == 0
    content = whole.read_bytes()
    for name, bad, words in (
        ("cut.tar", content[: len(content) // 2], "is no whole backup"),
        ("flipped.tar", content.replace(b'"queue.paused"', b'"queue.Paused"', 1), "is not what was backed up"),
        ("alien.tar", _tar("../../evil", b"x"), "which no backup does"),
        ("empty.tar", b"", "is no whole backup"),
    ):
        (tmp_path / name).write_bytes(bad)
        empty = tmp_path / f"for-{name}"
        answer = shop.ask("-C", str(tmp_path), "restore", str(tmp_path / name))
        assert (answer.code, words in answer.err) == (2, True), (name, answer.err)
        assert not empty.exists()
        assert not (tmp_path / ".aibrain").exists()
    assert not (tmp_path.parent / "evil").exists()


def test_nothing_is_restored_under_a_live_run_or_over_files_without_git(shop: Shop, tmp_path: Path) -> None:
    shop.commit()
    shop.queue("q", "A")
    assert shop.ask("pause", "q").code == 0
    file = tmp_path / "b.tar"
    done = shop.ask("backup", str(file))
    assert done.code == 0, done.err
    run = shop.start("run", "--watch")
    shop.wait_alive()
    refused = shop.ask("restore", str(file), "--replace")
    assert refused.code == 1
    assert "is alive" in refused.err
    run.kill()
    full = tmp_path / "full"
    full.mkdir()
    (full / "notes.txt").write_text("mine")
    refused = command(shop, full, "restore", str(file))
    assert refused.code == 1
    assert "not empty" in refused.err
    assert [path.name for path in full.iterdir()] == ["notes.txt"]


def _tar(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return out.getvalue()
