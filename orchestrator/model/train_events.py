"""Facts about a target's train: who is in its line, on what each member stands, who left it and why. See `events`."""

from orchestrator.model.event_parts import EventBase
from orchestrator.model.verdicts import Finding


class TrainBoarded(EventBase, frozen=True, tag="train.boarded"):
    """The attempt is last in the target's line. `limit`: how many may ever be in it at once; 0 says one."""

    task: str
    attempt: int
    target: str
    limit: int = 0


class TrainProposed(EventBase, frozen=True, tag="train.proposed"):
    """The commit that would land: the work merged onto `onto`, the proposal of `behind`; without, the target's head.

    It stands right behind that member from now on: whoever was between them is passed over.
    """

    task: str
    attempt: int
    target: str
    commit: str
    tree: str
    onto: str
    behind: str = ""


class TrainMissed(EventBase, frozen=True, tag="train.missed"):
    """The target moved under the proposal; it is built again on the new head."""

    task: str
    attempt: int
    target: str


class TrainDoubted(EventBase, frozen=True, tag="train.doubted"):
    """It does not merge with, or is red on, what stands before it. Whose fault that is shows once `onto` has landed."""

    task: str
    attempt: int
    target: str
    onto: str
    reason: str
    findings: tuple[Finding, ...] = ()
    carry: str = ""


class TrainEvicted(EventBase, frozen=True, tag="train.evicted"):
    """It leaves the line by its own fault; what stood behind it is merged anew without it."""

    task: str
    attempt: int
    target: str
    reason: str
