"""What an agent is told: the task, what came of the last try, what not to touch and how to say it is done.

Pure text from values. Never contains a literal claim, not even where a person wrote one into the task: an agent that
echoes its prompt must not claim by it, and one that claims honestly must not repeat a line of it.
"""

import contextlib
import re

import msgspec

from orchestrator.model.specs import TaskSpec
from orchestrator.model.verdicts import Finding

MAX_FINDINGS = 40
MAX_MESSAGE = 2000
"""Characters of one finding."""

TALK = """## Talk back

The program `orchestrator-tell` (also `$ORCHESTRATOR_RUN_DIR/bin/orchestrator-tell`; or the tools of the MCP server \
`orchestrator`, where you have them) reaches the people you work for:

- `orchestrator-tell context`: this task as data, with what is left of its limits
- `orchestrator-tell progress TEXT`: one line now and then on long work
- `orchestrator-tell ask TEXT`: a question only a person can answer; waits a while
- `orchestrator-tell blocked TEXT`: you cannot go on without a person; then end your turn without claiming
- `orchestrator-tell propose --title T --description D`: work you noticed that is not part of this task
- `orchestrator-tell learn TEXT`: what later tasks of this project should know

Nothing of it says that you are done."""

_CLAIM = re.compile(r"<\s*promise\s*>(.*?)<\s*/\s*promise\s*>", re.DOTALL | re.IGNORECASE)


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
    answers: tuple[tuple[str, str], ...] = ()
    """(what its agents asked, what a person answered), oldest first."""
    talks: bool = False
    """It can talk back while it works."""


def compose(given: PromptInput) -> str:
    """Write the prompt of one iteration; ends with a newline."""
    sections = (
        _heading(given),
        _body(given.spec),
        _scope(given.spec),
        _details(given.spec.details),
        _list("Read first (made by tasks this one builds on)", given.inputs),
        _feedback(given.feedback),
        _conflicts(given.conflicts),
        _list("Know before you start", given.notes),
        _answers(given.answers),
        _limits(given.spec),
        TALK if given.talks else "",
        _finish(given),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def without_claims(text: str) -> str:
    """Say in words what a literal claim would say by its form."""
    while True:  # a claim inside a claim shows itself once the outer one is gone
        text, found = _CLAIM.subn(lambda claim: f"the promise tag around {claim[1].strip() or 'the word'}", text)
        if not found:
            return text


def _heading(given: PromptInput) -> str:
    title = without_claims(given.spec.title) or given.spec.id
    where = " of ".join(part for part in (given.queue_title or given.task.partition("/")[0], given.project) if part)
    again = f" This is iteration {given.iteration} of attempt {given.attempt}." if given.iteration > 1 else ""
    return (
        f"# {title}\n\nYou are working on task {given.task} ({where}). The current directory is a private copy of the "
        f"repository, yours alone; edit it in place.{again}"
    )


def _body(spec: TaskSpec) -> str:
    return without_claims(spec.description).strip()


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
    return f"## Further details from the queue file\n\n{without_claims(details)}"


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
    message = without_claims(finding.message).strip()
    if len(message) > MAX_MESSAGE:
        message = message[:MAX_MESSAGE] + " ... (cut)"
    return "- " + (f"{head}: " if head else "") + message.replace("\n", "\n    ")


def _answers(answers: tuple[tuple[str, str], ...]) -> str:
    told = "\n\n".join(f"You asked: {_quoted(asked)}\n\nA person answers: {_quoted(said)}" for asked, said in answers)
    return f"## What people answered\n\n{told}" if told else ""


def _quoted(text: str) -> str:
    return without_claims(text).strip().replace("\n", "\n    ")


def _conflicts(paths: tuple[str, ...]) -> str:
    if not paths:
        return ""
    return (
        "## Conflicts to resolve\n\nOther work landed meanwhile. These files hold both versions between conflict "
        "markers; keep what both meant and remove the markers:\n\n" + _bullets(paths)
    )


def _limits(spec: TaskSpec) -> str:
    allowed = tuple(dict.fromkeys((*spec.allow_test_changes, *spec.allow_protected)))
    exceptions = f"\n\nThis task may change: {', '.join(allowed)}." if allowed else ""
    return (
        "## Leave alone\n\nDo not edit `queues/`, `orchestrator.toml`, `.aibrain/`, the settings of CI, hooks, linters "
        "and test runners, or tests that already exist. Do not skip, delete or weaken tests, and leave no stubs: the "
        "work is judged on a clean checkout by checks you cannot reach. You need not commit; your files are collected "
        "as they are." + exceptions
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
    return f"## {title}\n\n{_bullets(items)}" if items else ""


def _bullets(items: tuple[str, ...]) -> str:
    return "\n".join(f"- {without_claims(item)}" for item in items)
