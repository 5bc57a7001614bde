"""Who may ask for what: `[rights]`. Pure; the one home of these rules.

Rules
1. A verb that `[rights]` names is for the people and roles it lists; one that it does not name is for anybody.
2. Who asks is who they say they are (`--as`), else the person of this machine. A rule among people, not a lock: only an
   approval can be made to prove it. What is asked is recorded with its name.
3. They are asked where an ask is decided, at the command line and in the library. Who may write the queue files and the
   configuration is the file system's to say.
"""

from collections.abc import Iterable

from orchestrator.model import commands as c
from orchestrator.model.settings import Settings
from orchestrator.policy import people

_VERBS: dict[type[c.Ask], str] = {
    c.AddTask: "add",
    c.AddTasks: "add",
    c.AcceptProposal: "add",
    c.AcceptProposals: "add",
    c.Reject: "add",
    c.Discover: "add",
    c.RecordBaseline: "add",
    c.EditTask: "edit",
    c.Retry: "retry",
    c.Skip: "skip",
    c.Cancel: "cancel",
    c.Decide: "decide",
    c.Done: "done",
    c.Pause: "pause",
    c.Resume: "resume",
    c.Attach: "attach",
    c.Approve: "approve",
    c.RejectGate: "reject",
    c.RevokeGate: "revoke",
    c.Acknowledge: "ack",
    c.AnswerQuestion: "answer",
    c.DecideRollback: "rollback",
    c.LockResource: "lock",
    c.UnlockResource: "unlock",
    c.SetWorkers: "workers",
}


def objection(settings: Settings, ask: c.Ask) -> c.Refusal | None:
    """Refuse what whoever asks may not, and name who may."""
    for verb in _verbs(ask) if settings.rights else ():
        names = settings.rights.get(verb)
        if names is not None and not may(settings, names, getattr(ask, "by", "")):
            return c.Refusal(_who_may(settings, verb, names, getattr(ask, "by", "")))
    return None


def _verbs(ask: c.Ask) -> tuple[str, ...]:
    """Name the rights an ask needs: giving up what comes after a gate is skipping, too."""
    if isinstance(ask, c.DecideAction):
        return ("retry" if ask.decision == "again" else "skip",)
    verb = _VERBS.get(type(ask))
    if isinstance(ask, c.RejectGate) and ask.abandon:
        return ("reject", "skip")
    return (verb,) if verb is not None else ()


def may(settings: Settings, names: Iterable[str], who: str) -> bool:
    """Say whether somebody is one of these people or of one of these roles."""
    folded = {name.casefold() for name in names}
    person = people.find(settings, who)
    return who.casefold() in folded or (person is not None and any(r.casefold() in folded for r in person.roles))


def _who_may(settings: Settings, verb: str, names: tuple[str, ...], who: str) -> str:
    persons = (person.name for person in people.named(settings, names))
    known = " or ".join(dict.fromkeys((*persons, *names))) or "nobody: [rights] names none"
    return f"{who or 'whoever does not say who they are'} may not {verb}; it takes --as {known}"
