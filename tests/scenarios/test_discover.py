"""What checks find becomes tasks, and a task is done when what it is to mend is gone."""

import json

import pytest

from tests.scenarios.conftest import Shop

pytestmark = pytest.mark.slow

MARKS = """\
#!/usr/bin/env python3
import json, pathlib, sys
found = [
    {"ruleId": "X1", "level": "warning", "message": {"text": f"{line.strip()} is left over"},
     "locations": [{"physicalLocation": {"artifactLocation": {"uri": str(path)}, "region": {"startLine": number}}}]}
    for path in sorted(pathlib.Path(".").glob("*.py"))
    for number, line in enumerate(path.read_text().splitlines(), 1) if "XXX" in line
]
run = {"tool": {"driver": {"name": "marks"}}, "results": found}
pathlib.Path(sys.argv[1]).write_text(json.dumps({"version": "2.1.0", "runs": [run]}))
sys.exit(1 if found else 0)
"""
CHECK = '\n[checks.marks]\ncommand = ["./marks", "{report}"]\nformat = "sarif"\n'
MENDS = """\
case $iteration in
  1) echo "more = 1" > more.py ;;
  *) grep -v XXX main.py > new; mv new main.py ;;
esac
claims
"""


def test_a_task_made_of_a_finding_is_done_when_the_finding_is_gone(shop: Shop) -> None:
    shop.config(CHECK)
    shop.write("marks", MARKS, mode=0o755)
    shop.write("main.py", "open = True\n# XXX later\n")
    shop.write("side.py", "side = True\n# XXX never\n")
    shop.commit()
    said = shop.ask("discover", "--queue", "debt", "--check", "marks", "--json")
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    assert [(task["title"], task["priority"]) for task in answer["tasks"]] == [
        ("X1 in main.py: # XXX later is left over", 2),
        ("X1 in side.py: # XXX never is left over", 2),
    ]
    main, side = (task["id"] for task in answer["tasks"])
    assert shop.ask("skip", side, "--reason", "as it is").code == 0
    again = json.loads(shop.ask("discover", "--queue", "debt", "--check", "marks", "--json").out)
    assert (again["tasks"], again["known"]) == ([], 2)
    shop.play(main, MENDS)
    run = shop.run()
    assert run.code == 0, run.err
    verdicts = [event["verdict"] for event in shop.events("verdict.reached", task=main, merged=False)]
    assert verdicts == ["FAIL", "PASS"]
    assert "XXX" not in shop.git("show", "orchestrator/main:main.py")
