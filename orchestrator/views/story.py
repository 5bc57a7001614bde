"""The journal told to a person: one calm line an event. The same words in logs, live progress and history."""

import msgspec

from orchestrator.codec.moments import format_moment
from orchestrator.model import events as e
from orchestrator.model.coordination import Conflict
from orchestrator.model.ids import queue_of
from orchestrator.model.verdicts import Finding, Verdict
from orchestrator.model.wording import format_seconds
from orchestrator.policy.budgets import UNITS
from orchestrator.policy.conflicts import OUTSIDE
from orchestrator.policy.people import shown

_LONGEST = 500
"""Characters of an agent's own words on one line."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One event as a line: `level` is info, good, warn or bad; `queue` the track it belongs to, empty for none."""

    text: str
    level: str = "info"
    queue: str = ""
    task: str = ""


def tell(event: e.Event) -> Told | None:
    """Put an event into words; None for what only machines care about."""
    said = _words(event)
    if said is None:
        return None
    task = getattr(event, "task", "")
    queue = getattr(event, "queue", "") or queue_of(task)
    level, text = said
    return Told(text=" ".join(text.split()), level=level, queue=queue, task=task)


def _words(event: e.Event) -> tuple[str, str] | None:
    for part in _PARTS:
        if (said := part(event)) is not None:
            return said
    return None


def _found(event: e.Event) -> tuple[str, str] | None:
    match event:
        case e.BaselineRecorded(keys=keys):
            return "info", f"baseline of queue {event.queue} recorded: {len(keys)} findings"
        case _:
            return None


def _definition(event: e.Event) -> tuple[str, str] | None:
    match event:
        case e.QueueUnlocked(because=because):
            return "good", f"queue {event.queue} unlocked" + (f" by {because}" if because else "")
        case e.QueuePaused(because=because):
            until = f" until {format_moment(event.until)}" if event.until else ""
            return "warn", f"queue {event.queue} paused{until}" + (f" {because}" if because else "")
        case e.QueueResumed(because=because):
            return "info", f"queue {event.queue} resumed" + (f" {because}" if because else "")
        case e.EditRefused(reason=reason):
            return "warn", f"edit refused: {reason}"
        case e.TaskAdded():
            return "info", f"added: {event.spec.title or event.spec.description[:60] or event.spec.id}"
        case e.TaskEdited():
            return "info", "edited"
        case e.TaskRemoved():
            return "info", "removed"
        case _:
            return None


def _trigger(event: e.Event) -> tuple[str, str] | None:
    match event:
        case e.TriggerFired():
            return "good", f"trigger {event.trigger} fired"
        case e.ActionFinished(ok=ok, note=note):
            return ("info", f"action {event.key} done") if ok else ("bad", f"action {event.key} failed: {note}")
        case e.ActionBlocked(key=key, reason=note):
            return "bad", f"action {key} is given up and waits for a person: {note}"
        case e.ActionDecided(key=key, by=by, decision="again"):
            return "info", f"{by} has action {key} tried again"
        case e.ActionDecided(key=key, by=by):
            return "warn", f"{by} drops action {key}{_why(event.reason)}"
        case _:
            return None


def _rollback(event: e.Event) -> tuple[str, str] | None:
    match event:
        case e.RollbackStarted():
            return "bad", f"queue {event.queue} is rolled back: {event.task} failed"
        case e.RollbackStep():
            return "warn", f"its rollback is to run ({event.action}, key {event.key})"
        case e.TaskRolledBack():
            return "warn", f"rolled back because {event.because} failed: to be done again"
        case e.RollbackBlocked():
            return "bad", f"its rollback does not succeed: {event.reason}"
        case e.RollbackDecided(decision="again"):
            return "info", f"{event.by} says: try its rollback again{_why(event.reason)}"
        case e.RollbackDecided():
            return "warn", f"{event.by} leaves it as it is{_why(event.reason)}"
        case e.RollbackFinished():
            kept = f", left as it is: {', '.join(event.left)}" if event.left else ""
            return "warn", f"queue {event.queue} is rolled back: undone {', '.join(event.undone) or 'nothing'}{kept}"
        case _:
            return None


def _progress(event: e.Event) -> tuple[str, str] | None:
    match event:
        case e.TaskClaimed(resumed=True):
            return "info", f"attempt {event.attempt} taken up again"
        case e.TaskClaimed():
            return "info", f"attempt {event.attempt} begins"
        case e.IterationStarted(restarted=True):
            return "warn", f"iteration {event.iteration} starts over: its run was cut short"
        case e.IterationStarted():
            return "info", f"iteration {event.iteration}: {event.agent} is working ({event.sandbox})"
        case e.AgentFinished():
            cost = f", {event.usd:.2f} USD" if event.usd else "" if event.priced else ", cost unknown"
            said = f"{event.outcome}: {event.note or 'no claim'}"
            if event.claimed:
                said = f"says it is done{f' ({event.note})' if event.note else ''}"
            return ("info" if event.claimed else "warn"), f"{said} after {event.seconds:.1f} s{cost}"
        case e.VerdictReached():
            return _verdict(event)
        case _:
            return None


