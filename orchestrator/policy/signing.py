"""What a person's word on a gate does: a signature, a rejection, or a refusal that says who may. Pure."""

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.gates import Gate
from orchestrator.model.settings import Settings
from orchestrator.model.world import World
from orchestrator.policy.abandoning import given_up
from orchestrator.policy.gates import SEVERAL, is_expired, is_rejected, may_sign, signed_by, signer
from orchestrator.policy.people import named
from orchestrator.policy.seat import Seat


def sign(
    world: World, ask: c.Approve | c.RejectGate | c.RevokeGate, seat: Seat, now: int
) -> tuple[e.Event, ...] | c.Refusal:
    """Turn an approval, a rejection or a revocation into the event that records it, or say why not."""
    name = ask.gate.removeprefix("gate:")
    gate = world.gates.get(name)
    if gate is None:
        known = ", ".join(world.gates) or "none"
        return c.Refusal(f"there is no gate {name} (known: {known})")
    who = signer(seat.settings, gate.spec, ask.by)
    if who is None:
        return c.Refusal(_who_may(seat.settings, gate, ask.by))
    if several := _several(seat.settings, gate, who):
        return several
    if isinstance(ask, c.RevokeGate):
        return _revoked(gate, who, ask.reason)
    if gate.open:
        helps = f"`orchestrator revoke gate:{name} --as {who} --reason WHY` shuts it for what has not begun"
        return c.Refusal(f"gate {name} is open, and an open gate stays open; {helps}")
    if isinstance(ask, c.RejectGate):
        others = given_up(world, f"gate:{name}", (ask.reason, who), seat) if ask.abandon else ()
        rejected = e.GateRejected(gate=name, by=who, reason=ask.reason)
        return others if isinstance(others, c.Refusal) else (rejected, *others)
    if who in signed_by(gate) and not is_rejected(gate) and not is_expired(gate, now) and not ask.signature:
        return ()
    signed = e.GateApproved(
        gate=name, by=who, note=ask.note, evidence=ask.evidence, said=ask.said, signature=ask.signature
    )
    return (signed,)


def _several(settings: Settings, gate: Gate, who: str) -> c.Refusal | None:
    """Refuse a role where people are counted: one person would sign for two, as themselves and as their role."""
    people = [person.name for person in named(settings, (who,)) if person.name.casefold() != who.casefold()]
    if gate.spec.quorum < SEVERAL or not people:
        return None
    return c.Refusal(f"gate {gate.id} counts people; say who of {who} you are: --as {' or '.join(people)}")


def _revoked(gate: Gate, who: str, reason: str) -> tuple[e.Event, ...] | c.Refusal:
    if not gate.open and who not in signed_by(gate):
        return c.Refusal(f"{who} has not approved gate {gate.id}: there is nothing to take back; `reject` holds it")
    if not reason.strip():
        return c.Refusal("a revocation needs a reason: --reason 'why'")
    return (e.GateRevoked(gate=gate.id, by=who, reason=reason),)


def _who_may(settings: Settings, gate: Gate, who: str) -> str:
    if not gate.spec.approvers:
        return f"gate {gate.id} names no approvers: it opens by itself when its condition holds"
    return f"{who} may not sign gate {gate.id}; it takes --as {' or '.join(may_sign(settings, gate.spec))}"
