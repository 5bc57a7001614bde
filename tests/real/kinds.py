"""How each agent that is proved is pointed at the scripted service: its settings, files of a person's home, its login.

Data and pure functions; made-up keys only.
"""

import base64
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from orchestrator.model.agent_events import Outcome
from orchestrator.model.settings import AgentSettings

MODEL = "fake-model"
_KEY = "fake-key-1"
LOGIN_KEY = "sk-fake-login-0123456789abcdef"
"""What stands in login files; the service must see it again."""


class Kind(NamedTuple):
    """One agent. `login` gives a person who is logged in and has configured nothing but where the service is."""

    program: str
    package: str
    settings: Callable[[str], AgentSettings]
    home: Callable[[str], dict[str, str]]
    login: Callable[[str], AgentSettings]
    login_home: Callable[[str], dict[str, str]]
    otherwise: tuple[tuple[str, tuple[Outcome, ...]], ...] = ()
    """Scenarios that cannot come to what they come to elsewhere."""


def _words(pairs: dict[str, str]) -> tuple[str, ...]:
    return tuple(word for key, value in pairs.items() for word in ("-c", f"{key}={value}"))


def _codex_words(base: str, **more: str) -> tuple[str, ...]:
    own = {"name": '"x"', "base_url": f'"{base}/v1"', "wire_api": '"responses"', **more}
    fewer = {"request_max_retries": "1", "stream_max_retries": "1"}
    provider = {f"model_providers.x.{key}": value for key, value in {**own, **fewer}.items()}
    return _words({"model_provider": '"x"', "model": f'"{MODEL}"', **provider})


def _codex(base: str) -> AgentSettings:
    words = _codex_words(base, env_key='"FAKE_KEY"')
    return AgentSettings(name="codex", profile="codex", args=words, env={"FAKE_KEY": _KEY})


def _codex_login(base: str) -> AgentSettings:
    return AgentSettings(name="codex", profile="codex", args=_codex_words(base, requires_openai_auth="true"))


def _codex_login_home(_base: str) -> dict[str, str]:
    claims = {"email": "ana@example.org", "https://api.openai.com/auth": {"chatgpt_account_id": "acc-1"}}
    parts = ({"alg": "none"}, {**claims, "exp": 4_102_444_800})
    token = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    tokens = {"id_token": f"{token}.x", "access_token": LOGIN_KEY, "refresh_token": "fake-r", "account_id": "acc-1"}
    whole = {"OPENAI_API_KEY": None, "tokens": tokens, "last_refresh": "2099-01-01T00:00:00Z"}
    return {".codex/auth.json": json.dumps(whole)}


def _claude(base: str) -> AgentSettings:
    key = "CLAUDE_CODE_OAUTH_TOKEN" if base.endswith("quota") else "ANTHROPIC_API_KEY"
    env = {"ANTHROPIC_BASE_URL": base, key: "sk-ant-fake-1", "CLAUDE_CODE_MAX_RETRIES": "3"}
    return AgentSettings(name="claude", profile="claude-code", env=env)


def _claude_login(base: str) -> AgentSettings:
    return AgentSettings(name="claude", profile="claude-code", env={"ANTHROPIC_BASE_URL": base})


def _claude_login_home(_base: str) -> dict[str, str]:
    oauth = {
        "accessToken": LOGIN_KEY,
        "refreshToken": "fake-r",
        "expiresAt": 4_102_444_800_000,
        "scopes": ["user:inference", "user:profile"],
        "subscriptionType": "pro",
    }
    return {".claude/.credentials.json": json.dumps({"claudeAiOauth": oauth})}


def _opencode_env(base: str, **options: str) -> dict[str, str]:
    model = {"name": "f", "cost": {"input": 3, "output": 15}, "limit": {"context": 100000, "output": 8000}}
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "options": {"baseURL": f"{base}/v1", **options},
        "models": {MODEL: model},
    }
    return {"OPENCODE_CONFIG_CONTENT": json.dumps({"provider": {"fake": provider}})}


