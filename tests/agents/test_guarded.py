"""Starting, adopting and reading agents."""

from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import msgspec
import pytest

from orchestrator.errors import FaultError
from orchestrator.ports.agents import Job, Life, Outcome, RunKey
from orchestrator.ports.runner import End, Launch, Level, Watch

if TYPE_CHECKING:
    from tests.agents.conftest import Bench

CLAIM = "all done\n<promise>DONE</promise>\n"


def run(bench: "Bench", job: Job | None = None) -> tuple[Outcome, str]:
    end = anyio.run(bench.agents.run, job or bench.job())
    assert end.claimed is (end.outcome is Outcome.CLAIMED)
    return end.outcome, end.note


# -- a run from start to end ---------------------------------------------------------------------------------------


def test_a_claim_in_the_final_message_after_a_clean_exit_counts(bench: "Bench") -> None:
    bench.says(CLAIM)
    assert run(bench) == (Outcome.CLAIMED, "")


def test_the_launch_names_prompt_outputs_home_and_what_is_open(bench: "Bench") -> None:
    bench.agent(command=("agent", "--fast"), args=("-x",))
    run(bench)
    launch, folder = bench.runner.launches[0], bench.folder()
    assert launch.argv == ("agent", "--fast", "-x")
    assert (launch.run_dir, launch.stdin) == (str(folder), str(folder / "prompt.md"))
    assert (launch.stdout, launch.stderr) == (str(folder / "transcript.jsonl"), str(folder / "stderr.log"))
    assert launch.home == str(folder / "home")
    assert launch.place.readable == ("/given", str(folder))
    assert launch.place.writable == (str(folder / "scratch"), str(folder / "home"))
    assert (folder / "prompt.md").read_text() == "do it\n"
    assert folder.stat().st_mode & 0o077 == 0


def test_the_environment_is_an_allow_list_plus_what_the_agent_is_given(bench: "Bench") -> None:
    bench.agent(command=("agent",), env={"MODE": "quick", "ORCHESTRATOR_TASK": "forged"}, pass_env=("TOKEN", "ABSENT"))
    run(bench, bench.job(attempt=2, iteration=3))
    env = bench.runner.launches[0].env
    assert "SECRET" not in env
    assert "ABSENT" not in env
    assert (env["TOKEN"], env["LC_ALL"], env["MODE"]) == ("t0ken", "C.UTF-8", "quick")
    assert {name: value for name, value in env.items() if name.startswith("ORCHESTRATOR_") and "PORT" not in name} == {
        "ORCHESTRATOR_PROJECT": str(bench.project),
        "ORCHESTRATOR_QUEUE": "backend",
        "ORCHESTRATOR_TASK": "backend/T-1",
        "ORCHESTRATOR_ATTEMPT": "2",
        "ORCHESTRATOR_ITERATION": "3",
        "ORCHESTRATOR_PROMPT_FILE": str(bench.folder(2, 3) / "prompt.md"),
        "ORCHESTRATOR_RUN_DIR": str(bench.folder(2, 3)),
        "ORCHESTRATOR_SLOT": "1",
    }


def test_each_slot_has_a_port_of_its_own(bench: "Bench") -> None:
    for slot in range(1, 9):
        run(bench, bench.job(iteration=slot, slot=slot))
    ports = {int(launch.env["ORCHESTRATOR_PORT"]) for launch in bench.runner.launches}
    assert len(ports) == 8
    assert all(1024 < port < 32768 for port in ports)


def test_the_jobs_time_limit_goes_before_the_agents(bench: "Bench") -> None:
    bench.agent(command=("agent",), timeout_s=60.0, stall_s=0.0)
    run(bench)
    run(bench, bench.job(iteration=2, timeout_s=5.0))
    assert bench.runner.waits == [60.0, 5.0]


# -- what counts as a claim ----------------------------------------------------------------------------------------


def test_no_claim_is_an_incomplete_iteration(bench: "Bench") -> None:
    bench.says("I did half of it\n")
    assert run(bench) == (Outcome.INCOMPLETE, "no claim of completion in the final message")


def test_another_word_is_no_claim(bench: "Bench") -> None:
    bench.says("<promise>DONE_NOT</promise>\n")
    assert run(bench)[0] is Outcome.INCOMPLETE


def test_an_echo_of_the_prompt_is_no_claim(bench: "Bench") -> None:
    prompt = "when done, print\n  <promise>DONE</promise>\n"
    bench.says("you said: when done, print\n<promise>DONE</promise>\nworking on it\n")
    assert run(bench, bench.job(prompt=prompt))[0] is Outcome.INCOMPLETE