def _talk(event: e.Event) -> tuple[str, str] | None:
    match event:
        case e.AgentReported(question=""):
            return "info", f"its agent: {_short(event.text)}"
        case e.AgentReported():
            return "warn", f"its agent says that it is blocked ({event.question}): {_short(event.text)}"
        case e.AgentAsked():
            return "warn", f"its agent asks ({event.question}): {_short(event.text)}"
        case e.AgentProposed():
            return "info", f"its agent proposes {event.queue}/{event.spec.id} ({event.proposal}): {event.spec.title}"
        case e.AgentLearned():
            return "info", f"its agent learned ({event.learning}): {_short(event.text)}"
        case e.QuestionAnswered():
            return "good", f"{event.by} answers {event.question}: {_short(event.text)}"
        case e.ProposalAccepted():
            return "good", f"proposal {event.proposal} accepted{_by(event.by)} as {event.added}"
        case e.ProposalRejected():
            return "info", f"proposal {event.proposal} rejected{_by(event.by)}{_why(event.reason)}"
        case e.LearningDropped():
            return "info", f"learning {event.learning} dropped{_by(event.by)}{_why(event.reason)}"
        case _:
            return None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."


def _by(by: str) -> str:
    return f" by {by}" if by else ""


def _race(event: e.Event) -> tuple[str, str] | None:
    match event:
        case e.TaskClaimed(rival=True, resumed=False):
            return "info", f"attempt {event.attempt} begins beside it ({event.agent})"
        case e.RivalLeft():
            return "info", f"attempt {event.attempt} is given up: {event.reason}"
        case e.RaceWon():
            lost = ", ".join(map(str, event.lost))
            return "good", f"attempt {event.attempt} passed first; given up: {lost}"
        case _:
            return None


def _verdict(event: e.VerdictReached) -> tuple[str, str]:
    checks = " ".join(f"{check.name}={check.summary or check.report}" for check in event.checks)
    after = " after the merge" if event.merged else ""
    by = f" by {event.by}: {event.reason}" if event.by else ""
    level = {Verdict.PASS: "good", Verdict.FAIL: "warn", Verdict.BLOCKED: "bad"}[event.verdict]
    first = f": {finding_line(event.findings[0])}" if event.findings else ""
    more = f" (+{len(event.findings) - 1} more)" if len(event.findings) > 1 else ""
    return level, f"{event.verdict.value}{after}{by} [{checks}]{first}{more}"


def finding_line(finding: Finding) -> str:
    """Put a finding on one line."""
    place = (
        f"{finding.path}:{finding.line} " if finding.path and finding.line else f"{finding.path} " * bool(finding.path)
    )
    return f"{place}{' '.join(finding.message.split())}"[:200]


def _landing(event: e.Event) -> tuple[str, str] | None:
    match event:
        case e.TaskMerged():
            return "good", f"merged into {event.target.rpartition(':')[2]} as {event.commit[:12]}"
        case e.TrainMissed():
            return "info", "the target moved: merging again"
        case e.TrainDoubted():
            return "info", f"{event.reason} behind others in the train: waits until they have landed or left"
        case e.RequestOpened(url=url):
            return "good", f"a person is asked to merge it: {url}"
        case e.RequestSeen(state="unknown"):
            return "warn", f"cannot see whether {event.url} was merged: {event.note}"
        case e.TrainEvicted():
            return "warn", f"leaves the train of {event.target.rpartition(':')[2]}: {event.reason}"
        case e.AttemptEnded(reason="merged"):
            return None
        case e.AttemptEnded():
            return "warn", f"attempt {event.attempt} ended: {event.reason}"
        case _:
            return None


def _ending(event: e.Event) -> tuple[str, str] | None:
    match event:
        case e.TaskCompleted():
            return "good", f"completed{f': {event.note}' if event.note else ''}"
        case e.TaskFailed():
            return "bad", f"failed: {event.reason}"
        case e.TaskBlocked():
            return "bad", f"blocked: {event.reason}"
        case e.TaskSkipped():
            return "info", f"skipped{f' by {event.by}' if event.by else ''}: {event.reason}"
        case e.TaskReleased():
            return "info", f"given back: {event.reason}"
        case e.TaskReset():
            return "info", f"to be done again{f' by {event.by}' if event.by else ''}: {event.reason}"
        case e.TaskAttached():
            return "info", f"{event.by} attached{' at once' if event.now else ''}: it waits for them"
        case e.TaskDetached():
            return "info", f"{event.by} left after {event.seconds:.0f} s{f': {event.note}' if event.note else ''}"
        case e.TaskDecided():
            return "info", f"{event.by} decided {event.decision}: {event.reason}"
        case _:
            return None


def _budget(event: e.BudgetNeared | e.BudgetReached) -> tuple[str, str]:
    whose = {"task": "the task", "queue": f"queue {event.queue}", "run": "this run"}.get(event.scope, "the project")
    used = f"{whose} has used {_amount(event.used)} of {_amount(event.limit)} {UNITS.get(event.what, event.what)}"
    over = isinstance(event, e.BudgetReached)
    return ("bad", f"{used}: what runs finishes, nothing more starts") if over else ("warn", f"{used} that it may")


