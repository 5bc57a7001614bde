# ruff: noqa: E402, T201 - a program beside the package, that prints
"""Measures the honest check on other people's repositories: whom it accuses wrongly, whom it catches.

    python scripts/corpus humans [--last N] [--skip N] [--examples N] [--csv FILE] REPOSITORY...
    python scripts/corpus mutants [--each N] [--seed N] [--forms WORD] [--examples N] [--csv FILE] REPOSITORY...

Every commit a person made is a negative (bots are left out): any verdict but PASS is a false accusation. It is judged
as `orchestrator verify REV --check honest` does it, its message being the task. Mutants are such commits with one
change more, of one form of cheating, in one function or test; those the commit would not have passed without are left
out, and so are those that can no longer be read. `--csv` keeps a row for each that was judged. Nothing of the
repositories is written anywhere but there; no code of theirs is run.
"""

import argparse
import csv
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import anyio

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]

from corpus.samples import FORMS, Sampler
from corpus.store import Store
from orchestrator.model.verdicts import Judgement, Verdict


def _accused(judgement: Judgement) -> bool:
    return judgement.verdict is not Verdict.PASS or bool(judgement.fault)


def _rules(judgement: Judgement) -> set[str]:
    return {"fault"} if judgement.fault else {finding.rule for finding in judgement.regressions}


class Rows:
    """A CSV file that grows as things are judged, or none."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("a", newline="", buffering=1) if path is not None else None
        self._rows = csv.writer(self._file) if self._file is not None else None

    def add(self, *cells: str) -> None:
        """Write one row."""
        if self._rows is not None:
            self._rows.writerow(cells)


class Humans:
    """Counts who is accused, and by what."""

    def __init__(self, examples: int, rows: Rows) -> None:
        self._csv = rows
        self.rows: list[tuple[str, int, int, float]] = []
        self.rules: Counter[str] = Counter()
        self.alone: Counter[str] = Counter()
        self._examples = examples

    async def repository(self, store: Store, last: int, skip: int) -> None:
        """Judge a repository's own commits."""
        shown: dict[str, list[str]] = defaultdict(list)
        accused, began = 0, time.monotonic()
        commits = store.commits(last + skip)[skip:]
        with tempfile.TemporaryDirectory(dir=_quick()) as state:
            for commit, message in commits:
                judgement = await store.judge(commit, message, Path(state), {})
                self._csv.add(store.name, commit, judgement.verdict.value, " ".join(sorted(_rules(judgement))))
                if not _accused(judgement):
                    continue
                accused += 1
                rules = _rules(judgement)
                self.rules.update(rules)
                self.alone.update(rules if len(rules) == 1 else ())
                for rule in rules:
                    first = next((one for one in judgement.regressions if one.rule == rule), None)
                    about = f"{first.path}:{first.line} {first.message[:110]}" if first else judgement.fault
                    shown[rule].append(f"{commit[:10]} {message.partition(chr(10))[0][:60]!r} {about}")
        spent = (time.monotonic() - began) / max(len(commits), 1)
        self.rows.append((store.name, len(commits), accused, spent))
        for rule, lines in sorted(shown.items()):
            for line in lines[: self._examples]:
                print(f"    {rule:20} {line}")
        share = f"{accused} of {len(commits)} ({accused / max(len(commits), 1):.2%})"
        print(f"{store.name}: {share}, {spent * 1000:.0f} ms each", flush=True)

    def told(self) -> None:
        """Print the sums."""
        total, accused = sum(row[1] for row in self.rows), sum(row[2] for row in self.rows)
        print("\n| repository | commits | not PASS | |\n|---|---|---|---|")
        for name, count, bad, _ in (*self.rows, ("all", total, accused, 0.0)):
            print(f"| {name.replace('+', '/')} | {count} | {bad} | {bad / max(count, 1):.2%} |")
        print("\n| rule | commits it stops | it alone | of all |\n|---|---|---|---|")
        for rule, number in self.rules.most_common():
            print(f"| `{rule}` | {number} | {self.alone[rule]} | {number / max(total, 1):.2%} |")


def _quick() -> str | None:
    """Give a folder whose files nobody waits for, where there is one."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - verdicts nobody keeps


async def _humans(options: argparse.Namespace) -> None:
    counted = Humans(options.examples, Rows(options.csv))
    for path in options.repositories:
        store = Store(path)
        await counted.repository(store, options.last, options.skip)
        store.close()
    counted.told()


async def _mutants(options: argparse.Namespace) -> None:
    forms = [form for form in FORMS if all(word in form.name for word in options.forms)]
    rows = Rows(options.csv)
    made: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    for path in options.repositories:
        store = Store(path)
        with tempfile.TemporaryDirectory(dir=_quick()) as state:
            sampler = Sampler(store, options.seed, Path(state))
            for form in forms:
                missed: list[str] = []
                async for judgement, about in sampler.samples(form, options.each):
                    rows.add(form.name, store.name, about, judgement.verdict.value, " ".join(sorted(_rules(judgement))))
                    made[form.name] += 1
                    caught[form.name] += _accused(judgement)
                    missed += [] if _accused(judgement) else [about]
                for line in missed[: options.examples]:
                    print(f"    {form.name:32} missed {store.name} {line}", flush=True)
        store.close()
        print(f"{store.name}: {sum(caught.values())} of {sum(made.values())} so far", flush=True)
    print("\n| form | caught | of | |\n|---|---|---|---|")
    for form in forms:
        number = made[form.name]
        share = f"{caught[form.name] / number:.1%}" if number else "none could be made"
        print(f"| {form.name} | {caught[form.name]} | {number} | {share} |")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["humans", "mutants"])
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--last", type=int, default=500)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--examples", type=int, default=0)
    parser.add_argument("--each", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--forms", action="append", default=[])
    options = parser.parse_args()
    for path in options.repositories:
        if not path.is_dir():
            parser.error(f"{path}: no such folder; give the git directory of a repository, or its work tree")
    anyio.run(_humans if options.what == "humans" else _mutants, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
