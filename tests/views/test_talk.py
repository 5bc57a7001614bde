"""What agents say back, where people look: status, the logs' words, the page of learnings; never raw."""

from orchestrator.model import events as e
from orchestrator.model.specs import TaskSpec
from orchestrator.model.talk import Learning
from orchestrator.views.learnings import learnings
from orchestrator.views.safe import clean
from orchestrator.views.story import tell
from tests.views.test_statement import CAPTURED, CLAIMED, FINISHED, STARTED, after, status

ASKED = e.AgentAsked(task="q/A", attempt=1, iteration=1, word="w", question="Q1", text="which\nport?")
BLOCKED = e.AgentReported(task="q/A", attempt=1, iteration=1, word="v", question="Q2", text="no key")
PROPOSED = e.AgentProposed(
    task="q/A", attempt=1, iteration=1, word="u", proposal="P3", queue="q", spec=TaskSpec(id="N", title="more")
)


def test_status_lists_questions_and_proposals_until_people_have_answered() -> None:
    said = status(after(CLAIMED, STARTED, ASKED, BLOCKED, PROPOSED), "w")
    assert [(q["id"], q["task"], q["text"], q["holds"], q["blocked"]) for q in said["questions"]] == [
        ("Q1", "q/A", "which\nport?", True, False),
        ("Q2", "q/A", "no key", True, True),
    ]
    assert [(p["id"], p["task"], p["adds"], p["title"]) for p in said["proposals"]] == [("P3", "q/A", "q/N", "more")]
    answered = e.QuestionAnswered(task="q/A", question="Q1", text="80", by="ana")
    rejected = e.ProposalRejected(task="q/A", proposal="P3")
    said = status(after(CLAIMED, STARTED, ASKED, PROPOSED, answered, rejected), "w")
    assert (said["questions"], said["proposals"]) == ([], [])


def test_a_task_that_waits_for_an_answer_has_a_person_as_its_reason() -> None:
    ended = e.AgentFinished(task="q/A", attempt=1, iteration=1, outcome="incomplete", claimed=False, seconds=1)
    said = status(after(CLAIMED, STARTED, ASKED, ended, CAPTURED, e.TaskReleased(task="q/A", reason="waits")))
    assert said["queues"][0]["tasks"][0]["reason"]["code"] == "person"
    assert said["headline"].startswith("1 task(s) wait for a person")
    claimed = status(after(CLAIMED, STARTED, ASKED, FINISHED), "w")
    assert claimed["queues"][0]["tasks"][0]["reason"] is None


def test_long_words_are_shortened_where_they_are_told_on_one_line() -> None:
    told = tell(e.AgentReported(task="q/A", attempt=1, iteration=1, word="w", text="x " * 2000))
    assert told is not None
    assert len(told.text) < 600


def test_the_page_of_learnings_shows_what_nobody_dropped_and_steers_no_terminal() -> None:
    known = {"L1": Learning(id="L1", task="q/A", text="use\x1b]0;owned\x07 UTC\nalways", at=1)}
    assert learnings(known).endswith("\n- **L1** (q/A): use UTC\n  always\n")
    assert learnings({}).endswith("drops one.\n")


def test_what_could_steer_a_terminal_is_taken_out() -> None:
    assert clean("a\x1b[31mred\x1b[0m\x1b]52;c;aGk=\x07 \u202eevil\u200b\r\x00end\tkept\nkept") == (
        "ared evilend\tkept\nkept"
    )
