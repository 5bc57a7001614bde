"""What must hold after a kill and a recovery: journal, git, files, processes, looked at from the outside.

Never asks the orchestrator how it went.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from orchestrator.journal.examine import examine
from orchestrator.journal.segments import Segments
from orchestrator.model import events as e
from orchestrator.model.verdicts import Verdict
from orchestrator.views.chronicle import lines_of
from tests.crash.scenario import BASE, LINES, TASKS, Site
from tests.crash.steps import Step, steps_of

_ALLOWED_AGAIN = re.compile(r"(task\.claimed .* resumed|iteration\.started .* restarted|action\.started .*)$")
"""What a recovery may record beside the steps of an undisturbed run."""


def commits_of(site: Site) -> list[e.Commit]:
    """Read the whole journal, every line verified."""
    segments = Segments(site.state / "journal", read_only=True)
    try:
        segments.skim()
        return segments.read(0, segments.head)
    finally:
        segments.close()


Left = Sequence[Sequence[e.Commit]]
"""The journal as each death left it."""


def problems(site: Site, left: Left, undisturbed: Sequence[Step], asked: str = "") -> list[str]:
    """List what does not hold. `asked` is a fact that came from a person."""
    commits = commits_of(site)
    return [
        *_journal(site, left, commits),
        *_steps(commits, [*undisturbed, *([Step((asked,))] if asked else [])]),
        *_tasks(commits),
        *_agents(site, left, commits),
        *_target(site, commits),
        *_captures(site, commits),
        *_run_folders(site, commits),
        *_queue_files(site, commits),
        *_logs(site, commits),
        *_rest(site),
    ]


def _journal(site: Site, left: Left, commits: Sequence[e.Commit]) -> Iterator[str]:
    found = examine(site.state / "journal")
    if found.damage is not None or found.torn or found.unreadable:
        yield f"the journal is not whole: {found}"
    if [commit.seq for commit in commits] != list(range(1, len(commits) + 1)):
        yield f"the journal is not dense: {[commit.seq for commit in commits]}"
    if any(list(commits[: len(before)]) != list(before) for before in left):
        yield "commits that stood before the recovery changed"


def _steps(commits: Sequence[e.Commit], undisturbed: Sequence[Step]) -> Iterator[str]:
    extra = Counter(steps_of(commits))
    extra.subtract(undisturbed)
    for step, count in extra.items():
        again = all(_ALLOWED_AGAIN.match(fact) for fact in step.facts)
        if count < 0:
            yield f"a step is missing: {step.facts}"
        if count > 0 and not again:
            yield f"a step is recorded {count} time(s) more than undisturbed: {step.facts}"


def _tasks(commits: Sequence[e.Commit]) -> Iterator[str]:
    events = [event for commit in commits for event in commit.events]
    for kind in (e.TaskCompleted, e.TaskMerged):
        counts = Counter(event.task for event in events if isinstance(event, kind))
        if counts != Counter(TASKS):
            yield f"not every task has exactly one {kind.__name__}: {counts}"
    done = [event.ok for event in events if isinstance(event, e.ActionFinished)]
    if done != [True]:
        yield f"the trigger's action is not recorded as done exactly once: {done}"


def _agents(site: Site, left: Left, commits: Sequence[e.Commit]) -> Iterator[str]:
    ends = Counter(
        (event.task, event.attempt, event.iteration)
        for commit in commits
        for event in commit.events
        if isinstance(event, e.AgentFinished)
    )
    noted = [line.split() for line in site.ledger.read_text().splitlines()]
    starts = Counter((w[1], int(w[2]), int(w[3])) for w in noted if w[0] == "start")
    if starts != ends or set(ends.values()) != {1}:
        yield f"agent calls are not one for each recorded end: starts {starts}, ends {ends}"
    keys = Counter(words[1] for words in noted if words[0] == "announce")
    in_doubt = sum(_has(before, e.ActionStarted) and not _has(before, e.ActionFinished) for before in left)
    if len(keys) != 1 or sum(keys.values()) > 1 + in_doubt:
        yield f"the action ran too often or under two keys: {keys}"


def _has(commits: Sequence[e.Commit], kind: type[e.Event]) -> bool:
    return any(isinstance(event, kind) for commit in commits for event in commit.events)


def _target(site: Site, commits: Sequence[e.Commit]) -> Iterator[str]:
    for task, (path, line) in LINES.items():
        if site.git("show", f"{BASE}:{path}").splitlines().count(line) != 1:
            yield f"{path} on the target does not have the line of {task} exactly once"
    if site.git("grep", "-lE", "^(<<<<<<<|=======|>>>>>>>)", BASE, "--", "*.py", ok=(0, 1)):
        yield "conflict markers are on the target"
    landed = [
        line.split()[1].rstrip(":") for line in site.git("log", "--first-parent", "--format=%h %s", BASE).splitlines()
    ]
    if Counter(landed) != Counter([*TASKS, "base"]):
        yield f"the target does not have each change once: {landed}"
    if site.git("rev-parse", BASE) != site.git("rev-parse", "main"):
        yield "main does not follow the target"
    if site.git("status", "--porcelain", "--", ".", ":!queues"):
        yield f"the person's checkout is not clean: {site.git('status', '--porcelain')}"
    verified = {
        v.tree for c in commits for v in c.events if isinstance(v, e.VerdictReached) and v.verdict is Verdict.PASS
    }
    merges = [event for commit in commits for event in commit.events if isinstance(event, e.TaskMerged)]
    for merge in merges:
        tree = site.git("rev-parse", f"{merge.commit}^{{tree}}").strip()
        if tree != merge.tree or tree not in verified:
            yield f"{merge.task}: the tree that landed ({tree}) is not one that was verified"
    if merges and site.git("rev-parse", BASE).strip() != merges[-1].commit:
        yield "the target's head is not the last merge recorded"


def _captures(site: Site, commits: Sequence[e.Commit]) -> Iterator[str]:
    rows = (line.split() for line in site.git("show-ref").splitlines())
    refs = {name: commit for commit, name in rows}
    for commit in commits:
        for event in commit.events:
            if isinstance(event, e.IterationCaptured) and refs.get(event.ref) != event.commit:
                yield f"{event.ref} does not hold the recorded work {event.commit}"
    if broken := site.git("fsck", "--no-dangling", "--no-progress", "--connectivity-only"):
        yield f"git fsck: {broken}"


def _run_folders(site: Site, commits: Sequence[e.Commit]) -> Iterator[str]:
    """Everything a person may look for stands in every iteration's folder."""
    for commit in commits:
        for event in commit.events:
            if isinstance(event, e.IterationCaptured):
                folder = site.state / "runs" / event.task / str(event.attempt) / str(event.iteration)
                for name in (
                    "prompt.md",
                    "transcript.jsonl",
                    "diff.patch",
                    "verdict.json",
                    "guardian.json",
                    "exit.json",
                ):
                    if not (folder / name).exists():
                        yield f"{folder.relative_to(site.state)} has no {name}"


