"""Tasks made of what linters, type checkers and tests report. Pure; the one home of these rules.

Rules
1. A finding is known by its rule, its file and its words without their numbers, never by its line. What the recorded
   baseline of the queue holds is no news, nor is what an open task of any queue is there to mend.
2. One task mends what one rule says of one file (or all rules of a file, or one rule everywhere). Its id follows from
   that, so that the same findings are the same task. What was completed and is found again is a new task; what a
   person skipped stays so.
3. A task names what it mends: while that stands, the verifier lets no attempt of it pass. All that a rule says of a
   file, but where the baseline holds some of it: then each finding by itself.
4. The worst comes first: tests, errors, warnings, notes. At most so many tasks at once; the rest is for the next time.
5. What is no longer found is told. Only on request is its task skipped, and only one that nobody has begun.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.ids import id_of
from orchestrator.model.specs import Status, TaskSpec
from orchestrator.model.verdicts import Finding, mends
from orchestrator.model.world import Task, World
from orchestrator.policy.adding import add_all
from orchestrator.policy.decide import Answer

MOST_KEYS = 50_000
"""A baseline is one line of the journal; whoever has more findings than this starts with fewer checks."""
_TESTS = frozenset({"test-failed", "test-error"})
_PRIORITIES = {"error": 1, "warning": 2}
_LISTED, _LONGEST = 20, 300
_NUMBER = re.compile(r"\d+")
_MARK = "discovered"
GONE = "what it was to mend is no longer reported"


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Findings that one task mends."""

    name: str
    """What they have in common, in words."""
    source: str
    found: tuple[Finding, ...]
    old: frozenset[str] = frozenset()
    """Where (`rule:path`) the baseline holds findings of the same kind."""

    @property
    def priority(self) -> int:
        """Give that of its worst finding."""
        return min(priority_of(finding) for finding in self.found)

    @property
    def mends(self) -> tuple[str, ...]:
        """Name its findings, as far as they have names that a queue file can hold."""
        return tuple(dict.fromkeys(filter(None, (_mended(finding, self.old) for finding in self.found))))


class Discovery(msgspec.Struct, frozen=True, kw_only=True):
    """What is new among findings, and what is not."""

    new: tuple[Group, ...]
    """The groups that become tasks, the worst first."""
    left: int
    """Groups beyond the limit."""
    known: int
    """Findings that an open task is there to mend."""
    baseline: int
    """Findings of the recorded baseline."""
    gone: tuple[str, ...]
    """Open tasks whose findings are no longer reported."""


def priority_of(finding: Finding) -> int:
    """Say how urgent it is: 0 a test, 1 an error, 2 a warning, 3 a note."""
    return 0 if finding.rule in _TESTS else _PRIORITIES.get(finding.severity, 3)


def keys_of(found: Sequence[c.Found]) -> tuple[str, ...]:
    """Give each finding the key by which it is the same wherever it stands: its second occurrence is another."""
    seen: Counter[tuple[str, ...]] = Counter()
    keys: list[str] = []
    for one in found:
        finding = one.finding
        is_test = finding.rule in _TESTS
        words = finding.id if is_test else _NUMBER.sub("0", " ".join(finding.message.split()))
        what = ("test" if is_test else finding.rule, "" if is_test else finding.path, words)
        seen[what] += 1
        keys.append(_hash(*what, str(seen[what]))[:16])
    return tuple(keys)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def look(world: World, ask: c.Discover) -> Discovery:
    """Say what is new."""
    queue = world.queues.get(ask.queue)
    recorded = queue.baseline if queue is not None else frozenset()
    covered = frozenset(entry for task in world.tasks.values() if _stands(task) for entry in task.spec.mends)
    keyed = [*zip(ask.found, keys_of(ask.found), strict=True)]
    fresh = [one for one, key in keyed if key not in recorded]
    news = [one for one in fresh if not mends(covered, one.finding)]
    old = frozenset(_place(one.finding) for one, key in keyed if key in recorded)
    there = {ref for ref, task in world.tasks.items() if _stands(task)}
    groups = [
        group for group in _groups(news, ask.by_what, old) if group.mends or f"{ask.queue}/{_id(group)}" not in there
    ]
    groups.sort(key=lambda group: (group.priority, -len(group.found), group.name))
    return Discovery(
        new=tuple(groups[: ask.most]),
        left=len(groups[ask.most :]),
        known=len(fresh) - sum(len(group.found) for group in groups),
        baseline=len(ask.found) - len(fresh),
        gone=tuple(task.ref for task in _gone(world, ask)),
    )


def discover(world: World, ask: c.Discover) -> Answer:
    """Add a task for each group that is new, and skip on request those whose findings are gone."""
    if ask.queue not in world.queues:
        return c.Refusal(f"there is no queue {ask.queue}; write queues/{ask.queue}.json first")
    found = look(world, ask)
    added = add_all(world, tasks(world, ask.queue, found))
    if isinstance(added, c.Refusal):
        return added
    unbegun = (world.tasks[ref] for ref in found.gone if ask.close)
    closed = (e.TaskSkipped(task=task.ref, reason=GONE, by=ask.by) for task in unbegun if is_unbegun(task))
    return (*added, *closed)


