"""What agents learned: the most telling of it is passed on, never much, and it may be said in passing."""

from orchestrator.model.specs import TaskSpec
from orchestrator.model.talk import Learning
from orchestrator.policy.learnings import MOST, MOST_CHARACTERS, MOST_IN_PASSING, said_in_passing, telling
from orchestrator.policy.summary import LONGEST, summary_of

SPEC = TaskSpec(id="T", title="Round prices", files=("shop/money.py",), dependencies=("backend/DB-1",))


def learned(number: int, text: str = "something", task: str = "web/UI-1") -> Learning:
    return Learning(id=f"L{number}", task=task, text=text, at=number)


def names(*known: Learning) -> list[str]:
    return [one.id for one in telling(known, "backend/T", SPEC)]


def test_what_is_near_comes_first_and_of_equals_the_newest() -> None:
    known = (
        learned(1, "money is kept in cents, prices are rounded late"),
        learned(2),
        learned(3, task="backend/X"),
        learned(4, task="backend/DB-1"),
        learned(5),
    )
    assert names(*known) == ["L4", "L3", "L1", "L5", "L2"]


def test_never_too_many_and_never_too_much() -> None:
    assert len(names(*(learned(n) for n in range(MOST + 5)))) == MOST
    half = "x" * (MOST_CHARACTERS // 2)
    assert names(learned(3, half), learned(2, half), learned(1, half)) == ["L3", "L2"]
    assert names(learned(1, "x" * (MOST_CHARACTERS + 1))) == ["L1"], "one is told however long it is"


def test_what_is_said_in_passing_stands_between_its_tags_and_not_in_the_prompt() -> None:
    final = "Done.\n<learning>run  npm ci\nfirst</learning>\n<learning>echo</learning>\n< Learning >x</ LEARNING >\n"
    assert said_in_passing(final, "say <learning>\n  <learning>echo</learning>\n") == ("run npm ci first", "x")
    many = "".join(f"<learning>{n}</learning>" for n in range(9)) + "<learning> </learning><learning>0</learning>"
    assert said_in_passing(many, "") == tuple(str(n) for n in range(MOST_IN_PASSING))


def test_a_summary_is_the_last_words_without_claims_and_learnings() -> None:
    final = "I made it.\n\n<promise>DONE</promise>\n<learning>x</learning>  \nThe end.\n"
    assert summary_of(final) == "I made it.\nThe end."
    long = "a" * LONGEST + "b" * LONGEST
    assert summary_of(long) == "a" * LONGEST + " ..."
    assert summary_of(long, printed=True) == "... " + "b" * LONGEST