def test_a_claim_that_scrolled_out_of_the_last_two_kib_is_not_final(bench: "Bench") -> None:
    bench.says(CLAIM + "but then I changed my mind\n" * 100)
    assert run(bench)[0] is Outcome.INCOMPLETE


def test_without_a_promise_a_clean_exit_claims_and_no_other_does(bench: "Bench") -> None:
    assert run(bench, bench.job(promise=None))[0] is Outcome.CLAIMED
    bench.says(CLAIM, End(code=1))
    assert run(bench, bench.job(iteration=2, promise=None))[0] is Outcome.CRASHED


def test_a_claim_before_a_failing_exit_does_not_count_and_the_last_error_line_is_told(bench: "Bench") -> None:
    bench.says(CLAIM, End(code=2), errors="warming up\nboom: no such module\n\n")
    assert run(bench) == (Outcome.CRASHED, "exit status 2: boom: no such module")


def test_death_by_signal_is_no_claim(bench: "Bench") -> None:
    bench.says(CLAIM, End(signal=9))
    assert run(bench) == (Outcome.KILLED, "ended by signal 9")


# -- limits --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("watch", "outcome"), [(Watch.TIMEOUT, Outcome.TIMEOUT), (Watch.STALLED, Outcome.STALLED)])
def test_a_run_beyond_its_limits_is_stopped_and_reads_the_same_after_a_crash(
    bench: "Bench", watch: Watch, outcome: Outcome
) -> None:
    bench.says(CLAIM, watch)
    first = run(bench)
    assert first[0] is outcome
    assert bench.runner.stopped == [str(bench.folder())]
    assert run(bench)[0] is outcome
    assert len(bench.runner.launches) == 1


def test_too_much_output_ends_a_run_with_a_note(bench: "Bench") -> None:
    bench.says(CLAIM, End(signal=9, reason="output"))
    outcome, note = run(bench)
    assert outcome is Outcome.KILLED
    assert "more output" in note


# -- nothing is called twice, nothing is lost ----------------------------------------------------------------------


def test_a_recorded_end_is_read_again_not_run_again(bench: "Bench") -> None:
    bench.says(CLAIM)
    run(bench)
    assert run(bench)[0] is Outcome.CLAIMED
    assert len(bench.runner.launches) == 1


def test_the_prompt_that_was_asked_decides_what_an_echo_is_even_if_another_is_composed_now(bench: "Bench") -> None:
    bench.says(CLAIM)
    run(bench)
    assert run(bench, bench.job(prompt="<promise>DONE</promise>\n"))[0] is Outcome.CLAIMED


def test_a_living_run_is_adopted(bench: "Bench") -> None:
    bench.says(CLAIM, Watch.ENDED)
    bench.runner.lives[str(bench.folder())] = Life.RUNNING
    bench.runner.ends[str(bench.folder())] = End(code=0)
    bench.folder().mkdir(parents=True)
    (bench.folder() / "transcript.jsonl").write_text(CLAIM)
    assert run(bench)[0] is Outcome.CLAIMED
    assert bench.runner.launches == []


def test_a_run_cut_short_starts_again_keeping_what_it_wrote_and_says_so(bench: "Bench") -> None:
    bench.says("first half", Watch.ENDED)
    run_dir = bench.folder()
    run(bench)
    (run_dir / "home" / "session").write_text("memory")
    (run_dir / "exit.json").unlink(missing_ok=True)
    bench.runner.crash(str(run_dir))
    bench.says(CLAIM)
    assert run(bench)[0] is Outcome.CLAIMED
    assert (run_dir / "cut-1" / "transcript.jsonl").read_text() == "first half"
    assert (run_dir / "cut-1" / "prompt.md").read_text() == "do it\n"
    assert (run_dir / "home" / "session").read_text() == "memory"
    prompt = (run_dir / "prompt.md").read_text()
    assert "interrupted" in prompt
    assert "Inspect the working tree first" in prompt
    assert prompt.endswith("do it\n")


@pytest.mark.parametrize("reason", ["stopped", "orphaned", "lost"])
def test_a_run_someone_else_ended_before_we_came_back_was_cut_short(bench: "Bench", reason: str) -> None:
    bench.runner.ends[str(bench.folder())] = End(signal=9, reason=reason)
    bench.runner.lives[str(bench.folder())] = Life.ENDED
    bench.folder().mkdir(parents=True)
    for name in ("guardian.json", "exit.json"):
        (bench.folder() / name).write_text("{}")
    bench.says(CLAIM)
    assert run(bench)[0] is Outcome.CLAIMED
    assert (bench.folder() / "cut-1" / "exit.json").exists()


