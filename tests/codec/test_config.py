"""The configuration means what it says, and every mistake in it is told at once with its key."""

import pytest

from orchestrator.codec import config
from orchestrator.codec.config import read_settings
from orchestrator.errors import InvalidInputError
from orchestrator.model import conditions as c
from orchestrator.model.egress import Allowed
from orchestrator.model.kinds import Login, ProfileSettings
from orchestrator.model.prices import Price
from orchestrator.model.settings import Budget, Calendar, Permissions, ResourceSettings, RoleSettings, Settings
from orchestrator.model.specs import Add, RunAction, TaskSpec, Unlock

FULL = b"""
[project]
base = "main"
land = "branch"
workspace = "clone"
sandbox = ["wrapper", "--arg"]
setup = "npm ci --no-audit"
share = ["node_modules"]
copy = [".env"]
egress = ["example.org"]
patience = "10m"
orphan_timeout = "1h30m"
checkpoint = 900
agent = "claude"
rules = "docs/RULES.md"
[prompts]
Feature = "prompts/feature.md"
default = "prompts/task.md"
[agents.claude]
profile = "claude-code"
args = ["--model", "opus", "--model"]
timeout = "45m"
stall = "10m"
tool_timeout = "20m"
max_steps = 500
max_answers = 0
on_interrupt = "restart"
no_progress = 5
max_output = "1.5 GiB"
fallback = ["codex"]
concurrency = 3
account = "team"
model = "m"
env = {NAME = "value"}
pass_env = ["ANTHROPIC_API_KEY"]
home = "shared"
max_turns = 40
max_usd = 2.5
allow_dangerous = true
transport = "acp"
[agents.claude.permissions]
allow = ["read", "execute: npm test*"]
deny = "fetch"
ask = ["*"]
[profiles.house]
like = "claude"
program = "house-agent"
stream = "claude"
template = ["-p", "{id}", "{model}", "{args}"]
model = ["-m"]
assign = []
resume = ["--resume", "{session}"]
attach = ["--resume", "{session}"]
alone = []
held = "--inside"
dangerous = ["--yes"]
turns = ["--turns="]
budget = []
result = "out.json"
logins = [".house/auth.json", {path = ".house/settings.json", keep = ["user"]}]
folders = [".house"]
env = {HOUSE = "1"}
confined_env = {}
keys = ["HOUSE_KEY"]
version = ["version"]
can = ["cost"]
[agents.house]
[agents.codex]
[agents.script]
profile = "command"
command = ["./agent.sh", "-v", "-v"]
[accounts.team]
hours = ["22:00-06:00", "sat,sun 00:00-24:00 UTC"]
resume_after_limit = false
[roles]
featurebuilder = {agent = "claude", max_iterations = 50}
bugfix = "codex"
[checks.tests]
command = ["pytest", "-q", "--junitxml={report}", "{tests}"]
format = "junit"
pass_rate = 0.9
timeout = "15m"
[checks.lint]
command = "ruff check 'a b'"
format = "sarif"
max = {error = 0}
[checks.honest]
builtin = "honest"
[queues.backend]
workers = 2
checks = ["lint", "tests", "honest"]
agent = "claude"
base = "main"
repo = "api"
budget = {iterations = 7}
[repos.api]
path = "../api"
[prices."gpt-5*"]
input = 1.25
output = 10
[prices."x/y"]
input = 2
cached = 0
output = 8
[budget]
iterations = 200
usd = 50
per_day_usd = 100.5
tokens = 50_000_000
wall = "8h"
[resources]
staging = 2
[calendar]
day = "6h"
week = "4d"
[people.ana]
roles = ["ops-lead"]
notify = ["mailto://a@example.org"]
[actions.announce]
command = ["./announce.sh"]
[notify]
urls = ["slack://x"]
on = ["blocked", "gate"]
[train]
window = 2
[retention]
records = "30d"
size = "2 GiB"
landed = "forever"
superseded = "365d"
caches = 0
[store]
url = "nats://host:4222/project"
[[triggers]]
id = "ship-ui"
when = {all = ["api/A-1", {at = 2026-03-01T09:00:00Z}]}
do = [{unlock = "frontend"}, {run = "announce"}, {add = {queue = "qa", task = {id = "T", estimate = "1w"}}}]
[[gates]]
id = "infra"
requires = {queue = "backend"}
approvers = ["ops-lead"]
escalate = [{after = "30m", notify = "ops"}]
deadline = 2026-03-01T17:00:00Z
"""


