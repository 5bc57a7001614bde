"""Kinds of agents as a person defines them: `[profiles.NAME]`, a built-in kind with some of it replaced.

Values only: which kinds are built in, and what a whole one does, is for the room that calls agents to say.
"""

import msgspec

KIND_ALIASES = {
    "claude": "claude-code",
    "copilot-cli": "copilot",
    "gemini-cli": "gemini",
    "qwen-code": "qwen",
    "mini": "mini-swe-agent",
}
"""Other names that people use for kinds that are built in."""


class Login(msgspec.Struct, frozen=True):
    """A file that makes a CLI logged in, relative to HOME. `keep`: only these keys are brought, nothing goes back."""

    path: str
    keep: tuple[str, ...] = ()


class ProfileSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of agent of a person's own. Fields mean what they mean in a built-in kind; None: as in `like`."""

    name: str
    like: str = "command"
    program: str | None = None
    stream: str | None = None
    template: tuple[str, ...] | None = None
    model: tuple[str, ...] | None = None
    assign: tuple[str, ...] | None = None
    resume: tuple[str, ...] | None = None
    attach: tuple[str, ...] | None = None
    mcp: tuple[str, ...] | None = None
    alone: tuple[str, ...] | None = None
    held: tuple[str, ...] | None = None
    dangerous: tuple[str, ...] | None = None
    turns: tuple[str, ...] | None = None
    budget: tuple[str, ...] | None = None
    result: str | None = None
    logins: tuple[Login, ...] | None = None
    folders: tuple[str, ...] | None = None
    env: dict[str, str] | None = None
    confined_env: dict[str, str] | None = None
    keys: tuple[str, ...] | None = None
    version: tuple[str, ...] | None = None
    can: tuple[str, ...] | None = None


def kind_name(name: str) -> str:
    """Give the name a kind is known by here."""
    return KIND_ALIASES.get(name, name)
