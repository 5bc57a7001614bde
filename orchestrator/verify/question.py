"""One check asked of one tree. Never says what is answered."""

import msgspec

from orchestrator.model.settings import CheckSettings
from orchestrator.verify.reading import Named


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a check is asked about. `tree` names it in the answer's key, `label` in the log's name; `paths` it holds."""

    check: CheckSettings
    queue: str
    commit: str
    tree: str
    base: str
    overlay: tuple[str, ...]
    argv: tuple[str, ...]
    named: Named
    label: str
    paths: frozenset[str] = frozenset()