def read(text: str, path: str = "orchestrator.toml") -> Settings:
    return read_settings(text.encode(), path=path)


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(InvalidInputError) as caught:
        read(text)
    return caught.value.problems


def test_what_a_check_may_use_is_read_in_any_unit() -> None:
    text = (
        b"[checks.a]\ncommand = 'a'\nmemory = '1.5 GiB'\nprocesses = 9\nmax_output = '2k'\n[checks.b]\ncommand = 'b'\n"
    )
    checks = read_settings(text, path="x").checks
    assert (checks["a"].memory, checks["a"].processes, checks["a"].max_output) == (3 << 29, 9, 2048)
    assert (checks["b"].memory, checks["b"].processes, checks["b"].max_output) == (0, 4096, 64 << 20)
    assert read_settings(b"[checks.a]\ncommand = 'a'\nmemory = 7", path="x").checks["a"].max_output == 64 << 20


def test_a_check_may_be_a_review() -> None:
    settings = read_settings(
        b"[checks.a]\nagent = 'codex'\n[checks.b]\nprompt = 'look'\n[checks.c]\ncommand = 'c'", path="x"
    )
    assert [settings.checks[name].reviews for name in "abc"] == [True, True, False]
    assert (settings.checks["a"].agent, settings.checks["b"].prompt) == ("codex", "look")


def test_an_expression_goes_with_its_format() -> None:
    text = b"[checks.a]\ncommand = 'a'\nformat = 'regex'\npattern = '(?P<path>.*):(?P<line>[0-9]+): (?P<message>.*)'"
    assert read_settings(text, path="x").checks["a"].pattern.startswith("(?P<path>")


def test_every_section_is_read_without_a_warning() -> None:
    settings = read_settings(FULL, path="orchestrator.toml")
    assert settings.warnings == ()
    assert (settings.base, settings.land, settings.agent) == ("main", "branch", "claude")
    assert (settings.sandbox, settings.wrapper) == ("wrapper", ("wrapper", "--arg"))
    assert settings.setup == ("npm", "ci", "--no-audit")
    assert (settings.share, settings.copy) == (("node_modules",), (".env",))
    assert settings.egress == (Allowed("example.org"),)
    assert {check.egress for check in settings.checks.values()} == {settings.egress}
    assert (settings.patience_s, settings.orphan_timeout_s, settings.checkpoint_s) == (600, 5400, 900)
    assert (settings.rules, settings.templates) == ("docs/RULES.md", {})
    assert settings.prompts == {"feature": "prompts/feature.md", "default": "prompts/task.md"}
    claude = settings.agents["claude"]
    assert (claude.profile, claude.args, claude.timeout_s) == ("claude-code", ("--model", "opus", "--model"), 2700)
    assert (claude.env, claude.home, claude.concurrency) == ({"NAME": "value"}, "shared", 3)
    assert (claude.tool_timeout_s, claude.max_steps, claude.max_answers) == (1200, 500, 0)
    assert (claude.max_output, claude.on_interrupt, claude.no_progress) == (3 << 29, "restart", 5)
    assert claude.transport == "acp"
    assert claude.permissions == Permissions(allow=("read", "execute: npm test*"), deny=("fetch",), ask=("*",))
    assert settings.agents["script"].command == ("./agent.sh", "-v", "-v")
    assert [window.text for window in settings.accounts["team"].hours] == ["22:00-06:00", "sat,sun 00:00-24:00 UTC"]
    assert not settings.accounts["team"].resume_after_limit
    assert settings.roles == {
        "featurebuilder": RoleSettings(agent="claude", max_iterations=50),
        "bugfix": RoleSettings(agent="codex"),
    }
    assert settings.checks["lint"].command == ("ruff", "check", "a b")
    assert settings.checks["lint"].max == {"error": 0}
    assert (settings.checks["tests"].format, settings.checks["tests"].pass_rate) == ("junit", 0.9)
    assert settings.checks["honest"].builtin == "honest"
    assert (settings.queues["backend"].workers, settings.queues["backend"].budget) == (2, Budget(iterations=7))
    assert settings.repos["api"].path == "../api"
    assert settings.budget == Budget(iterations=200, usd=50, per_day_usd=100.5, tokens=50_000_000, wall_s=28_800)
    assert settings.prices["gpt-5*"] == Price(model="gpt-5*", input=1.25, cached=1.25, output=10)
    assert settings.prices["x/y"] == Price(model="x/y", input=2, cached=0, output=8)
    assert (settings.resources, settings.train_window) == ({"staging": 2}, 2)
    assert settings.calendar == Calendar(day_s=21_600, week_days=4)
    assert settings.actions == {"announce": ("./announce.sh",)}
    assert settings.store == "nats://host:4222/project"


