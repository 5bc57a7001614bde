"""What an end means: one row a rule."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from orchestrator.model.agent_events import (
    AgentEvent,
    Failure,
    FailureKind,
    Final,
    Limit,
    Outcome,
    Raw,
    Retry,
    Started,
    Text,
    ToolEnd,
    ToolStart,
    Usage,
)
from orchestrator.policy.accounts import CODES
from orchestrator.policy.aftermath import AFTERMATH
from orchestrator.policy.complaints import blamed_line, of_status, of_words
from orchestrator.policy.outcome import AgentResult, EndFacts, classify, sum_up
from orchestrator.policy.resets import epoch_ms, reset_ms

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    """Give Unix milliseconds of a moment in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


NOW = at("2026-11-20T10:40:00")


def end(
    *events: AgentEvent,
    code: int | None = 0,
    signal: int | None = None,
    stopped: str = "",
    stderr: str = "",
    claimed: bool = False,
    promised: bool = True,
) -> AgentResult:
    facts = EndFacts(
        heard=sum_up(events),
        at_ms=NOW,
        claimed=claimed,
        promised=promised,
        code=code,
        signal=signal,
        stopped=stopped,
        stderr=stderr,
    )
    return classify(facts)


OK = Final(text="done")
BAD = Final(text="", is_error=True)
LIMIT = Limit(kind="five_hour", until_ms=NOW + 1000)


# -- a proper end ----------------------------------------------------------------------------------------------------


def test_done_is_a_proper_end_with_the_claim_whatever_the_exit_code() -> None:
    for code in (0, 1, 143):
        assert end(OK, claimed=True, code=code).outcome is Outcome.CLAIMED
    assert end(OK, claimed=True, code=None, signal=9).outcome is Outcome.CLAIMED
    assert end(OK).outcome is Outcome.INCOMPLETE
    assert end(OK, code=1).outcome is Outcome.INCOMPLETE


def test_a_claim_without_a_proper_end_is_none() -> None:
    assert end(Text(text="<promise>"), claimed=True).outcome is Outcome.TRUNCATED
    assert end(BAD, claimed=True).outcome is Outcome.CRASHED


def test_without_a_promise_a_clean_exit_claims_and_no_other() -> None:
    assert end(OK, promised=False).outcome is Outcome.CLAIMED
    assert end(OK, promised=False, code=2).outcome is Outcome.CRASHED
    assert end(OK, promised=False, code=None, signal=9).outcome is Outcome.CRASHED


@pytest.mark.parametrize("stopped", ["timeout", "stalled", "steps", "looping", "output"])
def test_a_process_that_would_not_go_away_after_its_proper_end_has_ended_properly(stopped: str) -> None:
    assert end(OK, claimed=True, code=None, signal=9, stopped=stopped).outcome is Outcome.CLAIMED


def test_what_was_wrong_before_a_proper_end_is_over() -> None:
    was = (Retry(status=529), LIMIT, Failure(status=429, text="slow down"))
    assert end(*was, OK, claimed=True).outcome is Outcome.CLAIMED
    assert end(*was, OK).until_ms is None


# -- ended by us -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stopped", "outcome"),
    [
        ("timeout", Outcome.TIMEOUT),
        ("stalled", Outcome.STALLED),
        ("steps", Outcome.TURN_LIMIT),
        ("looping", Outcome.LOOPING),
        ("output", Outcome.KILLED),
        ("stopped by hand", Outcome.KILLED),
        ("ended: lost", Outcome.KILLED),
    ],
)
def test_a_run_we_ended_is_what_we_ended_it_for(stopped: str, outcome: Outcome) -> None:
    assert end(ToolStart(id="1", name="shell"), code=None, signal=9, stopped=stopped).outcome is outcome


@pytest.mark.parametrize(
    ("retry", "outcome"),
    [
        (Retry(attempt=3, status=429), Outcome.RATE_LIMITED),
        (Retry(attempt=3, status=529), Outcome.TRANSIENT),
        (Retry(attempt=3, status=401), Outcome.AUTH),
        (Retry(text="You exceeded your current quota"), Outcome.RATE_LIMITED),
        (Retry(text="hm"), Outcome.STALLED),
    ],
)
def test_a_run_we_ended_while_it_tried_again_is_what_it_tried(retry: Retry, outcome: Outcome) -> None:
    assert end(retry, code=None, signal=9, stopped="stalled").outcome is outcome


