"""Task lists of other tools, taken in and given back by the commands."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[1] / "data" / "foreign"
pytestmark = pytest.mark.slow


def test_a_list_becomes_a_queue_and_goes_back_with_where_its_tasks_stand(project: Any) -> None:
    said = project.run("import", str(DATA / "tasks.json"))
    assert said.code == 0, said.err
    assert "6 tasks (2 completed, 1 in progress, 1 skipped) are in" in said.out
    assert "2: depends on 9, which is not in the file; left out" in said.err
    assert (project.folder / "queues/harbour.json").exists()
    tiers = json.loads(project.run("plan", "--format", "json").out)["tiers"]
    assert "master/2" in tiers[-1]
    assert project.run("skip", "master/2.3", "--reason", "no oil").code == 0
    back = json.loads(project.run("export", "--queue", "master", "--queue", "harbour").out)
    assert back["master"]["tasks"][1]["subtasks"][2]["status"] == "cancelled"
    assert back["harbour"]["tasks"][0]["status"] == "blocked"
    assert "- [ ] 2: Raise the mast" in project.run("export", "--queue", "master", "--format", "markdown").out
    out = project.folder / "out.json"
    assert project.run("export", "--queue", "master", "--format", "queue", "-o", str(out)).code == 0
    assert json.loads(out.read_text())["source"]["format"] == "taskmaster"
    assert "name one with --queue" in project.run("export", "--format", "queue").err
    assert "there is no queue 'none'" in project.run("export", "--queue", "none").err


def test_nothing_is_overwritten_and_only_what_is_new_is_added(project: Any) -> None:
    trial = project.run("import", str(DATA / "prd.json"), "--queue", "ferry", "--dry-run")
    assert trial.code == 0
    assert "3 tasks (1 completed) would be in" in trial.out
    assert not (project.folder / "queues/ferry.json").exists()
    assert project.run("import", str(DATA / "prd.json"), "--queue", "ferry").code == 0
    again = project.run("import", str(DATA / "prd.json"), "--queue", "ferry")
    assert again.code == 2
    assert "is there already; --queue names another, --add adds what is new to it" in again.err
    more = json.loads((DATA / "prd.json").read_text())
    more["userStories"] += [
        {"id": "US-010", "title": "ten", "passes": False, "dependencies": ["US-011"]},
        {"id": "US-011", "title": "eleven", "passes": False},
    ]
    path = project.write("more.json", json.dumps(more))
    added = project.run("import", str(path), "--queue", "ferry", "--add")
    assert added.code == 0, added.err
    tasks = {task["id"]: task for task in json.loads((project.folder / "queues/ferry.json").read_text())["tasks"]}
    assert tasks["US-010"]["dependencies"] == ["US-011"]
    assert tasks["US-001"]["status"] == "completed"


def test_what_waits_for_itself_is_refused_and_a_queue_has_the_name_it_is_given(project: Any) -> None:
    def task(number: int, *needs: int, status: str = "pending") -> dict[str, object]:
        return {"id": number, "title": "t", "dependencies": list(needs), "status": status}

    path = project.write("tm.json", json.dumps({"master": {"tasks": [task(1, 2), task(2, 1)]}}))
    said = project.run("import", str(path))
    assert said.code == 2
    assert "master/1 -> master/2 -> master/1 wait for each other" in said.err
    assert not (project.folder / "queues/master.json").exists()
    project.write("tm.json", json.dumps({"master": {"tasks": [task(1, 2), task(2, 1, status="done")]}}))
    assert project.run("import", str(path), "--queue", "mine").code == 0
    assert json.loads((project.folder / "queues/mine.json").read_text())["queue"] == "mine"
    project.write("tm.json", json.dumps({name: {"tasks": [task(1)]} for name in ("a", "b")}))
    said = project.run("import", str(path), "--queue", "other")
    assert said.code == 2
    assert "holds 2 queues (a, b), each of its own name; leave --queue out" in said.err


def test_standard_input_and_what_is_no_list(project: Any) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "orchestrator", "import", "-", "--queue", "gh"],
        cwd=project.folder, env=project.env, input=(DATA / "issues.json").read_bytes(), capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "3 tasks (1 completed) are in" in done.stdout.decode()
    bad = project.run("import", str(project.write("x.json", '{"x": 1}')))
    assert bad.code == 2
    assert "x.json: it is JSON, but no list of tasks that is known" in bad.err
    assert "cannot read it: No such file" in project.run("import", "none.json").err
    empty = project.run("import", str(project.write("e.json", '{"userStories": []}')))
    assert "there is no task in it" in empty.err


def test_what_cannot_be_given_back_says_what_to_do_and_writes_nothing(project: Any) -> None:
    project.git("rm", "-rq", "--cached", "queues")
    for path in (project.folder / "queues").iterdir():
        path.unlink()
    out = project.folder / "out.md"
    none = project.run("export", "--format", "markdown", "-o", str(out))
    assert (none.code, none.err) == (
        2,
        "orchestrator: there is no queue to export: put one into queues/, or `orchestrator import FILE`\n",
    )
    for name in ("a", "b"):
        project.write(f"queues/{name}.json", '{"tasks": [{"id": "A", "title": "a"}]}')
    several = project.run("export", "--format", "markdown", "-o", str(out))
    assert several.code == 2
    assert "a file in the format markdown holds one queue, and there are a, b: name one with --queue" in several.err
    assert not out.exists()
    assert project.run("pause", "a").code == 0
    (project.folder / "queues/a.json").unlink()
    gone = project.run("export", "--queue", "a", "--format", "queue")
    assert gone.code == 2
    assert "queues/a.json: cannot read it: No such file or directory" in gone.err
    assert "take another --format" in gone.err
    assert "- [ ] A: a" in project.run("export", "--queue", "a", "--format", "markdown").out
    project.write("queues/b.json", '{"tasks": [{"id": "A"}], "source": {"format": "prd", "records": 7}}')
    bad = project.run("export", "--queue", "b")
    assert bad.code == 2
    assert 'queue b: what its file keeps under "source" is not in the format prd' in bad.err


def test_an_import_that_adds_tells_what_it_would_do_what_it_did_and_what_was_refused(project: Any) -> None:
    args = (str(DATA / "prd.json"), "--queue", "ferry")
    assert project.run("import", *args).code == 0
    there = project.run("import", *args, "--dry-run")
    assert there.code == 2
    assert "is there already" in there.err
    more = json.loads((DATA / "prd.json").read_text())
    more["userStories"] += [
        {"id": "US-010", "title": "ten", "passes": False},
        {"id": "US-011", "title": "eleven", "passes": True},
    ]
    adding = (str(project.write("more.json", json.dumps(more))), "--queue", "ferry", "--add")
    trial = project.run("import", *adding, "--dry-run")
    assert trial.code == 0
    assert "2 of 5 tasks would be added to" in trial.out
    assert "US-010" not in (project.folder / "queues/ferry.json").read_text()
    added = project.run("import", *adding)
    assert added.code == 0
    assert "2 of 5 tasks are added to" in added.out
    tasks = {task["id"]: task for task in json.loads((project.folder / "queues/ferry.json").read_text())["tasks"]}
    assert tasks["US-011"]["status"] == "completed"
    back = json.loads(project.run("export", "--queue", "ferry").out)
    assert back == more  # what was added comes back as it was in its list, done where it was done
    assert "0 of 5 tasks are added to" in project.run("import", *adding).out
    more["userStories"].append({"id": "us-010", "title": "the same, small", "passes": False})
    path = project.write("more.json", json.dumps({"userStories": more["userStories"][:3] + more["userStories"][-1:]}))
    refused = project.run("import", str(path), "--queue", "ferry", "--add")
    assert refused.code == 1
    assert "us-010" in refused.err
    assert "0 of 4 tasks are added to" in refused.out
    assert "1 refused" in refused.out


def test_one_task_is_one_and_a_command_nobody_has_defined_is_told(project: Any) -> None:
    step = '{"tasks": [{"id": "A", "title": "a", "rollback": {"run": "undo"}}], "triggers": [%s]}'
    trigger = '{"id": "t", "when": {"queue": "steps"}, "do": [{"run": "tell"}]}'
    said = project.run("import", str(project.write("steps.json", step % trigger)))
    assert said.code == 0, said.err
    assert "1 task is in" in said.out
    assert "A runs undo, which is not defined; add [actions.undo] command" in said.err
    assert "trigger t runs tell, which is not defined" in said.err


def test_what_has_no_file_is_no_queue_to_export_unless_it_is_named(project: Any) -> None:
    project.write("do.md", "# Say hello\n")
    assert project.run("run", "--prompt", "do.md", "--max-iterations", "0").code in {1, 2, 3}
    (project.folder / "queues/backlog.json").rename(project.folder / "queues/other.json")
    assert "- [ ] A-1" in project.run("export", "--format", "markdown").out