def test_triggers_and_gates_of_the_configuration_name_it_as_their_source() -> None:
    settings = read_settings(FULL, path="orchestrator.toml")
    (trigger,), (gate,) = settings.triggers, settings.gates
    assert trigger.when == c.All((c.TaskIs("api/A-1"), c.TimeReached(1_772_355_600_000)))
    assert trigger.do == (
        Unlock("frontend"),
        RunAction("announce"),
        Add("qa", TaskSpec(id="T", estimate_s=4 * 6 * 3600)),
    )
    assert (trigger.source, gate.source) == ("orchestrator.toml", "orchestrator.toml")
    assert (gate.requires, gate.quorum, gate.deadline) == (c.QueueIs("backend"), 1, 1_772_384_400_000)


def test_nothing_configured_is_every_default() -> None:
    assert read("") == Settings()
    assert read("\ufeff# only a comment\r\n") == Settings()


def test_an_agent_named_like_its_program_needs_no_profile() -> None:
    settings = read("[agents.Claude]\n[agents.codex]\n[agents.own]\ncommand = './x'")
    assert [agent.profile for agent in settings.agents.values()] == ["claude-code", "codex", "command"]


def test_a_kind_of_ones_own_says_what_differs_and_nothing_else() -> None:
    settings = read_settings(FULL, path="orchestrator.toml")
    house = settings.profiles["house"]
    assert (house.like, house.program, house.model) == ("claude-code", "house-agent", ("-m",))
    assert (house.assign, house.held, house.confined_env) == ((), ("--inside",), {})
    assert house.logins == (Login(".house/auth.json"), Login(".house/settings.json", keep=("user",)))
    assert settings.agents["house"].kind is house
    plain = read("[profiles.claude]\nenv = {A = 'b'}\n[agents.claude]\n[agents.other]\nprofile = 'codex'")
    assert plain.profiles == {"claude-code": ProfileSettings(name="claude-code", like="claude-code", env={"A": "b"})}
    assert plain.agents["claude"].kind is plain.profiles["claude-code"]
    assert plain.agents["other"].kind is None


def test_how_long_the_past_is_kept_may_be_for_ever() -> None:
    day = 86_400.0
    wanted = read_settings(FULL, path="x").retention
    assert (wanted.records_s, wanted.size, wanted.landed_s) == (30 * day, 2 << 30, None)
    assert (wanted.superseded_s, wanted.caches_s) == (365 * day, 0)
    default = read("").retention
    assert (default.records_s, default.size, default.superseded_s) == (90 * day, 0, None)


def test_a_week_may_be_a_number_of_days() -> None:
    assert read("[calendar]\nweek = 4").calendar == Calendar(week_days=4)


def test_pyproject_holds_it_under_tool_orchestrator() -> None:
    text = "[project]\nname = 'x'\n[tool.orchestrator.project]\nbase = 'trunk'\n[tool.orchestrator]\nbugdet = 1"
    settings = read(text, "sub/pyproject.toml")
    assert settings.base == "trunk"
    assert settings.warnings == ("tool.orchestrator.bugdet is not known and ignored; did you mean budget?",)
    assert read("[tool]\nx = 1", "pyproject.toml") == Settings()
    with pytest.raises(InvalidInputError, match="not a table"):
        read("[tool]\norchestrator = 3", "pyproject.toml")


def test_unknown_keys_warn_with_the_nearest_known_name() -> None:
    settings = read("[agents.claude]\ntimout = '5m'\n[nonsense]\n[checks.t]\ncommand='x'\nzzz = 1")
    assert settings.warnings == (
        "nonsense is not known and ignored",
        "agents.claude.timout is not known and ignored; did you mean timeout?",
        "checks.t.zzz is not known and ignored",
    )


