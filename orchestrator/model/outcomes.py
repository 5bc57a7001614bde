"""Outcomes: what effects, commands of triggers, checks of gates and channels report. See `commands`."""

from typing import TypeAlias

import msgspec

from orchestrator.model.coordination import Handed
from orchestrator.model.talk import Word
from orchestrator.model.verdicts import Judgement


class _Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what an effect reports: refused unless `fence` is still the claim's."""

    task: str
    fence: int


class NotePrepared(_Outcome, frozen=True):
    """The workspace stands at `base`; `inputs` are the outputs of other tasks in it."""

    base: str
    inputs: tuple[Handed, ...] = ()


class NoteMissing(_Outcome, frozen=True):
    """Nothing was prepared: outputs of tasks it builds on are not in the target at `base`."""

    base: str
    tasks: tuple[str, ...]
    paths: tuple[str, ...]


class NoteLost(_Outcome, frozen=True):
    """The agent's run was cut short and nothing of it lives: the iteration starts over under its own number."""

    agent: str
    sandbox: str


class NoteWorkspaceLost(_Outcome, frozen=True):
    """The attempt's workspace is gone: a new attempt starts from its last captured commit."""


class NoteAgent(_Outcome, frozen=True):
    """The agent's call ended."""

    outcome: str
    claimed: bool
    seconds: float
    usd: float = 0.0
    tokens: int = 0
    exit_code: int | None = None
    note: str = ""
    until_ms: int | None = None
    session: str = ""
    model: str = ""
    summary: str = ""
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    priced: bool = True
    """`usd` is the agent's own word; False: it names only tokens."""


class NoteWord(_Outcome, frozen=True):
    """The agent of an iteration said something, while it ran or before it ended."""

    iteration: int
    id: str
    word: Word


class NoteCapture(_Outcome, frozen=True):
    """The workspace was captured."""

    commit: str
    tree: str
    ref: str
    files: tuple[str, ...] = ()


class NoteJudgement(_Outcome, frozen=True):
    """The checks have answered."""

    judgement: Judgement
    merged: bool


class NoteProposal(_Outcome, frozen=True):
    """The commit that would land exists; `behind` is the member whose proposal it was merged onto."""

    commit: str
    tree: str
    onto: str
    behind: str = ""


class NoteCollision(_Outcome, frozen=True):
    """The work does not merge; `marked` holds it with conflict markers on `onto`, the proposal of `behind` if named."""

    onto: str
    paths: tuple[str, ...]
    marked: str
    behind: str = ""


class NoteAdvance(_Outcome, frozen=True):
    """The target contains the proposal (`landed`) or moved elsewhere."""

    landed: bool


class NoteKept(_Outcome, frozen=True):
    """The verified commit is on a branch."""

    branch: str


class NotePublished(_Outcome, frozen=True):
    """The request is open."""

    url: str
    branch: str


class NoteRequest(_Outcome, frozen=True):
    """How the request stands: `open`, `merged` as `commit`, `closed`, or `unknown`."""

    state: str
    commit: str = ""
    tree: str = ""
    note: str = ""


class NoteFault(_Outcome, frozen=True):
    """The environment failed under an effect."""

    text: str


class NoteAction(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger's command ended."""

    key: str
    ok: bool
    note: str = ""


class NoteInspection(msgspec.Struct, frozen=True, kw_only=True):
    """A gate's checks have spoken about a commit, or could not (`fault`)."""

    gate: str
    commit: str
    tries: int
    """Which of the gate's looks it was: its checks may be others by now."""
    judgement: Judgement | None = None
    fault: str = ""


class NoteDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A channel took what was sent, or did not."""

    channel: str
    messages: tuple[str, ...]
    ok: bool
    note: str = ""


Outcome: TypeAlias = (
    NotePrepared
    | NoteMissing
    | NoteLost
    | NoteWorkspaceLost
    | NoteAgent
    | NoteWord
    | NoteCapture
    | NoteJudgement
    | NoteProposal
    | NoteCollision
    | NoteAdvance
    | NoteKept
    | NotePublished
    | NoteRequest
    | NoteFault
    | NoteAction
    | NoteInspection
    | NoteDelivery
)
