"""What running agents say and are told. Takes words in order and delivers replies; decides about neither."""

from collections.abc import Callable, Iterable

import anyio

from orchestrator.engine.parting import key_of
from orchestrator.model import commands as c
from orchestrator.model import effects as f
from orchestrator.model.talk import Question, Reply
from orchestrator.model.world import World
from orchestrator.policy.talk import answer_to
from orchestrator.ports.agents import Agents, RunKey


class Talk:
    """One process's conversations with the agents it runs."""

    def __init__(self, agents: Agents, wake: Callable[[], None]) -> None:
        self._agents, self._wake = agents, wake
        self.notes: list[c.NoteWord] = []
        """Said and not yet recorded, in order."""
        self._owed: dict[tuple[RunKey, str], Reply] = {}
        self._answered: set[str] = set()
        self._stirred = anyio.Event()

    def overhear(self, note: c.NoteWord) -> None:
        """Take a word."""
        self.notes.append(note)
        self._wake()

    def reply(self, key: RunKey, word: str, reply: Reply) -> None:
        """Owe a reply; one that is not delivered yet is replaced."""
        self._owed[key, word] = reply
        self._stirred.set()

    def pass_on(self, world: World, running: Iterable[f.Effect]) -> None:
        """Owe running agents what people have answered since."""
        for effect in running:
            if isinstance(effect, f.RunAgent):
                key = key_of(effect)
                for question in self._unheard(world, key):
                    self._answered.add(question.id)
                    self.reply(key, question.word, answer_to(question))

    def _unheard(self, world: World, key: RunKey) -> list[Question]:
        task = world.tasks.get(key.task)
        asked = task.questions if task is not None else []
        return [
            q
            for q in asked
            if q.answer and q.id not in self._answered and (q.attempt, q.iteration) == (key.attempt, key.iteration)
        ]

    async def deliver(self) -> None:
        """Deliver what is owed, for ever."""
        while True:
            await self._stirred.wait()
            self._stirred = anyio.Event()
            while self._owed:
                (key, word), reply = next(iter(self._owed.items()))
                del self._owed[key, word]
                await self._agents.reply(key, word, reply)
