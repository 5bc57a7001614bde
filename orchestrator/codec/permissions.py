"""What agents that ask are answered: `[agents.NAME.permissions]`. A rule is a kind of tool, or `KIND: GLOB`."""

from orchestrator.codec.fields import Fields, nearest
from orchestrator.model.settings import Permissions

KEYS = ("allow", "deny", "ask")
KINDS = ("read", "edit", "delete", "move", "search", "execute", "think", "fetch", "switch_mode", "other", "*")


def read_permissions(agent: Fields) -> Permissions:
    """Read the rules of one agent; an unknown word is refused, for it could be one that keeps it from something."""
    fields = agent.inner("permissions")
    if fields is None:
        return Permissions()
    fields.refuse_unknown(KEYS)
    return Permissions(allow=_rules(fields, "allow"), deny=_rules(fields, "deny"), ask=_rules(fields, "ask"))


def _rules(fields: Fields, key: str) -> tuple[str, ...]:
    rules = fields.texts(key)
    for rule in rules:
        kind = rule.partition(":")[0].strip()
        if kind not in KINDS:
            near = nearest(kind, KINDS) or f"; begin with one of {', '.join(KINDS)}"
            fields.complaints.refuse(f'{fields.prefix}{key} has "{rule}", and {kind} is no kind of tool{near}')
    return rules
