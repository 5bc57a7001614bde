"""What agents may say, how often, and what comes of it; what people answer."""

from typing import Any

import pytest

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AgentSettings, QueueSettings, Settings
from orchestrator.model.specs import QueueSpec, Status, TaskSpec
from orchestrator.model.talk import (
    MAX_LEARNINGS,
    MAX_QUESTIONS,
    AskPerson,
    Blocked,
    Learn,
    Progress,
    ProposeTask,
    Reply,
    Word,
)
from orchestrator.model.world import Task, World
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.asks import answer
from orchestrator.policy.decide import Answer, decide
from orchestrator.policy.initiative import initiative
from orchestrator.policy.prompting import prompt_input
from orchestrator.policy.reasons import Code, reason_for
from orchestrator.policy.seat import Seat
from orchestrator.policy.talk import LIMITS, MAX_ANSWER, open_questions, replied, talks

NOW = 1000
SETTINGS = Settings(agents={"a": AgentSettings(name="a", command=("a",))}, queues={"q": QueueSettings(workers=2)})


class Table:
    """One task whose first iteration's agent runs, and people around it."""

    speaks = 1
    """The attempt whose agent this is about."""

    def __init__(self, *, promise: str | None = "DONE", interactive: bool = True) -> None:
        self.world = World()
        self._scope = Scope(interactive=interactive)
        spec = TaskSpec(id="T", completion_promise=promise)
        self.tell(e.QueueAdded(queue="q", spec=QueueSpec(name="q")), e.TaskAdded(task="q/T", spec=spec))
        self.tell(e.TaskClaimed(task="q/T", attempt=1, worker="me"))
        self.tell(e.AttemptPrepared(task="q/T", attempt=1, base="b"))
        self.begin(1)

    def tell(self, *events: e.Event) -> None:
        seq, self.last = self.world.seq + 1, events
        apply(self.world, e.Commit(seq=seq, id=f"c{seq}", prev="", at=seq, by="me", events=events))

    def begin(self, iteration: int) -> None:
        self.tell(e.IterationStarted(task="q/T", attempt=1, iteration=iteration, agent="a", sandbox="L2", base="b"))

    @property
    def task(self) -> Task:
        return self.world.tasks["q/T"]

    @property
    def lane(self) -> Task:
        found = self.world.lane("q/T", self.speaks)
        assert found is not None
        return found

    @property
    def seat(self) -> Seat:
        return Seat(me="me", scope=self._scope, settings=SETTINGS, peers={"me": None}, targets={"q": "t"})

    def outcome(self, outcome: c.Outcome) -> Answer:
        answered = decide(self.world, outcome, NOW, self.seat)
        if not isinstance(answered, c.Refusal) and answered:
            self.tell(*answered)
        return answered

    def note(self, word: Word, name: str, iteration: int = 1) -> c.NoteWord:
        fence = self.lane.claim.fence if self.lane.claim else 0
        return c.NoteWord(task="q/T", fence=fence, iteration=iteration, id=name, word=word)

    def says(self, word: Word, name: str = "w1", iteration: int = 1) -> Answer:
        return self.outcome(self.note(word, name, iteration))

    def ends(self, outcome: str = "incomplete", **more: Any) -> None:
        fence = self.lane.claim.fence if self.lane.claim else 0
        claimed = outcome == "claimed"
        self.outcome(c.NoteAgent(task="q/T", fence=fence, outcome=outcome, claimed=claimed, seconds=1, **more))
        self.outcome(c.NoteCapture(task="q/T", fence=fence, commit="c", tree="t", ref="r"))

    def ask(self, ask: c.Ask) -> Answer:
        answered = answer(self.world, ask, self.seat)
        if not isinstance(answered, c.Refusal) and answered:
            self.tell(*answered)
        return answered

    def answers(self, text: str = "80", question: str = "") -> Answer:
        return self.ask(c.AnswerQuestion(task="q/T", text=text, by="ana", question=question))

    def goes_on(self) -> tuple[e.Event, ...]:
        return initiative(self.world, Agenda(), NOW, self.seat)

    def reply(self, note: c.NoteWord, recorded: Answer) -> Reply:
        lane = self.world.lane("q/T", self.speaks) or self.task
        return replied(lane, note, recorded, self.task.questions)


