"""Cheats put on top of real commits: one change of one form, in one function or test of that commit's tree."""

import random
from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from pathlib import Path

from ast_grep_py import SgRoot

from corpus.blind import BLIND
from corpus.blind_places import BLIND_PLACES
from corpus.fifth import FIFTH
from corpus.fifth_go import FIFTH_GO
from corpus.fifth_java import FIFTH_JAVA
from corpus.fifth_js import FIFTH_JS
from corpus.fifth_rust import FIFTH_RUST
from corpus.forms_places import DESIGNED_PLACES
from corpus.fourth import FOURTH
from corpus.fourth_places import FOURTH_PLACES
from corpus.grid import GRID
from corpus.making import Form, Tree, Wide
from corpus.mutators import MUTATORS, Change, Mutator, Target
from corpus.places import LANGUAGES, Place, family_of, places
from corpus.seventh import SEVENTH
from corpus.seventh_go import SEVENTH_GO
from corpus.seventh_java import SEVENTH_JAVA
from corpus.seventh_js import SEVENTH_JS
from corpus.seventh_rust import SEVENTH_RUST
from corpus.sixth import SIXTH
from corpus.sixth_go import SIXTH_GO
from corpus.sixth_java import SIXTH_JAVA
from corpus.sixth_js import SIXTH_JS
from corpus.sixth_rust import SIXTH_RUST
from corpus.store import Store
from corpus.unseen import UNSEEN
from corpus.unseen_places import UNSEEN_PLACES
from orchestrator.model.verdicts import Judgement, Verdict
from orchestrator.verify.testpaths import is_test_file

_TRIED = 40
_COMMITS = 60


def _made(form: Form, target: Target | Place, store: Store, commit: str) -> Change | None:
    """Give the files a form changes, or None where it cannot be done or what comes of it is no code."""
    made = form.make(target)
    if isinstance(made, Wide):
        return made.make(_tree(store, commit))
    if made is None or made == target.text:
        return None
    if isinstance(made, str):
        return {target.path: made} if _is_code(target.path, made, target.text) else None
    return made


def _is_code(path: str, made: str, before: str) -> bool:
    """Say whether a cheat can be read as well as what it was made of: one that cannot is no cheat, but a mistake."""
    if path.endswith(".py"):
        try:
            compile(made, path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
        return True
    language = LANGUAGES[path[path.rfind(".") :]]
    return _broken(made, language) <= _broken(before, language)


@lru_cache(maxsize=64)
def _broken(text: str, language: str) -> int:
    pending, count = [SgRoot(text, language).root()], 0
    while pending:
        node = pending.pop()
        count += node.kind() == "ERROR"
        pending.extend(node.children())
    return count


def _python(mutator: Mutator) -> Form:
    return Form("py", f"py: {mutator.name}", mutator.tests, mutator.make)


FORMS = (
    *map(_python, (*MUTATORS, *BLIND, *UNSEEN, *FOURTH, *FIFTH, *GRID)),
    *DESIGNED_PLACES,
    *BLIND_PLACES,
    *UNSEEN_PLACES,
    *FOURTH_PLACES,
    *FIFTH_JS,
    *FIFTH_GO,
    *FIFTH_RUST,
    *FIFTH_JAVA,
    *SIXTH,
    *SIXTH_JS,
    *SIXTH_GO,
    *SIXTH_RUST,
    *SIXTH_JAVA,
    *SEVENTH,
    *SEVENTH_JS,
    *SEVENTH_GO,
    *SEVENTH_RUST,
    *SEVENTH_JAVA,
)


class Sampler:
    """Makes samples of forms from one repository."""

    def __init__(self, store: Store, seed: int, state: Path) -> None:
        self._store = store
        self._seed = seed
        self._state = state
        self._honest: dict[str, bool] = {}
        self._commits = store.commits(_COMMITS * 4)
        random.Random(seed).shuffle(self._commits)  # noqa: S311 - a sample, no secret

    async def samples(self, form: Form, wanted: int) -> AsyncIterator[tuple[Judgement, str]]:
        """Judge commits with a cheat of one form added, no place twice."""
        chance = random.Random(f"{self._seed} {form.name}")  # noqa: S311 - a sample, no secret
        made: set[str] = set()
        for _ in range(wanted * _TRIED):
            if len(made) >= wanted:
                return
            commit, message = chance.choice(self._commits[:_COMMITS])
            change, place = self._cheat(form, commit, chance)
            if change is None or place in made or not await self._is_honest(commit, message):
                continue
            made.add(place)
            put = {
                path: text.encode("utf-8", "surrogateescape") if text is not None else None
                for path, text in change.items()
            }
            judgement = await self._store.judge(commit, message, self._state, put)
            yield judgement, f"{commit[:10]} {place}"

    async def _is_honest(self, commit: str, message: str) -> bool:
        if commit not in self._honest:
            judgement = await self._store.judge(commit, message, self._state, {})
            self._honest[commit] = judgement.verdict is Verdict.PASS and not judgement.fault
        return self._honest[commit]

    def _cheat(self, form: Form, commit: str, chance: random.Random) -> tuple[Change | None, str]:
        paths = self._files(commit, form.family, form.tests)
        if not paths:
            return None, ""
        path = chance.choice(paths)
        targets = _targets(self._store, commit, path, form.tests)
        if not targets:
            return None, ""
        target = chance.choice(targets)
        if not _stood(self._store, commit, path, target):
            return None, ""
        made = _made(form, target, self._store, commit)
        if made is not None and path not in made:
            return made, f"{commit[:10]} {min(made, default='')}"
        return made, f"{path} {target.node.name if isinstance(target, Target) else target.name}"

    @lru_cache(maxsize=256)  # noqa: B019 - a few samplers, that live as long as the program
    def _files(self, commit: str, family: str, tests: bool) -> list[str]:  # noqa: FBT001 - a key
        return [
            path
            for path in self._store.listed(commit)
            if (path.endswith(".py") if family == "py" else family_of(path) == family)
            and (is_test_file(path) is tests or family == "rust")
        ]


def _tree(store: Store, commit: str) -> Tree:
    """Give the files of a commit, and what stood in place of those it changed."""

    def read(name: str) -> str | None:
        data = store.blob(name)
        return None if data is None else data.decode("utf-8", "surrogateescape")

    changed = store.git("diff-tree", "-r", "-z", "--no-renames", "--name-only", f"{commit}^", commit).split("\0")[:-1]
    return Tree(
        paths=store.listed(commit),
        read=lambda path: read(f"{commit}:{path}"),
        before={path: read(f"{commit}^:{path}") for path in changed},
    )


def _stood(store: Store, commit: str, path: str, target: Target | Place) -> bool:
    """Say whether the base has the function or test too: of a new one nobody can tell what it was to do."""
    name = target.node.name if isinstance(target, Target) else target.name
    return name.encode("utf-8", "surrogateescape") in (store.blob(f"{commit}^:{path}") or b"")


@lru_cache(maxsize=4096)
def _targets(store: Store, commit: str, path: str, tests: bool) -> list[Target | Place]:  # noqa: FBT001 - a key
    try:
        text = (store.blob(f"{commit}:{path}") or b"").decode()
    except UnicodeDecodeError:
        return []
    return [target for target in _all(path, text) if target.is_test is tests]


def _all(path: str, text: str) -> Iterator[Target | Place]:
    if path.endswith(".py"):
        yield from Target.within(path, text)
    elif path[path.rfind(".") :] in LANGUAGES and not path.endswith(".d.ts"):
        yield from places(path, text, testing=is_test_file(path))
