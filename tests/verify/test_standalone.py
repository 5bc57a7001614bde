"""`orchestrator verify` judges any repository, with no queue and without leaving anything behind."""

# ruff: noqa: E501 - a program in one line is data, not prose
import errno
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from orchestrator.cli import verify
from orchestrator.cli.main import run

REAL = "def add(a, b):\n    return sum([a, b])\n"
TEST = "from a import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n"
CONFIG = """\
[project]
sandbox = "none"
[checks.tests]
command = ["{python}", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml={{report}}"]
format = "junit"
env = {{ PYTHONPATH = "." }}
"""


class Repo:
    """A checkout the command is run in; `say` gives exit code and output."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *identity, *words], cwd=self.root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def write(self, **files: str) -> None:
        for name, text in files.items():
            path = self.root / name.replace("__", "/").replace("_py", ".py").replace("_md", ".md")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    def commit(self, message: str = "work") -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD")

    def say(self, *words: str) -> tuple[int, str]:
        self._capsys.readouterr()
        code = run(["verify", *words])
        said = self._capsys.readouterr()
        return code, said.out + said.err


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Repo:
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    made = Repo(root, capsys)
    made.write(a_py=REAL, tests__test_a_py=TEST)
    made.commit("first")
    return made


def test_the_working_tree_is_judged_with_new_files_and_nothing_is_left_behind(repo: Repo) -> None:
    repo.write(b_py="def load(path) -> dict:\n    # TODO: read it\n    return {}\n")
    code, said = repo.say()
    assert code == 1
    assert "b.py:1: [stub-added]" in said
    assert said.endswith("FAIL\n")
    assert {path.name for path in repo.root.iterdir()} == {".git", "a.py", "b.py", "tests"}
    assert repo.git("for-each-ref", "refs/orchestrator") == ""
    assert repo.git("status", "--porcelain") == "?? b.py"


def test_a_clean_working_tree_has_nothing_to_show(repo: Repo) -> None:
    assert "nothing-changed" in repo.say()[1]


def test_a_revision_is_judged_against_its_parent_or_another_base(repo: Repo) -> None:
    repo.write(a_py="def add(a, b):\n    return 3\n")
    bad = repo.commit("speed up")
    repo.write(README_md="Words.\n")
    repo.commit("words")
    assert repo.say(bad)[0] == 1
    assert repo.say("HEAD")[0] == 0
    assert repo.say("HEAD", "--base", "HEAD~2")[0] == 1
    repo.git("checkout", "-q", "--detach", bad)
    assert repo.say("HEAD")[0] == 1


def test_what_only_a_person_may_decide_is_blocked(repo: Repo) -> None:
    (repo.root / ".github/workflows").mkdir(parents=True)
    (repo.root / ".github/workflows/ci.yml").write_text("jobs: {}\n")
    repo.write(a_py=REAL + "x = 1\n")
    code, said = repo.say()
    assert code == 6
    assert "BLOCKED" in said


def test_everything_there_is_lists_stubs_and_tests_that_prove_nothing(repo: Repo) -> None:
    repo.write(
        pay_py="def charge(card, amount):\n    pass\n\n\ndef refund(card):\n    raise NotImplementedError\n",
        tests__test_pay_py="def test_charge():\n    charge(1, 2)\n\n\ndef test_refund():\n    assert True\n",
    )
    repo.commit()
    code, said = repo.say("--all", "--format", "json")
    assert code == 1
    found = {(one["rule"], one["path"], one["line"]) for one in json.loads(said)["regressions"]}
    assert found == {
        ("stub-added", "pay.py", 1),
        ("stub-added", "pay.py", 5),
        ("test-emptied", "tests/test_pay.py", 1),
        ("test-emptied", "tests/test_pay.py", 5),
    }


def test_the_past_shows_what_would_have_been_stopped_and_stops_nothing(repo: Repo) -> None:
    repo.write(a_py="def add(a, b):\n    return 3\n")
    bad = repo.commit("speed up")
    repo.write(a_py=REAL)
    repo.commit("undo")
    code, said = repo.say("--history", "5")
    assert code == 0
    assert f"{bad[:10]} FAIL speed up" in said
    assert "1 of 3 commits would have been stopped" in said
    code, said = repo.say("--history", "5", "--format", "json")
    assert json.loads(said)["stopped"] == 1


@pytest.mark.parametrize("style", ["sarif", "junit"])
def test_other_tools_can_read_the_verdict(repo: Repo, style: str) -> None:
    repo.write(a_py="def add(a, b):\n    return 3\n")
    code, said = repo.say("--format", style)
    assert code == 1
    if style == "sarif":
        (result,) = json.loads(said)["runs"][0]["results"]
        assert result["ruleId"] == "code-gutted"
        assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    else:
        (case,) = ET.fromstring(said).iter("testcase")  # noqa: S314 - our own words
        assert case.attrib["name"] == "code-gutted a.py:1"
        assert case.find("failure") is not None


@pytest.mark.slow
def test_defined_checks_run_on_a_clean_checkout(repo: Repo) -> None:
    (repo.root / "orchestrator.toml").write_text(CONFIG.format(python=sys.executable))
    repo.commit("configure")
    repo.write(a_py=REAL.replace("sum([a, b])", "max([a, b])"))
    code, said = repo.say("--check", "tests")
    assert code == 1
    assert "test_add" in said
    repo.write(a_py=REAL + "\n\ndef sub(a, b):\n    return sum([a, -b])\n")
    assert repo.say("--check", "tests")[0] == 0
    (repo.root / "orchestrator.toml").write_text(CONFIG.format(python="/nonexistent/python"))
    assert repo.say("--check", "tests")[0] == 7


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("nowhere",), "neither a revision nor a task"),
        (("--check", "nope"), "no such check"),
        (("--base", "nope"), "no such revision"),
        (("--all", "--base", "HEAD"), "leave --base out"),
        (("--history", "3", "--format", "sarif"), "--history"),
        (("--history", "0"), "--history"),
    ],
)
def test_a_wrong_request_is_refused_with_a_remedy(repo: Repo, words: tuple[str, ...], part: str) -> None:
    code, said = repo.say(*words)
    assert code == 2
    assert part in said


def test_a_folder_without_git_is_refused(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = repo.say()
    assert code == 2
    assert "no git checkout" in said


def test_what_cannot_be_judged_is_no_verdict(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write(a_py="def add(a, b):\n    return a + b\n")
    monkeypatch.setenv("PATH", "/nonexistent")
    code, said = repo.say()
    assert code == 7
    assert "not on the PATH" in said


def test_a_full_disk_is_no_verdict_either(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", "/tmp/tree")

    monkeypatch.setattr(verify, "waits", full)
    code, said = repo.say()
    assert code == 7
    assert "no room on the disk (No space left on device: /tmp/tree)" in said


def test_the_first_commit_of_all_is_judged_as_everything(repo: Repo) -> None:
    assert repo.say("HEAD")[0] == 0


# -- hooks and CI --------------------------------------------------------------------------------------------------

HOOK = '#!/bin/sh\nexec {python} -m orchestrator verify --check honest --staged --message "$1"\n'


def _hooked(repo: Repo) -> None:
    hook = repo.root / ".git" / "hooks" / "commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK.format(python=sys.executable))
    hook.chmod(0o755)


@pytest.mark.slow
def test_a_git_hook_stops_the_commit_that_pretends_and_lets_the_honest_one_through(repo: Repo) -> None:
    _hooked(repo)
    first = repo.git("rev-parse", "HEAD")
    repo.write(a_py="def add(a, b):\n    return 3\n")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        repo.git("commit", "-qam", "make it quick")
    assert "[code-gutted]" in refused.value.stdout + refused.value.stderr
    assert repo.git("rev-parse", "HEAD") == first

    repo.write(a_py="def add(a, b):\n    return sum((a, b))\n")
    repo.git("commit", "-qam", "add tuples")
    assert repo.git("log", "-1", "--format=%s") == "add tuples"
    assert repo.git("status", "--porcelain") == ""


def test_only_what_is_staged_is_judged(repo: Repo) -> None:
    repo.write(a_py="def add(a, b):\n    return sum((a, b))\n")
    repo.git("add", "a.py")
    repo.write(a_py="def add(a, b):\n    return 3\n", b_py="def load(path) -> dict:\n    # TODO\n    return {}\n")
    code, said = repo.say("--staged")
    assert (code, said.splitlines()[-1]) == (0, "PASS")
    assert repo.say()[0] == 1


def test_a_message_that_is_no_commit_yet_is_the_task(repo: Repo) -> None:
    note = repo.root.parent / "message"
    note.write_text("ci: run on the new interpreter\n# what git adds\n# ------------------------ >8\ndiff\n")
    (repo.root / ".github").mkdir()
    (repo.root / ".github" / "ci.yml").write_text("run: pytest\n")
    repo.git("add", "-A")
    assert repo.say("--staged")[0] == 6
    assert repo.say("--staged", "--message", str(note))[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        ("HEAD", "--staged"),
        ("--staged", "--all"),
        ("--staged", "--history", "2"),
        ("HEAD", "--message", "x"),
        ("--message", "/nowhere/at/all"),
    ],
)
def test_what_does_not_go_together_is_refused(repo: Repo, words: tuple[str, ...]) -> None:
    code, said = repo.say(*words)
    assert code == 2
    assert "--" in said


STUBS = {
    "shop/billing.py": "def total(items, rate):\n    # TODO: compute\n    return 0\n\n\ndef refund(order, reason):\n    raise NotImplementedError\n\n\ndef tax(items, rate):\n    return sum(item.price for item in items) * rate\n",
    "shop/mail.py": 'class Mailer:\n    def send(self, to, text) -> bool:\n        """Send it."""\n        raise NotImplementedError("later")\n',
    "tests/test_billing.py": "from shop.billing import total, tax\n\n\ndef test_total():\n    total([], 1)\n\n\ndef test_refund():\n    assert True\n\n\ndef test_tax():\n    assert tax([], 2) == 0\n",
    "web/cart.ts": "export function total(items: Item[], rate: number): number {\n  // TODO: compute\n  return 0;\n}\n\nexport const load = async (id: string): Promise<Cart> => {\n  throw new Error('Not implemented');\n};\n\nexport function size(items: Item[]): number {\n  return items.length;\n}\n",
    "web/cart.test.ts": "import { size, total } from './cart';\n\ndescribe('cart', () => {\n  it('totals', () => {\n    total([], 1);\n  });\n\n  it('loads', () => {\n    expect(true).toBe(true);\n  });\n\n  it.skip('saves', () => {\n    expect(size([])).toBe(0);\n  });\n\n  it('counts', () => {\n    expect(size([1])).toBe(1);\n  });\n});\n",
}  # fmt: skip
FOUND = {
    ("shop/billing.py", 1, "stub-added"),
    ("shop/billing.py", 6, "stub-added"),
    ("shop/mail.py", 2, "stub-added"),
    ("tests/test_billing.py", 4, "test-emptied"),
    ("tests/test_billing.py", 8, "test-emptied"),
    ("web/cart.ts", 1, "stub-added"),
    ("web/cart.ts", 6, "stub-added"),
    ("web/cart.test.ts", 4, "test-emptied"),
    ("web/cart.test.ts", 8, "test-emptied"),
    ("web/cart.test.ts", 12, "test-skipped"),
}


def test_everything_that_pretends_in_a_repository_is_listed(repo: Repo) -> None:
    for path, text in STUBS.items():
        (repo.root / path).parent.mkdir(exist_ok=True)
        (repo.root / path).write_text(text)
    repo.commit()
    code, said = repo.say("--all", "--format", "json")
    found = {(one["path"], one["line"], one["rule"]) for one in json.loads(said)["regressions"]}
    assert code == 1
    assert found == FOUND


def test_what_new_work_is_excused_is_listed_where_everything_is_asked_for(repo: Repo) -> None:
    """One idle assertion among firm ones, and a test that is only compiled, are no fault of a change that brings them."""
    repo.write(
        tests__test_b_py="from a import add\n\n\ndef test_b():\n    assert add(1, 1) == 2\n    assert add(2, 1) == 3\n    assert True\n"
    )
    (repo.root / "src").mkdir()
    (repo.root / "src/lib.rs").write_text(
        "pub fn one() -> u8 { 1 }\n\n#[test]\n#[ignore]\nfn compiles() {\n    one();\n}\n"
    )
    repo.commit("more tests")
    assert json.loads(repo.say("HEAD", "--check", "honest", "--format", "json")[1])["regressions"] == []
    found = json.loads(repo.say("--all", "--format", "json")[1])["regressions"]
    assert {("tests/test_b.py", "test-vacuous"), ("src/lib.rs", "test-skipped")} <= {
        (one["path"], one["rule"]) for one in found
    }


def test_sarif_says_what_editors_and_code_hosts_need(repo: Repo) -> None:
    repo.write(tests__test_a_py="x = 1\n")
    repo.git("add", "-A")
    log = json.loads(repo.say("--staged", "--format", "sarif")[1])
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    run = log["runs"][0]
    known = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert run["results"]
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert result["ruleId"] in known
        assert result["level"] in {"error", "warning", "note"}
        assert place["region"]["startLine"] >= 1
        assert not place["artifactLocation"]["uri"].startswith(("/", "file:"))
        assert place["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
