"""Bad input: one clear line that names file, place and remedy, exit code 2, and nothing has changed anywhere."""

import json
import shutil
from collections.abc import Callable
from typing import NamedTuple

import pytest

from orchestrator.processes.sandbox import complaint
from tests.scenarios.conftest import Shop

OLD_GIT = """\
#!/bin/sh
case "$*" in *version*) echo "git version 2.30.2"; exit 0;; esac
exec {git} "$@"
"""


class Case(NamedTuple):
    """What is wrong, how it is run, and what the one line must say."""

    spoil: Callable[[Shop], object]
    argv: tuple[str, ...]
    words: tuple[str, ...]


def nothing(_shop: Shop) -> None:
    pass


def raw(text: str) -> Callable[[Shop], object]:
    return lambda shop: shop.write("queues/work.json", text)


def tasks(*entries: dict[str, object]) -> Callable[[Shop], object]:
    return raw(json.dumps({"tasks": entries}, indent=1))


def toml(text: str) -> Callable[[Shop], object]:
    return lambda shop: shop.write("orchestrator.toml", text)


def a_folder_for_a_file(shop: Shop) -> None:
    (shop.root / "queues" / "work.json").unlink()
    (shop.root / "queues" / "work.json").mkdir()


def a_link_to_outside(shop: Shop) -> None:
    outside = shop.base / "outside.json"
    (shop.root / "queues" / "work.json").rename(outside)
    (shop.root / "queues" / "work.json").symlink_to(outside)


def no_commits(shop: Shop) -> None:
    shutil.rmtree(shop.root / ".git")
    shop.git("init", "-q", "-b", "main")


def no_repository(shop: Shop) -> None:
    shutil.rmtree(shop.root / ".git")


def nobody_is_on_a_branch(shop: Shop) -> None:
    shop.write("orchestrator.toml", '[agents.script]\ncommand = ["./agent.sh"]\n')
    shop.git("checkout", "-q", "--detach")


def a_branch_in_the_way(shop: Shop) -> None:
    shop.git("branch", "orchestrator")


def an_old_git(shop: Shop) -> None:
    folder = shop.base / "bin"
    folder.mkdir()
    (folder / "git").write_text(OLD_GIT.format(git=shutil.which("git")))
    (folder / "git").chmod(0o755)
    shop.env["PATH"] = f"{folder}:{shop.env['PATH']}"


def an_agent_that_never_asks(shop: Shop) -> None:
    folder = shop.base / "bin"
    folder.mkdir()
    (folder / "claude").write_text("#!/bin/sh\ntouch called\n")
    (folder / "claude").chmod(0o755)
    shop.env["PATH"] = f"{folder}:{shop.env['PATH']}"
    shop.config("[agents.claude]\n")
    shop.queue("work", {"id": "A", "agent": "claude"})


def a_wrong_template(shop: Shop) -> None:
    shop.write("prompts/task.md", "Do {title}.\n{descripton}\n")
    shop.config('[prompts]\ndefault = "prompts/task.md"\n')


