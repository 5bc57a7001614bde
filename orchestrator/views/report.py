"""The report: what people would write by hand of a project, computed from its journal. Never guesses, never decides."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from orchestrator.codec.moments import format_moment, moment_or_none
from orchestrator.model import events as e
from orchestrator.model.answers import StatusAnswer
from orchestrator.model.gates import Gate
from orchestrator.model.plan_answers import PlanAnswer
from orchestrator.model.report_answers import (
    Blocker,
    DecisionReport,
    MeasureReport,
    PeriodReport,
    QueueReport,
    ReportAnswer,
    TaskReport,
)
from orchestrator.model.specs import ENDED, SATISFIES
from orchestrator.model.spending import micros, usd
from orchestrator.model.world import Queue, Task, World
from orchestrator.policy.conflicts import OUTSIDE
from orchestrator.policy.gates import is_rejected, waiting_for, waits_for_people
from orchestrator.policy.history import Span, spans
from orchestrator.policy.rollback import words, words_after

_HOUR_MS, _HOUR_S = 3_600_000, 3600.0
_WAITS = frozenset({"person", "fault"})
_NEXT, _NEAR_MS = 5, 7 * 24 * _HOUR_MS


class Source:
    """What a report is made of."""

    def __init__(
        self, world: World, commits: Sequence[e.Commit], status: StatusAnswer, plan: PlanAnswer, now: int
    ) -> None:
        self.world, self.commits, self.status, self.plan, self.now = world, commits, status, plan, now
        self.spans = spans(commits)

    def report(self, project: str, since: int) -> ReportAnswer:
        """Put the report together; `since` (milliseconds) begins the period it tells of in detail."""
        tasks = self.world.tasks.values()
        done = sum(1 for task in tasks if task.status in SATISFIES)
        return ReportAnswer(
            project=project,
            at=format_moment(self.now),
            seq=self.world.seq,
            headline=self.status.headline,
            percent=_percent(done, len(self.world.tasks)),
            queues=tuple(self._queue(queue) for queue in self.world.queues.values()),
            gates=tuple((gate.id, gate.state, gate.waiting_for) for gate in self.status.gates),
            blockers=tuple(sorted(self._blockers(), key=lambda blocker: -blocker.age_hours)),
            due_next=tuple(self._due(self.now, self.now + _NEAR_MS)),
            slipped=tuple(self._due(0, self.now)),
            critical_path=self.plan.critical_path,
            remaining_hours=self.plan.makespan_hours,
            milestones=tuple((milestone.id, milestone.date) for milestone in self.plan.milestones),
            next_steps=tuple(self._next_steps()),
            decisions=tuple(_decisions(self.commits)),
            period=self._period(since),
            measure=self._measure(),
            conflicts=tuple(_conflicts(self.commits)),
        )

    def _queue(self, queue: Queue) -> QueueReport:
        tasks = [self.world.tasks[ref] for ref in queue.tasks]
        known = [self.spans.get(task.ref, Span()) for task in tasks]
        judged = sum(span.judged for span in known)
        done = sum(1 for task in tasks if task.status in SATISFIES)
        return QueueReport(
            name=queue.name,
            title=queue.spec.title,
            done=done,
            total=len(tasks),
            percent=_percent(done, len(tasks)),
            pass_rate=round(sum(span.passed for span in known) / judged, 3) if judged else None,
            estimate_hours=_hours(sum(task.spec.estimate_s for task in tasks)),
            actual_hours=_hours(sum(self._worked(span) for span in known)),
            cost_usd=usd(sum(task.spent.micros for task in tasks)),
            tasks=tuple(self._task(task) for task in tasks),
        )

    def _task(self, task: Task) -> TaskReport:
        span = self.spans.get(task.ref, Span())
        due = task.spec.due
        ended = span.ended if task.status in ENDED else None
        return TaskReport(
            id=task.ref,
            title=task.spec.title or task.spec.description[:80],
            status=task.status.value,
            owner=task.spec.owner or task.agent,
            started=moment_or_none(span.began),
            ended=moment_or_none(ended),
            estimate_hours=_hours(task.spec.estimate_s),
            actual_hours=_hours(self._worked(span)),
            iterations=task.iterations,
            cost_usd=task.usd,
            outputs=task.spec.outputs,
            commit=task.commit,
            reason=task.reason,
            due=moment_or_none(due),
            late=due is not None and due < (ended if ended is not None else self.now),
        )

    def _worked(self, span: Span) -> float:
        return span.worked_s + ((self.now - span.claimed) / 1000 if span.claimed is not None else 0.0)

    def _blockers(self) -> Iterable[Blocker]:
        for queue in self.status.queues:
            for task in queue.tasks:
                if task.reason is not None and task.reason.code in _WAITS:
                    ref = f"{queue.name}/{task.id}"
                    since = self.world.tasks[ref].since
                    yield self._blocker(ref, task.reason.text, since)
        for name, known in self.world.queues.items():
            if known.rollback is not None and known.rollback.blocked:
                yield self._blocker(known.rollback.task, words(known), known.rollback.blocked_since)
            elif known.rolled_back:
                yield self._blocker(f"queue:{name}", words_after(known), known.paused_since)
        for gate in self.world.gates.values():
            held = self._held_since(gate)
            if held is not None:
                waits = ", ".join(waiting_for(self.world, gate, self.now))
                yield self._blocker(f"gate:{gate.id}", waits, held)

    def _held_since(self, gate: Gate) -> int | None:
        """Say since when a gate waits for somebody: to sign, to mend what its checks are red about, to think again."""
        if gate.open:
            return None
        if is_rejected(gate):
            return gate.signatures[-1].at
        waits = waits_for_people(self.world, gate)
        return waits[1] if waits is not None else None

    def _blocker(self, name: str, what: str, since: int) -> Blocker:
        held = tuple(self.world.dependents.get(name, ()))
        age = round((self.now - since) / _HOUR_MS, 2)
        return Blocker(id=name, what=what, since=moment_or_none(since), age_hours=age, holds_up=held)

    def _due(self, after: int, until: int) -> Iterable[tuple[str, str]]:
        named = [(t.spec.due, t.ref) for t in self.world.tasks.values() if t.status not in ENDED and t.spec.due]
        named += [
            (g.spec.deadline, f"gate:{g.id}") for g in self.world.gates.values() if not g.open and g.spec.deadline
        ]
        return ((name, format_moment(due)) for due, name in sorted(named) if after < due <= until)

    def _next_steps(self) -> Iterable[str]:
        for blocker in self._blockers():
            yield f"{blocker.id}: {blocker.what}"
        soon = [slot.task for slot in self.plan.schedule if self.world.tasks[slot.task].status == "pending"]
        for ref in soon[:_NEXT]:
            yield f"{ref}: {self.world.tasks[ref].spec.title or 'next in the plan'}"

    def _period(self, since: int) -> PeriodReport:
        found: dict[str, dict[str, None]] = {"completed": {}, "started": {}, "failed": {}}
        verdicts = passed = cost = 0
        for commit in self.commits:
            if commit.at < since:
                continue
            for event in commit.events:
                match event:
                    case e.TaskCompleted():
                        found["completed"][event.task] = None
                    case e.TaskClaimed(resumed=False):
                        found["started"][event.task] = None
                    case e.TaskFailed() | e.TaskBlocked():
                        found["failed"][event.task] = None
                    case e.VerdictReached():
                        verdicts, passed = verdicts + 1, passed + (event.verdict == "PASS")
                    case e.AgentFinished():
                        cost += micros(event.usd)
                    case _:
                        pass
        return PeriodReport(
            since=format_moment(since),
            completed=tuple(found["completed"]),
            started=tuple(found["started"]),
            failed=tuple(found["failed"]),
            verdicts=verdicts,
            passed=passed,
            cost_usd=usd(cost),
        )

    def _measure(self) -> MeasureReport:
        begun = [span.began for span in self.spans.values() if span.began is not None]
        last = [self.now if s.claimed is not None else s.ended for s in self.spans.values() if s.began is not None]
        ends = [end for end in last if end is not None]
        worked = sum(self._worked(span) for span in self.spans.values()) / _HOUR_S
        elapsed = (max(ends) - min(begun)) / _HOUR_MS if begun and ends else 0.0
        done = sum(t.spec.estimate_s for t in self.world.tasks.values() if t.status == "completed")
        return MeasureReport(
            worked_hours=round(worked, 3),
            elapsed_hours=round(elapsed, 3),
            speedup=round(worked / elapsed, 2) if elapsed > 0 else None,
            estimated_hours=_hours(done),
        )


def _conflicts(commits: Iterable[e.Commit]) -> Iterable[tuple[str, str, str, str]]:
    for commit in commits:
        for event in (event for event in commit.events if isinstance(event, e.ConflictFound)):
            for conflict in event.conflicts:
                whose = " as ".join(part for part in (conflict.task, conflict.commit[:12]) if part)
                yield format_moment(commit.at), event.task, conflict.path, whose or OUTSIDE


def _decisions(commits: Iterable[e.Commit]) -> Iterable[DecisionReport]:
    for commit in commits:
        for event in commit.events:
            if (made := _decision(event)) is not None:
                by, what, why, evidence = made
                yield DecisionReport(at=format_moment(commit.at), by=by, what=what, why=why, evidence=evidence)


def _decision(event: e.Event) -> tuple[str, str, str, tuple[str, ...]] | None:
    match event:
        case e.TaskDecided():
            return event.by, f"{event.decision} {event.task}", event.reason, ()
        case e.TaskSkipped() if event.by:
            return event.by, f"skip {event.task}", event.reason, ()
        case e.GateApproved():
            signed = " (signed)" if event.signature else ""
            return event.by, f"approve gate:{event.gate}{signed}", event.note, event.evidence
        case e.GateRejected():
            return event.by, f"reject gate:{event.gate}", event.reason, ()
        case e.GateRevoked():
            return event.by, f"revoke gate:{event.gate}", event.reason, ()
        case e.RollbackDecided(decision="again"):
            return event.by, f"try the rollback of {event.task} again", event.reason, ()
        case e.RollbackDecided():
            return event.by, f"leave {event.task} as it is, without its rollback", event.reason, ()
        case e.TaskCompleted() if event.by:
            return event.by, f"report {event.task} as done", event.note, ()
        case _:
            return None


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _hours(seconds: float) -> float:
    return round(seconds / _HOUR_S, 3)


# -- as a page -----------------------------------------------------------------------------------------------------

Block = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""A heading, the head of a table (or nothing: a list) and its rows."""


