"""Who reviews: whoever is wanted and did not do the work, else an agent of another kind."""

import pytest

from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.policy.reviewing import reviewer_of

AGENTS = {
    "claude": AgentSettings(name="claude", profile="claude-code"),
    "opus": AgentSettings(name="opus", profile="claude"),
    "codex": AgentSettings(name="codex", profile="codex"),
    "script": AgentSettings(name="script", profile="command", command=("./a",)),
    "other": AgentSettings(name="other", profile="command", command=("./b",)),
}


def settings(*names: str) -> Settings:
    return Settings(agents={name: AGENTS[name] for name in names})


@pytest.mark.parametrize(
    ("names", "wanted", "author", "installed", "who"),
    [
        (("claude", "codex"), "codex", "claude", (), "codex"),
        (("claude", "codex"), "CODEX", "claude", (), "codex"),
        (("claude", "codex"), "", "claude", (), "codex"),
        (("claude", "codex"), "claude", "claude", (), "codex"),
        (("claude", "opus", "codex"), "", "claude", (), "codex"),
        (("claude", "opus"), "", "claude", (), "opus"),
        (("claude",), "", "claude", ("gemini",), "gemini"),
        (("claude",), "", "claude", (), "claude"),
        (("script", "other"), "", "script", (), "other"),
        (("claude",), "gemini", "claude", (), None),
        (("claude",), "human", "claude", (), None),
        ((), "", "claude", (), None),
        ((), "", "", ("codex",), "codex"),
    ],
)
def test_a_stranger_is_preferred(
    names: tuple[str, ...], wanted: str, author: str, installed: tuple[str, ...], who: str | None
) -> None:
    assert reviewer_of(settings(*names), wanted, author, installed) == who
