"""A person's logins in an agent's private home."""

import json
import stat
from pathlib import Path

import pytest

from orchestrator.agents.folders import read_regular
from orchestrator.agents.logins import bring, give_back
from orchestrator.model.kinds import Login

TOKENS = Login(".tool/auth.json")
CONFIG = Login(".tool.json", keep=("account",))


class Homes:
    def __init__(self, root: Path) -> None:
        self.home, self.private, self.record = root / "home", root / "private", root / "logins.json"
        (self.home / ".tool").mkdir(parents=True)
        self.private.mkdir()
        self.theirs, self.inside = self.home / ".tool" / "auth.json", self.private / ".tool" / "auth.json"
        self.theirs.write_text('{"access": "old", "more": {"refresh": "r1"}}')
        (self.home / ".tool.json").write_text('{"account": {"id": 7}, "servers": ["run-me"]}')

    def bring(self) -> None:
        bring((TOKENS, CONFIG), self.home, self.private, self.record)

    def give_back(self) -> None:
        give_back((TOKENS, CONFIG), self.home, self.private, self.record)


@pytest.fixture
def homes(tmp_path: Path) -> Homes:
    return Homes(tmp_path)


def test_login_files_are_brought_privately_and_settings_only_in_part(homes: Homes) -> None:
    homes.bring()
    assert homes.inside.read_text() == homes.theirs.read_text()
    assert stat.S_IMODE(homes.inside.stat().st_mode) == 0o600
    assert json.loads((homes.private / ".tool.json").read_text()) == {"account": {"id": 7}}


def test_refreshed_tokens_go_back_and_nothing_stays(homes: Homes) -> None:
    homes.bring()
    refreshed = '{"access": "new", "more": {"refresh": "r2"}}'
    homes.inside.write_text(refreshed)
    homes.give_back()
    assert homes.theirs.read_text() == refreshed
    assert not homes.inside.exists()
    assert not homes.record.exists()


def test_unchanged_tokens_leave_the_persons_file_as_it_is(homes: Homes) -> None:
    homes.bring()
    before = homes.theirs.stat().st_ino
    homes.give_back()
    assert homes.theirs.stat().st_ino == before


@pytest.mark.parametrize(
    "planted",
    [
        "not json",
        "[]",
        "null",
        '{"access": "x"}',
        '{"access": "x", "more": {"refresh": "r", "command": "evil"}}',
        '{"access": {"deep": 1}, "more": {"refresh": "r"}}',
        "x" * 2_000_000,
    ],
)
def test_what_is_not_the_same_kind_of_file_never_goes_back(homes: Homes, planted: str) -> None:
    homes.bring()
    before = homes.theirs.read_text()
    homes.inside.write_text(planted)
    homes.give_back()
    assert homes.theirs.read_text() == before


def test_settings_never_go_back(homes: Homes) -> None:
    homes.bring()
    (homes.private / ".tool.json").write_text('{"account": {"id": 8}}')
    homes.give_back()
    assert "run-me" in (homes.home / ".tool.json").read_text()


def test_a_login_the_person_renewed_meanwhile_wins(homes: Homes) -> None:
    homes.bring()
    homes.theirs.write_text('{"access": "theirs", "more": {"refresh": "r9"}}')
    homes.inside.write_text('{"access": "ours", "more": {"refresh": "r2"}}')
    homes.give_back()
    assert "theirs" in homes.theirs.read_text()


def test_links_an_agent_planted_lead_nowhere(homes: Homes, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"access": "stolen", "more": {"refresh": "r"}}')
    homes.bring()
    homes.inside.unlink()
    homes.inside.symlink_to(secret)
    homes.give_back()
    assert "old" in homes.theirs.read_text()
    assert secret.exists()


def test_a_folder_an_agent_turned_into_a_link_is_neither_read_nor_written_through(homes: Homes, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    homes.bring()
    homes.inside.unlink()
    homes.inside.parent.rmdir()
    homes.inside.parent.symlink_to(elsewhere)
    (elsewhere / "auth.json").write_text('{"access": "x", "more": {"refresh": "y"}}')
    homes.give_back()
    assert "old" in homes.theirs.read_text()
    (elsewhere / "auth.json").unlink()
    homes.bring()
    assert list(elsewhere.iterdir()) == []
    assert homes.inside.read_text() == homes.theirs.read_text()


def test_bringing_again_after_a_crash_keeps_what_was_refreshed(homes: Homes) -> None:
    homes.bring()
    homes.inside.write_text('{"access": "new", "more": {"refresh": "r2"}}')
    homes.bring()
    assert "new" in homes.theirs.read_text()
    assert "new" in homes.inside.read_text()


def test_a_person_without_logins_is_no_problem(tmp_path: Path) -> None:
    bring((TOKENS,), tmp_path / "nowhere", tmp_path, tmp_path / "logins.json")
    give_back((TOKENS,), tmp_path / "nowhere", tmp_path, tmp_path / "logins.json")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_place_of_a_file_is_no_file(tmp_path: Path) -> None:
    assert read_regular(tmp_path, 1 << 20) is None
