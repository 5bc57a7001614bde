"""Checks are run on clean checkouts and their answers become a judgement."""

import os
from typing import Any

import anyio
import msgspec
import pytest

from orchestrator.model.verdicts import Verdict
from orchestrator.verify.command import wary


def junit(*cases: str) -> str:
    """`classname::name[=failed|skipped|error]`, as a report."""
    body = ""
    for case in cases:
        name, _, outcome = case.partition("=")
        place, _, test = name.rpartition("::")
        tag = {"failed": "failure", "": "", "skipped": "skipped", "error": "error"}[outcome]
        inner = f'<{tag} message="{tag} here"/>' if tag else ""
        body += f'<testcase classname="{place}" name="{test}">{inner}</testcase>'
    return f"<testsuites><testsuite name='s'>{body}</testsuite></testsuites>"


def reporter(court: Any, per_value: dict[str, str], **more: object) -> None:
    """Define a JUnit check whose report depends on the text of `src/a.py`: a shell line each, $R being the report."""
    lines = "\n".join(f"*'{value}'*) {line} ;;" for value, line in per_value.items())
    program = court.script("t.sh", f'#!/bin/sh\nR="$1"; shift\ncase "$(cat src/a.py)" in\n{lines}\nesac\n')
    court.check("tests", program, "{report}", "{tests}" if more.pop("tests", False) else "-", format="junit", **more)


def write(*cases: str, code: int = 0) -> str:
    return f"printf '%s' '{junit(*cases).replace(chr(39), chr(34))}' > \"$R\"; exit {code}"


def test_exit_zero_is_a_pass_and_other_codes_fail_with_what_was_said(court: Any) -> None:
    court.check("ok", "true")
    assert court.judge().verdict is Verdict.PASS
    court.check("lint", "sh", "-c", "echo line 3 is ugly; echo really >&2; exit 3")
    judgement = court.judge()
    assert judgement.verdict is Verdict.FAIL
    (finding,) = judgement.regressions
    assert "exit code 3" in finding.message
    assert "line 3 is ugly" in finding.message
    assert "really" in finding.message
    assert [report.summary for report in judgement.checks] == ["PASS", "FAIL(1)"]


def test_the_verdict_is_written_into_the_run_folder_with_the_checks_log(court: Any) -> None:
    court.check("lint", "sh", "-c", "echo hello; exit 1")
    court.judge()
    document = msgspec.json.decode((court.folder / "verdict.json").read_bytes())
    assert document["verdict"] == "FAIL"
    assert (document["tree"], document["base"]) == ("tree-of-head", "base")
    (check,) = document["checks"]
    assert check.keys() == {"name", "report", "findings", "seconds", "cached", "fault", "proofs"}
    assert check["findings"][0].keys() == {"path", "line", "rule", "message", "severity", "id"}
    assert document["regressions"] == check["findings"]
    assert document["pre_existing"] == []
    assert (court.folder / "check-lint.log").read_text() == "hello\n"


def test_the_merged_trees_verdict_does_not_replace_the_iterations(court: Any) -> None:
    court.check("ok", "true")
    court.judge()
    court.judge(merged=True)
    assert {path.name for path in court.folder.glob("verdict*")} == {"verdict.json", "verdict-merged.json"}


def test_a_check_leaves_nothing_behind_but_its_log(court: Any) -> None:
    court.check(
        "mess", "sh", "-c", "mkdir -p $HOME/a/b; touch $TMPDIR/x $HOME/a/b/c; chmod 0 $HOME/a/b; ln -s / $HOME/root"
    )
    assert court.judge().verdict is Verdict.PASS
    assert {path.name for path in court.folder.iterdir()} == {"verdict.json", "check-mess.log"}


def test_a_check_sees_allowed_variables_and_its_own_and_nothing_else(court: Any) -> None:
    court.environ |= {"TOKEN": "t", "LC_ALL": "C", "PYTHONPATH": "/evil"}
    court.check("env", "sh", "-c", "env; exit 1", env={"MODE": "ci"}, pass_env=("TOKEN",))
    said = court.judge().regressions[0].message
    assert "MODE=ci" in said
    assert "TOKEN=t" in said
    assert "LC_ALL=C" in said
    assert "SECRET" not in said
    assert "PYTHONPATH" not in said