def test_all_mistakes_are_told_at_once_with_their_keys() -> None:
    found = problems(
        "budget = 3\n[project]\nland = 'merg'\npatience = 'soon'\nshare = ['../x']\n"
        "[agents.a]\ncommand = 5\n[agents.b]\n[checks.'no/good']\n[checks.t]\ntimeout = '0s'\n[queues]\nq = 1"
    )
    said = "\n".join(found)
    for part in (
        'orchestrator.toml: project.land is "merg"; write one of merge, branch, pr; did you mean merge?',
        "budget is 3",
        'project.patience is "soon"; write a duration',
        "project.share",
        "agents.a.command is 5; write a command",
        "agents.b.command is missing",
        "checks.no/good is no usable name",
        "checks.t.command is missing",
        'checks.t.timeout is "0s"',
        "queues.q is 1; write an object",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[project]\nsandbox = []", "project.sandbox"),
        ("[project]\nrules = '/etc/passwd'", "project.rules"),
        ("[prompts]\nfeature = '../feature.md'", "prompts.feature"),
        ("prompts = 'x'", "prompts is"),
        ("[project]\negress = ['https://a.example']", "project.egress"),
        ("[project]\negress = [1]", '"127.0.0.1:8080"'),
        ("[project]\nsandbox = 'vm'", "auto, none, landlock, bwrap"),
        ('[project]\nsetup = "npm \'ci"', "project.setup"),
        ("[agents.a]\ncommand = ''", "agents.a.command"),
        ("[agents.a]\ncommand = ['a', 1]", "agents.a.command"),
        ("[agents.a]\ncommand = 'a'\nenv = {A = 1}", "agents.a.env"),
        ("[agents.a]\ncommand = 'a'\nenv = 1", "agents.a.env"),
        ("[agents.a]\ncommand = 'a'\nconcurrency = -1", "agents.a.concurrency"),
        ("[agents.a]\ncommand = 'a'\nmax_turns = 0", "agents.a.max_turns"),
        ("[agents.a]\ncommand = 'a'\nmax_output = '0MB'", "agents.a.max_output"),
        ("[agents.a]\ncommand = 'a'\nmax_output = 'much'", 'as "64MiB"'),
        ("[agents.a]\ncommand = 'a'\nmax_output = 0", "agents.a.max_output"),
        ("[profiles.a]\nprogramm = 'x'", "profiles.a.programm is not known; did you mean program?"),
        ("[profiles.a]\nlogins = ['../x']", "write paths below HOME"),
        ("[profiles.a]\nlogins = [{path = 'x', kep = ['a']}]", "profiles.a.logins"),
        ("[profiles.a]\nlogins = [{path = 'x', keep = 1}]", "profiles.a.logins"),
        ("[profiles.a]\nfolders = '/etc'", "profiles.a.folders"),
        ("[profiles.a]\nresume = 5", "profiles.a.resume"),
        ("[profiles.command]\nprogram = 'x'", "give yours a name of its own"),
        ("[profiles.claude]\n[profiles.claude-code]", "keep one of them"),
        ("[roles]\nx = {}", "roles.x.agent"),
        ("[checks.a]\ncommand = 'a'\nbuiltin = 'honest'", "remove one"),
        ("[checks.a]\nagent = 'a'\ncommand = 'a'", "remove one"),
        ("[checks.a]\ncommand = 'a'\noptions = {x = 1}", "name it in plugin, or remove them"),
        ("[checks.a]\nplugin = 'a'\noptions = 3", "checks.a.options"),
        ("[checks.a]\nprompt = 'a'\nbuiltin = 'honest'", "remove one"),
        ("[checks.a]\nbuiltin = 'honst'", "did you mean honest?"),
        ("[agents.claude]\ntransport = 'streams'", "write one of stream, acp; did you mean stream?"),
        (
            "[agents.claude.permissions]\nalow = ['*']",
            "claude.permissions.alow is not known; did you mean allow?",
        ),
        (
            "[agents.claude.permissions]\ndeny = ['exec: rm *']",
            'permissions.deny has "exec: rm *", and exec is no kind of tool; begin with one of read, edit',
        ),
        ("[agents.claude.permissions]\ndeny = ['fetsh']", "fetsh is no kind of tool; did you mean fetch?"),
        ("[agents.claude]\npermissions = ['fetch']", "permissions is"),
        ("[checks.a]\ncommand = 'a'\npass_rate = 90", "checks.a.pass_rate"),
        ("[checks.a]\ncommand = 'a'\nformat = 'regex'", "checks.a.pattern is null; write an expression"),
        ("[checks.a]\ncommand = 'a'\npattern = 'x'", 'it goes with format = "regex"'),
        ("[checks.a]\ncommand = 'a'\nformat = 'regex'\npattern = '('", "as Python's re reads it"),
        ("[checks.a]\ncommand = 'a'\nformat = 'regex'\npattern = '(?P<path>x)'", "name the group (?P<message>...)"),
        ("[checks.a]\ncommand = 'a'\nformat = 'regex'\npattern = '(?P<message>x)(?P<l>)'", "others only of line,"),
        ("[checks.a]\ncommand = 'a'\nmemory = '4 apples'", 'checks.a.memory is "4 apples"; write a size'),
        ("[checks.a]\ncommand = 'a'\nmemory = '4000g'", "checks.a.memory"),
        ("[checks.a]\ncommand = 'a'\nmax_output = -1", "checks.a.max_output"),
        ("[queues.a]\nworkers = 0", "queues.a.workers"),
        ("[queues.a]\nhours = 'at night'", "queues.a.hours"),
        ("[accounts.a]\nresume_after_limit = 'no'", "accounts.a.resume_after_limit"),
        ("[queues.a]\nworkers = 5000", "at most 1024"),
        ("[queues.a]\nbudget = {usd = true}", "queues.a.budget.usd"),
        ("[repos.a]", "repos.a.path"),
        ("[budget]\nwall = 'x'", "budget.wall"),
        ("[budget]\nusd = nan", "budget.usd"),
        ("[budget]\ntokens = true", "budget.tokens"),
        ("[prices.'m']\ninput = 1", "prices.m.output is missing"),
        ("[prices.'m']\ninput = 'x'\noutput = 1", "prices.m.input"),
        ("[prices.'']\ninput = 1\noutput = 1", "a model's name"),
        ("[prices]\nm = 1", "prices.m is 1"),
        ("[resources]\na = 0", "resources.a"),
        ("[calendar]\nday = '25h'", "at most 24h"),
        ("[calendar]\nweek = '5h'", "calendar.week"),
        ("[train]\nwindow = 99", "at most 16"),
        ("[retention]\nrecords = 'x'", "retention.records"),
        ("[retention]\nsize = 0", "retention.size"),
        ("[actions.a]", "actions.a.command"),
        ("[store]\nurl = 'http://x'", "store.url"),
        ("[notify]\nurls = [1]", "notify.urls"),
        ("[people]\nana = 'x'", "people.ana"),
        ("agents = []", "agents is []"),
        ("[[triggers]]\nid = 'a'", "trigger a: when is null"),
        ("[[gates]]\nid = 'a'\nquorum = 1", "name in approvers"),
        ("a = 1\na = 2", "line 2, column"),
        ("[project\n", "line 1, column"),
        ("x = ", "line 1, column"),
        ("x = " + "[" * 5000, "nested too deeply"),
        ("x = " + "9" * 5000, "smaller number"),
    ],
)
def test_a_mistake_names_its_key_or_place(text: str, says: str) -> None:
    found = problems(text)
    assert any(says in problem for problem in found), found
    assert all(problem.startswith("orchestrator.toml: ") for problem in found)