def test_a_loop_on_answers_that_were_torn_is_a_loop_and_one_on_a_refusal_is_the_refusal() -> None:
    torn = Failure(kind=FailureKind.TRUNCATED, text="the answer stops in the middle")
    assert end(torn, code=None, signal=9, stopped="looping").outcome is Outcome.LOOPING
    assert end(torn, code=None, signal=9, stopped="timeout").outcome is Outcome.TRUNCATED
    assert end(Failure(status=401), code=None, signal=9, stopped="looping").outcome is Outcome.AUTH
    assert end(LIMIT, code=None, signal=9, stopped="looping").outcome is Outcome.RATE_LIMITED


@pytest.mark.parametrize(
    ("before", "outcome"),
    [
        ((), Outcome.TIMEOUT),
        ((ToolStart(id="1", name="shell"),), Outcome.TIMEOUT),
        ((Retry(status=429),), Outcome.RATE_LIMITED),
    ],
)
def test_that_it_was_interrupted_explains_no_run_that_we_interrupted(
    before: tuple[AgentEvent, ...], outcome: Outcome
) -> None:
    said = (*before, Failure(kind=FailureKind.INTERRUPTED, text="aborted"), Final(text="", is_error=True))
    assert end(*said, stopped="timeout").outcome is outcome
    assert end(*said, stopped="").outcome is Outcome.KILLED


def test_a_run_by_hand_ended_while_it_tried_again_is_killed() -> None:
    assert end(Retry(status=429), stopped="stopped by hand").outcome is Outcome.KILLED


@pytest.mark.parametrize("progress", [ToolStart(id="1", name="shell"), ToolEnd(id="1", ok=True)])
def test_a_run_that_works_again_has_got_over_it(progress: AgentEvent) -> None:
    wrong = (Retry(status=429), LIMIT, Failure(status=401, text="no"))
    assert end(*wrong, progress, stopped="timeout").outcome is Outcome.TIMEOUT


def test_words_alone_get_over_a_failure_but_not_over_a_limit() -> None:
    assert end(Failure(status=401), Text(text="hm"), stopped="timeout").outcome is Outcome.TIMEOUT
    assert end(LIMIT, Text(text="You've hit your limit"), stopped="timeout").outcome is Outcome.RATE_LIMITED