def blocks(report: ReportAnswer) -> list[Block]:
    """Put a report into headings, tables and lists; those without rows are left out."""
    found: list[Block] = [
        (
            "",
            (),
            [(report.headline,), (_measured(report.measure),), (f"{report.percent} % done, at seq {report.seq}",)],
        ),
        ("Overview", ("queue", "done", "pass rate", "estimate", "actual", "cost"), [_row(q) for q in report.queues]),
        (f"Since {report.period.since}", (), _period_rows(report.period)),
        ("Blockers", ("what", "waits for", "hours", "holds up"), [_blocker_row(b) for b in report.blockers]),
        ("Gates", ("gate", "state", "waits for"), [(g, state, ", ".join(waits)) for g, state, waits in report.gates]),
        ("Slipped", ("what", "was due"), report.slipped),
        ("Due next", ("what", "due"), report.due_next),
        ("Milestones", ("what", "planned for"), report.milestones),
        ("Critical path", (), [(" → ".join(report.critical_path),)] if report.critical_path else []),
        ("Next steps", (), [(step,) for step in report.next_steps]),
    ]
    head = ("task", "state", "who", "started", "ended", "estimate", "actual", "deliverables")
    found += [
        (f"{queue.title or queue.name}", head, [_task_row(task) for task in queue.tasks]) for queue in report.queues
    ]
    decided = [(d.at, d.by, d.what, d.why, ", ".join(d.evidence)) for d in report.decisions]
    found.append(("Conflicts", ("when", "whose work did not merge", "file", "with whose"), report.conflicts))
    found.append(("Decisions", ("when", "who", "what", "why", "evidence"), decided))
    return [block for block in found if block[2]]