class Race(Table):
    """A second attempt beside the task's own, and what its agent says."""

    speaks = 2

    def __init__(self, *, promise: str | None = "DONE") -> None:
        super().__init__(promise=promise)
        self.tell(e.TaskClaimed(task="q/T", attempt=2, worker="me", slot=2, rival=True, agent="a"))
        self.tell(e.AttemptPrepared(task="q/T", attempt=2, base="b"))
        self.tell(e.IterationStarted(task="q/T", attempt=2, iteration=1, agent="a", sandbox="L2", base="b"))

    def given_up(self) -> str:
        """Say why the rival left, by the last commit's word; the task's own attempt goes on."""
        assert self.task.status is Status.IN_PROGRESS
        assert self.task.attempt is not None
        assert (self.task.attempt.number, [*self.task.rivals], [*self.world.claims]) == (1, [], ["q/T"])
        return self.last[-1].reason if isinstance(self.last[-1], e.RivalLeft) else ""


@pytest.fixture
def table() -> Table:
    return Table()


def refusal(answered: Answer) -> str:
    assert isinstance(answered, c.Refusal)
    return answered.text


# -- hearing -------------------------------------------------------------------------------------------------------


def test_progress_is_recorded_once_however_often_it_is_told(table: Table) -> None:
    said = table.says(Progress(text="half way"))
    assert said == (e.AgentReported(task="q/T", attempt=1, iteration=1, word="w1", text="half way"),)
    assert table.says(Progress(text="half way")) == ()


def test_a_stale_fence_an_ended_iteration_and_another_one_are_not_heard(table: Table) -> None:
    stale = c.NoteWord(task="q/T", fence=99, iteration=1, id="x", word=Progress(text="late"))
    assert "changed hands" in refusal(table.outcome(stale))
    assert "is over" in refusal(table.says(Progress(text="early"), iteration=2))
    note = table.note(Progress(text="late"), "w2")
    table.ends()
    assert "is over" in refusal(table.outcome(note))


@pytest.mark.parametrize(
    ("kind", "word"),
    [("progress", Progress(text="x")), ("ask", AskPerson(text="x")), ("blocked", Blocked(text="x"))],
)
def test_an_attempt_may_say_so_much_and_no_more(table: Table, kind: str, word: Word) -> None:
    for number in range(LIMITS[kind]):
        assert table.says(word, f"w{number}")
    assert f"`{kind}` {LIMITS[kind]} times" in refusal(table.says(word, "more"))
    assert table.says(Learn(text="others may still be said"), "other")


def test_numbers_are_given_once_whatever_they_number(table: Table) -> None:
    table.says(AskPerson(text="which?"), "a")
    table.says(ProposeTask(title="more"), "b")
    table.says(Learn(text="TZ"), "c")
    table.says(Blocked(text="no key"), "d")
    assert [q.id for q in table.task.questions] == ["Q1", "Q4"]
    assert [*table.world.proposals] == ["P2"]
    assert [*table.world.learnings] == ["L3"]


def test_what_is_said_again_by_a_later_iteration_stands_once(table: Table) -> None:
    table.says(Learn(text="TZ"), "a")
    assert table.says(Learn(text=" TZ\n"), "b") == ()
    table.says(ProposeTask(title="more"), "c")
    assert table.says(ProposeTask(title="more", queue="q"), "d") == ()
    table.says(AskPerson(text="which?"), "e")
    table.says(AskPerson(text="which?"), "f")
    assert [q.word for q in table.task.questions] == ["f"]


def test_learnings_and_questions_are_bounded(table: Table) -> None:
    for number in range(MAX_LEARNINGS + 2):
        table.tell(
            e.AgentLearned(task="q/T", attempt=1, iteration=1, word=f"{number}", learning=f"L{number}", text="x")
        )
    assert next(iter(table.world.learnings)) == "L2"
    assert len(table.world.learnings) == MAX_LEARNINGS
    for number in range(MAX_QUESTIONS + 2):
        asked = e.AgentAsked(task="q/T", attempt=1, iteration=1, word="", question=f"Q{number}", text=f"{number}")
        table.tell(asked)
    assert len(table.task.questions) == MAX_QUESTIONS


# -- proposals -----------------------------------------------------------------------------------------------------


def test_a_proposal_waits_and_adds_nothing_until_a_person_accepts_it(table: Table) -> None:
    word = ProposeTask(title="more", description="d", dependencies=("T", "gate:g", "q/T"), files=("f",), priority=1)
    table.says(word)
    assert [*table.world.tasks] == ["q/T"]
    spec = table.world.proposals["P1"].spec
    assert (spec.id, spec.dependencies, spec.checks, spec.agent) == ("T-P1", ("q/T", "gate:g", "q/T"), None, None)
    assert "does not exist" in refusal(table.ask(c.AcceptProposal(proposal="P1", by="ana")))
    assert [*table.world.proposals] == ["P1"]


