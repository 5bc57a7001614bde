"""The seam to agents that review: asked about one change, they say what they think of it and change nothing."""

from typing import Protocol

import msgspec

from orchestrator.ports.runner import Place


class ReviewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One review. `place` is a clean checkout that is shown read-only; `folder` is what the run's records go into.

    `agent` is who is wanted (empty: whoever is best), `author` who did the work. `number` tells the reviews of one
    folder apart: the same number asked again is the same review.
    """

    task: str
    attempt: int
    iteration: int
    folder: str
    number: int
    prompt: str
    place: Place
    agent: str = ""
    author: str = ""
    timeout_s: float = 900.0


class Reviewed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: the final message of who reviewed, and what it cost. `priced`: False where that is not known."""

    agent: str
    text: str
    usd: float = 0.0
    tokens: int = 0
    priced: bool = True


class Reviewer(Protocol):
    """Runs fresh agents for reviews. Never judges what they say."""

    def name(self, order: ReviewOrder) -> str:
        """Say who would review. Raises FaultError where nobody can."""
        ...

    async def review(self, order: ReviewOrder) -> Reviewed:
        """Have one review written. Raises FaultError where the reviewer is kept from it: a limit, a login, a crash."""
        ...
