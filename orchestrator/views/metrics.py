"""Figures for a monitoring system, in the text format of Prometheus (exposition format 0.0.4).

Counters are sums over the whole journal, so that they never go back, whoever asks and however often it was restarted.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from orchestrator.model import events as e
from orchestrator.model.answers import StatusAnswer
from orchestrator.model.ids import queue_of
from orchestrator.model.specs import Status

Labels = tuple[tuple[str, str], ...]
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})
_WAITS_FOR_PEOPLE = frozenset({"person", "gate"})


def metrics(status: StatusAnswer, commits: Sequence[e.Commit], project: str) -> str:
    """Write every figure there is."""
    lines: list[str] = []
    for name, kind, text, values in (*_gauges(status), *_counters(commits)):
        lines += [f"# HELP orchestrator_{name} {text}", f"# TYPE orchestrator_{name} {kind}"]
        lines += [_sample(name, (("project", project), *labels), value) for labels, value in sorted(values.items())]
    return "\n".join([*lines, ""])


def _sample(name: str, labels: Labels, value: float) -> str:
    said = ",".join(f'{key}="{text.translate(_ESCAPES)}"' for key, text in labels)
    return f"orchestrator_{name}{{{said}}} {value:.15g}"


Figures = dict[Labels, float]
Family = tuple[str, str, str, Figures]


def _gauges(status: StatusAnswer) -> Iterable[Family]:
    yield "journal_seq", "gauge", "Commits in the journal.", {(): status.seq}
    tasks: Figures = {
        (("queue", queue.name), ("status", word.value)): float(queue.summary.get(word.value, 0))
        for queue in status.queues
        for word in Status
    }
    yield "tasks", "gauge", "Tasks by where they stand.", tasks
    held: Figures = {
        (("queue", queue.name), ("how", how)): float(on)
        for queue in status.queues
        for how, on in (("locked", queue.locked), ("paused", queue.paused), ("parked", queue.park is not None))
    }
    yield "queue_held", "gauge", "Whether a queue stands still, and how.", held
    reasons = _count(
        (("queue", queue.name), ("reason", task.reason.code))
        for queue in status.queues
        for task in queue.tasks
        if task.reason is not None
    )
    yield "tasks_waiting", "gauge", "Tasks that neither run nor have ended, by what they wait for.", reasons
    people = float(len(status.questions) + len(status.proposals))
    people += sum(count for labels, count in reasons.items() if labels[1][1] in _WAITS_FOR_PEOPLE)
    yield "waits_for_people", "gauge", "Tasks, questions and proposals that wait for a person.", {(): people}
    gates: Figures = {(("gate", gate.id), ("state", gate.state)): 1.0 for gate in status.gates}
    yield "gate", "gauge", "The state each gate is in.", gates
    work = _count((("queue", worker.queue), ("step", worker.step)) for worker in status.workers)
    yield "at_work", "gauge", "Attempts under way, by the step they are in.", work
    parked: Figures = {(("account", account.name), ("code", account.code)): 1.0 for account in status.accounts}
    yield "account_parked", "gauge", "Accounts that may not be used, and why.", parked


def _counters(commits: Sequence[e.Commit]) -> Iterable[Family]:
    calls: Figures = defaultdict(float)
    seconds: Figures = defaultdict(float)
    usd: Figures = defaultdict(float)
    tokens: Figures = defaultdict(float)
    verdicts: Figures = defaultdict(float)
    landed: Figures = defaultdict(float)
    agents: dict[tuple[str, int, int], str] = {}
    for event in (event for commit in commits for event in commit.events):
        match event:
            case e.IterationStarted():
                agents[event.task, event.attempt, event.iteration] = event.agent
            case e.AgentFinished():
                agent = agents.get((event.task, event.attempt, event.iteration), "")
                who: Labels = (("queue", queue_of(event.task)), ("agent", agent))
                calls[(*who, ("outcome", event.outcome))] += 1
                seconds[who] += event.seconds
                usd[who] += event.usd
                tokens[who] += event.tokens
            case e.VerdictReached():
                verdicts[(("queue", queue_of(event.task)), ("verdict", event.verdict.value))] += 1
            case e.TaskMerged():
                landed[(("queue", queue_of(event.task)), ("target", event.target))] += 1
            case _:
                pass
    yield "agent_calls_total", "counter", "Calls of agents that ended, by how.", calls
    yield "agent_seconds_total", "counter", "Seconds agents worked, those side by side each in full.", seconds
    yield "cost_usd_total", "counter", "What agents' calls cost, in USD, where it is known.", usd
    yield "tokens_total", "counter", "Tokens agents used.", tokens
    yield "verdicts_total", "counter", "Verdicts reached.", verdicts
    yield "landed_total", "counter", "Tasks whose work entered a target.", landed


def _count(found: Iterable[Labels]) -> Figures:
    counts: Figures = defaultdict(float)
    for labels in found:
        counts[labels] += 1
    return counts
