"""Tasks from a program's output, added by the command."""

import json
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def test_tasks_from_a_program_are_added_together_and_stand_in_the_file(project: Any) -> None:
    project.write("queues/debt.json", '{"tasks": [{"id": "D-1", "title": "first"}]}\n')
    lines = [
        {"id": "A-2", "title": "two", "dependencies": ["A-3"], "priority": "P0"},
        {"id": "A-3", "title": "three"},
        {"id": "D-2", "queue": "debt", "dependencies": ["backlog/A-2"]},
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    looked = project.run("add", "-", "--queue", "backlog", "--dry-run", text=text)
    assert (looked.code, "nothing has been changed" in looked.err) == (0, True)
    assert "A-2" not in (project.folder / "queues/backlog.json").read_text()
    said = project.run("add", "-", "--queue", "backlog", text=text)
    assert said.code == 0, said.err
    assert said.out.splitlines() == ["backlog/A-2  added: two", "backlog/A-3  added: three", "debt/D-2  added: D-2"]
    tasks = json.loads((project.folder / "queues/backlog.json").read_text())["tasks"]
    assert [task["id"] for task in tasks] == ["A-1", "A-2", "A-3"]
    again = project.run("add", "-", "--queue", "backlog", text=text)
    assert again.code == 2
    assert again.err.count("exists; `orchestrator edit") == 3


def test_one_that_is_wrong_keeps_all_out_and_every_problem_is_told_with_its_place(project: Any) -> None:
    before = (project.folder / "queues/backlog.json").read_bytes()
    text = '[{"id": "A-2"},\n {"id": "A-3", "dependencies": ["A-9"]},\n {"id": "A-4", "priority": "soon"}]'
    said = project.run("add", "-", "--queue", "backlog", text=text)
    assert said.code == 2
    first, second = said.err.splitlines()
    assert "standard input: line 3: A-4: priority is" in first
    assert "standard input: line 2: A-3: backlog/A-3 depends on backlog/A-9, which does not exist" in second
    assert (project.folder / "queues/backlog.json").read_bytes() == before


def test_what_no_run_here_could_give_is_refused_before_it_keeps_a_run_from_starting(project: Any) -> None:
    before = (project.folder / "queues/backlog.json").read_bytes()
    said = project.run("add", "backlog/A-2", "--check", "nope", "--resource", "gpu=9999")
    assert said.code == 2
    assert 'backlog/A-2: check "nope" is not defined' in said.err
    assert "backlog/A-2: wants 9999 places of gpu, which has 1" in said.err
    said = project.run("add", "-", "--queue", "backlog", text='[{"id": "A-2"},\n {"id": "A-3", "checks": ["nope"]}]')
    assert said.code == 2
    assert 'standard input: line 2: A-3: check "nope" is not defined' in said.err
    assert (project.folder / "queues/backlog.json").read_bytes() == before
    assert project.run("add", "backlog/A-2", "--check", "honest").code == 0


def test_a_title_of_several_lines_is_shown_on_one(project: Any) -> None:
    written = json.dumps({"tasks": [{"id": "N-1", "title": "one\ntwo\x1b[31m  three"}]})
    project.write("queues/notes.json", written)
    assert project.run("add", "backlog/A-2", "--title", "four\n  five").code == 0
    lines = project.run("status").out.splitlines()
    assert any("N-1" in line and "one two three" in line for line in lines)
    assert any("A-2" in line and "four five" in line for line in lines)
    assert project.run("explain", "notes/N-1").out.splitlines()[0].endswith("one two three")
    assert (
        json.loads((project.folder / "queues/notes.json").read_text())["tasks"][0]["title"] == "one\ntwo\x1b[31m  three"
    )


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ((), "say what to add"),
        (("-", "--title", "x"), "--title is of one task"),
        (("backlog/A-2", "--dry-run"), "go with - or --proposals"),
        (("backlog/A-2", "--proposals"), "say what to add"),
    ],
)
def test_what_does_not_go_together_is_refused(project: Any, argv: tuple[str, ...], words: str) -> None:
    said = project.run("add", *argv)
    assert (said.code, words in said.err) == (2, True)
