"""What the documents say is so: generated parts are fresh, every key of the configuration is there and no other."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from orchestrator.cli.main import VERBS
from orchestrator.codec import budgets, checks, config, kinds, limits, people, sections
from orchestrator.codec.config import read_settings
from orchestrator.codec.queuefile import read_queue
from orchestrator.codec.taskfields import ALIASES, LATER_FIELDS, RESULT_FIELDS, SPEC_FIELDS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_docs", ROOT / "scripts" / "write_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_parts_are_what_the_code_says(writer: ModuleType) -> None:
    stale = [path.name for path in writer.stale()]
    assert stale == [], "run ./scripts/docs and commit what it writes"


def test_a_stale_part_is_noticed_and_nothing_around_it_is_touched(writer: ModuleType) -> None:
    text = "before\n<!-- begin events -->\nold\n<!-- end events -->\nafter \\1 \\g<0>\n"
    fresh = writer.render("events", text)
    assert fresh.startswith("before\n<!-- begin events -->\n\n| type |")
    assert fresh.endswith("\n<!-- end events -->\nafter \\1 \\g<0>\n")
    assert writer.render("events", fresh) == fresh


def test_a_page_that_lost_its_marks_is_an_error(writer: ModuleType) -> None:
    with pytest.raises(SystemExit, match="begin verbs"):
        writer.render("verbs", "nothing here")


def test_every_verb_has_a_section_in_the_reference() -> None:
    headings = re.findall(r"^## (\S+)$", (DOCS / "cli.md").read_text(), re.MULTILINE)
    assert [heading for heading in headings if heading in VERBS] == list(VERBS)


# -- configuration -------------------------------------------------------------------------------------------------

KEYS: dict[str, tuple[str, ...]] = {
    "[project]": sections.PROJECT,
    "[agents.NAME]": sections.AGENT,
    "[profiles.NAME]": kinds.PROFILE,
    "[accounts.NAME]": sections.ACCOUNT,
    "[roles]": sections.ROLE,
    "[checks.NAME]": checks.CHECK,
    "[queues.NAME]": limits.QUEUE,
    "[repos.NAME]": limits.REPO,
    "[budget]": budgets.BUDGET,
    "[prices.MODEL]": budgets.PRICE,
    "[calendar]": ("day", "week"),
    "[actions.NAME]": ("command",),
    "[people.NAME]": people.PERSON,
    "[notify]": people.NOTIFY,
    "[train]": ("window",),
    "[retention]": limits.RETENTION,
    "[store]": ("url",),
}


def parts() -> dict[str, str]:
    found = re.split(r"^## (.*)$", (DOCS / "configuration.md").read_text(), flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


@pytest.mark.parametrize("heading", KEYS)
def test_every_key_that_is_read_is_described_and_no_other(heading: str) -> None:
    assert sorted(re.findall(r"^\| `([a-z_]+)` \|", parts()[heading], re.MULTILINE)) == sorted(KEYS[heading])


def test_every_table_that_is_read_is_described() -> None:
    named = {word for heading in parts() for word in re.findall(r"\[+([a-z]+)", heading)}
    assert named == set(config.TOP)


LATER = {
    ("[project]", "egress"): r"\.egress\b",
    ("[agents.NAME]", "fallback"): r"\.fallback\b",
    ("[agents.NAME]", "account"): r"\.account\b",
    ("[agents.NAME]", "concurrency"): r"\.concurrency\b",
    ("[project]", "checkpoint"): r"\.checkpoint_s\b",
    ("[project]", "patience"): r"\.patience_s\b",
    ("[budget]", "iterations"): r"budget\.iterations\b",
    ("[budget]", "usd"): r"budget\.usd\b",
    ("[budget]", "per_day_usd"): r"\.per_day_usd\b",
    ("[budget]", "tokens"): r"budget\.tokens\b",
    ("[budget]", "wall"): r"\.wall_s\b",
    ("[train]", "window"): r"\.train_window\b",
    ("[store]", "url"): r"settings\.store\b",
    ("[people.NAME]", "roles"): r"settings\.people\b",
    ("[notify]", "urls"): r"settings\.notify\b",
}
"""Keys, and how the rooms that act would read them; views only show, the codec only reads."""
ACTING = ("policy", "engine", "agents", "processes", "verify", "workspace", "daemon")


@pytest.mark.parametrize(("heading", "key"), LATER)
def test_keys_that_change_nothing_yet_say_so_and_no_others(heading: str, key: str) -> None:
    sources = [path.read_text() for room in ACTING for path in (ROOT / "orchestrator" / room).rglob("*.py")]
    acted_on = any(re.search(LATER[heading, key], source) for source in sources)
    row = next(line for line in parts()[heading].splitlines() if line.startswith(f"| `{key}` |"))
    assert ("not yet acted on" in row) is not acted_on, f"{heading} {key}: say in docs/configuration.md what is so"


# -- queue files ---------------------------------------------------------------------------------------------------


def test_every_field_of_a_task_is_described() -> None:
    text = (DOCS / "queue-files.md").read_text()
    for field in (*SPEC_FIELDS, *RESULT_FIELDS, *(name for name in LATER_FIELDS if name not in {"notes", "tags"})):
        assert f"`{field}`" in text, field
    for field, other in ALIASES.items():
        assert f"`{field}`" in text, other


def test_the_queue_of_the_guide_is_one() -> None:
    text = (DOCS / "guide-first-queue.md").read_text()
    block = re.search(r"(?:^    .*\n|^\n)*^    \{\n(?:^    .*\n|^\n)+?^    \}\n", text, re.MULTILINE)
    assert block is not None
    queue = read_queue(re.sub(r"^    ", "", block[0], flags=re.MULTILINE).strip().encode(), path="queues/backlog.json")
    assert (queue.warnings, [entry.spec.id for entry in queue.tasks]) == ((), ["ROUND-1", "GROUP-1"])


@pytest.mark.parametrize(
    "page", ["README.md", "docs/verification.md", "docs/agents.md", "docs/replay.md", "docs/budgets.md"]
)
def test_configuration_shown_in_examples_is_valid(page: str) -> None:
    text = (ROOT / page).read_text()
    blocks = re.findall(
        r"^    \[(?:project|agents|accounts|checks|prices)[^\n]*\n(?:^    .*\n|^\n(?=    \S))*", text, re.MULTILINE
    )
    assert blocks
    for block in blocks:
        plain = re.sub(r"^    ", "", block, flags=re.MULTILINE)
        assert read_settings(plain.encode(), path="orchestrator.toml").warnings == (), plain


# -- links and words -----------------------------------------------------------------------------------------------


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    for goal in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if goal.startswith("http"):
            continue
        name, _, anchor = goal.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), goal
        assert not anchor or anchor in anchors(path), goal


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_commands_that_are_shown_exist(page: Path) -> None:
    shown = re.findall(r"(?:^ {4,}|`|\$ )orchestrator (?:-C \S+ )?([a-z]+)", page.read_text(), re.MULTILINE)
    shown += re.findall(r"\./scripts/run ([a-z]+)", page.read_text())
    assert set(shown) <= VERBS.keys()


def test_the_architecture_fits_on_a_page_of_its_own() -> None:
    assert len((DOCS / "ARCHITECTURE.md").read_text().splitlines()) <= 150