def test_a_run_ended_by_hand_while_we_watch_is_killed_not_restarted(bench: "Bench") -> None:
    bench.says(CLAIM, End(signal=2, reason="stopped"))
    assert run(bench) == (Outcome.KILLED, "stopped by hand")
    assert len(bench.runner.launches) == 1


def test_a_run_lost_under_our_eyes_starts_once_more_and_a_second_time_counts(bench: "Bench") -> None:
    ends = [End(reason="lost"), End(reason="lost"), End(code=0)]

    def script(launch: Launch) -> End:
        Path(launch.stdout).write_text(CLAIM)
        return ends.pop(0)

    bench.runner.script = script
    assert run(bench) == (Outcome.KILLED, "ended: lost")
    assert len(bench.runner.launches) == 2
    assert run(bench)[0] is Outcome.CLAIMED


def test_a_folder_where_no_guardian_began_is_simply_started(bench: "Bench") -> None:
    bench.folder().mkdir(parents=True)
    (bench.folder() / "prompt.md").write_text("old")
    bench.says(CLAIM)
    run(bench)
    assert (bench.folder() / "prompt.md").read_text() == "do it\n"
    assert not (bench.folder() / "cut-1").exists()


def test_stopping_touches_only_what_lives(bench: "Bench") -> None:
    key = RunKey("backend/T-1", 1, 1)
    anyio.run(bench.agents.stop, key)
    assert bench.runner.stopped == []
    bench.runner.lives[str(bench.folder())] = Life.RUNNING
    bench.folder().mkdir(parents=True)
    assert anyio.run(bench.agents.life, key) is Life.RUNNING
    anyio.run(bench.agents.stop, key)
    assert bench.runner.stopped == [str(bench.folder())]


def test_outputs_that_vanished_claim_nothing_and_break_nothing(bench: "Bench") -> None:
    def script(launch: Launch) -> End:
        for path in (launch.stdout, launch.stderr, launch.stdin):
            Path(path).unlink()
        return End(code=0)

    bench.runner.script = script
    assert run(bench)[0] is Outcome.INCOMPLETE
    bench.program("codex")
    bench.agent(profile="codex")
    assert run(bench, bench.job(iteration=2, promise=None))[0] is Outcome.TRUNCATED


# -- faults --------------------------------------------------------------------------------------------------------


def test_a_missing_program_is_a_fault_that_names_it_and_leaves_nothing_behind(bench: "Bench") -> None:
    bench.agent(command=("ghost",))
    with pytest.raises(FaultError, match=r"no program ghost on the PATH; install it or correct \[agents.a\]"):
        run(bench)
    assert not bench.folder().exists()


def test_a_script_that_may_not_run_is_a_fault_with_the_remedy(bench: "Bench") -> None:
    bench.program("agent.sh", bench.project, mode=0o644)
    bench.agent(command=("./agent.sh",))
    with pytest.raises(FaultError, match=r"agent\.sh is not executable; run chmod \+x"):
        run(bench)
    bench.agent(command=("./other.sh",))
    with pytest.raises(FaultError, match=r"other\.sh does not exist"):
        run(bench)


@pytest.mark.parametrize(("code", "meaning"), [(126, "not executable"), (127, "command not found")])
def test_an_agent_that_cannot_start_is_a_fault_and_starts_afresh_next_time(
    bench: "Bench", code: int, meaning: str
) -> None:
    bench.says("", End(code=code), errors="sh: 1: ghost: not found\n")
    with pytest.raises(FaultError, match=rf"ended with {code} \({meaning}\): sh: 1: ghost: not found"):
        run(bench)
    bench.says(CLAIM)
    assert run(bench)[0] is Outcome.CLAIMED
    assert (bench.folder() / "fault-1" / "stderr.log").exists()
    assert "interrupted" not in (bench.folder() / "prompt.md").read_text()


def test_a_guardian_that_could_not_start_it_is_a_fault(bench: "Bench") -> None:
    bench.says("", End(reason="cannot start: bwrap: No such file"))
    with pytest.raises(FaultError, match="agent a cannot start: bwrap: No such file"):
        run(bench)


def test_an_agent_nobody_defined_is_a_fault(bench: "Bench") -> None:
    with pytest.raises(FaultError, match=r"add \[agents.ghost\] to orchestrator.toml"):
        run(bench, bench.job(agent="ghost"))


def test_an_agent_that_does_anything_it_likes_does_not_start_where_nothing_holds_it(bench: "Bench") -> None:
    bench.program("claude")
    bench.agent(profile="claude", allow_dangerous=False)
    with pytest.raises(FaultError, match=r"bypassPermissions.*allow_dangerous = true in \[agents\.a\]"):
        run(bench)
    assert not bench.folder().exists()


