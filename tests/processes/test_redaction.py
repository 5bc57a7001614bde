"""Secrets never reach the disk: what a program writes goes through its guardian, which takes them out."""

import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest

from orchestrator.agents.redact import Redactor as Whole
from orchestrator.agents.redact import redaction
from orchestrator.guardian.redaction import Redactor, Stream
from orchestrator.guardian.streams import Streams
from orchestrator.ports.runner import End, Watch
from orchestrator.processes import GuardedRunner
from tests.agents.test_redact import ENCODINGS, STREAMS, canaries

KEY = "tok-Value+1/2=seven"
PEM = "-----BEGIN OPENSSH PRIVATE KEY-----\n" + "b3BlbnNzaC1rZXktdjEA\n" * 6 + "-----END OPENSSH PRIVATE KEY-----\n"


def stream(*secrets: str) -> Stream:
    return Stream(Redactor(msgspec.json.decode(msgspec.json.encode(redaction(secrets)))))


def through(text: bytes, *secrets: str, sizes: Iterator[int]) -> bytes:
    """Send a text through in blocks of the sizes given."""
    one, out, at = stream(*secrets), [], 0
    for size in sizes:
        if at >= len(text):
            break
        out.append(one.feed(text[at : at + size]))
        at += size
    return b"".join([*out, one.end()])


def random_sizes(most: int, seed: int = 3) -> Iterator[int]:
    chance = random.Random(seed)  # noqa: S311  # the same every time
    while True:
        yield chance.randint(1, most)


def the_same(size: int) -> Iterator[int]:
    while True:
        yield size


@pytest.mark.slow
@pytest.mark.parametrize("most", [7, 70_000])
def test_of_a_thousand_canaries_in_ten_encodings_none_survives_wherever_the_blocks_end(most: int) -> None:
    secrets = canaries(100)
    planted = [encode(secret) for secret in secrets for encode in ENCODINGS.values()]
    assert len(planted) == 1000
    content = "\n".join(f'{{"type":"text","n":{n},"text":"so: {form} end"}}' for n, form in enumerate(planted))
    clean = through(content.encode(), *secrets, sizes=random_sizes(most)).decode()
    assert [form for line, form in zip(clean.splitlines(), planted, strict=True) if form in line] == []
    assert [secret for secret in secrets if secret in clean] == []


@pytest.mark.parametrize("size", [1, 2, 3, 5, 11, 10_000])
def test_blocks_may_end_anywhere(size: int) -> None:
    text = f"before {KEY} then ghp_{'a1B2' * 9}, Bearer {'Q' * 30}\nhttps://ana:hunter2hunter2@host/ {KEY[::-1]}\n"
    clean = through(text.encode(), KEY, sizes=the_same(size))
    assert clean == (b"before [redacted] then [redacted], Bearer [redacted]\nhttps://ana:[redacted]@host/ [redacted]\n")


@pytest.mark.parametrize("size", [1, 13, 60_000])
def test_secrets_of_several_lines_are_waited_for(size: int) -> None:
    several = "first line of it\nsecond line of it\nthird"
    text = f"one\n{several}\nfirst line of it\nsecond but another\n{PEM}done\n"
    clean = through(text.encode(), several, sizes=the_same(size))
    assert clean == b"one\n[redacted]\nfirst line of it\nsecond but another\n[redacted]\ndone\n"


def test_a_line_of_megabytes_is_written_as_it_comes_and_holds_no_secret() -> None:
    chance = random.Random(5)  # noqa: S311  # the same every time
    filler = bytes(chance.choices(b"abcdefgh01234567+/", k=50_000))
    text = b"".join((filler[: chance.randint(1, 50_000)] + b" " + KEY.encode() + b" ") for _ in range(60))
    one, most, kept = stream(KEY), 0, 0
    out = []
    for at in range(0, len(text), 4096):
        kept += len(text[at : at + 4096])
        out.append(one.feed(text[at : at + 4096]))
        kept -= len(out[-1])
        most = max(most, kept)
    clean = b"".join([*out, one.end()])
    assert KEY.encode() not in clean
    assert clean == text.replace(KEY.encode(), b"[redacted]")
    assert most < 300_000, "held back"


def test_a_key_that_begins_and_never_ends_does_not_hold_everything_back() -> None:
    text = b"-----BEGIN RSA PRIVATE KEY-----\n" + b"just talk about it\n" * 20_000
    assert through(text, sizes=the_same(4096)) == text
    assert len(stream().feed(text)) == len(text)


@pytest.mark.slow
def test_benign_streams_keep_every_byte_and_both_ways_of_looking_agree() -> None:
    secrets = canaries(10)
    for path in STREAMS.iterdir():
        content = path.read_bytes()
        assert through(content, *secrets, sizes=random_sizes(9000)) == content, path.name
    spoilt = b"".join(path.read_bytes().replace(b"session", KEY.encode()) for path in STREAMS.iterdir())
    assert through(spoilt, KEY, sizes=random_sizes(9000)) == Whole({KEY})(spoilt)


@pytest.mark.slow
def test_what_is_made_to_be_slow_is_not() -> None:
    """Every one of these took minutes with expressions that may repeat without end."""
    for text in (b"eyJ" * 60_000, b"a.b-" * 60_000, b"://a:" * 40_000, b"sk-" * 60_000, b"-----BEGIN " * 20_000):
        began = time.process_time()
        assert through(text, KEY, sizes=the_same(1 << 18)) != b""
        assert time.process_time() - began < 5, text[:12]