def test_a_relative_path_entry_is_not_searched_in_the_tree_under_judgement(court: Any) -> None:
    court.environ["PATH"] = ".:/usr/bin::bin:/bin"
    court.check("env", "sh", "-c", "echo $PATH; exit 1")
    assert "\n/usr/bin:/bin" in court.judge().regressions[0].message


def test_a_program_with_a_slash_is_the_users_never_the_agents(court: Any) -> None:
    program = court.script("check.sh", "#!/bin/sh\nexit 1\n")
    court.head({"check.sh": "#!/bin/sh\nexit 0\n"})
    court.check("mine", program)
    assert court.judge().verdict is Verdict.FAIL


def test_placeholders_become_the_base_and_one_argument_an_item(court: Any) -> None:
    program = court.script("args.sh", '#!/bin/sh\nfor a; do echo "<$a>"; done; exit 1\n')
    court.head({"tests/test_b c.py": "def test(): assert 1 == 1\n"})
    court.check("args", program, "{base}", "--x={base}", "{tests}", "{files}", "{files}x")
    judgement = court.judge(tests=("tests/test_b c.py",), files=())
    said = next(r for r in judgement.checks if r.name == "args").findings[0].message
    assert [line for line in said.splitlines() if line.startswith("<")] == [
        "<base>",
        "<--x=base>",
        "<tests/test_b c.py>",
        "<{files}x>",
    ]


# -- runs that give no answer --------------------------------------------------------------------------------------

NO_ANSWER = {
    "a signal": ("kill -9 $$", "died by a signal"),
    "exit 127": ("exit 127", "could not be started"),
    "exit 126": ("exit 126", "could not be started"),
    "a timeout": ("sleep 60", "ran out of time"),
    "no report": ("exit 0", "left no report"),
    "an empty report": (': > "$R"', "left a malformed report"),
    "a report that is no XML": ('echo hello > "$R"', "left a malformed report"),
    "a report that is a link": ('ln -s /etc/passwd "$R"', "left no report"),
    "a report that is a folder": ('mkdir "$R"', "left no report"),
    "a report that is a pipe": ('mkfifo "$R"', "left no report"),
}


def _limit(how: str) -> float:
    """Give what a busy machine needs, and little where the time is what runs out."""
    return 2.0 if how == "a timeout" else 60.0


HOW = [pytest.param(how, marks=pytest.mark.slow) if how == "a timeout" else how for how in NO_ANSWER]


@pytest.mark.parametrize("how", HOW)
def test_a_run_without_an_answer_is_the_trees_fault_if_the_base_can_answer(court: Any, how: str) -> None:
    line, words = NO_ANSWER[how]
    reporter(court, {"x = 1": write("t::a"), "x = 2": line}, timeout_s=_limit(how))
    judgement = court.judge()
    assert not judgement.fault
    assert judgement.verdict is Verdict.FAIL
    assert words in judgement.regressions[0].message
    assert [launch.place.workspace[-1] for launch in court.runner.launches] == ["1", "2"]


@pytest.mark.parametrize("how", HOW)
def test_a_run_without_an_answer_is_a_fault_if_the_base_fails_the_same_way(court: Any, how: str) -> None:
    line, words = NO_ANSWER[how]
    reporter(court, {"x": line}, timeout_s=_limit(how))
    judgement = court.judge()
    assert words in judgement.fault
    assert "the same on the base" in judgement.fault
    assert judgement.verdict is not Verdict.PASS
    assert msgspec.json.decode((court.folder / "verdict.json").read_bytes())["verdict"] == "FAULT"
    assert judgement.checks[0].summary == "FAULT"


def test_a_run_that_fails_in_another_way_on_the_base_is_the_trees_fault(court: Any) -> None:
    reporter(court, {"x = 1": "exit 0", "x = 2": "kill -9 $$"})
    judgement = court.judge()
    assert not judgement.fault
    assert judgement.verdict is Verdict.FAIL


def test_a_program_that_is_not_installed_is_a_fault_that_says_where_it_must_be(court: Any) -> None:
    court.check("tests", "no-such-program-here")
    judgement = court.judge()
    assert "no-such-program-here must be installed" in judgement.fault


def test_too_much_output_is_no_answer(court: Any) -> None:
    court.runner.limit = 100
    reporter(court, {"x = 1": write("t::a"), "x = 2": "seq 1000"})
    assert "wrote too much" in court.judge().regressions[0].message


def test_a_checkout_that_cannot_be_made_is_a_fault(court: Any) -> None:
    court.check("ok", "true")
    court.trees.fault = "disk full"
    assert "disk full" in court.judge().fault