def _opencode(base: str) -> AgentSettings:
    env = _opencode_env(base, apiKey=_KEY)
    return AgentSettings(name="opencode", profile="opencode", model=f"fake/{MODEL}", env=env, max_answers=5)


def _opencode_login(base: str) -> AgentSettings:
    return AgentSettings(name="opencode", profile="opencode", model=f"fake/{MODEL}", env=_opencode_env(base))


def _opencode_login_home(_base: str) -> dict[str, str]:
    return {".local/share/opencode/auth.json": json.dumps({"fake": {"type": "api", "key": LOGIN_KEY}})}


def _gemini(base: str) -> AgentSettings:
    env = {"GOOGLE_GEMINI_BASE_URL": base, "GEMINI_API_KEY": LOGIN_KEY}
    return AgentSettings(name="gemini", profile="gemini", model="gemini-2.5-pro", env=env)


def _gemini_home(_base: str) -> dict[str, str]:
    return {".gemini/settings.json": json.dumps({"security": {"auth": {"selectedType": "gemini-api-key"}}})}


def _qwen(base: str) -> AgentSettings:
    env = {"OPENAI_BASE_URL": f"{base}/v1", "OPENAI_API_KEY": _KEY, "OPENAI_MODEL": MODEL}
    return AgentSettings(name="qwen", profile="qwen", args=("--auth-type", "openai"), env=env)


def _qwen_login(_base: str) -> AgentSettings:
    return AgentSettings(name="qwen", profile="qwen", model=MODEL)


def _qwen_login_home(base: str) -> dict[str, str]:
    auth = {"selectedType": "openai", "apiKey": LOGIN_KEY, "baseUrl": f"{base}/v1"}
    return {".qwen/settings.json": json.dumps({"security": {"auth": auth}})}


def _pi(_base: str) -> AgentSettings:
    return AgentSettings(name="pi", profile="pi", model=MODEL, args=("--provider", "fake"), env={"PI_OFFLINE": "1"})


def _pi_home(base: str, **more: Any) -> dict[str, str]:
    cost = {"input": 3, "output": 15, "cacheRead": 0.3, "cacheWrite": 0}
    model = {"id": MODEL, "name": "f", "reasoning": False, "input": ["text"], "cost": cost}
    fake = {
        "baseUrl": f"{base}/v1",
        "apiKey": _KEY,
        "api": "openai-completions",
        "models": [{**model, "contextWindow": 100000, "maxTokens": 8000}],
    }
    return {".pi/agent/models.json": json.dumps({"providers": {"fake": {**fake, **more}}})}


def _pi_login_home(base: str) -> dict[str, str]:
    return _pi_home(base, apiKey=LOGIN_KEY)


def _nothing(_base: str) -> dict[str, str]:
    return {}


KINDS = {
    "claude": Kind(
        "claude",
        "@anthropic-ai/claude-code@2.1.197",
        _claude,
        _nothing,
        _claude_login,
        _claude_login_home,
    ),
    "codex": Kind("codex", "@openai/codex@0.169.0", _codex, _nothing, _codex_login, _codex_login_home),
    "opencode": Kind(
        "opencode",
        "opencode-ai@1.18.33",
        _opencode,
        _nothing,
        _opencode_login,
        _opencode_login_home,
        (("cut", (Outcome.LOOPING, Outcome.TRUNCATED)),),  # it asks again at once, for ever
    ),
    "gemini": Kind("gemini", "@google/gemini-cli@0.61.0", _gemini, _gemini_home, _gemini, _gemini_home),
    "qwen": Kind("qwen", "@qwen-code/qwen-code@0.15.10", _qwen, _nothing, _qwen_login, _qwen_login_home),
    "pi": Kind(
        "pi",
        "@mariozechner/pi-coding-agent@0.73.1",
        _pi,
        _pi_home,
        _pi,
        _pi_login_home,
        (("cut", (Outcome.INCOMPLETE,)),),  # it takes any end of a stream for the end of the answer
    ),
}