def test_an_accepted_proposal_is_a_task_and_waits_no_more(table: Table) -> None:
    table.says(ProposeTask(title="more", id="NEXT"))
    done = table.ask(c.AcceptProposal(proposal="P1", by="ana"))
    assert done == (
        e.ProposalAccepted(task="q/T", proposal="P1", added="q/NEXT", by="ana"),
        e.TaskAdded(task="q/NEXT", spec=TaskSpec(id="NEXT", title="more"), order=1000),
    )
    assert not table.world.proposals
    assert table.world.tasks["q/NEXT"].status is Status.PENDING
    assert "no proposal or learning P1 (known: none)" in refusal(table.ask(c.AcceptProposal(proposal="P1")))


def test_a_proposal_can_be_accepted_elsewhere_and_under_another_name(table: Table) -> None:
    table.tell(e.QueueAdded(queue="other", spec=QueueSpec(name="other")))
    table.says(ProposeTask(title="more", id="T"))
    assert "--queue Q --id ID" in refusal(table.ask(c.AcceptProposal(proposal="P1")))
    assert table.ask(c.AcceptProposal(proposal="P1", queue="other", id="U"))
    assert "other/U" in table.world.tasks


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (ProposeTask(title="t", queue="nowhere"), "no queue nowhere (known: q)"),
        (ProposeTask(title="t", id="../x"), "cannot be a task id"),
    ],
)
def test_a_proposal_nobody_could_accept_is_refused(table: Table, word: ProposeTask, why: str) -> None:
    assert why in refusal(table.says(word))
    assert not table.world.proposals


def test_proposals_and_learnings_can_be_rejected(table: Table) -> None:
    table.says(ProposeTask(title="more"), "a")
    table.says(Learn(text="wrong"), "b")
    assert table.ask(c.Reject(name="P1", by="ana", reason="no")) == (
        e.ProposalRejected(task="q/T", proposal="P1", by="ana", reason="no"),
    )
    assert table.ask(c.Reject(name="L2", by="ana")) == (e.LearningDropped(task="q/T", learning="L2", by="ana"),)
    assert not table.world.proposals
    assert not table.world.learnings
    assert "no proposal or learning L2" in refusal(table.ask(c.Reject(name="L2")))


# -- questions -----------------------------------------------------------------------------------------------------


def test_a_question_that_holds_makes_its_task_wait_and_its_answer_lets_it_go_on(table: Table) -> None:
    table.says(AskPerson(text="which?"))
    table.ends()
    assert table.goes_on() == (e.TaskReleased(task="q/T", reason="waits for an answer to Q1"),)
    table.tell(*table.goes_on())
    reason = reason_for(table.world, table.task, NOW, table.seat)
    assert reason is not None
    assert (reason.code, reason.text.split(":")[0]) == (Code.PERSON, "waits for an answer to Q1")
    assert table.answers() == (e.QuestionAnswered(task="q/T", question="Q1", text="80", by="ana"),)
    ready = reason_for(table.world, table.task, NOW, table.seat)
    assert ready is not None
    assert ready.code is Code.READY
    assert "asks nothing" in refusal(table.answers())


def test_an_iteration_that_ends_with_a_question_is_not_idle_though_it_changed_nothing(table: Table) -> None:
    table.says(AskPerson(text="which?"))
    table.ends()
    assert table.task.attempt is not None
    assert table.task.attempt.idle == []
    table.begin(2)
    table.ends()
    assert table.task.attempt.idle == ["a"]


def test_where_nobody_answers_the_task_goes_on_without() -> None:
    table = Table(interactive=False)
    table.says(AskPerson(text="which?"))
    table.ends()
    begun = table.goes_on()
    assert isinstance(begun[0], e.IterationStarted)
    reason = reason_for(table.world, table.task, NOW, table.seat)
    assert reason is None


def test_a_question_that_does_not_hold_and_one_whose_agent_claims_hold_nobody_up(table: Table) -> None:
    table.says(AskPerson(text="by the way?", holds=False), "a")
    table.ends()
    assert isinstance(table.goes_on()[0], e.IterationStarted)
    table.tell(*table.goes_on())
    table.says(AskPerson(text="which?"), "b", iteration=2)
    table.ends("claimed")
    assert table.task.awaits == []
    assert [q.id for q in open_questions(table.task)] == ["Q1", "Q2"]


def test_a_clean_exit_is_no_claim_while_a_question_holds() -> None:
    table = Table(promise=None)
    table.says(AskPerson(text="which?"))
    table.ends("claimed")
    assert table.task.attempt is not None
    assert (table.task.attempt.claimed, table.task.awaits) == (False, ["Q1"])
    assert "question to a person (Q1)" in table.task.note


