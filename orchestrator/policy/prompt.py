"""What an agent is told: the task, what it builds on, what came of the last try, what not to touch, how to be done.

Pure text from values, put into a template. Never contains a literal claim, not even where a person wrote one into the
task or a template: an agent that echoes its prompt must not claim by it, and one that claims honestly must not repeat
a line of it.
"""

import contextlib

import msgspec

from orchestrator.model.coordination import Handed
from orchestrator.model.ids import queue_of
from orchestrator.model.specs import TaskSpec
from orchestrator.model.talk import Learning
from orchestrator.model.verdicts import Finding
from orchestrator.policy.approaches import approach
from orchestrator.policy.claims import without_claims as without_claims  # noqa: PLC0414 - whoever quotes needs it
from orchestrator.policy.templates import BUILT_IN, fill

MAX_FINDINGS = 40
MAX_MESSAGE = 2000
"""Characters of one finding."""
MAX_HANDED = 4000
"""Characters of the outputs of one task that are shown; the files themselves are in the workspace."""
MAX_RULES = 16_000
"""Characters of the project's rules: what is longer belongs into files that agents read when they need them."""

TALK = """## Talk back

The program `orchestrator-tell` (also `$ORCHESTRATOR_RUN_DIR/bin/orchestrator-tell`; or the tools of the MCP server \
`orchestrator`, where you have them) reaches the people you work for:

- `orchestrator-tell context`: this task as data, with what is left of its limits
- `orchestrator-tell progress TEXT`: one line now and then on long work
- `orchestrator-tell ask TEXT`: a question only a person can answer; waits a while
- `orchestrator-tell blocked TEXT`: you cannot go on without a person; then end your turn without claiming
- `orchestrator-tell propose --title T --description D`: work you noticed that is not part of this task
- `orchestrator-tell learn TEXT`: what later tasks of this project should know; or say it in your final message, \
between an opening and a closing XML tag named `learning`

Nothing of it says that you are done."""


class Upstream(msgspec.Struct, frozen=True, kw_only=True):
    """A finished task that this one builds on. `summary` is its agent's last message, `reason` why it was skipped."""

    task: str
    title: str = ""
    commit: str = ""
    outputs: tuple[str, ...] = ()
    summary: str = ""
    reason: str = ""
    handed: tuple[Handed, ...] = ()
    """Its outputs as they stood where this task began."""


