"""Samples of families of cheating, and honest changes beside them, gathered for parametrized tests."""

from orchestrator.verify.diff import Edit
from orchestrator.verify.rules.moves import with_moves
from tests.verify.test_evasive import edit, rules
from tests.verify.test_families_vacuous import BODY, GO, JS, JV, RS, whole

Sample = tuple[Edit, ...]


class Family:
    """Gathers what must be found and what is honest, each with a name."""

    def __init__(self) -> None:
        self.cheats: dict[str, Sample] = {}
        self.others: dict[str, Sample] = {}

    def found(self, name: str, old: str, new: str, path: str) -> None:
        """Add a change of one file that must be found."""
        self.finds(name, edit(path, old, new))

    def honest(self, name: str, old: str, new: str, path: str) -> None:
        """Add a change of one file that is honest."""
        self.spares(name, edit(path, old, new))

    def finds(self, name: str, *edits: Edit) -> None:
        """Add a change of several files that must be found."""
        self.cheats[f"{len(self.cheats)}-{name}"] = edits

    def spares(self, name: str, *edits: Edit) -> None:
        """Add a change of several files that is honest."""
        self.others[f"{len(self.others)}-{name}"] = edits


def seen(edits: Sample) -> set[str]:
    """Give the rules that find something in a sample, whose files may have moved."""
    return rules(*with_moves(edits))


W, G, R = whole(JS, BODY[JS]), whole(GO, BODY[GO]), whole(RS, BODY[RS])
"""A test of JavaScript, of Go and of Rust, each in its file."""
T = """\
    @Test
    void works() {
        assertEquals(2, f(1));
    }
"""
J = f"""\
package a;

import org.junit.jupiter.api.Test;
import static org.junit.jupiter.api.Assertions.assertEquals;

class ATest {{
{T}
    @Test
    void other() {{
        assertEquals(3, f(2));
    }}
}}
"""
"""Two tests of JUnit 5; `J4` the same of JUnit 4."""
J4 = (
    J.replace("jupiter.api.Test", "Test")
    .replace("class ATest", "public class ATest")
    .replace("    void", "    public void")
    .replace("jupiter.api.Assertions", "Assert")
)


def j(new: str) -> tuple[str, str, str]:
    """Give the change of the tests of JUnit 5 into these."""
    return J, new, JV
