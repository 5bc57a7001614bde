"""What tasks and people share: locks from the command line, taken while agents work."""

import json
import signal

from tests.scenarios.conftest import Shop

AUTH = '\n[resources."service:auth"]\ntitle = "logins"\nowner = "ana"\nfiles = ["auth/**"]\n'


def test_a_person_locks_a_service_under_a_running_task_which_gives_it_back_and_goes_on_later(shop: Shop) -> None:
    shop.config(AUTH)
    shop.queue(
        "api",
        {"id": "TOKEN", "resources": ["service:auth"]},
        {"id": "LOGIN", "files": ["auth/login.py"]},
        {"id": "PAGE", "resources": ["service:auth:read"], "dependencies": ["TOKEN"]},
    )
    shop.hold("first")
    shop.play("api/TOKEN", 'works; if [ "$iteration" = 1 ]; then gate first; else claims; fi')
    shop.play("api/LOGIN", 'mkdir -p auth; echo "x = 1" > auth/login.py; claims')
    shop.commit()
    run = shop.start("run")
    shop.started("api/TOKEN")
    refused = shop.ask("lock", "service:auht", "--for", "1h", "--reason", "moving")
    assert (refused.code, "known: service:auth" in refused.err) == (1, True)
    waiting = shop.start(
        "lock", "service:auth", "--for", "1h", "--reason", "moving the host", "--as", "ana", "--wait", "5m"
    )
    lock = shop.until("resource.locked")[0]
    assert (lock["resource"], lock["by"], lock["reason"]) == ("service:auth", "ana", "moving the host")
    told = json.loads(shop.ask("explain", "resource:service:auth", "--json").out)
    assert (told["changing"], told["locks"][0]["in_use_by"], told["owner"]) == (["api/TOKEN"], ["api/TOKEN"], "ana")
    shop.open("first")
    assert waiting.wait().code == 0  # free by now
    assert shop.events("task.released", task="api/TOKEN")
    reason = shop.task("api/TOKEN")["reason"]
    assert (reason["code"], reason["on"]) == ("conflict", ["lock:service:auth"])
    assert reason["until"]
    assert "locked by ana: moving the host" in reason["text"]
    assert shop.task("api/LOGIN")["reason"]["code"] == "conflict"  # by its files
    text = shop.ask("status").out
    assert f"service:auth locked by ana until {reason['until']}: moving the host" in text
    assert "orchestrator unlock service:auth" in shop.ask("explain", "api/TOKEN").out
    assert run.alive
    assert shop.ask("unlock", "service:auth", "--as", "bob").code == 1
    assert shop.ask("unlock", "service:auth", "--as", "bob", "--whose", "ana", "--reason", "she is away").code == 0
    assert run.wait().code == 0
    assert {task["status"] for task in shop.tasks().values()} == {"completed"}
    assert shop.ledger("api/TOKEN") == ["1 1", "1 2"]


def test_a_lock_ends_by_itself_and_the_run_waited_for_it(shop: Shop) -> None:
    shop.queue("api", {"id": "A", "resources": ["db"]})
    shop.commit()
    assert shop.ask("lock", "db", "--for", "2s", "--reason", "a backup", "--as", "cron").code == 0
    assert shop.ask("lock", "db", "--for", "soon", "--reason", "a backup").code == 2
    run = shop.run()
    assert run.code == 0, run.err
    (ended,) = shop.events("resource.unlocked")
    assert (ended["by"], ended["because"]) == ("cron", "its time is over")
    (lock,) = shop.events("resource.locked")
    assert shop.events("task.claimed")[0]["seq"] > ended["seq"]
    assert ended["seq"] > lock["seq"]


def test_an_agent_takes_no_lock(shop: Shop) -> None:
    shop.queue("api", {"id": "A", "resources": ["db"]})
    shop.commit()
    inside = {"ORCHESTRATOR_TASK": "api/A"}
    assert shop.ask("lock", "db", "--for", "1h", "--reason", "mine", env=inside).code == 1
    assert shop.ask("unlock", "db", env=inside).code == 1
    assert not shop.events("resource.locked")


def test_a_run_that_is_killed_leaves_locks_as_they_are(shop: Shop) -> None:
    shop.queue("api", {"id": "A", "resources": ["db:read"]}, {"id": "B", "resources": ["db"]})
    shop.hold("go")
    shop.play("api/A", "gate go; works; claims")
    shop.commit()
    run = shop.start("run")
    shop.started("api/A")
    assert shop.ask("lock", "db:read", "--for", "1h", "--reason", "a look", "--as", "eve").code == 0
    run.signal(signal.SIGKILL)
    run.wait()
    shop.open("go")
    second = shop.start("run")
    shop.until("task.completed", task="api/A")  # readers go on
    assert shop.task("api/B")["reason"]["on"] == ["lock:db"]
    assert shop.ask("unlock", "db", "--as", "eve").code == 0
    assert second.wait().code == 0


def test_a_task_waits_on_purpose_for_one_that_is_about_to_come_and_a_kill_changes_nothing(shop: Shop) -> None:
    shop.config("\n[queues.api]\nworkers = 3\n")
    shop.queue(
        "api",
        {"id": "SHORT", "estimated_hours": 1},
        {"id": "SHARED", "estimated_hours": 2, "dependencies": ["SHORT"], "resources": ["db"]},
        {"id": "LAST", "estimated_hours": 6, "dependencies": ["SHARED"]},
        {"id": "LONG", "estimated_hours": 5, "resources": ["db"]},
    )
    shop.hold("short")
    shop.play("api/SHORT", "gate short; works; claims")
    shop.commit()
    planned = {slot["task"]: slot for slot in json.loads(shop.ask("plan", "--json").out)["schedule"]}
    assert [planned[f"api/{name}"]["start"] for name in ("SHORT", "SHARED", "LAST", "LONG")] == [0, 1, 3, 3]
    assert planned["api/LONG"]["yields_to"] == ["api/SHARED"]
    assert "worker 2, lets api/SHARED go first" in shop.ask("plan").out
    run = shop.start("run")
    (yielded,) = shop.until("task.yielded")
    assert (yielded["task"], yielded["to"]) == ("api/LONG", "api/SHARED")
    shop.started("api/SHORT")
    run.signal(signal.SIGKILL)
    run.wait()
    again = shop.start("run")
    shop.until("task.claimed", task="api/SHORT", count=2)
    reason = shop.task("api/LONG")["reason"]
    assert (reason["code"], reason["on"]) == ("conflict", ["api/SHARED"])
    assert reason["until"]
    told = shop.ask("explain", "api/LONG").out
    assert "lets api/SHARED go first" in told
    assert "could start, and lets api/SHARED go first" in shop.ask("history", "api/LONG").out
    shop.open("short")
    done = again.wait()
    assert done.code == 0, done.err
    claims = [event["task"] for event in shop.events("task.claimed") if event["task"] in {"api/SHARED", "api/LONG"}]
    assert claims == ["api/SHARED", "api/LONG"]
    assert len(shop.events("task.yielded")) == 1
