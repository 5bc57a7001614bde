"""A judge that looks at trees of the memory workspace by a few rules. Keeps a ledger of what it called PASS."""

from collections.abc import Mapping

from orchestrator.errors import FaultError
from orchestrator.model.verdicts import Finding, Judgement, Report, Verdict
from orchestrator.ports.verifier import Case
from orchestrator.sim.agents import done_file
from orchestrator.sim.chaos import Chaos, Pace
from orchestrator.sim.store import Files
from orchestrator.sim.workspace import MemoryWorkspace

_MARKER = "<<<<<<<"
MISTAKE, BROKEN, MENDED = "user/mistake", "broken", "mended"
"""A file of the person's that makes everything red while it says so."""
_GOOD = frozenset({"right", "forbidden"})  # the second: what only a person lets pass, once it stands


class ScriptedVerifier:
    """`ports.verifier.Verifier`. The work is right if its file says so, nothing finished went lost and no two clash.

    `clashes` are pairs of paths that are red together unless the second names the first (a conflict no merge sees).
    """

    def __init__(
        self,
        workspace: MemoryWorkspace,
        chaos: Chaos | None = None,
        *,
        clashes: Mapping[str, tuple[str, ...]] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.passed: set[str] = set()
        """Trees some judgement called PASS."""
        self.asked = 0
        self.workspace, self._chaos, self._pace = workspace, chaos or Chaos(), pace or Pace()
        self._clashes = dict(clashes or {})

    async def judge(self, case: Case) -> Judgement:
        """Look at the tree for a while and say what was seen."""
        self.asked += 1
        await self._chaos.linger(self._pace.low, self._pace.high)
        if self._chaos.strikes("verifier.cannot"):
            raise FaultError("the checks cannot start: the test runner is missing")
        node = self.workspace.store[case.commit]
        if node.tree != case.tree:
            raise ValueError(f"{case.task}: commit {case.commit} does not have the tree {case.tree}")
        if self._chaos.strikes("verifier.fault"):
            return Judgement(verdict=Verdict.FAIL, tree=case.tree, base=case.base, fault="tests: killed by signal 9")
        base = self.workspace.store[case.base].files if case.base else {}
        findings = self._look(case, node.files, base)
        if not findings and self._flakes(case):
            findings = [Finding(message="failed this once", rule="flake", id="flake")]
        tests = _report("tests", Verdict.FAIL, findings)
        paths = [path for path, text in node.files.items() if text == "forbidden" and base.get(path) != text]
        honest = _report("honest", Verdict.BLOCKED, [Finding(message="is forbidden", path=path) for path in paths])
        seen = honest.report if paths else tests.report
        if seen is Verdict.PASS:
            self.passed.add(case.tree)
        return Judgement(
            verdict=seen,
            tree=case.tree,
            base=case.base,
            checks=(tests, honest),
            regressions=tests.findings,
            red_base=("tests",) if case.merged and seen is Verdict.FAIL and self.is_red(base) else (),
        )

    def _flakes(self, case: Case) -> bool:
        """Fail for no reason; a merged tree is asked a second time before anybody is blamed."""
        strikes = self._chaos.strikes("verifier.flake")
        return strikes and (not case.merged or self._chaos.strikes("verifier.flake"))

    def _look(self, case: Case, files: Files, base: Files) -> list[Finding]:
        own = files.get(done_file(case.task), "")
        known = self.is_red(base)
        findings = [finding for finding in self.is_red(files) if case.merged or finding not in known]
        if own not in _GOOD:
            findings.append(
                Finding(message=f"the work is {own or 'not there'}", path=done_file(case.task), rule="work")
            )
        findings += [
            Finding(message=f"{path} was done on the base", path=path, rule="lost", id=f"lost:{path}")
            for path, text in base.items()
            if path.startswith("done/") and text in _GOOD and files.get(path) != text
        ]
        return findings

    def is_red(self, files: Files) -> list[Finding]:
        """List what is wrong with a tree whosever work it is: conflict markers, a person's mistake, two that clash."""
        broken = Finding(message="a person broke it", path=MISTAKE, rule="broken", id="broken")
        findings = [
            *([broken] if files.get(MISTAKE) == BROKEN else []),
            *(
                Finding(message=f"{path} holds conflict markers", path=path, rule="marker", id=f"marker:{path}")
                for path, text in files.items()
                if _MARKER in text
            ),
        ]
        findings += [
            Finding(message=f"{path} does not know {other}", path=path, rule="clash", id=f"clash:{path}:{other}")
            for path, others in self._clashes.items()
            for other in others
            if path in files and other in files and other not in files[path] and path not in files[other]
        ]
        return findings


def _report(name: str, worst: Verdict, findings: list[Finding]) -> Report:
    seen = worst if findings else Verdict.PASS
    return Report(name=name, report=seen, findings=tuple(findings), summary=f"{seen.value}({len(findings)})")
