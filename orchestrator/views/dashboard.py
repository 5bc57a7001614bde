"""One screen of how everything stands, for who leaves it open: what is at work, what waits for a person, what is next.

What matters most stands first, and what does not fit is counted, never cut off silently.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from orchestrator.codec.moments import format_moment, parse_moment
from orchestrator.model.answers import QueueAnswer, StatusAnswer, TaskAnswer, WorkerAnswer
from orchestrator.views.money import money_line

_BAR = 20
_LEAST = 8
"""Lines a screen has at least; a smaller terminal shows the first of them."""
_PERSON = frozenset({"person", "gate", "budget", "paused", "fault", "orphan"})
"""Reasons somebody can do something about."""


class Row(NamedTuple):
    """One line of the screen: its text, and how it is painted."""

    text: str
    level: str = ""


class Section(NamedTuple):
    """Rows under a title; those that do not fit are counted."""

    title: str
    rows: Sequence[Row]


def frame(status: StatusAnswer, now: int, name: str, width: int, height: int) -> list[Row]:
    """Lay a status out for a screen of `width` by `height` characters. `now` is milliseconds since the epoch."""
    head = [
        Row(f"{name}  {format_moment(now)}  seq {status.seq}  {money_line(status.budget)}", "dim"),
        Row(status.headline, "head"),
        *(Row(f"note: {notice}", "warn") for notice in status.notices),
    ]
    sections = [section for section in _sections(status, now) if section.rows]
    rows = [*head[: max(2, height - _LEAST)], *_fit(sections, max(height, _LEAST) - len(head))]
    return [Row(_cut(row.text, width), row.level) for row in rows[:height]]


def _sections(status: StatusAnswer, now: int) -> Iterable[Section]:
    tasks = [(queue.name, task) for queue in status.queues for task in queue.tasks]
    yield Section("at work", [_worker(worker, now) for worker in status.workers])
    yield Section("waits for a person", [*_people(status), *(_waiting(q, t) for q, t in tasks if _is_persons(t))])
    yield Section("queues", [_queue(queue) for queue in status.queues])
    others = [pair for pair in tasks if pair[1].reason is not None and not _is_persons(pair[1])]
    others.sort(key=lambda pair: pair[1].reason is not None and pair[1].reason.code != "ready")
    yield Section("next", [_waiting(queue, task) for queue, task in others])


def _fit(sections: Sequence[Section], room: int) -> list[Row]:
    """Give each section its title and a share of the lines that are left, the first ones first."""
    rows: list[Row] = []
    for number, section in enumerate(sections):
        later = 3 * (len(sections) - number - 1)
        share = max(1, room - len(rows) - later - 2)
        rows += [Row(""), Row(section.title.upper(), "dim")]
        if len(section.rows) <= share:
            rows += section.rows
        else:
            rows += [*section.rows[: share - 1], Row(f"  and {len(section.rows) - share + 1} more", "dim")]
    return rows


def _worker(worker: WorkerAnswer, now: int) -> Row:
    age = _age(worker.since, now)
    text = f"  {worker.task:<24} {worker.attempt}.{worker.iteration:<3} {worker.step:<9} {age:>7}  {worker.agent}"
    return Row(text, "good") if worker.alive else Row(f"{text}  its run is gone", "bad")


def _people(status: StatusAnswer) -> Iterable[Row]:
    for question in status.questions:
        yield Row(f"  {question.task} asks: {' '.join(question.text.split())}", "warn")
    for gate in status.gates:
        if gate.state != "open" and gate.waiting_for:
            yield Row(f"  gate {gate.id} ({gate.state}): {', '.join(gate.waiting_for)}", "warn")
    if status.proposals:
        yield Row(f"  {len(status.proposals)} proposed task(s): orchestrator inbox", "warn")


def _is_persons(task: TaskAnswer) -> bool:
    return task.reason is not None and task.reason.code in _PERSON


def _waiting(queue: str, task: TaskAnswer) -> Row:
    reason = task.reason
    why = "" if reason is None else f"{reason.code}: {' '.join(reason.text.split())}"
    level = "warn" if _is_persons(task) else ("" if reason is not None and reason.code == "ready" else "dim")
    return Row(f"  {f'{queue}/{task.id}':<24} {why}", level)


def _queue(queue: QueueAnswer) -> Row:
    counts = queue.summary
    total, done = counts["total"], counts["completed"] + counts["skipped"]
    filled = _BAR * done // total if total else 0
    odd = [f"{counts[word]} {word}" for word in ("in_progress", "blocked", "failed") if counts[word]]
    odd += [word for word in ("locked", "paused") if getattr(queue, word)]
    odd += [f"parked: {queue.park.text}"] if queue.park is not None else []
    bar = "#" * filled + "." * (_BAR - filled)
    level = "bad" if counts["failed"] or counts["blocked"] else ("good" if total and done == total else "")
    return Row(f"  {queue.name:<14} {bar} {done}/{total}  {', '.join(odd)}".rstrip(), level)


def _age(since: str, now: int) -> str:
    began = parse_moment(since)
    seconds = max(0, now - began) // 1000 if began is not None else 0
    hours, rest = divmod(seconds, 3600)
    return f"{hours}h{rest // 60:02d}m" if hours else f"{rest // 60}m{rest % 60:02d}s"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"
