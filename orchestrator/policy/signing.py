"""What a person's word on a gate does: a signature, a rejection, or a refusal that says who may. Pure."""

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.settings import Settings
from orchestrator.model.world import Gate, World
from orchestrator.policy.gates import is_expired, is_rejected, may_sign, signed_by, signer
from orchestrator.policy.seat import Seat


def sign(world: World, ask: c.Approve | c.RejectGate, seat: Seat, now: int) -> tuple[e.Event, ...] | c.Refusal:
    """Turn an approval or a rejection into the event that records it, or say why not."""
    name = ask.gate.removeprefix("gate:")
    gate = world.gates.get(name)
    if gate is None:
        known = ", ".join(world.gates) or "none"
        return c.Refusal(f"there is no gate {name} (known: {known})")
    who = signer(seat.settings, gate.spec, ask.by)
    if who is None:
        return c.Refusal(_who_may(seat.settings, gate, ask.by))
    if gate.open:
        return c.Refusal(f"gate {name} is open, and an open gate stays open")
    if isinstance(ask, c.RejectGate):
        return (e.GateRejected(gate=name, by=who, reason=ask.reason),)
    if who in signed_by(gate) and not is_rejected(gate) and not is_expired(gate, now) and not ask.signature:
        return ()
    signed = e.GateApproved(
        gate=name, by=who, note=ask.note, evidence=ask.evidence, said=ask.said, signature=ask.signature
    )
    return (signed,)


def _who_may(settings: Settings, gate: Gate, who: str) -> str:
    if not gate.spec.approvers:
        return f"gate {gate.id} names no approvers: it opens by itself when its condition holds"
    return f"{who} may not sign gate {gate.id}; it takes --as {' or '.join(may_sign(settings, gate.spec))}"