# -- ended by itself -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (FailureKind.LIMIT, Outcome.RATE_LIMITED),
        (FailureKind.TRANSIENT, Outcome.TRANSIENT),
        (FailureKind.AUTH, Outcome.AUTH),
        (FailureKind.CONFIGURATION, Outcome.CONFIGURATION),
        (FailureKind.BUDGET, Outcome.BUDGET),
        (FailureKind.TURNS, Outcome.TURN_LIMIT),
        (FailureKind.TRUNCATED, Outcome.TRUNCATED),
        (FailureKind.INTERRUPTED, Outcome.KILLED),
        (FailureKind.SESSION, Outcome.CONFIGURATION),
        (FailureKind.OTHER, Outcome.CRASHED),
    ],
)
def test_what_the_program_says_of_a_failure_goes_first(kind: FailureKind, outcome: Outcome) -> None:
    text = "no kind of words" if kind is FailureKind.OTHER else "429 rate limit 401 unauthorized overloaded"
    assert end(Failure(kind=kind, text=text), BAD, code=1).outcome is outcome
    assert end(Failure(kind=kind, text=text), code=0).outcome is outcome


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (401, Outcome.AUTH),
        (402, Outcome.RATE_LIMITED),
        (403, Outcome.AUTH),
        (404, Outcome.CONFIGURATION),
        (408, Outcome.TRANSIENT),
        (429, Outcome.RATE_LIMITED),
        (500, Outcome.TRANSIENT),
        (503, Outcome.TRANSIENT),
        (529, Outcome.TRANSIENT),
        (400, None),
        (None, None),
    ],
)
def test_then_its_status(status: int | None, outcome: Outcome | None) -> None:
    assert of_status(status) is outcome
    said = "says nothing"
    assert end(Failure(status=status, text=said), BAD, code=1).outcome is (outcome or Outcome.CRASHED)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("You\u2019ve hit your usage limit. Upgrade to Pro or try again at 11:39 AM.", Outcome.RATE_LIMITED),
        ("You've hit your session limit \u00b7 resets 11:50am (UTC)", Outcome.RATE_LIMITED),
        ("You've hit your limit", Outcome.RATE_LIMITED),
        ("API Error: Request rejected (429) \u00b7 usage limit reached", Outcome.RATE_LIMITED),
        ("You have exhausted your daily quota on this model.", Outcome.RATE_LIMITED),
        ("You exceeded your current quota, please check your plan and billing details.", Outcome.RATE_LIMITED),
        ("exceeded retry limit, last status: 429 Too Many Requests", Outcome.RATE_LIMITED),
        ("litellm.RateLimitError: RateLimitError: OpenAIException", Outcome.RATE_LIMITED),
        ("Your credit balance is too low to access the API", Outcome.RATE_LIMITED),
        ("Invalid API key \u00b7 Please run /login", Outcome.AUTH),
        ("OAuth token has expired", Outcome.AUTH),
        ("unexpected status 401 Unauthorized: invalid x-api-key", Outcome.AUTH),
        ("The OPENAI_API_KEY environment variable is missing", Outcome.AUTH),
        ("API Error: 529 Overloaded", Outcome.TRANSIENT),
        ("unexpected status 503 Service Unavailable", Outcome.TRANSIENT),
        ("connect ECONNREFUSED 127.0.0.1:1", Outcome.TRANSIENT),
        ("stream disconnected before completion: stream closed before response.completed", Outcome.TRUNCATED),
        ("Model stream ended without a finish reason.", Outcome.TRUNCATED),
        ("The model `gpt-9` does not exist or you do not have access to it.", Outcome.CONFIGURATION),
        ("--dangerously-skip-permissions cannot be used with root/sudo privileges", Outcome.CONFIGURATION),
        ("error: unexpected argument '--frob' found", Outcome.CONFIGURATION),
        ("Reached maximum turns", None),
        ("Reached max turns (3)", Outcome.TURN_LIMIT),
        ("the cost limit is reached", Outcome.BUDGET),
        ("segmentation fault", None),
    ],
)
def test_then_the_words_of_its_final_error(text: str, outcome: Outcome | None) -> None:
    wanted = Outcome.TURN_LIMIT if text == "Reached maximum turns" else outcome
    assert of_words(text) is wanted
    assert end(Failure(text=text), BAD, code=1).outcome is (wanted or Outcome.CRASHED)
    assert end(Final(text=text, is_error=True), code=1).outcome is (wanted or Outcome.CRASHED)
    assert end(Text(text=text), OK).outcome is Outcome.INCOMPLETE


def test_a_limit_that_was_reached_goes_before_every_word() -> None:
    result = end(LIMIT, Failure(status=500, text="boom"), BAD, code=1)
    assert (result.outcome, result.until_ms, result.account_scope) == (Outcome.RATE_LIMITED, NOW + 1000, True)
    assert result.note == "boom"
    assert end(Limit(kind="weekly"), BAD, code=1).note == "weekly limit reached"


def test_the_reset_is_read_from_the_words_where_no_field_has_it() -> None:
    result = end(Limit(kind="x"), Failure(text="resets 11:50am (UTC)"), BAD, code=1)
    assert result.until_ms == at("2026-11-20T11:50:00")
    assert end(Failure(status=529, text="try again at 11:39 AM."), BAD, code=1).until_ms is None


@pytest.mark.parametrize(
    ("stderr", "outcome"),
    [
        ("Error: You've hit your usage limit", Outcome.RATE_LIMITED),
        ("You've hit your limit \u00b7 resets 3pm", Outcome.RATE_LIMITED),
        ("starting\nError: Invalid API key\n    at main (x.js:1)\n", Outcome.AUTH),
        ("error: unknown option '--frob'", Outcome.CONFIGURATION),
        ("running the tests of the rate limiter: 429 too many requests", Outcome.CRASHED),
        ("Traceback\nKeyError: 'x'", Outcome.CRASHED),
        ("", Outcome.CRASHED),
    ],
)
def test_last_comes_what_stands_at_the_start_of_its_own_error_lines(stderr: str, outcome: Outcome) -> None:
    assert end(Text(text="hm"), code=1, stderr=stderr).outcome is outcome


def test_a_crash_quotes_the_last_line() -> None:
    assert end(code=1, stderr="a\nKeyError: 'x'\n\n").note == "exit status 1: KeyError: 'x'"
    assert end(code=1).note == "exit status 1"
    assert blamed_line("") == ("", None)


@pytest.mark.parametrize(("code", "signal"), [(None, 9), (130, None), (137, None), (143, None)])
def test_a_signal_from_elsewhere_kills_also_where_an_exit_code_tells_of_it(
    code: int | None, signal: int | None
) -> None:
    assert end(Text(text="hm"), code=code, signal=signal).outcome is Outcome.KILLED