def _queue_files(site: Site, commits: Sequence[e.Commit]) -> Iterator[str]:
    folder = site.root / "queues"
    names = sorted(path.name for path in folder.iterdir())
    if names != ["backend.json", "frontend.json"]:
        yield f"something was left beside the queue files: {names}"
    merged = {m.task: m.commit for c in commits for m in c.events if isinstance(m, e.TaskMerged)}
    rows: dict[str, tuple[str, str]] = {}
    for name in ("backend", "frontend"):
        content = json.loads((folder / f"{name}.json").read_text())
        rows |= {f"{name}/{t['id']}": (t["status"], t.get("commit", "")) for t in content["features"]}
        if content["summary"].get("seq") != commits[-1].seq and content["summary"].get("completed", 2) != 2:
            yield f"{name}.json has an old summary: {content['summary']}"
    if rows != {task: ("completed", merged.get(task, "")) for task in TASKS}:
        yield f"the queue files do not say what happened: {rows}"


def _logs(site: Site, commits: Sequence[e.Commit]) -> Iterator[str]:
    wanted: dict[str, bytes] = {}
    for commit in commits:
        for name, line in lines_of(commit):
            wanted[name] = wanted.get(name, b"") + line
    for name, content in wanted.items():
        if (site.state / name).read_bytes() != content:
            yield f"{name} does not have each line exactly once, in order"
    found = re.findall(
        r" (PASS|FAIL) (\S+) attempt=(\d+) iteration=(\d+) tree=(\S+)", _text(site, "ralph-verification.log")
    )
    verdicts = [event for commit in commits for event in commit.events if isinstance(event, e.VerdictReached)]
    if found != [(v.verdict.value, v.task, str(v.attempt), str(v.iteration), v.tree[:12]) for v in verdicts]:
        yield "ralph-verification.log does not have each verdict exactly once, in order"
    for queue in ("backend", "frontend"):
        rows = [json.loads(line) for line in _text(site, f"logs/{queue}.log").splitlines()]
        twice = Counter((row["seq"], row["event"], row.get("task")) for row in rows)
        if max(twice.values()) > 1 or [row["seq"] for row in rows] != sorted(row["seq"] for row in rows):
            yield f"logs/{queue}.log has lines twice or out of order"


def _text(site: Site, name: str) -> str:
    return (site.state / name).read_text()


def _rest(site: Site) -> Iterator[str]:
    alive = living(site)
    if alive:
        yield f"processes are left: {alive}"
    clones = [str(p.relative_to(site.state)) for p in site.state.glob("workspaces/*/*/*") if p.is_dir()]
    if clones:
        yield f"workspaces of ended attempts are left: {clones}"
    halves = [p.name for p in site.state.glob(".*.tmp")]
    if halves:
        yield f"half-written files are left: {halves}"
    board = _text(site, "board.md")
    if any(board.count(task.partition("/")[2]) < 1 for task in TASKS):
        yield "the board lacks a task"


def living(site: Site) -> list[str]:
    """Name every process that was started for this project, by what its command line or folder says."""
    found: list[str] = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            where = str((folder / "cwd").readlink())
        except OSError:
            continue
        if str(site.folder) in command or where.startswith(str(site.folder)):
            found.append(f"{folder.name}: {command}")
    return found