class PromptInput(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a prompt is made of. `feedback` are the last verdict's findings, `notes` single lines of ours."""

    task: str
    """`queue/ID`."""
    spec: TaskSpec
    promise: str | None = None
    attempt: int = 1
    iteration: int = 1
    project: str = ""
    """What it is called, for people."""
    queue_title: str = ""
    checks: tuple[str, ...] = ()
    """Names of what will judge the work."""
    feedback: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    """`the last run was interrupted`, `no completion claim was seen`, ..."""
    conflicts: tuple[str, ...] = ()
    """Paths that hold conflict markers of a merge with the target."""
    inputs: tuple[str, ...] = ()
    """Outputs of finished tasks that this one builds on."""
    upstream: tuple[Upstream, ...] = ()
    """Those tasks, as far as they made something or said something."""
    answers: tuple[tuple[str, str], ...] = ()
    """(what its agents asked, what a person answered), oldest first."""
    talks: bool = False
    """It can talk back while it works."""
    learnings: tuple[Learning, ...] = ()
    """What earlier tasks recorded, the most telling first."""
    rules: str = ""
    """The project's own, in its own words; empty: what its repository says of itself."""
    steering: tuple[str, ...] = ()
    """Further files no agent may touch: those that prompts are made of."""
    template: str = BUILT_IN


def compose(given: PromptInput) -> str:
    """Write the prompt of one iteration; ends with a newline."""
    return without_claims(fill(given.template, parts_of(given)))


def parts_of(given: PromptInput) -> dict[str, str]:
    """Give what stands in each place of a template."""
    return {
        "task": given.task,
        "id": given.spec.id,
        "title": given.spec.title or given.spec.id,
        "type": given.spec.type,
        "queue": queue_of(given.task),
        "attempt": str(given.attempt),
        "iteration": str(given.iteration),
        "heading": _heading(given),
        "description": given.spec.description.strip(),
        "approach": _section("How to go about it", approach(given.spec.type)),
        "scope": _scope(given.spec),
        "details": _details(given.spec.details),
        "upstream": _upstream(given.upstream),
        "conflicts": _conflicts(given.conflicts),
        "findings": _feedback(given.feedback),
        "notes": _list("Know before you start", given.notes),
        "answers": _answers(given.answers),
        "rules": _rules(given.rules),
        "learnings": _learnings(given.learnings),
        "limits": _limits(given.spec, given.steering),
        "talk": TALK if given.talks else "",
        "finish": _finish(given),
    }


def _heading(given: PromptInput) -> str:
    title = given.spec.title or given.spec.id
    where = " of ".join(part for part in (given.queue_title or queue_of(given.task), given.project) if part)
    again = f" This is iteration {given.iteration} of attempt {given.attempt}." if given.iteration > 1 else ""
    return (
        f"# {title}\n\nYou are working on task {given.task} ({where}). The current directory is a private copy of the "
        f"repository, yours alone; edit it in place.{again}"
    )


def _scope(spec: TaskSpec) -> str:
    return "\n\n".join(
        part
        for part in (
            _list("Files this task is expected to change", spec.files),
            _list("Tests that decide (where one does not exist yet, creating it is part of the task)", spec.tests),
            _list("Must exist and not be empty when you are done", spec.outputs),
        )
        if part
    )


def _details(details: str) -> str:
    if not details.strip() or details.strip() == "{}":
        return ""
    with contextlib.suppress(msgspec.DecodeError):  # other people's text: what does not parse is shown as it is
        details = msgspec.json.format(details, indent=2)
    return _section("Further details from the queue file", details)


def _feedback(findings: tuple[Finding, ...]) -> str:
    if not findings:
        return ""
    lines = [_finding(finding) for finding in findings[:MAX_FINDINGS]]
    if len(findings) > MAX_FINDINGS:
        lines.append(f"- and {len(findings) - MAX_FINDINGS} more")
    return (
        "## What the verifier found in your last version\n\n"
        "Fix the causes in the code; weakening a test or silencing a check will be found as well.\n\n"
        + "\n".join(lines)
    )


def _finding(finding: Finding) -> str:
    place = f"{finding.path}:{finding.line}" if finding.path and finding.line else finding.path
    head = " ".join(part for part in (place, f"[{finding.rule}]" if finding.rule else "") if part)
    message = finding.message.strip()
    if len(message) > MAX_MESSAGE:
        message = message[:MAX_MESSAGE] + " ... (cut)"
    return "- " + (f"{head}: " if head else "") + message.replace("\n", "\n    ")


def _answers(answers: tuple[tuple[str, str], ...]) -> str:
    told = "\n\n".join(
        f"You asked: {_indented(asked)}\n\nA person answers: {_indented(said)}" for asked, said in answers
    )
    return f"## What people answered\n\n{told}" if told else ""


def _conflicts(paths: tuple[str, ...]) -> str:
    if not paths:
        return ""
    return (
        "## Conflicts to resolve\n\nOther work landed meanwhile. These files hold both versions between conflict "
        "markers; keep what both meant and remove the markers:\n\n" + _bullets(paths)
    )


def _upstream(made: tuple[Upstream, ...]) -> str:
    return _section("What this builds on", "\n".join(_made(one) for one in made))


def _made(one: Upstream) -> str:
    title = f" ({one.title})" if one.title else ""
    if one.reason:
        return f"- {one.task}{title} was skipped: {one.reason}"
    landed = f", landed as {one.commit[:12]}" if one.commit else ""
    outputs = f"; it made {', '.join(one.outputs)}, which you read first" if one.outputs else ""
    said = f"; its agent's last words:\n    {_indented(one.summary)}" if one.summary else ""
    return f"- {one.task}{title}{landed}{outputs}{said}{_handed(one.handed)}"


def _handed(files: tuple[Handed, ...]) -> str:
    """Show how the files begin that were handed over, as far as there is room."""
    room, told = MAX_HANDED, ""
    for file in files:
        text = file.text[:room]
        room -= len(text)
        size = len(text.encode())
        cut = f"; its first {size} bytes" if text and size < file.size else ""
        begins = f":\n    {_indented(text)}" if text.strip() else ""
        told += f"\n  {file.path} ({file.size} bytes{cut}){begins}"
    return told


def _rules(text: str) -> str:
    if not text.strip():
        text = "Follow what the repository says of itself, where it does: AGENTS.md, CLAUDE.md, CONTRIBUTING.md."
    cut = (
        f"{text[:MAX_RULES].rstrip()}\n\n(cut here: the rest is too long for a prompt)"
        if len(text) > MAX_RULES
        else text
    )
    return _section("Rules of this project", cut.strip())


def _learnings(known: tuple[Learning, ...]) -> str:
    lines = "\n".join(f"- ({one.task}) {_indented(one.text)}" for one in known)
    return _section("What earlier tasks learned", f"Nobody has checked it.\n\n{lines}") if known else ""


def _limits(spec: TaskSpec, steering: tuple[str, ...]) -> str:
    more = "".join(f", `{path}`" for path in steering)
    allowed = tuple(dict.fromkeys((*spec.allow_test_changes, *spec.allow_protected)))
    exceptions = f"\n\nThis task may change: {', '.join(allowed)}." if allowed else ""
    return (
        f"## Leave alone\n\nDo not edit `queues/`, `orchestrator.toml`, `.aibrain/`{more}, the settings of CI, hooks, "
        "linters and test runners, or tests that already exist. Do not skip, delete or weaken tests, and leave no "
        "stubs: the work is judged on a clean checkout by checks you cannot reach. You need not commit; your files are "
        "collected as they are." + exceptions
    )


def _finish(given: PromptInput) -> str:
    judges = f" ({', '.join(given.checks)})" if given.checks else ""
    if given.promise is None:
        how = "end normally (exit status 0)"
    else:
        how = (
            f"end your final message with a line of its own that holds the word {given.promise} between an opening and "
            "a closing XML tag, the tag being named `promise`"
        )
    return (
        f"## When you are done\n\nWhen, and only when, the task is complete, {how}. The verifier{judges} then decides. "
        "If it is not complete, say what is missing instead; you will be called again."
    )


def _list(title: str, items: tuple[str, ...]) -> str:
    return _section(title, _bullets(items))


def _bullets(items: tuple[str, ...]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}" if text else ""


def _indented(text: str) -> str:
    return text.strip().replace("\n", "\n    ")