def test_a_note_is_one_short_line() -> None:
    note = end(Failure(text="x" * 999 + "\nmore"), BAD, code=1).note
    assert len(note) == 300
    assert end(Failure(text="\n"), BAD, code=1).note == "crashed"


# -- usage -----------------------------------------------------------------------------------------------------------


def test_usage_is_added_up_and_a_total_replaces_it() -> None:
    some = Usage(input=10, cached=5, output=2, reasoning=1, usd=0.5)
    result = end(Started(session="s", model="m"), some, Raw(text="?"), some, OK)
    assert result.usage == Usage(input=20, cached=10, output=4, reasoning=2, usd=1.0)
    assert (result.tokens, result.usd, result.session, result.model) == (34, 1.0, "s", "m")
    assert end(some, Usage(input=7, usd=0.1, total=True), OK).usage.input == 7
    assert end(Usage(input=1), OK).usd is None
    assert end(Usage(input=1, usd=0.25), Usage(input=1), OK).usd == 0.25
    assert end(Started(session="s"), Started(model="m"), OK).session == "s"


# -- moments ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("resets 11:50am (UTC)", "2026-11-20T11:50:00"),
        ("resets 11:50am", "2026-11-20T10:50:00"),  # read off a clock in Berlin
        ("try again at 11:41 AM.", "2026-11-20T10:41:00"),
        ("try again at 11:39 AM.", "2026-11-20T10:39:00"),  # just passed: now, not tomorrow
        ("try again at 9:00 AM.", "2026-11-21T08:00:00"),
        ("resets 12am (UTC)", "2026-11-21T00:00:00"),
        ("resets 12pm (UTC)", "2026-11-20T12:00:00"),
        ("resets 3pm (America/New_York)", "2026-11-20T20:00:00"),
        ("resets 3pm (Nowhere/Land)", "2026-11-20T14:00:00"),
        ("try again at Nov 22nd, 2026 3:04 PM.", "2026-11-22T14:04:00"),
        ("resets Nov 23, 5pm (UTC)", "2026-11-23T17:00:00"),
        ("resets Nov 23 at 5pm (UTC)", "2026-11-23T17:00:00"),
        ("resets Jan 2, 5pm (UTC)", "2027-01-02T17:00:00"),
        ("Claude AI usage limit reached|1795175430", "2026-11-20T11:50:30"),
        ("quota will reset after 20h49m19s.", "2026-11-21T07:29:19"),
        ("Please try again in 1.5s", "2026-11-20T10:40:01.500"),
        ("try again in 5 minutes", "2026-11-20T10:45:00"),
        ("slow down; retry after 30 s", "2026-11-20T10:40:30"),
        ("try again in 3 days 4 hours", "2026-11-23T14:40:00"),
        ("your limit resets at 2026-11-20T12:00:00Z", "2026-11-20T12:00:00"),
        ("limited until 2026-11-20 12:00", "2026-11-20T11:00:00"),
    ],
)
def test_the_moment_of_a_reset_is_read(text: str, moment: str) -> None:
    assert reset_ms(text, NOW, BERLIN) == at(moment)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "try again later",
        "resets 25pm",
        "resets Feb 31, 5pm",
        "resets Foo 3, 5pm",
        "built 2026-11-20T12:00:00Z",
        "until 2026-19-40T12:00:00Z",
    ],
)
def test_words_without_a_moment_give_none(text: str) -> None:
    assert reset_ms(text, NOW, BERLIN) is None


def test_a_clock_time_tomorrow_is_the_same_clock_time_over_a_change_of_the_clocks() -> None:
    evening = at("2026-10-24T18:00:00")  # 20:00 in Berlin, the night before summer time ends
    assert reset_ms("resets 7pm", evening, BERLIN) == at("2026-10-25T18:00:00")


def test_an_epoch_may_be_in_seconds_or_milliseconds() -> None:
    assert epoch_ms(1_795_175_430) == epoch_ms(1_795_175_430_000) == 1_795_175_430_000


# -- what follows ----------------------------------------------------------------------------------------------------


def test_every_outcome_has_what_follows_and_exactly_those_of_accounts_use_up_nothing() -> None:
    assert AFTERMATH.keys() == set(Outcome)
    assert {outcome.value for outcome, after in AFTERMATH.items() if not after.counts} == CODES.keys()