CASES = {
    "a queue nobody wrote": Case(nothing, ("--queue", "nope"), ("'nope'", "queues/nope.json")),
    "a task nobody wrote": Case(nothing, ("--task", "work/nope"), ("work/nope", "status")),
    "a file that is not there": Case(nothing, ("--work-queue", "gone.json"), ("gone.json", "does not exist")),
    "a prompt that is not there": Case(nothing, ("--prompt", "gone.md"), ("gone.md", "name a text file")),
    "a cycle": Case(
        tasks({"id": "A", "dependencies": ["B"]}, {"id": "B", "dependencies": ["A"]}),
        (),
        ("queues/work.json: line 3", "work/A -> work/B -> work/A", "remove one"),
    ),
    "a dependency on nothing": Case(
        tasks({"id": "A", "dependencies": ["other/Z"]}), (), ("queues/work.json: line 3", "other/Z", "does not exist")
    ),
    "an id that leaves its folder": Case(tasks({"id": "../A"}), (), ("queues/work.json: line 3", "../A", "letters")),
    "an id that git refuses": Case(tasks({"id": "A.lock"}), (), ("queues/work.json: line 3", "A.lock")),
    "one id twice": Case(tasks({"id": "A"}, {"id": "a"}), (), ("queues/work.json: line 6", "a")),
    "a number for a list": Case(tasks({"id": "A", "dependencies": 7}), (), ("queues/work.json: line", "dependencies")),
    "a word for a number": Case(
        tasks({"id": "A", "max_iterations": "many"}), (), ("queues/work.json: line", "max_iterations", "many")
    ),
    "a check nobody defined": Case(
        tasks({"id": "A", "checks": ["greem"]}), (), ("queues/work.json: line 3", '"greem"', "did you mean green?")
    ),
    "an agent nobody defined": Case(nothing, ("--agent", "bob"), ("--agent bob", "script")),
    "no agent at all": Case(toml("[project]\nbase = 'main'\n"), (), ("no agent", "orchestrator.toml")),
    "json that ends early": Case(raw('{"tasks": [\n  {"id": "A"},\n'), (), ("queues/work.json: line 3", "column 1")),
    "json nested too deeply": Case(
        raw('{"tasks": ' + "[" * 100_000 + "]" * 100_000 + "}"), (), ("queues/work.json", "nested too deeply")
    ),
    "json that is too long": Case(
        raw('{"tasks": [], "note": "' + "x" * (65 << 20) + '"}'), (), ("queues/work.json", "at most")
    ),
    "no text at all": Case(raw(""), (), ("queues/work.json", "empty")),
    "a folder for a file": Case(a_folder_for_a_file, (), ("queues/work.json", "is a directory", "rename")),
    "a link to outside": Case(a_link_to_outside, (), ("queues/work.json", "outside the project", "copy")),
    "a repository without commits": Case(no_commits, (), ("no commit", "commit something")),
    "no repository": Case(no_repository, (), ("git init", "inplace")),
    "nobody on a branch": Case(nobody_is_on_a_branch, (), ("detached", "base")),
    "a branch in the way": Case(a_branch_in_the_way, (), ("orchestrator", "git branch -m")),
    "a git that is too old": Case(an_old_git, (), ("2.30.2", "2.39.4")),
    "an agent that never asks, and nothing to hold it": Case(
        an_agent_that_never_asks, (), ("bypassPermissions", "L0", "allow_dangerous = true in [agents.claude]")
    ),
    "a template with a place nobody fills": Case(
        a_wrong_template, (), ("prompts/task.md: line 2: {descripton}", "did you mean {description}?")
    ),
    "a template that is not there": Case(
        lambda shop: shop.config('[prompts]\nfeature = "gone.md"\n'),
        (),
        ("gone.md: cannot read it", "orchestrator.toml"),
    ),
    "a kind of agent that cannot be": Case(
        lambda shop: shop.config('[profiles.house]\nlike = "codx"\n'),
        (),
        ("orchestrator.toml: profiles.house.like", "did you mean codex?"),
    ),
    "a configuration that is no toml": Case(
        toml("[project]\nbase = main\n"), (), ("orchestrator.toml: line 2, column 8", "quotes")
    ),
    "a configuration with wrong types": Case(
        toml("[project]\nmax_iterations = 'lots'\n"), (), ("orchestrator.toml", "project.max_iterations", "lots")
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_is_said_in_one_line_and_nothing_has_changed(shop: Shop, case: Case) -> None:
    shop.queue("work", "A")
    shop.commit()
    case.spoil(shop)
    before = shop.listing()
    answer = shop.run(*case.argv)
    errors = [line for line in answer.err.splitlines() if not line.startswith("warning: ")]
    assert answer.code == 2, answer.err
    assert len(errors) == 1, answer.err
    assert errors[0].startswith("orchestrator: ")
    assert len(errors[0]) < 400
    for words in case.words:
        assert words in errors[0]
    assert answer.out == ""
    assert shop.listing() == before
    assert not shop.state.exists()


@pytest.mark.slow
def test_everything_that_is_wrong_is_told_at_once(shop: Shop) -> None:
    shop.queue("work", {"id": "A", "checks": ["nope"]}, {"id": "B", "dependencies": ["work/C"]})
    shop.commit()
    shop.queue("more", {"id": "A", "tests": ["new_test.py"]})
    shop.write("new_test.py", "def test_it():\n    assert True\n")
    before = shop.listing()
    answer = shop.run()
    assert answer.code == 2
    places = [line.removeprefix("orchestrator: ").split(": ")[:3] for line in answer.err.splitlines()]
    assert [place[0] for place in places] == ["queues/more.json", "queues/work.json", "queues/work.json"]
    assert [place[2] for place in places] == ["more/A", "work/A", "work/B"]
    assert shop.listing() == before


@pytest.mark.slow
def test_what_is_wrong_out_of_scope_is_a_warning(shop: Shop) -> None:
    shop.queue("work", "A")
    shop.queue("cyclic", {"id": "B", "dependencies": ["B"]})
    shop.write("queues/torn.json", "{")
    shop.commit()
    answer = shop.run("--queue", "work")
    assert answer.code == 0
    assert "warning: queues/torn.json: line 1" in answer.err
    assert "warning: queues/cyclic.json: line" in answer.err
    assert (shop.root / "queues" / "torn.json").read_text() == "{"


@pytest.mark.slow
def test_a_file_that_breaks_while_it_runs_changes_nothing_and_its_place_is_told(shop: Shop) -> None:
    shop.queue("work", "A", "B")
    shop.hold("a")
    shop.play("work/A", "gate a; works; claims")
    shop.commit()
    run = shop.start("run")
    shop.started("work/A")
    path = shop.root / "queues" / "work.json"
    whole = path.read_text()
    broken = whole.replace('"id": "B",', '"id": "B"')
    path.write_text(broken)
    line = whole[: whole.index('"id": "B",')].count("\n") + 2
    run.says(f"queues/work.json: line {line}, column")
    status = shop.ask("status")
    assert status.code == 0
    assert f"queues/work.json: line {line}" in status.out  # whoever looks is told too
    assert " B " in status.out  # the last good version is in force
    shop.open("a")
    shop.until("task.completed", task="work/B")
    assert run.wait().code == 0
    assert path.read_text() == broken  # it is the person's to mend

    path.write_text(broken.replace('"id": "B"', '"id": "B",'))
    assert shop.run().code == 0
    assert shop.saved("work")["by_id"]["B"]["status"] == "completed"
    assert len(shop.events("task.completed")) == 2


@pytest.mark.slow
def test_a_project_that_cannot_be_written_is_told_and_can_still_be_looked_at(shop: Shop) -> None:
    if problem := complaint():
        pytest.skip(f"bubblewrap does not work here: {problem}")
    shop.queue("work", "A")
    shop.commit()
    before = shop.listing()
    held = ("bwrap", "--dev-bind", "/", "/", "--ro-bind", str(shop.root), str(shop.root), "--")
    answer = shop.ask("run", under=held)
    assert answer.code == 4
    (line,) = answer.err.splitlines()
    assert str(shop.state) in line
    assert "Read-only file system" in line
    assert shop.ask("status", under=held).code == 0
    assert shop.listing() == before