def test_what_is_not_utf_8_or_endless_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInputError, match="line 2: not UTF-8"):
        read_settings(b"\n\xff", path="orchestrator.toml")
    monkeypatch.setattr(config, "MAX_BYTES", 3)
    with pytest.raises(InvalidInputError, match="at most 3"):
        read("x = 1")


def test_no_hosts_are_not_the_same_as_nothing_said_and_a_check_may_have_its_own() -> None:
    text = b"[project]\negress = []\n[checks.a]\ncommand = 'a'\n[checks.b]\ncommand = 'b'\negress = 'pypi.org'\n"
    settings = read_settings(text, path="orchestrator.toml")
    assert settings.egress == ()
    assert [settings.checks[name].egress for name in "ab"] == [(), (Allowed("pypi.org"),)]
    assert read_settings(b"", path="orchestrator.toml").egress is None


def test_a_resource_is_a_number_of_places_or_is_described() -> None:
    text = b"""
    [resources]
    staging = 2
    [resources."service:auth"]
    title = "logins"
    owner = "platform"
    files = ["src/auth/**"]
    [resources.gpu]
    places = 4
    """
    settings = read_settings(text, path="orchestrator.toml")
    assert settings.resources == {"staging": 2, "service:auth": 1, "gpu": 4}
    assert settings.registry == {
        "service:auth": ResourceSettings(name="service:auth", title="logins", owner="platform", files=("src/auth/**",)),
        "gpu": ResourceSettings(name="gpu", places=4),
    }


@pytest.mark.parametrize("name", ["db:read", "gpu=2", " "])
def test_a_resource_is_not_named_as_tasks_take_it(name: str) -> None:
    with pytest.raises(InvalidInputError, match="is no usable name; leave out `:read` and `=`"):
        read_settings(f'[resources]\n"{name}" = 1\n'.encode(), path="orchestrator.toml")
