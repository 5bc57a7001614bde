"""The table a proof leaves in the documentation: every cell was run, none is empty; versions and date stand above."""

import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.proofs import commit, today
from tests.real.kinds import KINDS
from tests.real.scenarios import SCENARIOS

_ROOT = Path(__file__).resolve().parents[2]
GUIDE, PROOF = _ROOT / "docs" / "agents.md", _ROOT / "docs" / "proofs" / "agents.md"
BEGIN, END = "<!-- begin proof -->", "<!-- end proof -->"


class Cell(NamedTuple):
    """One run: what it came to, and what was wrong with that."""

    agent: str
    scenario: str
    text: str
    problems: tuple[str, ...] = ()


def write(cells: list[Cell], path: str, seconds: float) -> None:
    """Replace the table in the guide and the page of the proof."""
    table = _table(cells, path)
    guide = GUIDE.read_text(encoding="utf-8")
    before, _, rest = guide.partition(BEGIN)
    GUIDE.write_text(f"{before}{BEGIN}\n\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    problems = [f"- {cell.agent}, {cell.scenario}: {problem}" for cell in cells for problem in cell.problems]
    head = (
        f"# Proof: real agents\n\n- command: `scripts/prove agents`\n- date: {today()}, commit: {commit()}\n"
        f"- cells: {len(cells)}; cells in which something did not hold: {sum(1 for cell in cells if cell.problems)}\n"
        f"- all of it: {seconds / 60:.1f} min\n"
    )
    PROOF.write_text("\n".join([head, *problems, *([""] if problems else []), table]), encoding="utf-8")


def _table(cells: list[Cell], path: str) -> str:
    agents = list(dict.fromkeys(cell.agent for cell in cells))
    found = {(cell.agent, cell.scenario): cell for cell in cells}
    head = " | ".join(f"{agent} {_version(KINDS[agent].program, path)}" for agent in agents)
    rows = [
        f"| {scenario.about} | " + " | ".join(_shown(found[agent, name]) for agent in agents) + " |"
        for name, scenario in SCENARIOS.items()
    ]
    return "\n".join([f"| run on {today()} | {head} |", f"|---{'|---' * len(agents)}|", *rows, ""])


def _shown(cell: Cell) -> str:
    return f"**{cell.text}: wrong**" if cell.problems else cell.text


def _version(program: str, path: str) -> str:
    with tempfile.TemporaryDirectory() as home:
        env = {"PATH": path, "HOME": home}
        said = subprocess.run([program, "--version"], env=env, capture_output=True, text=True, check=False, timeout=60)
    words = ((said.stdout.strip() or said.stderr.strip()).splitlines() or [""])[-1].split()
    return next((word for word in words if word[:1].isdigit()), "")
