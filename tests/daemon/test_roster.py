"""Who could work here, and one who really does."""

import json
from pathlib import Path

import anyio
import pytest

from orchestrator.cli.main import run
from orchestrator.daemon.project import Project
from orchestrator.daemon.roster import AgentAnswer, prove, roster
from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.ports.agents import Outcome


def program(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def project(tmp_path: Path, *agents: AgentSettings) -> Project:
    root = tmp_path / "project"
    root.mkdir(exist_ok=True)
    made = Project(root, Settings(sandbox="none", agents={agent.name: agent for agent in agents}))
    home = tmp_path / "person"
    home.mkdir(exist_ok=True)
    made.environ = {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "HOME": str(home),
        "OPENAI_API_KEY": "k",
        "SECRET": "s",
    }
    return made


def looked(made: Project) -> dict[str, AgentAnswer]:
    return {answer.name: answer for answer in anyio.run(roster, made)}


def test_every_kind_is_listed_with_what_it_can_do_and_what_stands_behind_it(tmp_path: Path) -> None:
    found = looked(project(tmp_path))
    assert len(found) == 14
    assert not any(answer.installed or answer.configured for answer in found.values())
    assert "reset time" in found["codex"].can
    assert (found["pi"].provenance, found["goose"].provenance) == ("ran", "from documentation")
    assert "no program codex on the PATH" in found["codex"].why


def test_a_version_is_asked_with_an_empty_home_and_none_of_the_persons_variables(tmp_path: Path) -> None:
    program(
        tmp_path / "bin", "codex", 'echo "codex $1 home=$(ls -A "$HOME" | wc -l) ${SECRET-none} ${OPENAI_API_KEY-none}"'
    )
    answer = looked(project(tmp_path))["codex"]
    assert answer.version == "codex --version home=0 none none"
    assert answer.installed
    assert not answer.usable
    assert "perhaps not logged in: no ~/.codex/auth.json" in answer.why


def test_a_login_or_a_key_handed_on_makes_it_usable(tmp_path: Path) -> None:
    program(tmp_path / "bin", "codex", "echo 1")
    program(tmp_path / "bin", "claude", "echo 2")
    made = project(tmp_path, AgentSettings(name="mine", profile="codex", pass_env=("OPENAI_API_KEY",)))
    (tmp_path / "person" / ".claude").mkdir()
    (tmp_path / "person" / ".claude" / ".credentials.json").write_text("{}")
    found = looked(made)
    assert found["mine"].usable
    assert found["mine"].configured
    assert not found["claude"].usable
    assert "no sandbox holds it (L0)" in found["claude"].why
    assert "codex" not in found
    allowed = AgentSettings(name="claude", profile="claude-code", allow_dangerous=True)
    assert looked(project(tmp_path, allowed))["claude"].usable


def test_a_program_that_says_nothing_fails_or_is_misnamed_breaks_nothing(tmp_path: Path) -> None:
    program(tmp_path / "bin", "codex", 'printf "\\033[31mbroken\\033[0m\\n" >&2; exit 3')
    script = program(tmp_path / "bin", "worker", "echo")
    made = project(
        tmp_path,
        AgentSettings(name="odd", profile="telepathy"),
        AgentSettings(name="script", command=(str(script),)),
        AgentSettings(name="tape", profile="replay", cassette="tape.json"),
    )
    found = looked(made)
    assert found["codex"].version == "broken"
    assert found["odd"].why.startswith('agent odd: unknown profile "telepathy"; use one of aider')
    assert (found["script"].usable, found["script"].version) == (True, "")
    assert "there is no cassette tape.json" in found["tape"].why


@pytest.mark.slow
def test_a_proof_lets_the_agent_work_under_guard_and_looks_at_what_it_did(tmp_path: Path) -> None:
    good = program(tmp_path / "bin", "good", "cat >/dev/null; echo hello > hello.txt; echo '<promise>READY</promise>'")
    liar = program(tmp_path / "bin", "liar", "echo '<promise>READY</promise>'")
    made = project(
        tmp_path, AgentSettings(name="good", command=(str(good),)), AgentSettings(name="liar", command=(str(liar),))
    )
    proof = anyio.run(prove, made, "good")
    assert (proof.good, proof.done, proof.end.outcome, proof.sandbox) == (True, True, Outcome.CLAIMED, "L0")
    proof = anyio.run(prove, made, "liar")
    assert (proof.good, proof.done, proof.end.outcome) == (False, False, Outcome.CLAIMED)
    assert [path.name for path in (tmp_path / "person").iterdir()] == []


def test_nobody_can_be_proved_who_is_unknown_or_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="there is no agent ghost; known: claude-code, codex"):
        anyio.run(prove, project(tmp_path), "ghost")
    with pytest.raises(FaultError, match="no program amp on the PATH"):
        anyio.run(prove, project(tmp_path), "amp")


def test_the_verb_lists_and_asks_before_it_spends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.delenv("ORCHESTRATOR_TASK", raising=False)
    assert run(["-C", str(tmp_path), "agents"]) == 0
    assert "codex  not installed" in capsys.readouterr().out
    assert run(["-C", str(tmp_path), "agents", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["agents"]) == 14
    assert run(["-C", str(tmp_path), "agents", "test", "codex"]) == 2
    assert "say --yes" in capsys.readouterr().err
    assert run(["-C", str(tmp_path), "agents", "test", "codex", "--yes"]) == 1
    assert "no program codex" in capsys.readouterr().err
