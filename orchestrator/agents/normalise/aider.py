"""aider prints text: one reply, then a line of tokens. It exits 0 whatever happened; litellm names its errors."""

import re

from orchestrator.model.agent_events import AgentEvent, Failure, FailureKind, Final, Retry, Text, Usage

_TOKENS = re.compile(
    r"Tokens: (?P<sent>[\d.,]+)(?P<sk>[kM]?) sent(?:, (?P<hit>[\d.,]+)(?P<hk>[kM]?) cache hit)?.*?,"
    r" (?P<got>[\d.,]+)(?P<gk>[kM]?) received\.(?: Cost: \$(?P<cost>[\d.]+) message)?"
)
_ERROR = re.compile(r"litellm\.(?P<name>\w+): (?P<text>.*)")
_AGAIN = re.compile(r"Retrying in (?P<delay>[\d.]+) seconds\.\.\.")
_HEAD = re.compile(r"(?:Repo-map: |Git repo: |Added .* to the chat|Model: |Aider v)")
_KINDS = {
    "RateLimitError": FailureKind.LIMIT,
    "AuthenticationError": FailureKind.AUTH,
    "PermissionDeniedError": FailureKind.AUTH,
    "NotFoundError": FailureKind.CONFIGURATION,
    "BadRequestError": FailureKind.CONFIGURATION,
    "APIConnectionError": FailureKind.TRANSIENT,
    "APIError": FailureKind.TRANSIENT,
    "InternalServerError": FailureKind.TRANSIENT,
    "ServiceUnavailableError": FailureKind.TRANSIENT,
    "Timeout": FailureKind.TRANSIENT,
}
_STATUSES = {FailureKind.LIMIT: 429, FailureKind.AUTH: 401, FailureKind.TRANSIENT: 503}
_SCALE = {"": 1, "k": 1000, "M": 1_000_000}
_KEPT = 200
"""Lines of a reply that are kept as its final message."""


class Aider:
    """aider."""

    def __init__(self) -> None:
        self._reply: list[str] = []
        self._final: str | None = None
        self._failed: Failure | None = None
        self._told: list[str] = []
        self._tries = 0

    def feed(self, line: bytes) -> list[AgentEvent]:
        """Read one line of stdout."""
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        for read in (self._error, self._more, self._tokens):
            events = read(text)
            if events is not None:
                return events
        if _HEAD.match(text):
            self._reply.clear()
        self._reply = [*self._reply[-_KEPT:], text]
        return [Text(text=text)] if text.strip() else []

    def close(self, code: int | None, stderr: str) -> list[AgentEvent]:  # noqa: ARG002  # all is on stdout
        """Say how it ended: with its reply, or with what litellm last complained of."""
        if self._failed is not None:
            text = " ".join(self._told) or self._failed.text
            return [Failure(kind=self._failed.kind, status=self._failed.status, text=text)]
        return [Final(text=self._final)] if self._final is not None and code == 0 else []

    def _error(self, text: str) -> list[AgentEvent] | None:
        found = _ERROR.match(text)
        if found is None:
            return None
        kind = _KINDS.get(found["name"], FailureKind.OTHER)
        self._failed = Failure(kind=kind, status=_STATUSES.get(kind), text=text)
        self._told, self._tries = [text.strip()], self._tries + 1
        return []

    def _more(self, text: str) -> list[AgentEvent] | None:
        if self._failed is None:
            return None
        again = _AGAIN.match(text)
        if again is not None:
            told = " ".join(self._told)
            return [Retry(attempt=self._tries, delay_s=float(again["delay"]), status=self._failed.status, text=told)]
        if _TOKENS.match(text):
            return None
        if text.strip() and len(self._told) < _KEPT:
            self._told.append(text.strip())
        return []

    def _tokens(self, text: str) -> list[AgentEvent] | None:
        found = _TOKENS.match(text)
        if found is None:
            return None
        self._failed, self._tries = None, 0
        self._final, self._reply = "\n".join(self._reply).strip(), []
        sent, hit = _many(found["sent"], found["sk"]), _many(found["hit"] or "0", found["hk"] or "")
        usd = float(found["cost"]) if found["cost"] else None
        return [Usage(input=max(0, sent - hit), cached=hit, output=_many(found["got"], found["gk"]), usd=usd)]


def _many(digits: str, unit: str) -> int:
    try:
        return int(float(digits.replace(",", "").rstrip(".")) * _SCALE[unit])
    except ValueError:
        return 0
