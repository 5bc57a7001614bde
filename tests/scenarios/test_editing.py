"""People change their minds, by hand in any editor's manner and by command: no save is lost, nothing done is undone."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.conftest import Shop

OVERSTEPS = "mkdir -p .github; echo on: push > .github/$id.yml; works; claims"


# -- by hand -------------------------------------------------------------------------------------------------------


def in_place(path: Path, text: str) -> None:
    path.write_text(text)


def beside_and_renamed(path: Path, text: str) -> None:
    beside = path.with_name(".work.json.part")
    beside.write_text(text)
    beside.replace(path)


def with_a_backup(path: Path, text: str) -> None:
    path.rename(path.with_name("work.json~"))
    path.write_text(text)


def deleted_and_made_anew(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)


def in_two_halves(path: Path, text: str) -> None:
    with path.open("w") as file:
        file.write(text[: len(text) // 2])
        file.flush()
        os.fsync(file.fileno())
        file.write(text[len(text) // 2 :])


def changed(text: str, task: str, **fields: Any) -> str:
    """Give a queue file's text with these fields of a task changed."""
    document = json.loads(text)
    next(entry for entry in document["tasks"] if entry["id"] == task).update(fields)
    return json.dumps(document, indent=2) + "\n"


@pytest.mark.slow
def test_a_save_in_any_editors_manner_counts_at_once_while_it_runs(shop: Shop) -> None:
    path = shop.queue("work", "A", "B")
    shop.hold("a")
    shop.play("work/A", "gate a; works; claims")
    shop.commit()
    run = shop.start("run")
    shop.started("work/A")
    manners: tuple[Callable[[Path, str], None], ...] = (
        in_place,
        beside_and_renamed,
        with_a_backup,
        deleted_and_made_anew,
        in_two_halves,
    )
    for number, save in enumerate(manners, start=1):
        save(path, changed(path.read_text(), "B", title=save.__name__))
        edited = shop.until("task.edited", count=number, task="work/B")
        assert edited[-1]["spec"]["title"] == save.__name__
    shop.open("a")
    assert run.wait().code == 0
    tasks = shop.saved("work")["by_id"]
    assert [tasks[name]["status"] for name in "AB"] == ["completed", "completed"]
    assert tasks["B"]["title"] == "in_two_halves"
    assert not shop.events("edit.refused")
    assert not shop.events("task.removed")
    assert {file.name for file in path.parent.iterdir()} == {"work.json", "work.json~"}


@pytest.mark.slow
def test_an_old_copy_saved_late_changes_what_was_edited_and_undoes_nothing(shop: Shop) -> None:
    path = shop.queue("work", "A", "B", "C", "D", "E")
    shop.hold("b")
    shop.play("work/B", "gate b; works; claims")
    shop.commit()
    assert shop.ask("pause", "work").code == 0  # now the file carries a stamp
    opened = path.read_text()
    assert shop.ask("resume", "work").code == 0
    run = shop.start("run")
    shop.started("work/B")
    shop.wait_for(
        lambda: shop.saved("work")["by_id"]["A"]["status"] == "completed", path.parent, "A is done in the file"
    )

    late = changed(changed(opened, "C", title="better words"), "D", status="skipped")
    late = changed(late, "E", status="completed")
    path.write_text(late)
    shop.until("task.edited", task="work/C")
    assert shop.events("task.skipped", task="work/D")
    refused = shop.events("edit.refused", task="work/E")
    assert "cannot be set by hand" in refused[0]["reason"]
    shop.open("b")
    assert run.wait().code == 0
    tasks = shop.saved("work")["by_id"]
    assert {name: task["status"] for name, task in tasks.items()} == {
        **dict.fromkeys("ABCE", "completed"),
        "D": "skipped",
    }
    assert tasks["C"]["title"] == "better words"
    assert len(shop.events("verdict.reached", task="work/A")) == 1
    assert shop.events("verdict.reached", task="work/E")  # done by an agent, as the refusal said


