"""What comes of effects, made up: one function an outcome, by its name in a transcript."""

from collections.abc import Callable, Mapping, Sequence

from orchestrator.model import commands as c
from orchestrator.model import effects as f
from orchestrator.model.verdicts import Finding, Judgement, Report, Verdict
from orchestrator.model.world import Attempt, World
from tests.policy.playing.words import moment

Words = Sequence[str]
Named = Mapping[str, str]
OfTask = f.Prepare | f.RunAgent | f.CaptureWork | f.Judge | f.Combine | f.Advance | f.Keep | f.Publish | f.LookAtRequest


def prepared(world: World, effect: OfTask, head: str, _words: Words, _named: Named) -> c.Outcome:
    """Give the workspace at the target's head, or where the last attempt's merged state stands."""
    base = world.tasks[effect.task].carry_base or head
    return c.NotePrepared(task=effect.task, fence=effect.fence, base=base)


def missing(_world: World, effect: OfTask, head: str, words: Words, _named: Named) -> c.Outcome:
    """Name outputs that are not there: `missing docs/api.md of q/T1`."""
    return c.NoteMissing(task=effect.task, fence=effect.fence, base=head, tasks=(words[2],), paths=(words[0],))


def agent(_world: World, effect: OfTask, _head: str, words: Words, named: Named) -> c.Outcome:
    """`claimed`, or anything else: then it says nothing of being done."""
    claimed = words[0] == "claimed"
    return c.NoteAgent(
        task=effect.task,
        fence=effect.fence,
        outcome=words[0],
        claimed=claimed,
        seconds=float(named.get("seconds", "1")),
        usd=float(named.get("usd", "0")),
        tokens=int(named.get("tokens", "0")),
        note=named.get("note", "" if claimed else "no completion claim was seen"),
        until_ms=moment(named["until"]) if "until" in named else None,
    )


def capture(world: World, effect: OfTask, _head: str, _words: Words, named: Named) -> c.Outcome:
    """Give a tree of its own to every iteration."""
    name = f"{effect.task}@{effect.attempt}.{_attempt(world, effect).iteration}"
    tree = named.get("tree", f"tree {name}")
    files = tuple(named["files"].split(",")) if "files" in named else ()
    return c.NoteCapture(task=effect.task, fence=effect.fence, commit=name, tree=tree, ref=f"refs/{name}", files=files)


def verdict(world: World, effect: OfTask, _head: str, words: Words, named: Named) -> c.Outcome:
    """`PASS`, `FAIL message...`, `BLOCKED message...`; `FAIL fault=why`: no answer; `red_base=tests`; `review=USD`."""
    attempt, said = _attempt(world, effect), Verdict(words[0])
    merged = isinstance(effect, f.Judge) and effect.merged
    findings = tuple(Finding(message=message, id=message) for message in words[1:])
    return c.NoteJudgement(
        task=effect.task,
        fence=effect.fence,
        merged=merged,
        judgement=Judgement(
            verdict=said,
            tree=attempt.proposal_tree if merged else attempt.tree,
            base=attempt.onto if merged else attempt.base,
            checks=(Report(name="tests", report=said, findings=findings, usd=float(named.get("review", "0"))),),
            regressions=findings,
            fault=named.get("fault", ""),
            red_base=tuple(named["red_base"].split(",")) if "red_base" in named else (),
        ),
    )


def proposal(world: World, effect: OfTask, head: str, _words: Words, _named: Named) -> c.Outcome:
    """Give the verified tree itself where it is merged onto what the attempt began from."""
    attempt, onto, behind = _attempt(world, effect), *_ground(effect, head)
    tree = attempt.tree if attempt.base == onto else f"{attempt.tree} on {onto}"
    name = f"{onto} + {attempt.commit}"
    return c.NoteProposal(task=effect.task, fence=effect.fence, commit=name, tree=tree, onto=onto, behind=behind)


def collision(world: World, effect: OfTask, head: str, words: Words, _named: Named) -> c.Outcome:
    """Name the paths that do not merge."""
    marked, (onto, behind) = f"marked {_attempt(world, effect).commit}", _ground(effect, head)
    return c.NoteCollision(
        task=effect.task, fence=effect.fence, onto=onto, paths=tuple(words), marked=marked, behind=behind
    )


def _ground(effect: OfTask, head: str) -> tuple[str, str]:
    """Give what the work is merged onto, and behind whom it then stands."""
    if not isinstance(effect, f.Combine):
        return head, ""  # a request that no longer merges with what the host has
    return effect.onto or head, effect.behind


def landed(_world: World, effect: OfTask, _head: str, _words: Words, _named: Named) -> c.Outcome:
    """Say that the target moved to the proposal."""
    return c.NoteAdvance(task=effect.task, fence=effect.fence, landed=True)


def missed(_world: World, effect: OfTask, _head: str, _words: Words, _named: Named) -> c.Outcome:
    """Say that the target moved elsewhere first."""
    return c.NoteAdvance(task=effect.task, fence=effect.fence, landed=False)


def kept(_world: World, effect: OfTask, _head: str, _words: Words, _named: Named) -> c.Outcome:
    """Leave the work on a branch."""
    return c.NoteKept(task=effect.task, fence=effect.fence, branch=f"orchestrator/{effect.task}")


def published(_world: World, effect: OfTask, _head: str, _words: Words, _named: Named) -> c.Outcome:
    """Ask a person on the code host to merge it."""
    branch = f"{effect.task}-{effect.attempt}"
    return c.NotePublished(task=effect.task, fence=effect.fence, url=f"https://host/{branch}", branch=branch)


def request(_world: World, effect: OfTask, head: str, words: Words, _named: Named) -> c.Outcome:
    """`open`, `merged`, `closed` or `unknown`."""
    commit = f"{head} + {effect.task}" if words[0] == "merged" else ""
    return c.NoteRequest(task=effect.task, fence=effect.fence, state=words[0], commit=commit, tree=f"tree {commit}")


def fault(_world: World, effect: OfTask, _head: str, words: Words, _named: Named) -> c.Outcome:
    """Let the environment fail under the effect."""
    return c.NoteFault(task=effect.task, fence=effect.fence, text=" ".join(words))


def lost(world: World, effect: OfTask, _head: str, _words: Words, _named: Named) -> c.Outcome:
    """Say that nothing of the agent's run lives; told too late, its attempt may be over."""
    lane = world.lane(effect.task, effect.attempt)
    agent = lane.attempt.agent if lane is not None and lane.attempt is not None else ""
    return c.NoteLost(task=effect.task, fence=effect.fence, agent=agent, sandbox="L0")


def workspace_lost(_world: World, effect: OfTask, _head: str, _words: Words, _named: Named) -> c.Outcome:
    """Say that the workspace is gone."""
    return c.NoteWorkspaceLost(task=effect.task, fence=effect.fence)


def _attempt(world: World, effect: OfTask) -> Attempt:
    lane = world.lane(effect.task, effect.attempt)
    assert lane is not None
    assert lane.attempt is not None
    return lane.attempt


_MADE = (
    prepared,
    missing,
    agent,
    capture,
    verdict,
    proposal,
    collision,
    landed,
    missed,
    kept,
    published,
    request,
    fault,
    lost,
    workspace_lost,
)
OUTCOMES: Mapping[str, Callable[[World, OfTask, str, Words, Named], c.Outcome]] = {
    made.__name__.replace("_", "-"): made for made in _MADE
}