def test_a_repository_that_cannot_be_read_is_a_fault(court: Any) -> None:
    court.check("ok", "true")
    court.trees.unreadable = "git is missing"
    assert court.judge().fault == "checkout: git is missing"


def test_a_verdict_that_cannot_be_written_down_is_none(court: Any) -> None:
    court.check("honest", builtin="honest")
    (court.state / "runs").write_text("in the way")
    judgement = court.judge()
    assert judgement.fault.startswith("verdict.json: ")
    assert judgement.verdict is not Verdict.PASS


def test_a_state_folder_that_cannot_be_written_is_a_fault_that_names_the_file(court: Any) -> None:
    court.check("ok", "true")
    (court.state / "reports").write_text("in the way")
    assert "reports" in court.judge().fault


def test_a_long_log_keeps_its_beginning_and_its_end(court: Any) -> None:
    court.runner.limit = 10 << 20
    court.check("long", "sh", "-c", "echo first; seq 100000; echo last")
    court.judge()
    log = (court.folder / "check-long.log").read_text()
    assert log.startswith("first\n1\n")
    assert log.endswith("100000\nlast\n")
    assert "bytes left out" in log
    assert len(log) < 300_000


def test_a_crash_that_is_another_the_second_time_is_told_by_the_answer_that_counts(court: Any) -> None:
    flaky(court, "kill -9 $$", write("t::a=failed"), write("t::z"))
    judgement = court.judge(merged=True)
    assert judgement.verdict is Verdict.FAIL
    assert [f.id for f in judgement.regressions] == ["t::a"]


def test_a_verifier_that_crashes_is_a_fault_and_never_a_pass(court: Any) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError("oops")

    court.check("ok", "true")
    court.runner.before = crash
    judgement = court.judge()
    assert judgement.verdict is not Verdict.PASS
    assert "crashed (ZeroDivisionError: oops)" in judgement.fault


def test_a_fault_is_never_kept(court: Any) -> None:
    court.check("tests", "no-such-program-here")
    court.judge()
    runs = len(court.runner.launches)
    assert court.judge().fault
    assert len(court.runner.launches) == 2 * runs


def test_a_check_nobody_defined_is_a_fault_that_names_it(court: Any) -> None:
    assert "[checks.smoke]" in court.judge(checks=("smoke",)).fault


def test_no_check_at_all_is_a_fail(court: Any) -> None:
    assert court.judge(checks=()).verdict is Verdict.FAIL


@pytest.mark.slow
def test_cancelling_ends_the_running_check_and_leaves_no_folder(court: Any) -> None:
    court.check("long", "sleep", "60")

    async def story() -> None:
        with anyio.move_on_after(0.3):
            await court.verifier().judge(court.case())

    anyio.run(story)
    assert not list(court.folder.iterdir())
    (pid,) = court.runner.pids
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


# -- JUnit ---------------------------------------------------------------------------------------------------------


def test_all_tests_passing_is_a_pass(court: Any) -> None:
    reporter(court, {"x = 2": write("t::a", "t::b=skipped")})
    assert court.judge().verdict is Verdict.PASS


def test_a_failing_test_is_named_with_its_message(court: Any) -> None:
    reporter(court, {"x = 1": write("t::a", "t::b"), "x = 2": write("t::a=failed", "t::b", code=1)})
    judgement = court.judge()
    assert judgement.verdict is Verdict.FAIL
    assert [(f.id, f.rule) for f in judgement.regressions] == [("t::a", "test-failed")]
    assert "failure here" in judgement.regressions[0].message


def test_a_test_that_fails_on_the_base_too_is_pre_existing(court: Any) -> None:
    both = write("t::old=failed", "t::b", code=1)
    reporter(court, {"x": both})
    judgement = court.judge()
    assert judgement.verdict is Verdict.PASS
    assert [f.id for f in judgement.pre_existing] == ["t::old"]
    assert judgement.checks[0].summary == "FAIL(1)"


def test_a_new_failure_beside_a_pre_existing_one_fails(court: Any) -> None:
    reporter(court, {"x = 1": write("t::old=failed"), "x = 2": write("t::old=failed", "t::new=error")})
    judgement = court.judge()
    assert judgement.verdict is Verdict.FAIL
    assert [f.id for f in judgement.regressions] == ["t::new"]
    assert [f.id for f in judgement.pre_existing] == ["t::old"]