def record(world: World, ask: c.RecordBaseline) -> Answer:
    """Record what there is as what was there before."""
    if ask.queue not in world.queues:
        return c.Refusal(f"there is no queue {ask.queue}; write queues/{ask.queue}.json first")
    keys = keys_of(ask.found)
    if len(keys) > MOST_KEYS:
        return c.Refusal(f"{len(keys)} findings are more than a baseline may hold ({MOST_KEYS}); record fewer checks")
    return (e.BaselineRecorded(queue=ask.queue, keys=tuple(sorted(keys)), by=ask.by),)


def is_unbegun(task: Task) -> bool:
    """Say whether nobody has begun a task."""
    return task.status is Status.PENDING and not task.attempts


def _stands(task: Task) -> bool:
    """Say whether a task is still there to mend what it names, or a person has decided that nobody does."""
    return task.status is not Status.COMPLETED and not (task.status is Status.SKIPPED and task.reason == GONE)


def _groups(found: Iterable[c.Found], by_what: str, old: frozenset[str]) -> Iterator[Group]:
    parts: dict[tuple[str, ...], list[Finding]] = {}
    for one in found:
        rule, path = "test" if one.finding.rule in _TESTS else one.finding.rule, _path(one.finding)
        what: tuple[str, ...] = (path,) if by_what == "file" else (rule,) if by_what == "rule" else (rule, path)
        parts.setdefault((one.source, *what), []).append(one.finding)
    for (source, *named), findings in parts.items():
        yield Group(
            name=" in ".join(part for part in named if part) or source, source=source, found=tuple(findings), old=old
        )


def _path(finding: Finding) -> str:
    """Give the file a finding is in; of a test whose runner names none, its suite."""
    return finding.path or (finding.id.partition("::")[0] if "::" in finding.id else "")


def _gone(world: World, ask: c.Discover) -> Iterator[Task]:
    """Give the open tasks of this queue that were made of the same sources' findings and mend none of these."""
    there = frozenset(name for one in ask.found for name in (one.finding.id, _place(one.finding)))
    queue = world.queues.get(ask.queue)
    for ref in queue.tasks if queue is not None else ():
        task = world.tasks[ref]
        if task.status is Status.PENDING and source_of(task.spec) in ask.sources and not there & {*task.spec.mends}:
            yield task


def _place(finding: Finding) -> str:
    return f"{finding.rule}:{finding.path}"


def source_of(spec: TaskSpec) -> str:
    """Say by what a task was found; empty: by nothing of ours."""
    try:
        details = msgspec.json.decode(spec.details or "{}", type=dict[str, msgspec.Raw])
        return msgspec.json.decode(details[_MARK], type=str) if _MARK in details else ""
    except msgspec.DecodeError:
        return ""


# -- as tasks ------------------------------------------------------------------------------------------------------


def tasks(world: World, queue: str, found: Discovery) -> tuple[c.AddTask, ...]:
    """Make each new group a task of the queue."""
    taken = {id_of(ref).lower() for ref in world.tasks if ref.startswith(f"{queue}/")}
    made: list[c.AddTask] = []
    for group in found.new:
        name = _free(_id(group), taken)
        taken.add(name.lower())
        made.append(c.AddTask(queue=queue, spec=_spec(group, name)))
    return tuple(made)


def _id(group: Group) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "-", group.name).strip("-")[-40:].strip("-") or "finding"
    return f"{words}-{_hash(group.source, group.name)[:8]}"


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free.lower() in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def _spec(group: Group, name: str) -> TaskSpec:
    first, count = group.found[0], len(group.found)
    is_test = group.priority == 0
    head = "a test fails" if is_test else group.name
    more = f" (and {count - 1} more)" if count > 1 else ""
    said = first.id if is_test else " ".join(first.message.split())
    return TaskSpec(
        id=name,
        title=f"{head}: {said[:100]}{more}",
        description=_description(group),
        type="bugfix",
        priority=group.priority,
        files=tuple(dict.fromkeys(f.path for f in group.found if _is_inside(f.path))),
        mends=group.mends,
        details=msgspec.json.encode({_MARK: group.source}).decode(),
    )


def _mended(finding: Finding, old: frozenset[str]) -> str:
    alone = finding.rule in _TESTS or not finding.path or _place(finding) in old
    name = finding.id if alone else _place(finding)
    return name if name.isprintable() and name == name.strip() else ""


def _is_inside(path: str) -> bool:
    return bool(path) and path.isprintable() and not path.startswith(("/", "~")) and ".." not in path.split("/")


def _description(group: Group) -> str:
    count, what = len(group.found), "failing test" if group.priority == 0 else "finding"
    lines = [f"{group.source} reports {count} {what}{'s' if count > 1 else ''}:", ""]
    lines += [f"- {_line(finding)}" for finding in group.found[:_LISTED]]
    if len(group.found) > _LISTED:
        lines.append(f"- and {len(group.found) - _LISTED} more")
    return "\n".join((*lines, "", "Mend what causes them; silencing the rule or the test is no mending."))


def _line(finding: Finding) -> str:
    place = f"{finding.path}:{finding.line}: " if finding.line else f"{finding.path}: " if finding.path else ""
    return f"{place}{' '.join(finding.message.split())[:_LONGEST]}"
