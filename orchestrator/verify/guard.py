"""What of a tree is taken from the base before it is judged, and what in it may not differ from the base.

Never runs anything. The tree that is judged is the tree that lands, so a snapshot that changes what judges it is sent
back to restore it, not silently repaired.
"""

import msgspec

from orchestrator.model.ids import queue_of
from orchestrator.model.verdicts import Finding
from orchestrator.policy.globs import matches, matches_any
from orchestrator.ports.verifier import Case
from orchestrator.ports.workspace import Change, Trees
from orchestrator.verify.launched import launched
from orchestrator.verify.runner_config import RunnerConfig, Section, governed, stands_in
from orchestrator.verify.testpaths import is_test_file, named_by, path_of

TAMPERED = "restore"
MISSING = "named-tests"
OUTPUTS = "outputs"


class Guarded(msgspec.Struct, frozen=True, kw_only=True):
    """What guarding found. `overlay` are paths to take from the base; `created` the named tests the base lacks."""

    overlay: tuple[str, ...]
    tampered: tuple[Finding, ...]
    missing: tuple[Finding, ...]
    owed: tuple[Finding, ...]
    """Declared outputs that are not there, or empty."""
    created: tuple[str, ...]
    on_base: tuple[str, ...]
    base_paths: frozenset[str]
    head_paths: frozenset[str]
    changed: frozenset[str] = frozenset()
    """Paths that differ from the base and are there."""


async def guard(trees: Trees, case: Case, config: RunnerConfig) -> Guarded:
    """Compare the tree of a case with its base."""
    queue = queue_of(case.task)
    base_paths = frozenset(await trees.paths(queue, case.base)) if case.base else frozenset[str]()
    head_paths = frozenset(await trees.paths(queue, case.commit))
    changes = await trees.changes(queue, case.base, case.commit)
    on_base = tuple(entry for entry in case.tests if named_by(entry, base_paths))
    created = tuple(entry for entry in case.tests if entry not in on_base)
    named = frozenset(path for entry in on_base for path in named_by(entry, base_paths))
    tests = frozenset(path for path in base_paths if is_test_file(path)) | named
    tampered: list[Finding] = []

    async def read(path: str) -> str:
        return (await trees.read(queue, case.base, path) or b"").decode("utf-8", "replace")

    ran = await launched(config, base_paths, read)
    held = frozenset(path for path in ran.scripts if path not in {*case.files, *case.outputs})
    look = _Look(trees, case, ran.config, named, tests, head_paths, base_paths, held)
    for change in changes:
        if not matches_any(change.path, case.allow_test_changes) and not (case.by_hand and change.path not in named):
            tampered.extend(await _judge(look, change))
    return Guarded(
        overlay=_overlay(look),
        tampered=tuple(tampered),
        missing=tuple(_missing(entry) for entry in created if not named_by(entry, head_paths)),
        owed=await _owed(trees, case, head_paths),
        created=created,
        on_base=on_base,
        base_paths=base_paths,
        head_paths=head_paths,
        changed=frozenset(change.path for change in changes) & head_paths,
    )


class _Look(msgspec.Struct, frozen=True):
    trees: Trees
    case: Case
    config: RunnerConfig
    named: frozenset[str]
    tests: frozenset[str]
    paths: frozenset[str]
    base_paths: frozenset[str]
    held: frozenset[str]
    """What checks run; a task that says it works on such a file, or leaves it, may change it."""

    async def section(self, commit: str, path: str) -> Section:
        data = await self.trees.read(queue_of(self.case.task), commit, path) if commit else None
        return self.config.section(path, data.decode("utf-8", "replace")) if data is not None else {}


def _overlay(look: _Look) -> tuple[str, ...]:
    wanted = {path for path in look.base_paths if path in look.named or path in look.held or look.config.is_whole(path)}
    return tuple(sorted(path for path in wanted if not matches_any(path, look.case.allow_test_changes)))


async def _judge(look: _Look, change: Change) -> tuple[Finding, ...]:
    path = change.path
    if path in look.named:
        return (_changed_test(path),)
    if change.status != "D" and stands_in(path, look.paths):
        return (_stand_in(path, "remove" if change.status == "A" else "restore"),)
    if path in look.held:
        return (_changed_script(path, "remove" if change.status == "A" else "restore"),)
    if look.config.is_whole(path):
        if change.status != "A":
            return (_changed_config(path, "restore"),)
        return (_changed_config(path, "remove"),) if _has_a_say(look, path) else ()
    if not look.config.has_section(path):
        return ()
    before, after = await look.section(look.case.base, path), await look.section(look.case.commit, path)
    if before == after or (not before and not _has_a_say(look, path)):
        return ()
    differing = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
    return (_changed_config(path, f"restore [{', '.join(differing)}] in"),)


def _steers(path: str, tests: frozenset[str]) -> bool:
    """Say whether a configuration file has a say over tests the base already has."""
    return any(test.startswith(governed(path)) for test in tests)


def _has_a_say(look: _Look, path: str) -> bool:
    """Say whether a configuration file that is new has a say over what the base has."""
    return _steers(path, look.tests) or look.config.outdoes(path, look.base_paths)


def _changed_test(path: str) -> Finding:
    return _tampered(
        "base-test-changed",
        path,
        f"restore {path}: the task is judged by this test as it stands on the base, so it must land unchanged; "
        "make the code satisfy it",
    )


def _changed_config(path: str, ask: str) -> Finding:
    return _tampered(
        "runner-config-changed",
        path,
        f"{ask} {path}: it says how existing tests are run, which is not the task's to change; "
        "put what only new tests need into a folder of their own",
    )


def _changed_script(path: str, ask: str) -> Finding:
    return _tampered(
        "check-script-changed",
        path,
        f"{ask} {path}: a check runs it to judge the work, so it must land as it stands on the base; make the "
        "code satisfy it",
    )


def _stand_in(path: str, ask: str) -> Finding:
    return _tampered(
        "runner-replaced",
        path,
        f"{ask} {path}: a module of that name is imported instead of the test runner's own, or before it; "
        "give it another name, or put it into a package",
    )


def _tampered(rule: str, path: str, what: str) -> Finding:
    message = f"{what} (`allow_test_changes` of the task can name it, if a person wants it changed)"
    return Finding(path=path, rule=rule, id=f"{rule}:{path}", message=message)


async def _owed(trees: Trees, case: Case, paths: frozenset[str]) -> tuple[Finding, ...]:
    """Look for the outputs a task has declared: dependents start from them."""
    found: list[Finding] = []
    for output in case.outputs:
        there = [path for path in sorted(paths) if matches(path, output)]
        texts = [await trees.read(queue_of(case.task), case.commit, path) or b"" for path in there]
        if not any(text.strip() for text in texts):
            found.append(_output(output, "empty" if there else "missing"))
    return tuple(found)


def _output(output: str, how: str) -> Finding:
    return Finding(
        path=output,
        rule=f"output-{how}",
        id=f"output-{how}:{output}",
        message=f"{'fill' if how == 'empty' else 'create'} {output}: the task declares it as its output, and what "
        "waits for the task starts from it",
    )


def _missing(entry: str) -> Finding:
    return Finding(
        path=path_of(entry),
        rule="named-test-missing",
        id=f"named-test-missing:{entry}",
        message=f"create {entry}: the task names it as a test that must exist, be collected and pass",
    )