def test_a_failing_exit_code_is_never_pre_existing(court: Any) -> None:
    court.check("lint", "false")
    assert court.judge().verdict is Verdict.FAIL


def test_the_tasks_own_tests_are_never_pre_existing(court: Any) -> None:
    court.base({"src/a.py": "x = 1\n", "tests/test_own.py": "1\n"})
    court.head({"src/a.py": "x = 2\n"})
    reporter(court, {"x": write("tests.test_own::a=failed", "t::b=failed", code=1)})
    judgement = court.judge(tests=("tests/test_own.py",))
    assert judgement.verdict is Verdict.FAIL
    assert [f.id for f in judgement.regressions] == ["tests.test_own::a"]
    assert [f.id for f in judgement.pre_existing] == ["t::b"]


@pytest.mark.parametrize(
    ("rate", "cases", "verdict"),
    [
        (0.8, ["t::a", "t::b", "t::c", "t::d", "t::e=failed"], Verdict.PASS),
        (0.81, ["t::a", "t::b", "t::c", "t::d", "t::e=failed"], Verdict.FAIL),
        (0.5, ["t::a", "t::b=failed", "t::c=skipped", "t::d=skipped"], Verdict.PASS),
        (0.7, [*(f"t::{n}" for n in range(7)), *(f"t::{n}=error" for n in range(7, 10))], Verdict.PASS),
    ],
)
def test_the_pass_rate_is_passed_of_all_but_skipped_and_equal_is_enough(
    court: Any, rate: float, cases: list[str], verdict: Verdict
) -> None:
    reporter(court, {"x = 1": write("t::z"), "x = 2": write(*cases, code=1)}, pass_rate=rate)
    assert court.judge().verdict is verdict


def test_where_a_report_was_promised_and_written_the_exit_code_has_no_say(court: Any) -> None:
    reporter(court, {"x = 2": write("t::a", code=9)})
    assert court.judge().verdict is Verdict.PASS


def test_a_failure_within_the_pass_rate_is_told_as_a_warning(court: Any) -> None:
    reporter(court, {"x = 2": write("t::a", "t::b=failed", code=1)}, pass_rate=0.5)
    (report,) = court.judge().checks
    assert [(f.id, f.severity) for f in report.findings] == [("t::b", "warning")]


def test_the_pass_rate_does_not_excuse_the_tasks_own_tests(court: Any) -> None:
    court.base({"src/a.py": "x = 1\n", "tests/test_own.py": "1\n"})
    court.head({"src/a.py": "x = 2\n"})
    cases = [*(f"t::{n}" for n in range(9)), "tests.test_own::a=failed"]
    reporter(court, {"x": write(*cases, code=1)}, pass_rate=0.5)
    assert court.judge(tests=("tests/test_own.py",)).verdict is Verdict.FAIL


@pytest.mark.parametrize("cases", [[], ["t::a=skipped", "t::b=skipped"]])
def test_a_report_in_which_nothing_ran_fails_even_if_the_base_is_no_better(court: Any, cases: list[str]) -> None:
    reporter(court, {"x": write(*cases)})
    judgement = court.judge()
    assert judgement.verdict is Verdict.FAIL
    assert judgement.regressions[0].rule == "no-test-ran"


def test_a_report_that_lay_in_the_tree_is_not_the_runs(court: Any) -> None:
    court.head({"report.xml": junit("t::a"), "src/a.py": "x = 2\n"})
    reporter(court, {"x = 1": write("t::a"), "x = 2": "exit 0"})
    assert "left no report" in court.judge().regressions[0].message


def test_without_a_promised_report_the_exit_code_decides(court: Any) -> None:
    court.check("tests", "true", format="junit")
    assert court.judge().verdict is Verdict.PASS


# -- the task's tests ----------------------------------------------------------------------------------------------


def test_a_named_test_to_be_created_must_exist(court: Any) -> None:
    court.check("ok", "true")
    judgement = court.judge(tests=("tests/test_new.py",))
    assert judgement.verdict is Verdict.FAIL
    assert judgement.regressions[0].message.startswith("create tests/test_new.py")