# -- by command ----------------------------------------------------------------------------------------------------


def in_file(shop: Shop, task: str) -> str:
    """Give a task's status as its queue file has it."""
    queue, _, name = task.partition("/")
    status: str = shop.saved(queue)["by_id"][name]["status"]
    return status


def agreed(shop: Shop) -> dict[str, str]:
    """Give every task's status, as `status` and the queue files have it alike."""
    found = {name: task["status"] for name, task in shop.tasks().items()}
    assert found == {name: in_file(shop, name) for name in found}
    return found


@pytest.mark.slow
def test_every_decision_shows_in_status_and_in_the_file(shop: Shop) -> None:
    shop.config("[queues.work]\nworkers = 4\n")
    shop.queue("work", "R", "O", "X", {"id": "F", "max_iterations": 1})
    for task in "ROX":
        shop.play(f"work/{task}", OVERSTEPS)
    shop.play("work/F", "echo no")
    shop.commit()
    assert shop.run().code == 1

    waiting = json.loads(shop.ask("inbox", "--json").out)
    assert sorted(entry["task"] for entry in waiting) == ["work/O", "work/R", "work/X"]
    assert all(".github" in entry["reason"] for entry in waiting)
    inbox = shop.ask("inbox").out
    assert "orchestrator decide work/R revert|override|abort" in inbox
    diff = next(line for line in inbox.splitlines() if line.startswith("  diff: ")).removeprefix("  diff: git ")
    assert ".github" in shop.git(*diff.split())
    shows_evidence(shop, next(entry for entry in waiting if entry["task"] == "work/R"), inbox)

    assert shop.ask("decide", "work/R", "revert").code == 2  # a decision needs a reason
    shop.play("work/R", "works; claims")
    assert shop.ask("decide", "work/R", "revert", "--reason", "keep out of CI").code == 0
    assert in_file(shop, "work/R") == "pending"
    assert shop.ask("decide", "work/X", "abort", "--reason", "not worth it").code == 0
    assert in_file(shop, "work/X") == "failed"
    assert shop.ask("decide", "work/O", "override", "--reason", "we want this", "--as", "Ben").code == 0
    assert shop.ask("decide", "work/O", "abort", "--reason", "too late").code == 1

    assert in_file(shop, "work/F") == "failed"
    assert shop.ask("retry", "work/F").code == 0
    assert in_file(shop, "work/F") == "pending"
    assert shop.ask("skip", "work/F", "--reason", "somebody else did it").code == 0
    assert in_file(shop, "work/F") == "skipped"

    saved = shop.saved("work")["by_id"]
    assert (saved["O"]["overridden_by"], saved["O"]["override_reason"]) == ("Ben", "we want this")
    assert "overridden_by" not in saved["R"]

    assert agreed(shop) == {"work/R": "pending", "work/O": "pending", "work/X": "failed", "work/F": "skipped"}

    assert shop.run().code == 1  # what was aborted has failed
    assert agreed(shop) == {"work/R": "completed", "work/O": "completed", "work/X": "failed", "work/F": "skipped"}
    assert shop.git("ls-tree", "--name-only", "orchestrator/main", ".github/") == ".github/O.yml"
    assert [line.split()[1:3] for line in verdicts(shop) if "by=Ben" in line] == [["PASS", "work/O"]]
    assert 'reason="we want this"' in "".join(verdicts(shop))
    assert shop.saved("work")["by_id"]["O"]["overridden_by"] == "Ben"  # and it stays, once it has landed
    history = shop.ask("history", "work/O").out
    assert all(word in history for word in ("BLOCKED", "override", "Ben", "completed"))


def shows_evidence(shop: Shop, entry: dict[str, Any], inbox: str) -> None:
    """See that the inbox has what a decision is made on: what was changed, the patch, the verdict."""
    shown = shop.ask("inbox", "--diff", "R")
    assert shown.code == 0
    assert "+++ b/.github/R.yml" in shown.out
    assert shop.ask("inbox", "--diff", "work/F").code == 2
    assert {"path": ".github/R.yml", "added": 1, "removed": 0} in entry["stat"]
    assert json.loads(Path(entry["verdict"]).read_text())["verdict"] == "BLOCKED"
    assert f"evidence: {entry['verdict']}" in inbox