def test_an_unknown_profile_is_a_fault_that_lists_those_there_are(bench: "Bench") -> None:
    bench.agent(profile="telepathy")
    with pytest.raises(FaultError, match="use one of aider, amp, claude, claude-code, cline, codex, command"):
        run(bench)


def test_an_empty_command_is_a_fault(bench: "Bench") -> None:
    bench.agent()
    with pytest.raises(FaultError, match="nothing to run"):
        run(bench)


# -- where the program comes from ----------------------------------------------------------------------------------


def test_a_program_path_starts_at_the_users_checkout_as_the_sandbox_shows_it(bench: "Bench") -> None:
    script = bench.program("agent.sh", bench.project)
    bench.agent(command=("./agent.sh", "-v"))
    run(bench)
    assert bench.runner.launches[0].argv == (str(script), "-v")
    bench.runner.best = Level.L2
    run(bench, bench.job(iteration=2))
    shown = str(bench.project / ".aibrain" / "project" / "agent.sh")
    assert bench.runner.launches[1].argv == (shown, "-v")
    assert bench.agents.sandbox("backend/T-1") == "L2"


def test_an_absolute_path_into_the_checkout_does_not_reach_the_attempts_copy(bench: "Bench") -> None:
    bench.runner.best = Level.L2
    bench.agent(command=(str(bench.program("agent.sh", bench.project)),))
    run(bench)
    assert bench.runner.launches[0].argv == (str(bench.project / ".aibrain" / "project" / "agent.sh"),)
    bench.agent(command=(str(bench.program("elsewhere")),))
    run(bench, bench.job(iteration=2))
    assert bench.runner.launches[1].argv == (str(bench.bin / "elsewhere"),)


# -- agents with a login and a stream ------------------------------------------------------------------------------


def test_claude_is_logged_in_asked_on_stdin_and_read_from_its_result(bench: "Bench", streams: Path) -> None:
    bench.program("claude")
    bench.agent(profile="claude", model="opus")
    (bench.home / ".claude").mkdir()
    (bench.home / ".claude" / ".credentials.json").write_text('{"token": "old"}')
    seen: list[str] = []

    def script(launch: Launch) -> End:
        login = Path(launch.home, ".claude", ".credentials.json")
        seen.append(login.read_text())
        login.write_text('{"token": "refreshed"}')
        Path(launch.stdout).write_bytes((streams / "claude.jsonl").read_bytes())
        return End(code=0, seconds=2.0)

    bench.runner.script = script
    end = anyio.run(bench.agents.run, bench.job(promise="COMPLETE"))
    assert seen == ['{"token": "old"}']
    assert (bench.home / ".claude" / ".credentials.json").read_text() == '{"token": "refreshed"}'
    assert not (bench.folder() / "home" / ".claude" / ".credentials.json").exists()
    assert (end.outcome, end.usd, end.tokens) == (Outcome.CLAIMED, 0.00762, 2500)
    argv = bench.runner.launches[0].argv
    assert argv[:2] == ("claude", "-p")
    assert argv[-2:] == ("--model", "opus")


def test_a_usage_limit_is_an_outcome_and_its_records_move_aside_when_the_iteration_is_had_again(
    bench: "Bench",
) -> None:
    bench.program("claude")
    bench.agent(profile="claude-code")
    limit = '{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"hit your limit"}\n'
    bench.says(limit, End(code=1))
    assert run(bench) == (Outcome.RATE_LIMITED, "hit your limit")
    bench.says('{"type":"result","subtype":"success","is_error":false,"result":"<promise>DONE</promise>"}\n')
    again = msgspec.structs.replace(bench.job(), resumes=1)
    assert anyio.run(bench.agents.run, again).outcome is Outcome.CLAIMED
    assert (bench.folder() / "ended-1" / "transcript.jsonl").read_text() == limit


def test_a_stream_that_ends_in_the_middle_is_truncated_whatever_the_exit_code(bench: "Bench") -> None:
    bench.program("codex")
    bench.agent(profile="codex")
    bench.says('{"type":"item.completed","item":{"type":"agent_message","text":"<promise>DONE</promise>"}}\n')
    assert run(bench) == (Outcome.TRUNCATED, "its output ended in the middle")


def test_a_shared_home_is_the_persons_own_with_only_the_agents_state_open(bench: "Bench") -> None:
    bench.program("claude")
    bench.agent(profile="claude", home="shared")
    (bench.home / ".claude").mkdir()
    bench.says('{"type":"result","subtype":"success","is_error":false,"result":"ok"}\n')
    assert run(bench)[0] is Outcome.INCOMPLETE
    launch = bench.runner.launches[0]
    assert launch.home == str(bench.home)
    assert launch.place.writable[-1] == str(bench.home / ".claude")