@pytest.mark.parametrize(
    ("cases", "verdict"),
    [
        (["tests.test_new::a"], Verdict.PASS),
        (["tests.test_new.TestIt::a"], Verdict.PASS),
        (["t::other"], Verdict.FAIL),
        (["t::other", "tests.test_new::a=skipped"], Verdict.FAIL),
        (["tests.test_newer::a"], Verdict.FAIL),
        (["t::other", "tests.test_new::a=failed"], Verdict.FAIL),
    ],
)
def test_a_created_test_must_be_collected_and_pass(court: Any, cases: list[str], verdict: Verdict) -> None:
    court.head({"src/a.py": "x = 2\n", "tests/test_new.py": "def test_a(): assert 1 == 1\n"})
    reporter(court, {"x = 1": write("t::other"), "x = 2": write(*cases)})
    judgement = court.judge(tests=("tests/test_new.py",))
    assert judgement.verdict is verdict


def test_tests_that_are_not_there_yet_are_not_asked_of_the_base(court: Any) -> None:
    court.base({"src/a.py": "x = 1\n", "tests/test_old.py": "1\n"})
    court.head({"src/a.py": "x = 2\n", "tests/test_new.py": "1\n"})
    reporter(court, {"x = 1": write("t::a"), "x = 2": "kill -9 $$"}, tests=True)
    court.judge(tests=("tests/test_old.py", "tests/test_new.py"))
    asked = [launch.argv[2:] for launch in court.runner.launches]
    assert asked == [("tests/test_old.py", "tests/test_new.py"), ("tests/test_old.py",)]


def test_a_glob_among_the_tests_becomes_the_files_it_names(court: Any) -> None:
    court.head({"tests/test_x.py": "1\n", "tests/test_y.py": "1\n"})
    reporter(court, {"x": write("tests.test_x::a", "tests.test_y::a")}, tests=True)
    assert court.judge(tests=("tests/test_*.py",)).verdict is Verdict.PASS
    assert court.runner.launches[0].argv[2:] == ("tests/test_x.py", "tests/test_y.py")


# -- one JSON line -------------------------------------------------------------------------------------------------


def speaking(court: Any, head: str, base: str = '{"verdict": "PASS"}', code: int = 0) -> None:
    program = court.script(
        "v.sh", f"#!/bin/sh\nif grep -q 'x = 2' src/a.py; then cat <<'E'\n{head}\nE\nexit {code}; fi\necho '{base}'\n"
    )
    court.check("judge", program, protocol="verdict")


def test_the_last_verdict_line_counts(court: Any) -> None:
    speaking(
        court, 'noise\n{"verdict": "PASS"}\n{"verdict": "BLOCKED", "findings": [{"message": "ask ana"}]}\n{"other": 1}'
    )
    judgement = court.judge()
    assert judgement.verdict is Verdict.BLOCKED
    assert judgement.regressions[0].message == "ask ana"


def test_a_verdicts_findings_can_be_pre_existing(court: Any) -> None:
    line = '{"verdict": "FAIL", "findings": [{"rule": "r", "path": "p", "line": %d, "message": "m"}]}'
    speaking(court, line % 7, base=line % 3, code=1)
    judgement = court.judge()
    assert judgement.verdict is Verdict.PASS
    assert judgement.pre_existing[0].line == 7


@pytest.mark.parametrize(
    "line", ['{"verdict": "MAYBE"}', '{"verdict": "PASS"', '{"verdict": "PASS", "findings": 3}', "PASS"]
)
def test_a_verdict_that_cannot_be_read_is_no_answer(court: Any, line: str) -> None:
    speaking(court, line)
    judgement = court.judge()
    assert judgement.verdict is Verdict.FAIL
    assert judgement.regressions[0].rule in {"check-malformed", "check-no-report"}


def test_a_pass_from_a_program_that_then_fails_is_no_pass(court: Any) -> None:
    speaking(court, '{"verdict": "PASS"}', code=1)
    assert court.judge().verdict is Verdict.FAIL


def test_a_fail_that_names_nothing_is_never_pre_existing(court: Any) -> None:
    speaking(court, '{"verdict": "FAIL"}', base='{"verdict": "FAIL"}')
    assert court.judge().verdict is Verdict.FAIL


# -- merged trees --------------------------------------------------------------------------------------------------


def flaky(court: Any, *answers: str) -> None:
    counter = court.root / "count"
    lines = "\n".join(f"{n}) {line} ;;" for n, line in enumerate(answers, start=1))
    program = court.script(
        "f.sh", f'#!/bin/sh\nR="$1"\necho x >> {counter}\ncase $(wc -l < {counter}) in\n{lines}\nesac\n'
    )
    court.check("tests", program, "{report}", format="junit")


