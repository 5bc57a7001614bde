"""`[people]` and `[notify]` as people write them, and what is refused with its key and a remedy."""

import pytest

from orchestrator.codec.config import read_settings
from orchestrator.errors import InvalidInputError


def test_everything_is_read() -> None:
    text = b"""
[people.ana]
roles = ["lead"]
notify = ["mailto://ana:x@example.org", "env:ANA_URL"]
on = ["gate"]
quiet = ["22:00-07:00 Europe/Berlin"]
[notify]
urls = "json://localhost"
on = []
urgent = ["blocked"]
window = "1m"
digest = "15m"
quiet = "sat-sun 00:00-24:00"
templates = {blocked = "{about}: {why}"}
"""
    made = read_settings(text, path="orchestrator.toml")
    ana, notify = made.people["ana"], made.notify
    assert (ana.roles, ana.on, ana.notify[1], ana.quiet[0].zone) == (
        ("lead",),
        ("gate",),
        "env:ANA_URL",
        "Europe/Berlin",
    )
    assert (notify.urls, notify.on, notify.urgent) == (("json://localhost",), (), ("blocked",))
    assert (notify.window_s, notify.digest_s, notify.quiet[0].days) == (60.0, 900.0, (5, 6))
    assert notify.templates == {"blocked": "{about}: {why}"}


def test_nothing_said_is_the_usual() -> None:
    notify = read_settings(b"", path="orchestrator.toml").notify
    assert (notify.on, notify.urgent, notify.window_s, notify.templates) == (None, ("escalation",), 300.0, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[notify]\nurls = ["ana"]', 'notify.urls holds what is no address; write addresses, as "mailto://'),
        ('[people.ana]\nnotify = ["x"]', "people.ana.notify"),
        ('[notify]\non = ["blokced"]', "'blokced' is no kind of message; there are blocked, failed"),
        ('[notify]\ntemplates = {blocked = "{task}"}', "{task} is no place of a message; there are about, kind"),
        ('[notify]\ntemplates = {blokced = "x"}', "notify.templates.blokced is not known; did you mean blocked?"),
        ('[people.ana]\nquiet = "at night"', "people.ana.quiet"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_settings(text.encode(), path="orchestrator.toml")
    assert said in "\n".join(caught.value.problems)


def test_rights_name_verbs_and_who_may_ask_for_them() -> None:
    text = b"""
[people.ana]
roles = ["lead"]
[rights]
decide = ["Lead", "ana"]
skip = "boss"
add = []
"""
    made = read_settings(text, path="orchestrator.toml")
    assert made.rights == {"decide": ("Lead", "ana"), "skip": ("boss",), "add": ()}
    assert made.warnings == ("rights.skip names boss, who is no person or role of [people]",)


def test_a_right_is_not_lost_by_a_misspelling() -> None:
    with pytest.raises(InvalidInputError, match=r"rights\.deside is not known; did you mean decide\?"):
        read_settings(b'[rights]\ndeside = ["ana"]', path="orchestrator.toml")