def _amount(amount: float) -> str:
    return f"{amount:.2f}".removesuffix(".00")


def _why(because: str) -> str:
    return f": {because}" if because else ""


def _lane(event: e.Event) -> tuple[str, str] | None:
    match event:
        case e.LaneParked(code="fault"):
            return "bad", f"queue {event.queue} parked by a fault, nothing is consumed: {event.text}"
        case e.LaneParked():
            return "warn", f"queue {event.queue} parked: {event.text}"
        case e.LaneResumed():
            return "info", f"queue {event.queue} goes on{_why(event.because)}"
        case e.AccountParked():
            return "warn", f"{event.text}; parked, nothing is consumed"
        case e.AccountResumed():
            return "info", f"account {event.account} goes on{_why(event.because)}"
        case e.BudgetNeared() | e.BudgetReached():
            return _budget(event)
        case _:
            return None


def _gate(event: e.Event) -> tuple[str, str] | None:
    match event:
        case e.GateOpened():
            return "good", f"gate {event.gate} opened"
        case e.GateReady():
            return "warn", f"gate {event.gate} waits for people: `orchestrator explain gate:{event.gate}`"
        case e.GateChecked():
            level = {"PASS": "good", "FAULT": "bad"}.get(event.verdict, "warn")
            first = f": {finding_line(event.findings[0])}" if event.findings else f": {event.note}" * bool(event.note)
            return level, f"gate {event.gate}: checks {event.verdict} on {event.commit[:12]}{first}"
        case e.GateRevoked():
            return "warn", f"gate {event.gate}: {event.by} takes the approval back: {event.reason}"
        case e.GateExpired():
            return "warn", f"gate {event.gate} expired: its deadline has passed"
        case e.GateApproved():
            return "info", f"gate {event.gate} approved by {event.by}"
        case e.GateRejected():
            return "warn", f"gate {event.gate} rejected by {event.by}: {event.reason}"
        case _:
            return None


def _ladder(event: e.Event) -> tuple[str, str] | None:
    match event:
        case e.EscalationRaised():
            who, waited = shown(event.notify), format_seconds(event.after_s)
            return "warn", f"{event.task or f'gate {event.gate}'} has waited for {waited}, {who} is told: {event.text}"
        case e.EscalationAcknowledged():
            until = f" until {format_moment(event.until)}" if event.until else ""
            what = event.task or f"gate {event.gate}"
            return "info", f"{event.by} sees to {what}{until}: nobody further is told{_why(event.note)}"
        case _:
            return None


def _message(event: e.Event) -> tuple[str, str] | None:
    match event:
        case e.DigestDue():
            return "info", f"{event.title} is told"
        case e.MessageSent():
            return "info", f"told {shown(event.channel)}: {', '.join(event.messages)}"
        case e.MessageFailed():
            what = f"{', '.join(event.messages)} did not reach {shown(event.channel)}"
            return "bad" if event.final else "warn", f"{what}{', and is given up' if event.final else ''}: {event.note}"
        case _:
            return None


def _sharing(event: e.Event) -> tuple[str, str] | None:
    match event:
        case e.InputsMissed():
            names = ", ".join(f"{path} of {ref}" for ref, path in zip(event.tasks, event.paths, strict=True))
            return "warn", f"cannot begin: {names} missing or empty in the target at {event.base[:12]}"
        case e.TaskYielded():
            if event.over:
                return "info", f"need not let {event.to} go first any more: the plan has changed"
            return "info", f"could start, and lets {event.to} go first: the plan is shorter so"
        case e.NoticeAnnounced():
            return "warn", f"its notice runs from now; it concerns {', '.join(event.told) or 'no other task'}"
        case e.ConflictFound():
            return "warn", f"does not merge: {'; '.join(map(_conflict, event.conflicts))}"
        case e.WorkersSet(workers=workers):
            of = f"queue {event.queue}" if event.queue else "all queues together"
            return "info", f"workers of {of}: {workers or 'as configured'}{_by(event.by)}"
        case e.CatchUpStarted():
            return "warn", f"catches up: {', '.join(event.over) or 'nobody'} lets it go first"
        case e.ResourceLocked():
            until = format_moment(event.until)
            return "warn", f"{event.resource} locked by {event.by} until {until}: {event.reason}"
        case e.ResourceUnlocked():
            return "info", f"{event.resource} is no longer locked by {event.by}{_why(event.because)}"
        case _:
            return None


def _conflict(conflict: Conflict) -> str:
    commit = f" ({conflict.commit[:12]})" if conflict.commit else ""
    return f"{conflict.path} with {conflict.task or OUTSIDE}{commit}"


_PARTS = (
    *(_definition, _trigger, _rollback, _race, _progress, _talk, _landing, _ending),
    *(_lane, _gate, _ladder, _message, _found, _sharing),
)