def test_a_clean_exit_stays_a_claim_where_nobody_is_asked() -> None:
    table = Table(promise=None)
    table.says(AskPerson(text="by the way?", holds=False))
    table.ends("claimed")
    assert table.task.attempt is not None
    assert table.task.attempt.claimed


def test_the_one_of_several_questions_must_be_named(table: Table) -> None:
    table.says(AskPerson(text="one?"), "a")
    table.says(AskPerson(text="two?"), "b")
    assert "--question Q1, Q2" in refusal(table.answers())
    assert table.answers(question="Q2")
    assert "does not ask Q9" in refusal(table.answers(question="Q9"))
    assert table.answers()
    assert not open_questions(table.task)


def test_an_answer_says_something_and_not_a_book(table: Table) -> None:
    table.says(AskPerson(text="one?"))
    assert "1 to" in refusal(table.answers(" "))
    assert "1 to" in refusal(table.answers("x" * (MAX_ANSWER + 1)))


def test_a_person_who_retries_lets_it_go_on_without_an_answer(table: Table) -> None:
    table.says(AskPerson(text="one?"))
    table.ends()
    table.tell(*table.goes_on())
    assert table.ask(c.Retry(task="q/T", by="ana"))
    assert table.task.awaits == []


# -- blocked -------------------------------------------------------------------------------------------------------


def test_a_report_of_being_blocked_blocks_once_the_iteration_is_over(table: Table) -> None:
    table.says(Blocked(text="no key\nfor the service"))
    assert table.task.status is Status.IN_PROGRESS
    table.ends()
    assert (table.task.status, table.task.reason) == (
        Status.BLOCKED,
        "its agent says that it is blocked (Q1): no key for the service",
    )
    assert [q.blocked for q in open_questions(table.task)] == [True]
    answered = table.answers("it is in the vault")
    assert not isinstance(answered, c.Refusal)
    assert [type(event) for event in answered] == [e.QuestionAnswered, e.TaskReset]
    assert (table.task.status, open_questions(table.task)) == (Status.PENDING, ())


def test_a_claim_takes_a_report_of_being_blocked_back(table: Table) -> None:
    table.says(Blocked(text="no key"))
    table.ends("claimed")
    assert table.task.status is Status.IN_PROGRESS
    assert open_questions(table.task) == ()


def test_an_iteration_that_its_account_cut_off_blocks_nothing(table: Table) -> None:
    table.says(Blocked(text="no key"))
    table.ends("rate_limited", note="limit")
    assert table.task.status is Status.IN_PROGRESS


def test_a_blocked_task_that_is_reverted_asks_no_more(table: Table) -> None:
    table.says(Blocked(text="no key"))
    table.ends()
    table.ask(c.Decide(task="q/T", decision="revert", reason="no", by="ana"))
    assert open_questions(table.task) == ()


def test_an_answer_while_the_blocked_agent_still_runs_is_no_reset(table: Table) -> None:
    table.says(Blocked(text="no key"))
    answered = table.answers("in the vault")
    assert answered == (e.QuestionAnswered(task="q/T", question="Q1", text="in the vault", by="ana"),)
    table.ends()
    assert table.task.status is Status.IN_PROGRESS


# -- beside others -------------------------------------------------------------------------------------------------


@pytest.fixture
def race() -> Race:
    return Race()


def test_one_of_several_that_says_it_is_blocked_is_given_up_once_its_iteration_is_over(race: Race) -> None:
    race.says(Blocked(text="no key"))
    assert [*race.task.rivals] == [2]
    race.ends()
    assert race.given_up() == "its agent says that it is blocked (Q1): no key"
    assert open_questions(race.task) == ()


def test_a_clean_exit_of_one_of_several_is_no_claim_while_its_question_holds() -> None:
    race = Race(promise=None)
    race.says(AskPerson(text="which?"))
    race.ends("claimed")
    assert race.lane.attempt is not None
    assert (race.lane.attempt.claimed, race.lane.awaits, race.task.awaits) == (False, ["Q1"], [])
    assert "question to a person (Q1)" in race.lane.note
    assert race.lane.attempt.idle == []
    race.tell(*race.goes_on())
    assert race.given_up() == "waits for an answer to Q1"