def verdicts(shop: Shop) -> list[str]:
    return (shop.state / "ralph-verification.log").read_text().splitlines()


@pytest.mark.slow
def test_queues_and_tasks_are_changed_by_command_as_by_hand(shop: Shop) -> None:
    shop.queue("work", "A")
    shop.commit()
    assert shop.ask("pause", "work").code == 0
    assert shop.status()["queues"][0]["paused"] is True
    assert shop.run().code == 5  # nobody but a person ends a pause
    assert not shop.events("task.claimed")

    added = shop.ask(
        "add", "work/B", "--title", "another", "--priority", "P0", "--depends-on", "A", "--promise", "DONE"
    )
    assert added.code == 0
    assert shop.saved("work")["by_id"]["B"]["dependencies"] == ["A"]
    assert shop.task("work/B")["reason"]["code"] == "dependency"
    assert shop.ask("edit", "work/B", "--no-dependencies", "--title", "a better one").code == 0
    assert shop.saved("work")["by_id"]["B"]["title"] == "a better one"
    assert shop.task("work/B")["reason"]["code"] == "paused"
    refused = shop.ask("edit", "work/A", "--depends-on", "nowhere/Z")
    assert (refused.code, "does not exist" in refused.err) == (1, True)
    assert shop.ask("edit", "work/A", "--depends-on", "B").code == 0
    cycle = shop.ask("edit", "work/B", "--depends-on", "A")
    assert (cycle.code, "work/B -> work/A -> work/B" in cycle.err) == (1, True)

    explained = shop.ask("explain", "work/B").out
    assert "paused" in explained
    assert "orchestrator resume work" in explained
    assert "work/A" in explained  # who waits behind it
    assert shop.ask("cancel", "work/B").code == 0
    assert in_file(shop, "work/B") == "blocked"
    assert shop.ask("retry", "work/B").code == 0
    assert shop.ask("resume", "work").code == 0
    assert in_file(shop, "work/B") == "pending"
    assert shop.run().code == 0
    assert [event["task"] for event in shop.events("task.completed")] == ["work/B", "work/A"]
    assert "merged into orchestrator/main" in shop.ask("logs", "--task", "work/B").out


@pytest.mark.slow
def test_cancelling_what_runs_ends_its_agent_and_keeps_its_work(shop: Shop) -> None:
    shop.queue("work", "A", "B")
    shop.hold("a")
    shop.play("work/A", "[ -s A.py ] && claims && exit; works; gate a")
    shop.commit()
    run = shop.start("run")
    shop.started("work/A")
    assert shop.ask("cancel", "work/A").code == 0
    assert run.wait().code == 1  # B was done meanwhile, A is blocked
    assert shop.processes() == []
    assert in_file(shop, "work/A") == "blocked"
    assert in_file(shop, "work/B") == "completed"
    assert shop.ask("retry", "work/A").code == 0
    assert shop.run().code == 0
    assert in_file(shop, "work/A") == "completed"


@pytest.mark.slow
def test_agents_do_not_decide_about_work(shop: Shop) -> None:
    shop.queue("work", "A")
    shop.commit()
    before = shop.listing()
    asks = (
        ("decide", "work/A", "override", "--reason", "trust me"),
        ("skip", "work/A", "--reason", "too hard"),
        ("retry", "work/A"),
        ("edit", "work/A", "--max-iterations", "99"),
        ("run",),
    )
    for ask in asks:
        answer = shop.ask(*ask, env={"ORCHESTRATOR_TASK": "work/A"})
        assert answer.code == (2 if ask == ("run",) else 1)
        assert "is for people" in answer.err
    assert shop.ask("status", env={"ORCHESTRATOR_TASK": "work/A"}).code == 0  # looking is free
    assert shop.listing() == before
