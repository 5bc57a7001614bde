"""Reports of linters and tests made into tasks by the command."""

import json
from typing import Any

import pytest

pytestmark = pytest.mark.slow

JUNIT = (
    '<testsuites><testsuite name="s"><testcase classname="tests.test_shop" name="test_open"/>'
    '<testcase classname="tests.test_shop" name="test_shut"><failure message="1 != 2"/></testcase>'
    "</testsuite></testsuites>"
)


def sarif(*results: tuple[str, str, int, str]) -> str:
    rows = [
        {
            "ruleId": rule,
            "level": "error",
            "message": {"text": text},
            "locations": [
                {"physicalLocation": {"artifactLocation": {"uri": path}, "region": {"startLine": line}}},
            ],
        }
        for rule, path, line, text in results
    ]
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "lintish"}}, "results": rows}]})


def ids(project: Any, queue: str = "discovered") -> list[str]:
    return [task["id"] for task in json.loads((project.folder / f"queues/{queue}.json").read_text())["tasks"]]


def test_reports_become_tasks_once_whatever_lines_they_stand_on(project: Any) -> None:
    project.write("lint.sarif", sarif(("E1", "src/a.py", 3, "bad"), ("E1", "src/a.py", 9, "worse")))
    project.write("junit.xml", JUNIT)
    looked = project.run("discover", "lint.sarif", "junit.xml", "--dry-run")
    assert looked.code == 0, looked.err
    assert "3 findings, 2 new tasks in queue discovered" in looked.out
    assert not (project.folder / "queues/discovered.json").exists()
    assert project.run("discover", "lint.sarif", "junit.xml").out == looked.out
    made = ids(project)
    assert len(made) == 2
    again = project.run("discover", "-", "junit.xml", text=sarif(("E1", "src/a.py", 90, "bad")))
    assert "2 findings, 0 new tasks in queue discovered, 2 findings that a task is there for" in again.out
    gone = project.run("discover", "-", text=sarif())
    assert f"discovered/{made[1]}  its findings are no longer reported: `discover --close` skips it" in gone.out
    closed = project.run("discover", "-", "--close", "--json", text=sarif())
    assert json.loads(closed.out)["closed"] == [f"discovered/{made[1]}"]


def test_what_was_there_before_is_recorded_and_only_later_news_become_tasks(project: Any) -> None:
    old = sarif(("E1", "src/a.py", 3, "bad"))
    said = project.run("discover", "-", "--baseline", "--queue", "debt", text=old)
    assert (said.code, said.out) == (0, "debt  baseline of queue debt recorded: 1 findings\n")
    said = project.run(
        "discover", "-", "--queue", "debt", text=sarif(("E1", "src/a.py", 1, "new"), ("E1", "src/a.py", 4, "bad"))
    )
    assert "1 of the baseline" in said.out
    assert len(ids(project, "debt")) == 1


def test_what_cannot_be_read_is_named(project: Any) -> None:
    project.write("report.txt", "no report")
    for argv, words in (
        (("report.txt",), "report.txt: sarif report: "),
        (("gone.xml",), "gone.xml: cannot read it: "),
        (("report.txt", "--check", "tests"), "not both"),
        (("report.txt", "--baseline", "--close"), "leave --close and --dry-run out"),
        (("--check", "nothing"), "no such check is defined"),
    ):
        said = project.run("discover", *argv)
        assert (said.code, words in said.err) == (2, True), said.err
    refused = project.run("discover", "report.txt", env={"ORCHESTRATOR_TASK": "q/A"})
    assert (refused.code, "is for people" in refused.err) == (1, True)


def test_a_check_that_cannot_answer_is_told_and_the_others_are_discovered(project: Any) -> None:
    config = (project.folder / "orchestrator.toml").read_text()
    project.write(
        "orchestrator.toml",
        f'{config}[checks.types]\ncommand = ["no-such-program"]\n[checks.odd]\ncommand = ["false"]\n',
    )
    said = project.run("discover", "--json")
    answer = json.loads(said.out)
    assert said.code == 1
    assert [fault.partition(":")[0] for fault in answer["faults"]] == ["types"]
    assert [task["source"] for task in answer["tasks"]] == ["odd"]
    again = json.loads(project.run("discover", "--json").out)
    assert (again["tasks"], again["known"]) == ([], 1)
