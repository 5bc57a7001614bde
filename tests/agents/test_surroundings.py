"""What an agent finds around it."""

from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.agents.profiles import profile_of
from orchestrator.agents.surroundings import environment, installed, port, program
from orchestrator.model.settings import AgentSettings
from orchestrator.ports.runner import Level, Place

if TYPE_CHECKING:
    from tests.agents.conftest import Bench


def test_installed_clis_are_named_best_known_first(bench: "Bench") -> None:
    assert installed({"PATH": str(bench.bin)}) == ()
    for name in ("opencode", "claude"):
        bench.program(name)
    bench.program("codex", mode=0o644)
    assert installed({"PATH": str(bench.bin)}) == ("claude", "opencode")


def test_an_empty_environment_still_has_a_path() -> None:
    assert environment({}, AgentSettings(name="a"), {}, {}) == {"PATH": "/usr/local/bin:/usr/bin:/bin"}


def test_what_the_agent_sets_goes_before_what_its_profile_does_and_ours_before_all() -> None:
    agent = AgentSettings(name="a", env={"X": "agent", "Y": "agent"})
    env = environment({"PATH": "/p"}, agent, {"X": "profile", "Z": "profile"}, {"Y": "ours"})
    assert env == {"PATH": "/p", "X": "agent", "Y": "ours", "Z": "profile"}


def test_ports_are_distinct_within_a_queue_and_the_same_every_time() -> None:
    assert port("backend", 1) == port("backend", 1)
    assert len({port("backend", slot) for slot in range(64)}) == 64


def test_a_launcher_beside_the_configuration_serves_other_repositories_too(bench: "Bench", tmp_path: Path) -> None:
    script = bench.program("agent.sh", bench.project)
    place = Place(
        workspace=str(tmp_path / "w"),
        seen_as=str(tmp_path / "other"),
        project=str(bench.project),
        checkout=str(tmp_path / "other"),
    )
    assert program("./agent.sh", place, Level.L2, "a", "") == str(script)


def test_codex_confines_itself_only_where_nothing_else_does() -> None:
    agent = AgentSettings(name="c", profile="codex", model="m", args=("-c", "x=1"))
    argv = profile_of(agent).argv
    assert "workspace-write" in argv(agent, Level.L0)
    assert "workspace-write" in argv(agent, Level.L1)
    assert "--dangerously-bypass-approvals-and-sandbox" in argv(agent, Level.L2)
    assert argv(agent, Level.L2)[-5:] == ("-m", "m", "-c", "x=1", "-")


def test_every_cli_can_be_called_by_its_own_name_or_anothers() -> None:
    for name in ("claude", "codex", "gemini", "opencode"):
        plain = AgentSettings(name=name, profile=name)
        own = AgentSettings(name=name, profile=name, command=("/opt/it",))
        assert profile_of(plain).argv(plain, Level.L2)[0] == name
        assert profile_of(own).argv(own, Level.L2)[0] == "/opt/it"
