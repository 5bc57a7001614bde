"""No secret survives in what is kept, and nothing else is touched."""

import base64
import html
import json
import random
import string
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import anyio
import pytest

from orchestrator.agents.calling import Profile
from orchestrator.agents.profiles import PROFILES
from orchestrator.agents.redact import REDACTED, Redactor, secrets_of
from orchestrator.model.settings import AgentSettings
from orchestrator.ports.runner import End, Launch

if TYPE_CHECKING:
    from tests.agents.conftest import Bench

STREAMS = Path(__file__).parent.parent / "data" / "agent-streams"
ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda secret: secret,
    "json": json.dumps,
    "json in json": lambda secret: json.dumps(json.dumps({"out": secret})),
    "unicode escapes": lambda secret: "".join(f"\\u{ord(letter):04x}" for letter in secret),
    "base64 after a name": lambda secret: base64.b64encode(f"ana:{secret}".encode()).decode(),
    "base64 in the middle": lambda secret: base64.urlsafe_b64encode(f"token={secret}&x=1".encode()).decode(),
    "url": lambda secret: quote(secret, safe=""),
    "hex": lambda secret: secret.encode().hex(),
    "HEX": lambda secret: secret.encode().hex().upper(),
    "html": html.escape,
}


def canaries(count: int) -> list[str]:
    chance = random.Random(7)  # noqa: S311  # the same canaries every time
    letters = string.ascii_letters + string.digits + "+/=_-.!$&'\"\\ <>\u00e4\u20ac%@:"
    return ["".join(chance.choice(letters) for _ in range(chance.randint(12, 40))) for _ in range(count)]


def test_of_a_thousand_canaries_in_ten_encodings_none_survives() -> None:
    secrets = canaries(100)
    planted = [(secret, name, encode(secret)) for secret in secrets for name, encode in ENCODINGS.items()]
    assert len(planted) == 1000
    content = "\n".join(f'{{"type":"text","n":{n},"text":"so: {form} end"}}' for n, (_, _, form) in enumerate(planted))
    clean = Redactor(secrets)(content.encode()).decode()
    alive = [
        (name, secret) for line, (secret, name, form) in zip(clean.splitlines(), planted, strict=True) if form in line
    ]
    assert alive == []
    assert clean.count(REDACTED.decode()) >= 1000
    for secret in secrets:
        assert secret not in clean
        core = base64.b64encode(secret.encode())[4:-4].decode()
        assert core not in clean


@pytest.mark.parametrize(
    "key",
    [
        "sk-ant-api03-" + "Ab1_" * 20,
        "sk-proj-" + "aB3d" * 12,
        "ghp_" + "a1B2" * 9,
        "github_pat_" + "a1B2_" * 10,
        "AKIA" + "ABCD1234" * 2,
        "AIza" + "a1B2c" * 7,
        "xoxb-1234567890-abcdef",
        "hf_" + "a1B2c" * 7,
        "glpat-" + "a1B2c" * 5,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_providers_key_goes_whoevers_it_is(key: str) -> None:
    clean = Redactor(())(f'{{"out":"it is {key}, see"}}'.encode())
    assert clean == b'{"out":"it is [redacted], see"}'


def test_passwords_in_addresses_and_bearers_go_and_the_rest_stays() -> None:
    redactor = Redactor(())
    assert (
        redactor.text("clone https://ana:hunter2hunter2@git.example/x") == "clone https://ana:[redacted]@git.example/x"
    )
    assert redactor.text("Authorization: Bearer abcdefghij0123456789XY") == "Authorization: Bearer [redacted]"
    assert redactor.text("the bearer of good news") == "the bearer of good news"


def test_benign_streams_keep_every_byte() -> None:
    redactor = Redactor(canaries(10))
    for path in STREAMS.iterdir():
        content = path.read_bytes()
        assert redactor(content) is content, path.name


def test_what_is_secret_among_what_an_agent_was_given(tmp_path: Path) -> None:
    (tmp_path / ".codex").mkdir()
    (tmp_path / ".codex" / "auth.json").write_text(
        json.dumps(
            {"tokens": {"access_token": "t" * 30, "account_id": "a" * 30}, "last_refresh": "2026-11-20T10:00:00Z"}
        )
    )
    agent = AgentSettings(
        name="a",
        profile="codex",
        pass_env=("OPENAI_API_KEY", "DEBUG", "WORK", "MISSING", "OPAQUE"),
        env={"DB_PASSWORD": "correct horse", "MODE": "fast"},
    )
    environ = {
        "OPENAI_API_KEY": "abcdefgh",
        "DEBUG": "1",
        "WORK": "/home/dev/a-long-path-to-somewhere-1",
        "OPAQUE": "0123456789abcdef0123456789",
        "OTHER_KEY": "not handed out",
    }
    assert secrets_of(environ, agent, PROFILES["codex"], tmp_path) == {
        "abcdefgh",
        "correct horse",
        "0123456789abcdef0123456789",
        "t" * 30,
    }
    assert secrets_of({}, AgentSettings(name="b"), Profile(name="command")) == set()


def test_a_runs_outputs_are_clean_when_it_has_ended_and_so_is_its_note(bench: "Bench") -> None:
    bench.environ["API_TOKEN"] = "tok-Value+1/2"  # noqa: S105  # planted
    bench.agent(command=("agent",), pass_env=("API_TOKEN",))

    def script(launch: Launch) -> End:
        assert launch.env["API_TOKEN"] == bench.environ["API_TOKEN"]
        Path(launch.stdout).write_text("calling with tok-Value+1/2\n")
        Path(launch.stderr).write_text("refused: token=tok-Value%2B1%2F2\n")
        return End(code=3)

    bench.runner.script = script
    end = anyio.run(bench.agents.run, bench.job())
    assert end.note == "exit status 3: refused: token=[redacted]"
    assert (bench.folder() / "transcript.jsonl").read_text() == "calling with [redacted]\n"
    assert (bench.folder() / "stderr.log").read_text() == "refused: token=[redacted]\n"


def test_hosts_that_were_refused_are_named_in_the_note(bench: "Bench") -> None:
    bench.agent(command=("agent",))

    def script(launch: Launch) -> End:
        lines = [{"host": f"h{number}.example", "port": 443, "allowed": number == 0} for number in range(6)]
        text = "".join(f"{json.dumps(line)}\n" for line in (*lines, lines[1]))
        (Path(launch.run_dir) / "egress.jsonl").write_text(text + '{"host": "torn')
        return End(code=3)

    bench.runner.script = script
    end = anyio.run(bench.agents.run, bench.job())
    assert end.note == "exit status 3; egress refused h1.example:443, h2.example:443, h3.example:443 and 2 more"