def test_a_merged_tree_that_fails_once_and_passes_again_is_a_flake(court: Any) -> None:
    flaky(court, write("t::a=failed"), write("t::a"))
    judgement = court.judge(merged=True)
    assert judgement.verdict is Verdict.PASS
    (finding,) = judgement.checks[0].findings
    assert finding.severity == "flake"
    assert "passed when asked again" in finding.message
    assert len(court.runner.launches) == 2


def test_a_merged_tree_that_crashes_once_and_passes_again_is_a_flake(court: Any) -> None:
    flaky(court, "kill -9 $$", write("t::a"))
    assert court.judge(merged=True).verdict is Verdict.PASS


def test_a_merged_tree_that_fails_twice_fails_and_is_not_asked_a_third_time(court: Any) -> None:
    flaky(court, write("t::a=failed"), write("t::a=failed"), write("t::b"))
    assert court.judge(merged=True).verdict is Verdict.FAIL
    again = court.judge(merged=True)
    assert again.verdict is Verdict.FAIL
    assert again.checks[0].cached
    assert len(court.runner.launches) == 3


def test_a_check_that_fails_on_what_was_merged_onto_too_blames_nobody_and_is_asked_anew(court: Any) -> None:
    """The target has turned red, by a person's commit or by something outside: it may be green at the next look."""
    broken = court.root / "broken"
    broken.touch()
    court.check("build", court.script("b.sh", f"#!/bin/sh\ntest ! -e {broken}\n"))
    judgement = court.judge(merged=True)
    assert (judgement.verdict, judgement.red_base) == (Verdict.FAIL, ("build",))
    assert [commit for commit, _ in court.trees.checkouts] == ["head", "head", "base"]
    broken.unlink()
    again = court.judge(merged=True)
    assert (again.verdict, again.red_base) == (Verdict.PASS, ())


def test_a_check_that_fails_on_the_merged_tree_alone_blames_it(court: Any) -> None:
    court.check("build", court.script("b.sh", "#!/bin/sh\ngrep -q 'x = 1' src/a.py\n"))
    court.base({"src/a.py": "x = 1\n"})
    judgement = court.judge(merged=True)
    assert (judgement.verdict, judgement.red_base) == (Verdict.FAIL, ())
    assert court.judge(merged=True).checks[0].cached


def test_an_attempt_is_not_asked_twice(court: Any) -> None:
    flaky(court, write("t::a=failed"), write("t::z"))
    assert court.judge().verdict is Verdict.FAIL
    assert [launch.place.workspace[-1] for launch in court.runner.launches] == ["1", "2"]
    assert [commit for commit, _ in court.trees.checkouts] == ["head", "base"]


def test_a_gate_judges_the_head_of_the_target_absolutely(court: Any) -> None:
    reporter(court, {"x = 2": write("t::a=failed", "t::b")})
    judgement = court.judge(base="head", task="gate:infra", attempt=0, iteration=0)
    assert judgement.verdict is Verdict.FAIL
    assert not judgement.pre_existing
    assert len(court.runner.launches) == 1
    assert (court.state / "runs" / "gate:infra" / "0" / "0" / "verdict.json").exists()


def test_a_linters_findings_of_before_are_excused_and_the_same_once_more_is_not(court: Any) -> None:
    court.base({"src/a.py": "one\n"})
    court.head({"src/a.py": "one\none\n"})
    grep = "grep -Hn one src/a.py; exit 1"
    court.check("lint", "sh", "-c", grep, format="regex", pattern=r"^(?P<path>.*?):\d+:(?P<message>.*)$")
    judgement = court.judge()
    assert judgement.verdict is Verdict.FAIL
    assert [finding.id for finding in judgement.pre_existing] == [":src/a.py:one"]
    assert [finding.id for finding in judgement.regressions] == [":src/a.py:one #2"]
    court.head({"src/b.py": "two\n"})
    assert court.judge(tree="another").verdict is Verdict.PASS


def test_folders_of_the_tree_are_looked_up_last(court: Any) -> None:
    seen = "/home/ana/shop"
    env = {"PATH": f"{seen}/bin:/usr/bin:{seen}/.venv/bin:{seen}:/opt/{seen}/bin", "A": "b"}
    wise = wary(env, seen, {"bin/pytest", "setup.py", "src/a.py"})
    assert wise == {"PATH": f"/usr/bin:{seen}/.venv/bin:/opt/{seen}/bin:{seen}/bin:{seen}", "A": "b"}
