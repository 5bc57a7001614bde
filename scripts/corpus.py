# ruff: noqa: E402, INP001, S101, T201 - a program beside the package, that prints
"""Measures the honest check on other people's repositories: whom it accuses wrongly, whom it catches.

    scripts/corpus.py humans [--last N] [--examples N] REPOSITORY...
    scripts/corpus.py mutants [--each N] [--seed N] REPOSITORY...

Every commit a person made is a negative: any verdict but PASS is a false accusation. Every mutator of `corpus_mutators`
makes positives of one form from the repository's head. Nothing of the repositories is written anywhere; no code of
theirs is run.
"""

import argparse
import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

from corpus_blind import BLIND
from corpus_mutators import MUTATORS, Target

from orchestrator.model.verdicts import Verdict
from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import is_read, weigh
from orchestrator.verify.task_words import allowed_by, asks_to_remove_tests

_MAX = 2 << 20
_FIELDS = 5


class Store:
    """One repository's objects, read through one long-lived process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pipe = subprocess.Popen(
            ["git", "-C", str(path), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def git(self, *words: str) -> str:
        """Run git and give its output."""
        said = subprocess.run(["git", "-C", str(self.path), *words], check=True, capture_output=True)
        return said.stdout.decode("utf-8", "replace")

    def blob(self, name: str) -> str | None:
        """Give a blob's text; None where it is none."""
        assert self._pipe.stdin is not None
        assert self._pipe.stdout is not None
        self._pipe.stdin.write(name.encode() + b"\n")
        self._pipe.stdin.flush()
        head = self._pipe.stdout.readline().split()
        if len(head) < 3:  # noqa: PLR2004 - `<id> missing`
            return None
        data = self._pipe.stdout.read(int(head[2]) + 1)[:-1]
        return data[:_MAX].decode("utf-8", "replace") if head[1] == b"blob" else None

    def close(self) -> None:
        """End the process."""
        assert self._pipe.stdin is not None
        self._pipe.stdin.close()
        self._pipe.wait()

    def commits(self, last: int) -> list[tuple[str, str]]:
        """Give the last commits with one parent: id and message."""
        words = ("log", "--no-merges", "--min-parents=1", "--format=%H%x00%B%x01", f"-{last}", "HEAD")
        rows = [row.strip("\n") for row in self.git(*words).split("\x01")]
        return [(row.partition("\0")[0], row.partition("\0")[2]) for row in rows if row]

    def edits(self, commit: str) -> tuple[Edit, ...]:
        """Give what a commit changes."""
        parts = self.git("diff-tree", "-r", "-z", "--no-renames", "--raw", f"{commit}^", commit).split("\0")[:-1]
        return tuple(self._edit(about, path) for about, path in zip(parts[::2], parts[1::2], strict=True))

    def _edit(self, about: str, path: str) -> Edit:
        _, _, old, new, status = about.split()
        wanted = is_read(path)
        return Edit(
            path=path,
            status=status[0],
            old=self.blob(old) if wanted and set(old) != {"0"} else None,
            new=self.blob(new) if wanted and set(new) != {"0"} else None,
            old_blob="" if set(old) == {"0"} else old,
            new_blob="" if set(new) == {"0"} else new,
        )


def humans(store: Store, last: int, examples: int) -> tuple[int, int, Counter[str]]:
    """Judge a repository's own commits."""
    rules: Counter[str] = Counter()
    shown: dict[str, list[str]] = defaultdict(list)
    accused = 0
    commits = store.commits(last)
    for commit, message in commits:
        edits = store.edits(commit)
        asked = allowed_by(message, [edit.path for edit in edits])
        kept = not asks_to_remove_tests(message)
        report = weigh(Diff(edits=edits, allow_protected=asked, spares_tests=kept, merged=True))
        if report.report is Verdict.PASS:
            continue
        accused += 1
        for rule in {finding.rule for finding in report.findings}:
            rules[rule] += 1
            first = next(finding for finding in report.findings if finding.rule == rule)
            shown[rule].append(f"{commit[:10]} {first.path}:{first.line} {first.message[:110]}")
    for rule, lines in sorted(shown.items()):
        for line in lines[:examples]:
            print(f"    {rule:20} {line}")
    return len(commits), accused, rules


def mutants(store: Store, each: int, seed: int) -> dict[str, tuple[int, int, list[str]]]:
    """Judge mutants of a repository's head, `each` of every form."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    targets = list(_targets(store))
    chance.shuffle(targets)
    found: dict[str, tuple[int, int, list[str]]] = {}
    for mutator in (*MUTATORS, *BLIND):
        made = caught = 0
        missed: list[str] = []
        for target in targets:
            if made >= each:
                break
            text = mutator.make(target) if mutator.tests is target.is_test else None
            if text is None or text == target.text:
                continue
            change = {target.path: text} if isinstance(text, str) else text
            made += 1
            edits = tuple(_mutated(store, target, path, new) for path, new in change.items())
            if weigh(Diff(edits=edits)).report is Verdict.PASS:
                missed.append(f"{target.path}:{target.node.lineno} {target.node.name}")
            else:
                caught += 1
        found[mutator.name] = (made, caught, missed)
    return found


def _mutated(store: Store, target: Target, path: str, new: str | None) -> Edit:
    old = target.text if path == target.path else store.blob(f"HEAD:{path}")
    status = "A" if old is None else "D" if new is None else "M"
    return Edit(path=path, status=status, old=old, new=new, old_blob=f"{hash(old)}", new_blob=f"{hash(new)}")


def _targets(store: Store) -> Iterator[Target]:
    for row in store.git("ls-tree", "-r", "HEAD").splitlines():
        about, _, path = row.partition("\t")
        if path.endswith(".py"):
            text = store.blob(about.split()[2])
            yield from Target.within(path, text or "")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["humans", "mutants"])
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--last", type=int, default=500)
    parser.add_argument("--examples", type=int, default=0)
    parser.add_argument("--each", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    return _humans(options) if options.what == "humans" else _mutants(options)


def _humans(options: argparse.Namespace) -> int:
    total = accused = 0
    rules: Counter[str] = Counter()
    for path in options.repositories:
        store = Store(path)
        count, bad, found = humans(store, options.last, options.examples)
        store.close()
        total, accused, rules = total + count, accused + bad, rules + found
        print(f"{path}: {bad} of {count} commits accused ({bad / max(count, 1):.2%})", flush=True)
    print(f"all: {accused} of {total} ({accused / max(total, 1):.2%})")
    for rule, number in rules.most_common():
        print(f"    {rule:20} {number:5}  {number / max(total, 1):.2%}")
    return 0


def _mutants(options: argparse.Namespace) -> int:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for path in options.repositories:
        store = Store(path)
        for name, (made, caught, missed) in mutants(store, options.each, options.seed).items():
            sums[name][0] += made
            sums[name][1] += caught
            for line in missed[: options.examples]:
                print(f"    {name:24} missed {path.name} {line}")
        store.close()
    for name, (made, caught) in sums.items():
        print(f"{name:28} {caught:5} of {made:5}  {caught / made:.1%}" if made else f"{name:28} none could be made")
    return 0


if __name__ == "__main__":
    sys.exit(main())
