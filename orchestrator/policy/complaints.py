"""What the statuses and words of model services mean when they refuse. Tables; never given prose or tool output."""

import re

from orchestrator.model.agent_events import Outcome

_SERVER = 500
_STATUSES = {
    401: Outcome.AUTH,
    402: Outcome.RATE_LIMITED,  # out of credit: it goes on when somebody pays, and no sooner
    403: Outcome.AUTH,
    404: Outcome.CONFIGURATION,
    408: Outcome.TRANSIENT,
    409: Outcome.TRANSIENT,
    425: Outcome.TRANSIENT,
    429: Outcome.RATE_LIMITED,
}
_HIT = "you['\u2019]ve (?:hit|reached) your"
_RATE_LIMITED = (
    rf"{_HIT} [\w ]*limit",
    r"\b(?:usage|session|weekly|spend(?:ing)?) limit (?:reached|exceeded)",
    r"exhausted your [\w ]*quota|exceeded your current quota|insufficient_quota|quota exceeded|RESOURCE_EXHAUSTED",
    r"usage_limit_(?:reached|exceeded)",
    r"rate[ _-]?limit(?:_error|_exceeded| exceeded| reached|ed\b|error)|too many requests|\b429\b",
    r"credit balance is too low|out of credits",
)
_AUTH = (
    r"invalid (?:x-)?api[ -]key|incorrect api key|api key not valid|no api key",
    r"api[_ ]key (?:environment variable )?(?:is )?(?:missing|required|not (?:set|found))",
    r"authentication[_ ](?:error|failed)|authenticationerror|unauthenticated|unauthorized|permission_error",
    r"not logged in|please (?:run )?(?:/login|log ?in|sign in|authenticate)",
    r"(?:oauth|access|refresh) token (?:has |is )?(?:expired|revoked|invalid)",
    r"\b401\b|\b403 Forbidden\b",
)
_TRANSIENT = (
    r"overloaded|service ?unavailable|internal server error|bad gateway|gateway time-?out|temporarily unavailable",
    r"\b(?:500|502|503|504|529)\b|request timed out|fetch failed|network error|socket hang up",
    r"connection (?:error|refused|reset|closed|timed out)|apiconnection|name or service not known",
    r"ECONNRE(?:SET|FUSED)|ETIMEDOUT|ENOTFOUND|EAI_AGAIN",
)
_CONFIGURATION = (
    r"(?:unknown|invalid|unsupported) (?:model|option|argument|provider|auth method)|unknown flag|no such option",
    r"model [^\n]{0,80}not (?:found|exist|supported)|does not exist or you do not have access|modelnotfound",
    r"not_found_error|unexpected argument|unrecognized (?:option|argument)|invalid configuration|error loading config",
    r"cannot be used with root|modulenotfounderror",
)
_TRUNCATED = (
    r"stream disconnected|stream closed before|stream ended without|without a finish reason",
    r"empty or malformed response",
)
_BUDGET = (r"(?:max(?:imum)? |cost |exceeded )budget|cost limit|LimitsExceeded",)
_TURNS = (r"max(?:imum)?[_ ](?:session[_ ])?turns|turn limit|iteration limit|step limit",)
_READ = tuple(
    (outcome, re.compile("|".join(words), re.IGNORECASE))
    for outcome, words in (
        (Outcome.RATE_LIMITED, _RATE_LIMITED),
        (Outcome.AUTH, _AUTH),
        (Outcome.TRUNCATED, _TRUNCATED),
        (Outcome.TRANSIENT, _TRANSIENT),
        (Outcome.CONFIGURATION, _CONFIGURATION),
        (Outcome.BUDGET, _BUDGET),
        (Outcome.TURN_LIMIT, _TURNS),
    )
)
_OWN = re.compile(
    rf"\W*(?:\S*error\b|fatal\b|failed\b|cannot\b|{_HIT}\b|please (?:run|log ?in|sign in)\b|not logged in|invalid\b"
    r"|unknown\b|unauthorized\b|no such option|api error\b|--\S+ cannot\b|litellm\.)",
    re.IGNORECASE,
)
_LINES = 30


def of_status(status: int | None) -> Outcome | None:
    """Give what an HTTP status of a model service means, None where it takes words to know."""
    if status is None:
        return None
    return Outcome.TRANSIENT if status >= _SERVER else _STATUSES.get(status)


def of_words(text: str) -> Outcome | None:
    """Give what the text of an error means; the first kind that applies."""
    return next((outcome for outcome, words in _READ if words.search(text)), None)


def blamed_line(stderr: str) -> tuple[str, Outcome | None]:
    """Find the last line of a program's own stderr that says what was wrong; else its last line, and nothing."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    for line in reversed(lines[-_LINES:]):
        outcome = of_words(line) if _OWN.match(line) else None
        if outcome is not None:
            return line, outcome
    return (lines[-1] if lines else ""), None
