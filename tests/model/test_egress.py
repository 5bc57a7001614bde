import pytest

from orchestrator.model.egress import Allowed, read_allowed


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("api.example.com", Allowed("api.example.com", (80, 443))),
        ("API.Example.com:8443", Allowed("api.example.com", (8443,))),
        ("*.example.com:443", Allowed("*.example.com", (443,))),
        ("127.0.0.1:5432", Allowed("127.0.0.1", (5432,))),
        ("[::1]:5432", Allowed("::1", (5432,))),
        ("localhost:*", Allowed("localhost", ())),
        ("*", Allowed("*", (80, 443))),
        ("*:*", Allowed("*", ())),
        ("under_score.example", Allowed("under_score.example")),
    ],
)
def test_hosts_are_read_as_people_write_them(text: str, allowed: Allowed) -> None:
    assert read_allowed(text) == allowed


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "https://a.example",
            "a.example/path",
            "a b",
            "a..b",
            "-a",
            "a.example:",
            "a.example:0",
            "a:70000",
            "a:x",
        ),
        *("*.", "a.*", "**", "::1", "user@host", "a,b"),
    ],
)
def test_what_is_no_host_is_refused(text: str) -> None:
    assert read_allowed(text) is None
