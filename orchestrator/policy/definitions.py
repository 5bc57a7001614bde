"""Which triggers and gates a file defines, changes or drops. Never says when one fires or opens."""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from orchestrator.model import events as e
from orchestrator.model.specs import GateSpec, TriggerSpec
from orchestrator.model.world import World
from orchestrator.policy.versions import version_at

Spec = TypeVar("Spec", TriggerSpec, GateSpec)
Versions = Mapping[str, Sequence[tuple[int, Spec | None]]]


class Defined(msgspec.Struct, frozen=True, kw_only=True):
    """Every trigger and gate one file holds. `own` are the paths it is or was known under."""

    source: str
    triggers: tuple[TriggerSpec, ...] = ()
    gates: tuple[GateSpec, ...] = ()
    own: frozenset[str] = frozenset()


def merge_defined(world: World, file: Defined, seq: int | None) -> tuple[tuple[e.Event, ...], tuple[str, ...]]:
    """Give the events a file's triggers and gates ask for, and why others are refused.

    `seq` is the render the file descends from; None: it can only add; `world.seq` (the configuration, which carries no
    stamp): it is the whole truth about its own.
    """
    own = file.own | {file.source, ""}
    triggers = _Kind("trigger", {k: t.spec for k, t in world.triggers.items()}, world.trigger_specs, own, seq)
    gates = _Kind("gate", {k: g.spec for k, g in world.gates.items()}, world.gate_specs, own, seq)
    asked_triggers = [msgspec.structs.replace(t, source=file.source) for t in file.triggers]
    asked_gates = [msgspec.structs.replace(g, source=file.source) for g in file.gates]
    events: list[e.Event] = [
        *(e.TriggerRemoved(trigger=name) for name in triggers.dropped({t.id for t in file.triggers})),
        *(e.TriggerDefined(trigger=t.id, spec=t) for t in asked_triggers if triggers.asks(t)),
        *(e.GateRemoved(gate=name) for name in gates.dropped({g.id for g in file.gates})),
        *(e.GateDefined(gate=g.id, spec=g) for g in asked_gates if gates.asks(g)),
    ]
    return tuple(events), (*triggers.problems, *gates.problems)


class _Kind(Generic[Spec]):
    """Triggers or gates: what is known of them, and whether one as written in the file asks for a change."""

    def __init__(
        self, word: str, known: Mapping[str, Spec], versions: Versions[Spec], own: frozenset[str], seq: int | None
    ) -> None:
        self.word = word
        self.known: Mapping[str, Spec] = known
        self.versions: Versions[Spec] = versions
        self.own = own
        self.seq = seq
        self.problems: list[str] = []

    def asks(self, spec: Spec) -> bool:
        """Say whether the file asks to define this; what is refused goes to `problems`."""
        current = self.known.get(spec.id)
        if current == spec:
            return False
        if current is None:
            return not self._same_as_base(spec)
        if current.source not in self.own:
            self.problems.append(
                f"{self.word} {spec.id} is already defined in {current.source}: ids are unique; rename it"
            )
            return False
        if self.seq is None and _unsourced(spec) != _unsourced(current):
            self.problems.append(f"{self.word} {spec.id} stays as it was: the file carries no stamp of this journal")
            return False
        return _unsourced(spec) == _unsourced(current) or not self._same_as_base(spec)

    def _same_as_base(self, spec: Spec) -> bool:
        base = self._base(spec.id)
        return base is not None and _unsourced(base) == _unsourced(spec)

    def _base(self, name: str) -> Spec | None:
        versions = self.versions.get(name, ())
        if self.seq is None or not versions:
            return None
        seq = self.seq
        return version_at(versions, seq)

    def dropped(self, named: set[str]) -> tuple[str, ...]:
        """List what the file held at its stamp and holds no more."""
        if self.seq is None:
            return ()
        seq = self.seq
        return tuple(
            name
            for name, spec in self.known.items()
            if name not in named
            and spec.source in self.own
            and spec.source
            and any(at <= seq and known is not None for at, known in self.versions.get(name, ()))
        )


def _unsourced(spec: Spec) -> Spec:
    return msgspec.structs.replace(spec, source="")
