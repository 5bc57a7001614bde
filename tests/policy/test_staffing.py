"""Who works on a task."""

import pytest

from orchestrator.errors import InvalidInputError
from orchestrator.model.settings import AgentSettings, RoleSettings, Settings
from orchestrator.policy.staffing import HUMAN, Staffed, agent_settings, staff


def team(*agents: str, default: str | None = None, roles: dict[str, RoleSettings] | None = None) -> Settings:
    return Settings(agents={name: AgentSettings(name=name) for name in agents}, agent=default, roles=roles or {})


def test_a_task_gets_the_agent_it_names_whatever_the_case() -> None:
    settings = team("claude", "Script")
    assert staff(settings, "claude", "script", None, ()) == Staffed("Script")
    assert staff(settings, "claude", "CLAUDE", None, ()) == Staffed("claude")


def test_an_exact_name_goes_before_one_that_differs_in_case() -> None:
    assert staff(team("Fast", "fast"), None, "fast", None, ()).agent == "fast"


def test_a_role_brings_its_agent_and_its_iterations() -> None:
    settings = team("claude", "codex", roles={"featurebuilder": RoleSettings(agent="codex", max_iterations=50)})
    assert staff(settings, "claude", "FeatureBuilder", None, ()) == Staffed("codex", 50)


def test_an_agent_goes_before_a_role_of_the_same_name() -> None:
    settings = team("codex", "bugfix", roles={"bugfix": RoleSettings(agent="codex", max_iterations=3)})
    assert staff(settings, None, "bugfix", None, ()) == Staffed("bugfix")


def test_without_a_name_the_queue_decides_then_the_project() -> None:
    settings = team("a", "b", default="b")
    assert staff(settings, "a", None, None, ()) == Staffed("a")
    assert staff(settings, None, None, None, ()) == Staffed("b")


def test_the_only_agent_defined_needs_no_naming() -> None:
    assert staff(team("script"), None, None, None, ("claude",)) == Staffed("script")


def test_among_several_the_best_known_installed_cli_is_the_default() -> None:
    assert staff(team("a", "b"), None, None, None, ("gemini", "codex")) == Staffed("codex")
    assert staff(Settings(), None, None, None, ("opencode",)) == Staffed("opencode")


def test_an_installed_cli_can_be_named_without_defining_it() -> None:
    assert staff(team("script"), None, "Claude", None, ("claude",)) == Staffed("claude")


def test_an_unknown_name_falls_to_the_queue_with_a_warning_that_says_how_to_define_it() -> None:
    staffed = staff(team("a", "b"), "a", "testwriter", None, ())
    assert staffed.agent == "a"
    assert staffed.warning is not None
    assert '"testwriter"' in staffed.warning
    assert "[agents.testwriter]" in staffed.warning


def test_when_task_and_queue_are_both_unknown_the_warning_names_both() -> None:
    staffed = staff(team("only"), "ghost", "phantom", None, ())
    assert staffed.agent == "only"
    assert staffed.warning is not None
    assert '"phantom" and "ghost" are no agents' in staffed.warning


def test_a_role_whose_agent_is_unknown_counts_as_unknown() -> None:
    settings = team("only", roles={"bugfix": RoleSettings(agent="ghost", max_iterations=3)})
    staffed = staff(settings, None, "bugfix", None, ())
    assert (staffed.agent, staffed.max_iterations) == ("only", None)
    assert staffed.warning is not None


def test_a_persons_word_for_this_run_overrides_task_and_queue() -> None:
    assert staff(team("a", "b"), "a", "a", "B", ()) == Staffed("b")


def test_an_unknown_override_is_refused_naming_who_is_known() -> None:
    with pytest.raises(InvalidInputError, match="--agent ghost: no such agent or role; known: a, b, claude"):
        staff(team("a", "b"), "a", "a", "ghost", ("claude",))


@pytest.mark.parametrize("name", ["human", "Manual", "HUMAN"])
def test_a_task_for_a_person_stays_with_the_person_even_under_an_override(name: str) -> None:
    assert staff(team("a"), "a", name, "a", ()) == Staffed(HUMAN)


def test_a_queue_for_people_is_for_people_unless_the_task_names_an_agent() -> None:
    assert staff(team("a"), "human", None, None, ()).agent == HUMAN
    assert staff(team("a"), "human", "a", None, ()).agent == "a"


def test_a_role_may_mean_a_person() -> None:
    settings = team("a", roles={"reviewer": RoleSettings(agent="manual")})
    assert staff(settings, None, "reviewer", None, ()).agent == HUMAN


def test_a_person_may_be_named_for_a_whole_run_or_project() -> None:
    assert staff(team("a"), "a", None, "human", ()).agent == HUMAN
    assert staff(team("a", default="manual"), None, None, None, ()).agent == HUMAN


def test_nobody_at_all_is_bad_input_that_says_what_to_install_or_write() -> None:
    with pytest.raises(InvalidInputError, match=r"install one of claude, codex, gemini, opencode, or define one"):
        staff(Settings(), None, "ghost", None, ())


def test_several_agents_and_no_default_is_bad_input_that_names_them() -> None:
    with pytest.raises(InvalidInputError, match=r"\[project\] agent = one of a, b"):
        staff(team("a", "b"), None, None, None, ())


def test_a_default_nobody_defined_is_bad_input() -> None:
    with pytest.raises(InvalidInputError, match='agent = "ghost" is neither an agent, a role nor an installed CLI'):
        staff(team("a", default="ghost"), None, None, None, ())
    with pytest.raises(InvalidInputError, match="none are defined"):
        staff(Settings(agent="ghost"), None, None, None, ())


def test_settings_of_an_agent_are_as_configured_or_a_known_clis_defaults() -> None:
    settings = team("script")
    assert agent_settings(settings, "script") == settings.agents["script"]
    codex = agent_settings(settings, "codex")
    assert codex is not None
    assert codex.profile == "codex"
    assert agent_settings(settings, "ghost") is None
