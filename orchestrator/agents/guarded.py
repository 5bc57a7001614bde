"""Agents under guard: starts them, adopts those that outlived their starter, reads how they ended.

Theory of operation. A run folder answers every question. Its guardian's lock says whether the tree lives, `exit.json`
that it ended, `stopped.json` that we ended it and why. So `run` first looks:

    running                       wait for it (another process, or we before a crash, started it); where its agent's
                                  `on_interrupt` says so, one that was taken over is ended and reads as cut short
    ended                         read the end again; the agent is not called twice
    ended by hand or as an orphan cut short: move the records aside and start again, saying so in the prompt
    gone, a guardian was there    cut short as well
    gone, nobody was there        start

A run whose program could not be started is a fault: its records are moved aside and FaultError tells what to do; the
next `run` starts afresh. Whatever else ended it, a limit or a login among them, is an outcome that policy judges.
Nothing here decides whether work is good: a claim only starts the verifier.
"""

import contextlib
from pathlib import Path
from typing import Protocol, assert_never

import msgspec
from anyio import to_thread

from orchestrator.agents import bridging, replaying, sessions, talking
from orchestrator.agents.calling import UNATTENDED, Call, Profile
from orchestrator.agents.diagnosis import BY_ITS_GUARDIAN, Sight, why, write_diagnosis
from orchestrator.agents.endings import Ended
from orchestrator.agents.folders import CONFIG, PROMPT, STDERR, TRANSCRIPT, RunFolder
from orchestrator.agents.homes import house, leave
from orchestrator.agents.profiles import profile_of
from orchestrator.agents.redact import Redactor, redact_folder, redaction, secrets_of
from orchestrator.agents.replaying import as_played
from orchestrator.agents.spool import Spool, leave_reply
from orchestrator.agents.surroundings import Surroundings, environment, program, variables
from orchestrator.agents.vetting import why_dangerous
from orchestrator.agents.watchdogs import Watchdogs
from orchestrator.errors import FaultError
from orchestrator.files.zone import local_zone
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.model.talk import Heard, Learn, Reply
from orchestrator.policy.learnings import said_in_passing
from orchestrator.policy.staffing import agent_settings
from orchestrator.ports.agents import AgentEnd, Hear, Job, Life, RunKey, unheard
from orchestrator.ports.runner import End, Launch, Level, Place, Runner, Watch
from orchestrator.ports.workspace import AttemptKey

_CANNOT_START = frozenset({126, 127})
_CUT_SHORT = frozenset({"orphaned", "lost"})


class Places(Protocol):
    """The part of `Trees` that says where an attempt's agent works."""

    def place(self, key: AttemptKey, run_dir: str) -> Place:
        """Give the place of the attempt."""
        ...