# -- through a guardian --------------------------------------------------------------------------------------------


def wait(runner: GuardedRunner, launch: Any) -> End:
    async def story() -> End:
        await runner.start(launch)
        watch, end = await runner.wait(launch.run_dir)
        assert watch is Watch.ENDED
        assert end is not None
        return end

    return anyio.run(story)


def test_the_files_hold_no_secret_and_neither_does_the_folder(runner: GuardedRunner, ground: Any) -> None:
    script = f"echo 'out {KEY}'; echo 'err {KEY}' >&2; printf 'no end of line {KEY}'; exit 3"
    end = wait(runner, ground.shell(script, redact=redaction({KEY}), env={"PATH": os.environ["PATH"], "K": KEY}))
    assert (end.code, end.reason) == (3, "")
    assert ground.out() == "out [redacted]\nno end of line [redacted]"
    assert (ground.run_dir() / "err").read_text() == "err [redacted]\n"
    assert all(KEY.encode() not in path.read_bytes() for path in ground.run_dir().iterdir() if path.is_file())


def test_a_line_is_there_as_soon_as_it_is_written(runner: GuardedRunner, ground: Any, until: Any) -> None:
    async def story() -> None:
        launch = ground.shell(f"echo 'one {KEY}'; echo two >&2; sleep 60", redact=redaction({KEY}))
        await runner.start(launch)
        until(lambda: ground.out() == "one [redacted]\n")
        until(lambda: (ground.run_dir() / "err").read_text() == "two\n")
        await runner.stop(launch.run_dir, grace_s=0.1)

    anyio.run(story)


def test_a_child_that_keeps_the_outputs_open_does_not_keep_the_run_open(runner: GuardedRunner, ground: Any) -> None:
    script = f"setsid sh -c 'trap \"\" INT TERM; sleep {ground.mark}' & (setsid sleep {ground.mark} &); echo done"
    end = wait(runner, ground.shell(script, redact=redaction(())))
    assert (end.code, ground.out()) == (0, "done\n")


def test_nothing_written_before_the_end_is_missing(runner: GuardedRunner, ground: Any) -> None:
    script = "i=0; while [ $i -lt 3000 ]; do echo line $i of many; i=$((i+1)); done; echo last >&2"
    wait(runner, ground.shell(script, redact=redaction({KEY})))
    assert ground.out() == "".join(f"line {number} of many\n" for number in range(3000))
    assert (ground.run_dir() / "err").read_text() == "last\n"


def test_both_outputs_may_go_into_one_file_and_stay_in_order(bare: GuardedRunner, ground: Any) -> None:
    both = str(ground.run_dir() / "out")
    wait(bare, ground.shell("echo a; echo b >&2; echo c", stdout=both, stderr=both, redact=redaction(())))
    assert ground.out() == "a\nb\nc\n"


@pytest.mark.slow
def test_too_much_output_ends_the_run_although_it_is_small_when_it_is_clean(bare: GuardedRunner, ground: Any) -> None:
    script = f"while :; do echo {KEY * 20}; done"
    end = wait(bare, ground.shell(script, redact=redaction({KEY}), max_output=1 << 20))
    assert (end.signal, end.reason) == (9, "output")


def test_the_output_cannot_be_cut_short_by_who_writes_it(bare: GuardedRunner, ground: Any) -> None:
    cut = "import os\nprint('first', flush=True)\ntry: os.ftruncate(1, 0)\nexcept OSError: print('held')"
    wait(bare, ground.launch("/usr/bin/env", "python3", "-c", cut, redact=redaction(())))
    assert ground.out() == "first\nheld\n"


def test_a_guardian_that_is_killed_leaves_no_secret_behind(runner: GuardedRunner, ground: Any, until: Any) -> None:
    async def story() -> None:
        launch = ground.shell(f"echo whole {KEY}; printf 'half {KEY[:9]}'; sleep 60", redact=redaction({KEY}))
        await runner.start(launch)
        until(lambda: ground.out() == "whole [redacted]\n")
        os.kill(ground.guardian_pid(), 9)
        _, end = await runner.wait(launch.run_dir)
        assert end is not None
        assert end.reason == "lost"

    anyio.run(story)
    assert ground.out() == "whole [redacted]\n"


def test_a_full_disk_is_waited_for_and_nothing_is_lost(tmp_path: Path) -> None:
    launch: Any = {"stdin": "", "stdout": "/dev/full", "stderr": "/dev/full", "lifeline": False, "terminal": False}
    launch["redact"] = json.loads(msgspec.json.encode(redaction({KEY})))
    streams = Streams(launch)
    (hear,) = streams.through
    os.write(streams.stdio[1], f"kept {KEY}\n".encode())
    assert not streams.serve(hear), "nothing more is read while there is no room"
    assert streams.recovered() == []
    room = os.open(tmp_path / "out", os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(room, streams.through[hear].file)
    assert streams.recovered() == [hear]
    os.write(streams.stdio[1], b"and more\n")
    assert streams.serve(hear)
    assert (tmp_path / "out").read_bytes() == b"kept [redacted]\nand more\n"
    streams.keep_guardians()
    for handle in (room, hear, streams.through[hear].file):
        os.close(handle)