def _measured(measure: MeasureReport) -> str:
    if measure.speedup is None:
        return "no work has been measured yet"
    return (
        f"{measure.worked_hours:.4g} h of work in {measure.elapsed_hours:.4g} h (x {measure.speedup:g}), "
        f"{measure.estimated_hours:.4g} h by the estimates of what is done"
    )


def _row(queue: QueueReport) -> Sequence[str]:
    rate = f"{queue.pass_rate:.0%}" if queue.pass_rate is not None else ""
    progress = f"{queue.done}/{queue.total} ({queue.percent} %)"
    money = f"{queue.cost_usd:.2f} USD" if queue.cost_usd else ""
    return (
        queue.title or queue.name,
        progress,
        rate,
        f"{queue.estimate_hours:g} h",
        f"{queue.actual_hours:.3g} h",
        money,
    )


def _period_rows(period: PeriodReport) -> list[Sequence[str]]:
    named: Mapping[str, Sequence[str]] = {
        "completed": period.completed,
        "started": period.started,
        "failed or blocked": period.failed,
    }
    rows: list[Sequence[str]] = [(f"{word}: {', '.join(names)}",) for word, names in named.items() if names]
    if period.verdicts:
        rows.append((f"{period.passed} of {period.verdicts} verdicts PASS",))
    if period.cost_usd:
        rows.append((f"{period.cost_usd:.2f} USD",))
    return rows or [("nothing happened",)]


