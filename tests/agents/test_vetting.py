"""What keeps agents from being called is found before anything runs, and said with the remedy."""

from typing import Any

import pytest

from orchestrator.agents.calling import Call, Can, Provenance
from orchestrator.agents.profiles import PROFILES, profile_of
from orchestrator.agents.vetting import complaints, unfit, why_unfit
from orchestrator.model.kinds import ProfileSettings
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.ports.runner import Level

UNASKED = {name for name, profile in PROFILES.items() if profile.program and name not in {"codex", "amp"}}


def agent(profile: str = "codex", **fields: Any) -> AgentSettings:
    return AgentSettings(name="a", profile=profile, **fields)


def own(**fields: Any) -> ProfileSettings:
    return ProfileSettings(name="mine", **fields)


def said(**fields: Any) -> str:
    return "\n".join(complaints(Settings(profiles={"mine": own(**fields)})))


# -- what nothing holds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", sorted(UNASKED))
def test_an_agent_that_never_asks_is_refused_where_nothing_holds_it(profile: str) -> None:
    why = why_unfit(agent(profile), Level.L0)
    assert why.startswith("agent a is called with ")
    assert why.endswith('(sandbox = "auto"), or say allow_dangerous = true in [agents.a]')
    assert why_unfit(agent(profile, allow_dangerous=True), Level.L0) == ""
    assert "no sandbox holds it (L1)" in why_unfit(agent(profile), Level.L1)
    assert why_unfit(agent(profile), Level.L2) == ""
    assert why_unfit(agent(profile), Level.L3) == ""


def test_codex_holds_itself_until_it_is_told_not_to() -> None:
    assert why_unfit(agent(), Level.L0) == ""
    for words in (("--yolo",), ("--sandbox=danger-full-access",), ("--sandbox", "danger-full-access")):
        assert words[-1] in why_unfit(agent(args=words), Level.L0)


def test_a_script_is_a_persons_own_word_but_a_flag_in_its_command_is_not() -> None:
    assert why_unfit(agent("command", command=("./agent.sh", "--yes")), Level.L0) == ""
    flagged = agent("command", command=("claude", "-p", "--dangerously-skip-permissions"))
    assert "--dangerously-skip-permissions" in why_unfit(flagged, Level.L0)


def test_only_those_that_may_not_are_named() -> None:
    settings = Settings(agents={"a": agent("claude-code"), "b": AgentSettings(name="b", profile="codex")})
    assert list(unfit(settings, ("a", "b", "gemini", "nobody"), Level.L0)) == ["a", "gemini"]


# -- limits a program keeps itself ---------------------------------------------------------------------------------


def test_its_own_limits_are_given_to_a_program_that_knows_them() -> None:
    claude = agent("claude-code", max_turns=30, max_usd=2.5, args=("--x",))
    argv = profile_of(claude).argv(claude, Level.L2)
    assert argv[-5:] == ("--max-turns", "30", "--max-budget-usd", "2.5", "--x")
    mine = agent("mine", command=("m",), max_turns=3, kind=own(turns=("--turns=",)))
    assert profile_of(mine).argv(mine, Level.L0) == ("m", "--turns=3")


def test_a_limit_a_program_cannot_keep_is_refused_with_what_can() -> None:
    assert "max_turns is no limit profile codex can keep" in why_unfit(agent(max_turns=3), Level.L2)
    assert "use [budget] usd" in why_unfit(agent("qwen", max_usd=1.0), Level.L2)
    assert why_unfit(agent("qwen", max_turns=3), Level.L2) == ""


# -- kinds of one's own --------------------------------------------------------------------------------------------


def test_a_kind_is_the_one_it_is_like_with_what_it_says_replaced() -> None:
    mine = agent("mine", model="m", kind=own(like="codex", program="my-codex", env={"A": "b"}, can=("mcp",)))
    profile = profile_of(mine)
    assert profile.argv(mine, Level.L0, Call(session="s", resume=True)) == (
        *("my-codex", "exec", "--json", "--skip-git-repo-check", "--sandbox", "workspace-write"),
        *("-m", "m", "resume", "s", "-"),
    )
    assert (profile.name, profile.stream, profile.env) == ("mine", "codex", {"A": "b"})
    assert (profile.can, profile.provenance) == (frozenset({Can.MCP}), Provenance.CONFIGURED)
    assert profile.tried == "like codex"


def test_what_is_wrong_with_a_kind_is_told_at_once_with_its_keys() -> None:
    text = said(like="codx", stream="jsn", can=("fly",), template=("{arg}", "x{model}"), resume=("--resume",))
    for part in (
        'orchestrator.toml: profiles.mine.like is "codx"; did you mean codex?',
        'profiles.mine.stream is "jsn"; write one of aider, amp',
        'profiles.mine.can names "fly"; write one of budget',
        'profiles.mine.template has {arg} in "{arg}"; did you mean {args}?',
        'profiles.mine.template has {model} in "x{model}"',
        "profiles.mine.resume does not say where the session's id goes; write {session} there",
    ):
        assert part in text
    assert 'like is "replay"' in said(like="replay")
    assert said(like="codex", attach=("{confine}", "resume", "{session}"), assign=()) == ""


@pytest.mark.parametrize("name", [name for name, profile in PROFILES.items() if profile.program])
def test_a_kind_may_say_again_what_a_shipped_one_says(name: str) -> None:
    theirs = PROFILES[name]
    assert said(like=name, template=theirs.template, attach=theirs.attach) == ""


def test_an_agent_of_an_unknown_kind_is_unfit() -> None:
    assert "unknown profile" in why_unfit(agent("telepathy"), Level.L2)


# -- sessions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, profile in PROFILES.items() if profile.resume])
def test_every_kind_names_the_session_where_it_goes_on_with_one(name: str) -> None:
    profile, asked = PROFILES[name], agent(name, model="m")
    resumed = profile.argv(asked, Level.L2, Call(session="SESSION", resume=True))
    assert resumed.count("SESSION") == 1
    new = profile.argv(asked, Level.L2, Call(session="SESSION"))
    assert new.count("SESSION") == bool(profile.assign)
    opened = profile.attaching(asked, Level.L2, "SESSION")
    assert opened.count("SESSION") == bool(profile.attach)
    assert profile.attaching(asked, Level.L2, "") == ()
    assert not any("{" in word for word in (*resumed, *new, *opened))