class GuardedAgents:
    """The real `Agents`. `project` is the project's root; run folders are made below its `.aibrain/runs`."""

    def __init__(
        self,
        settings: Settings,
        runner: Runner,
        places: Places,
        project: str,
        surroundings: Surroundings,
        runs: Path | None = None,
    ) -> None:
        self._settings = settings
        self._runner = runner
        self._places = places
        self._project = Path(project)
        self._around = surroundings
        self._runs = runs or self._project / ".aibrain" / "runs"

    async def run(self, job: Job, hear: Hear = unheard) -> AgentEnd:
        """Start, adopt or read; see the theory above. Cancelling leaves the agent running."""
        agent = self._agent(job.agent)
        folder = RunFolder(self._runs, job.key)
        await to_thread.run_sync(self._set_aside, folder, agent, job)
        await self._interrupt(folder, agent, job)
        spool = Spool(folder, Redactor(self._secrets(agent)), hear)
        end = await self._to_the_end(folder, agent, job, spool)
        if end.reason in _CUT_SHORT:  # it died under our eyes: once more, and a second time counts
            end = await self._to_the_end(folder, agent, job, spool)
        ended = await to_thread.run_sync(self._look, folder, agent, job, end)
        if ended.forgot_session():  # what was to be gone on with is unknown to it: once more, afresh
            await to_thread.run_sync(self._forget, folder)
            end = await self._to_the_end(folder, agent, job, spool)
            ended = await to_thread.run_sync(self._look, folder, agent, job, end)
        if agent.talk != "none":
            for number, text in enumerate(said_in_passing(ended.result.final, folder.prompt()), start=1):
                hear(Heard(f"final-{number}", Learn(text=text)))
        return await to_thread.run_sync(self._conclude, folder, agent, ended)

    async def set_aside(self, key: RunKey) -> None:
        """Move the records of a run that ended aside: the next `run` starts afresh, in a session of its own."""
        await to_thread.run_sync(self._forget, RunFolder(self._runs, key))

    async def life(self, key: RunKey) -> Life:
        """Look at a run without touching it; one that was cut short is gone, whatever its guardian wrote down."""
        folder = RunFolder(self._runs, key)
        life = await self._runner.life(str(folder.path))
        return Life.GONE if life is Life.ENDED and await self._is_cut_short(folder, life) else life

    async def stop(self, key: RunKey) -> None:
        """End the run's whole process tree; nothing to do where none lives."""
        path = str(RunFolder(self._runs, key).path)
        if await self._runner.life(path) is Life.RUNNING:
            await self._runner.stop(path)

    async def reply(self, key: RunKey, word: str, reply: Reply) -> None:
        """Leave a reply where the run's agent can read it."""
        await to_thread.run_sync(leave_reply, RunFolder(self._runs, key), word, reply)

    def sandbox(self, task: str) -> str:  # noqa: ARG002  # the port's shape: one level serves all queues
        """Name the level agents get."""
        return self._runner.level().value

    async def _to_the_end(self, folder: RunFolder, agent: AgentSettings, job: Job, spool: Spool) -> End:
        life = await self._runner.life(str(folder.path))
        if await self._is_cut_short(folder, life):
            await to_thread.run_sync(self._shelve, folder, agent, job, "cut")
            life = Life.GONE
        if life is Life.GONE:
            launch = await to_thread.run_sync(self._prepare, folder, agent, job)
            await self._runner.start(launch)
        return await spool.heard_during(self._follow(folder, agent, job))

    async def _interrupt(self, folder: RunFolder, agent: AgentSettings, job: Job) -> None:
        """End what lives and is not to be adopted: as one that was cut short it starts again, with what it did."""
        path = str(folder.path)
        if job.taken_over and agent.on_interrupt != "adopt" and await self._runner.life(path) is Life.RUNNING:
            await self._runner.stop(path)

    async def _is_cut_short(self, folder: RunFolder, life: Life) -> bool:
        match life:
            case Life.RUNNING:
                return False
            case Life.GONE:
                return folder.started()
            case Life.ENDED:
                _, end = await self._runner.wait(str(folder.path))
                reason = "lost" if end is None else end.reason
                return reason in _CUT_SHORT or (reason == "stopped" and not folder.marked())
            case _:
                assert_never(life)

    async def _follow(self, folder: RunFolder, agent: AgentSettings, job: Job) -> End:
        limit = job.timeout_s or agent.timeout_s or None
        dogs = Watchdogs(folder.file(TRANSCRIPT), as_played(profile_of(agent), folder).stream, agent)
        watch, end = await self._runner.wait(str(folder.path), timeout_s=limit, watchdog=dogs)
        if watch is Watch.ENDED:
            if end is not None and end.reason in BY_ITS_GUARDIAN:
                await self._diagnose(folder, agent, job, (f"ended because {BY_ITS_GUARDIAN[end.reason]}", dogs))
            return end or End(reason="lost")
        text = await self._diagnose(folder, agent, job, (why(watch, agent, limit, dogs), dogs))
        await to_thread.run_sync(folder.mark, watch.value, text)
        return await self._runner.stop(str(folder.path))

    async def _diagnose(self, folder: RunFolder, agent: AgentSettings, job: Job, found: tuple[str, Watchdogs]) -> str:
        """Write down what there is to be seen of a run; gives the line that says why, without secrets."""
        said, dogs = found
        sight = Sight(dogs, await self._runner.processes(str(folder.path)), Redactor(self._secrets(agent)))
        text = sight.redactor.text(said)
        with contextlib.suppress(OSError):  # without room for a diagnosis it is stopped all the same
            await to_thread.run_sync(write_diagnosis, folder, job.key, agent, text, sight)
        return text

    # -- before ----------------------------------------------------------------------------------------------------

    def _agent(self, name: str) -> AgentSettings:
        agent = agent_settings(self._settings, name)
        if agent is None:
            raise FaultError(f"agent {name} is not defined; add [agents.{name}] to orchestrator.toml")
        return agent

    def _prepare(self, folder: RunFolder, agent: AgentSettings, job: Job) -> Launch:
        """Make the folder, the prompt and the home; the program is looked for before anything is written."""
        profile = profile_of(agent)
        level = self._runner.level()
        place = self._places.place(AttemptKey(job.key.task, job.key.attempt), str(folder.path))
        defaults = {**UNATTENDED, **profile.env, **({} if level is Level.L0 else profile.confined_env)}
        if profile.config_at:
            defaults[profile.config_at] = str(folder.file(CONFIG))
        own = variables(job, place.project, str(folder.path))
        env = environment(self._around.environ, agent, defaults, own)
        if job.briefing is not None:
            env["PATH"] = talking.on_path(folder, env["PATH"])
        self._argv(profile, agent, place, env["PATH"], Call())
        folder.make()
        server = talking.mcp_server(folder, place, level) if job.briefing is not None else None
        if profile.config_at:
            folder.stage(CONFIG, talking.config(profile, server))
        call = sessions.chosen(folder, profile, place.seen_as, job.session)
        whole = msgspec.structs.replace(
            call,
            prompt=str(folder.file(PROMPT)),
            scratch=str(folder.file("scratch")),
            mcp=talking.mcp_words(folder, profile, server),
        )
        argv = self._argv(profile, agent, place, env["PATH"], whole)
        prompt = _asked(folder, job, profile, call)
        if not argv:
            argv = replaying.stage(folder, agent, self._project, job.key.task, prompt)
        elif agent.transport == "acp":
            argv = bridging.stage(folder, agent, place, level, whole, argv)
        home, place = house(folder, profile, agent, place, Path(self._around.home))
        if job.briefing is not None:
            talking.stage(folder, job.briefing)
        folder.write(PROMPT, prompt.encode())
        return Launch(
            run_dir=str(folder.path),
            argv=argv,
            env=env,
            place=place,
            home=home,
            tmp=str(folder.file("tmp")),
            stdin=str(folder.file(PROMPT)),
            stdout=str(folder.file(TRANSCRIPT)),
            stderr=str(folder.file(STDERR)),
            passes_on=agent.transport == "acp",
            orphan_timeout_s=self._settings.orphan_timeout_s,
            redact=redaction(self._secrets(agent)),
            max_output=agent.max_output + agent.max_output // 4,  # the watchdog, which says why, comes first
        )

    def _argv(self, profile: Profile, agent: AgentSettings, place: Place, path: str, call: Call) -> tuple[str, ...]:
        level = self._runner.level()
        argv = profile.argv(agent, level, call)
        refused = why_dangerous(agent, profile, level)
        if refused:
            raise FaultError(refused)
        return (program(argv[0], place, level, agent.name, path), *argv[1:]) if argv else ()

    # -- after -----------------------------------------------------------------------------------------------------

    def _set_aside(self, folder: RunFolder, agent: AgentSettings, job: Job) -> None:
        """Move aside the ends the journal has on record for this iteration, to go on after them."""
        if folder.shelves("ended") < job.resumes and folder.file("exit.json").exists():
            self._shelve(folder, agent, job, "ended")

    def _shelve(self, folder: RunFolder, agent: AgentSettings, job: Job, kind: str) -> None:
        place = self._places.place(AttemptKey(job.key.task, job.key.attempt), str(folder.path))
        if kind == "cut" and agent.on_interrupt == "restart":
            sessions.forget(folder)
        else:
            sessions.note_session(folder, as_played(profile_of(agent), folder), place.seen_as)
        folder.shelve(kind)

    def _forget(self, folder: RunFolder) -> None:
        sessions.forget(folder)
        folder.shelve("fault")

    def _look(self, folder: RunFolder, agent: AgentSettings, job: Job, end: End) -> Ended:
        profile = as_played(profile_of(agent), folder)
        theirs = Path(self._around.home)
        secrets = self._secrets(agent)
        if agent.home != "shared":
            secrets |= secrets_of({}, agent, profile, folder.file("home"))  # a token it refreshed
        leave(folder, profile, agent, theirs)
        folder.tidy()
        redact_folder(folder, secrets)
        return Ended(folder, profile, job, end, local_zone(self._around.environ.get("TZ", "")))

    def _secrets(self, agent: AgentSettings) -> set[str]:
        return secrets_of(self._around.environ, agent, profile_of(agent), Path(self._around.home))

    def _conclude(self, folder: RunFolder, agent: AgentSettings, ended: Ended) -> AgentEnd:
        self._raise_fault(folder, agent, ended)
        return ended.as_end()

    def _raise_fault(self, folder: RunFolder, agent: AgentSettings, ended: Ended) -> None:
        """Tell the environment's failures from the agent's; their records move aside so that the next run starts."""
        name, end = agent.name, ended.end
        if end.reason.startswith("cannot start"):
            folder.shelve("fault")
            raise FaultError(f"agent {name} {end.reason}; correct [agents.{name}]")
        if not end.reason and end.code in _CANNOT_START:
            said = ended.last_error()
            folder.shelve("fault")
            meaning = "command not found" if end.code == 127 else "not executable"  # noqa: PLR2004  # as shells define it
            raise FaultError(
                f"agent {name} ended with {end.code} ({meaning}){': ' + said if said else ''}; install what is missing "
                f"or correct [agents.{name}]"
            )


def _asked(folder: RunFolder, job: Job, profile: Profile, call: Call) -> str:
    if not folder.cuts() and not job.interrupted:
        return job.prompt
    done = "" if call.resume else sessions.summary(folder, profile)
    return f"{sessions.INTERRUPTED}{done}\n{job.prompt}"