def _blocker_row(blocker: Blocker) -> Sequence[str]:
    return (blocker.id, blocker.what, f"{blocker.age_hours:g}", ", ".join(blocker.holds_up))


def _task_row(task: TaskReport) -> Sequence[str]:
    state = f"{task.status}{' (late)' if task.late else ''}{f': {task.reason}' if task.reason else ''}"
    made = ", ".join((*task.outputs, *((task.commit[:12],) if task.commit else ())))
    name = f"{task.id.partition('/')[2]} {task.title}".strip()
    times = (_short(task.started), _short(task.ended))
    return (name, state, task.owner, *times, f"{task.estimate_hours:g} h", f"{task.actual_hours:.3g} h", made)


def _short(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else ""


def markdown_page(report: ReportAnswer) -> str:
    """Write the report as Markdown."""
    lines = [f"# {report.project}: report of {_short(report.at)}"]
    for heading, head, rows in blocks(report):
        lines += ["", f"## {heading}"] if heading else []
        if head:
            lines += ["", _cells(head), _cells(["---"] * len(head)), *map(_cells, rows)]
        else:
            lines += ["", *(f"- {row[0]}" for row in rows)]
    return "\n".join(lines) + "\n"


def _cells(row: Sequence[str]) -> str:
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in row)} |"


_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;"
    "vertical-align:top}th{color:#666;font-weight:600}h2{margin-top:2rem}"
)


def html_page(report: ReportAnswer) -> str:
    """Write the report as one page that needs nothing else, and runs nothing."""
    title = escape(f"{report.project}: report of {_short(report.at)}")
    parts = [f"<h1>{title}</h1>"]
    for heading, head, rows in blocks(report):
        parts += [f"<h2>{escape(heading)}</h2>"] if heading else []
        if head:
            body = "".join(f"<tr>{_all('td', row)}</tr>" for row in rows)
            parts.append(f"<table><thead><tr>{_all('th', head)}</tr></thead><tbody>{body}</tbody></table>")
        else:
            parts.append(f"<ul>{''.join(f'<li>{escape(row[0])}</li>' for row in rows)}</ul>")
    safe = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{safe}"><style>{_STYLE}</style></head>'
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _all(tag: str, row: Sequence[str]) -> str:
    return "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row)
