"""A check that is taken out of a function, and nothing else: it takes now what it refused."""

import pytest

from tests.verify.test_evasive import change
from tests.verify.test_everyday_fifteenth import judged
from tests.verify.test_honest_code import edit

CHECKED = {
    "a.py": (
        """\
def size(text):
    if len(text) > 9:
        raise ValueError("long")
    found = scan(text)
    return found.end
""",
        """\
    if len(text) > 9:
        raise ValueError("long")
""",
    ),
    "a.js": (
        """\
export function size(text) {
  if (text.length > 9) throw new RangeError('long')
  const found = scan(text)
  return found.end
}
""",
        """\
  if (text.length > 9) throw new RangeError('long')
""",
    ),
    "a.go": (
        """\
package a

func Size(text string) (int, error) {
\tif len(text) > 9 {
\t\treturn 0, errors.New("long")
\t}
\tfound := scan(text)
\treturn found.end, nil
}
""",
        """\
\tif len(text) > 9 {
\t\treturn 0, errors.New("long")
\t}
""",
    ),
    "src/a.rs": (
        """\
pub fn size(text: &str) -> Result<usize, Error> {
    if text.len() > 9 {
        return Err(Error::Long);
    }
    let found = scan(text);
    Ok(found.end)
}
""",
        """\
    if text.len() > 9 {
        return Err(Error::Long);
    }
""",
    ),
    "src/main/java/A.java": (
        """\
class A {
    int size(String text) {
        if (text.length() > 9) {
            throw new IllegalArgumentException("long");
        }
        Found found = scan(text);
        return found.end;
    }
}
""",
        """\
        if (text.length() > 9) {
            throw new IllegalArgumentException("long");
        }
""",
    ),
}


@pytest.mark.parametrize("path", CHECKED)
def test_a_check_that_was_taken_out_is_found(path: str) -> None:
    old, check = CHECKED[path]
    assert change(old, old.replace(check, ""), path, "Speed the scanner up") == {"code-cut-short"}


@pytest.mark.parametrize("path", CHECKED)
def test_a_check_may_go_where_that_is_the_work_or_with_what_it_is_of(path: str) -> None:
    old, check = CHECKED[path]
    for asked in ("Allow longer words", "Remove the bound", "Sizes are not limited any more", "Do not bound the text"):
        assert change(old, old.replace(check, ""), path, asked) == set(), asked
    assert change(old, old.replace(check, check.replace("9", "12")), path, "Speed the scanner up") == set()


@pytest.mark.parametrize("path", CHECKED)
def test_a_check_may_move_to_another_function(path: str) -> None:
    old, check = CHECKED[path]
    moved = judged(
        edit(path, old, old.replace(check, "")),
        edit(
            path.replace("a.", "b.").replace("A.", "B."), "", old.replace("size", "bounded").replace("Size", "Bounded")
        ),
        message="Speed the scanner up",
    )
    assert "code-cut-short" not in moved
