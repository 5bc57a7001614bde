"""Verified work that waits on a code host for a person to merge it: when it is looked at, and what follows. Pure.

The task is completed when its request is merged, because what depends on it needs the work on the branch. Until then
nobody holds it: it waits for a person. A run looks when it starts and then ever more rarely; nothing else is asked.
"""

from collections.abc import Iterable

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.specs import Status
from orchestrator.model.world import Attempt, Request, Step, Task, World
from orchestrator.policy.endings import clears, ended
from orchestrator.policy.limits import checks as checks_of
from orchestrator.policy.seat import Seat
from orchestrator.policy.train import target_of

FIRST_LOOK_MS, LONGEST_MS = 60_000, 900_000
MERGED, CLOSED, OPEN = "merged", "closed", "open"


def awaited(task: Task) -> Request | None:
    """Give the request the task waits for a person to merge, or None."""
    attempt = task.attempt
    waits = attempt is not None and attempt.step is Step.REVIEW and task.status is Status.PENDING
    return attempt.request if attempt is not None and waits else None


def to_look_at(waiting: Iterable[Task], now: int, seat: Seat) -> list[tuple[Task, Attempt]]:
    """List those of this process whose requests are due for a look: at its time, or when a run begins."""
    found = ((task, task.attempt, awaited(task)) for task in waiting if seat.serves(task.ref))
    return [
        (task, attempt)
        for task, attempt, request in found
        if attempt is not None and request is not None and (task.not_before <= now or request.seen < seat.since)
    ]


def published(task: Task, attempt: Attempt, outcome: c.NotePublished, moment: tuple[int, Seat]) -> tuple[e.Event, ...]:
    """Give what follows when the request is open: nobody holds the task, a person is waited for."""
    now, seat = moment
    opened = e.RequestOpened(
        task=task.ref,
        attempt=attempt.number,
        url=outcome.url,
        branch=outcome.branch,
        commit=attempt.commit,
        target=target_of(task.ref, seat),
        until=now + FIRST_LOOK_MS,
    )
    return (opened, e.TaskReleased(task=task.ref, reason=f"waits for a person to merge {outcome.url}"))


def looked(
    world: World, task: Task, attempt: Attempt, outcome: c.NoteRequest, moment: tuple[int, Seat]
) -> tuple[e.Event, ...]:
    """Give what follows from how the request stands."""
    now, seat = moment
    request = attempt.request or Request(url="", branch="", seen=now)
    if outcome.state == MERGED:
        merged = e.TaskMerged(
            task=task.ref,
            attempt=attempt.number,
            commit=outcome.commit,
            tree=outcome.tree,
            target=target_of(task.ref, seat),
            branch=request.branch,
        )
        done = e.TaskCompleted(task=task.ref, note=f"merged by {request.url}")
        return (*clears(world, task), merged, done, ended(task, attempt, "merged"))
    if outcome.state == CLOSED:
        reason = (
            f"{request.url} was closed without being merged: `orchestrator retry {task.ref}` does it anew,"
            " `orchestrator skip` leaves it"
        )
        return (e.TaskBlocked(task=task.ref, reason=reason), ended(task, attempt, "its request was closed"))
    seen = e.RequestSeen(
        task=task.ref,
        attempt=attempt.number,
        url=request.url,
        state=outcome.state,
        until=now + min(LONGEST_MS, FIRST_LOOK_MS << min(request.looks + 1, 10)),
        note=outcome.note,
    )
    return (seen, e.TaskReleased(task=task.ref, reason=f"waits for a person to merge {request.url}"))


def request_text(world: World, task: Task, attempt: Attempt, seat: Seat) -> tuple[str, str]:
    """Write the title and text of a request: what was asked, and the verdict as it stands in the journal."""
    title = (task.spec.title or task.spec.description.strip().partition("\n")[0] or task.spec.id)[:100]
    rows = [f"| {check.name} | {check.summary or check.report} | {check.seconds:.1f} |" for check in task.checks]
    names = ", ".join(checks_of(world, task, seat.settings))
    by = " (a person's word, against the checks)" if attempt.tree in task.overrides else ""
    where = f"attempt {attempt.number}, iteration {attempt.iteration}, on a clean checkout of tree `{attempt.tree}`"
    parts = [
        task.spec.description.strip(),
        f"**{task.verdict or 'PASS'}**{by} for `{task.ref}`, {where} against `{attempt.base[:12]}`.",
        "\n".join(["| check | verdict | seconds |", "|---|---|---|", *rows]) if rows else f"Checks: {names}",
        f"Work of {attempt.agent or 'an agent'}. What is merged here completes the task.",
    ]
    return f"{task.ref}: {title}", "\n\n".join(part for part in parts if part) + "\n"