def test_one_of_several_that_is_answered_in_time_goes_on_with_the_answer_in_its_prompt(race: Race) -> None:
    race.says(AskPerson(text="which?"))
    assert [q.id for q in open_questions(race.task)] == ["Q1"]
    race.ends()
    assert race.answers() == (e.QuestionAnswered(task="q/T", question="Q1", text="80", by="ana"),)
    assert race.lane.awaits == []
    begun = race.goes_on()[0]
    assert isinstance(begun, e.IterationStarted)
    assert (begun.attempt, begun.iteration) == (2, 2)
    assert prompt_input(race.world, race.lane, race.seat).answers == (("which?", "80"),)


def test_a_report_of_one_of_several_is_answered_while_it_runs_and_it_is_not_given_up(race: Race) -> None:
    race.says(Blocked(text="no key"))
    assert [q.blocked for q in open_questions(race.task)] == [True]
    assert race.answers() == (e.QuestionAnswered(task="q/T", question="Q1", text="80", by="ana"),)
    race.ends()
    assert [*race.task.rivals] == [2]


def test_one_of_several_is_told_what_became_of_its_question(race: Race) -> None:
    note = race.note(AskPerson(text="which?"), "w1")
    assert race.reply(note, race.outcome(note)).text == "Q1 waits for a person"
    race.answers()
    assert race.reply(note, race.outcome(note)).answer == "80"


def test_what_two_side_by_side_ask_alike_each_of_them_waits_for(race: Race) -> None:
    race.says(AskPerson(text="which?"))
    race.speaks = 1
    race.says(AskPerson(text="which?"))
    assert [(q.id, q.attempt) for q in open_questions(race.task)] == [("Q1", 2), ("Q2", 1)]
    for race.speaks in (2, 1):
        race.ends()
    assert (race.task.awaits, race.task.rivals[2].awaits) == (["Q2"], ["Q1"])


def test_who_becomes_the_tasks_own_waits_for_its_own_question_and_no_other(race: Race) -> None:
    race.says(AskPerson(text="which?"))
    race.ends()
    race.speaks = 1
    race.says(AskPerson(text="who?"))
    race.ends()
    race.tell(e.RivalLeft(task="q/T", attempt=1, reason="given up"))
    assert race.task.awaits == ["Q1"]
    assert race.goes_on() == (e.TaskReleased(task="q/T", reason="waits for an answer to Q1"),)


# -- replies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "text"),
    [
        (Progress(text="x"), "noted"),
        (AskPerson(text="x"), "Q1 waits for a person"),
        (Blocked(text="x"), "Q1 waits for a person"),
        (ProposeTask(title="x"), "P1 waits for a person"),
        (Learn(text="x"), "recorded as L1"),
    ],
)
def test_the_speaker_is_told_what_became_of_its_word(table: Table, word: Word, text: str) -> None:
    note = table.note(word, "w1")
    reply = table.reply(note, table.outcome(note))
    assert (reply.ok, reply.text, reply.answer) == (True, text, None)


def test_who_asks_again_hears_the_answer_and_who_is_refused_hears_why(table: Table) -> None:
    note = table.note(AskPerson(text="x"), "w1")
    table.outcome(note)
    table.answers()
    again = table.reply(note, table.outcome(note))
    assert (again.ok, again.answer, again.by) == (True, "80", "ana")
    assert not table.reply(note, c.Refusal("no")).ok
    table.tell(e.AttemptEnded(task="q/T", attempt=1, reason="over"))
    assert table.reply(note, ()).text == "noted"


def test_an_agent_told_not_to_does_not_talk() -> None:
    agents = {"a": AgentSettings(name="a"), "n": AgentSettings(name="n", talk="none")}
    assert [talks(Settings(agents=agents), name) for name in ("a", "n", "nobody")] == [True, False, False]


# -- what names nothing --------------------------------------------------------------------------------------------


def test_words_of_attempts_that_are_gone_leave_no_trace(table: Table) -> None:
    table.tell(e.AttemptEnded(task="q/T", attempt=1, reason="over"))
    before = table.world.talked
    about = {"task": "q/T", "attempt": 1, "iteration": 1, "word": "w"}
    table.tell(e.AgentReported(**about, text="x"), e.AgentAsked(**about, question="Q7", text="x"))  # type: ignore[arg-type]
    table.tell(e.AgentProposed(**about, proposal="P7", queue="q", spec=TaskSpec(id="N")))  # type: ignore[arg-type]
    table.tell(e.QuestionAnswered(task="q/none", question="Q1", text="x", by="y"))
    assert (table.world.talked, table.task.questions, table.world.proposals) == (before, [], {})


def test_a_number_no_version_of_ours_gave_is_no_number(table: Table) -> None:
    table.tell(e.AgentAsked(task="q/T", attempt=1, iteration=1, word="w", question="odd", text="x"))
    assert table.world.talked == 0
