"""Facts about what agents said back while they worked, and what people made of it. See `events` for the rules.

`word` is the id its speaker gave it. Texts are an agent's own: untrusted, kept as they are, made safe where shown.
"""

from orchestrator.model.event_parts import EventBase
from orchestrator.model.specs import TaskSpec


class AgentReported(EventBase, frozen=True, tag="agent.reported"):
    """How far it is; or, with a `question`, that it is blocked and why."""

    task: str
    attempt: int
    iteration: int
    word: str
    text: str
    question: str = ""


class AgentAsked(EventBase, frozen=True, tag="agent.asked"):
    """A question to a person. `holds`: unless the agent claims first, its task waits for the answer."""

    task: str
    attempt: int
    iteration: int
    word: str
    question: str
    text: str
    holds: bool = True


class AgentProposed(EventBase, frozen=True, tag="agent.proposed"):
    """Work for later, in `queue`; it waits for a person."""

    task: str
    attempt: int
    iteration: int
    word: str
    proposal: str
    queue: str
    spec: TaskSpec


class AgentLearned(EventBase, frozen=True, tag="agent.learned"):
    task: str
    attempt: int
    iteration: int
    word: str
    learning: str
    text: str


class QuestionAnswered(EventBase, frozen=True, tag="question.answered"):
    task: str
    question: str
    text: str
    by: str


class ProposalAccepted(EventBase, frozen=True, tag="proposal.accepted"):
    """It was added as `added`; `task` is who proposed it."""

    task: str
    proposal: str
    added: str
    by: str = ""


class ProposalRejected(EventBase, frozen=True, tag="proposal.rejected"):
    task: str
    proposal: str
    by: str = ""
    reason: str = ""


class LearningDropped(EventBase, frozen=True, tag="learning.dropped"):
    task: str
    learning: str
    by: str = ""
    reason: str = ""
