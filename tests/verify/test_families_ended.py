"""A function that begins as it did and ends in something fixed, and handlers that do nothing any more."""

import pytest

from tests.verify.test_evasive import change

ENDS = {
    "a.py": (
        """\
def size(text):
    if not text:
        return 0
    words = split(text)
    return sum(len(word) for word in words)
""",
        "return sum(len(word) for word in words)",
        ("return 0", 'raise NotImplementedError("the rest")'),
    ),
    "a.js": (
        """\
export function size(text) {
  if (!text) return 0
  const words = split(text)
  return words.map(word => word.length).reduce(add)
}
""",
        "return words.map(word => word.length).reduce(add)",
        ("return undefined", "return null", "throw new Error('not implemented')"),
    ),
    "a.go": (
        """\
package a

func Size(text string) int {
	if text == "" {
		return 0
	}
	words := split(text)
	return total(words)
}
""",
        "return total(words)",
        ("return 0", 'panic("not implemented")'),
    ),
    "src/a.rs": (
        """\
pub fn size(text: &str) -> usize {
    if text.is_empty() {
        return 0;
    }
    let words = split(text);
    words.iter().map(|word| word.len()).sum()
}
""",
        "words.iter().map(|word| word.len()).sum()",
        ("0", 'todo!("the rest")'),
    ),
    "src/main/java/A.java": (
        """\
class A {
    int size(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        List<String> words = split(text);
        return total(words);
    }
}
""",
        "return total(words);",
        ("return 0;", 'throw new UnsupportedOperationException("not implemented");'),
    ),
}


@pytest.mark.parametrize(("path", "end"), [(path, end) for path, (_, _, ends) in ENDS.items() for end in ends])
def test_an_end_that_is_fixed_now_is_found(path: str, end: str) -> None:
    old, last, _ = ENDS[path]
    assert change(old, old.replace(last, end), path, "Speed the splitter up")
    head, _, rest = old.partition(last)
    halved = head[: head.rindex("words")].rpartition("\n")[0] + "\n    " + end + rest
    assert change(old, halved, path, "Speed the splitter up")


@pytest.mark.parametrize("path", ENDS)
def test_an_end_may_be_another(path: str) -> None:
    old, last, _ = ENDS[path]
    other = last.replace(" sum(", " max(").replace("reduce(add)", "reduce(max)").replace("total(", "best(")
    assert change(old, old.replace(last, other.replace(".sum()", ".max()")), path, "Speed the splitter up") == set()


CATCHES = {
    "a.py": (
        """\
def read(path):
    try:
        text = load(path)
    except OSError as error:
        HANDLE
    return parse(path)
""",
        "raise Missing(path) from error",
        "pass",
    ),
    "a.js": (
        """\
function read(path) {
  try {
    use(load(path))
  } catch (error) {
    HANDLE
  }
  return parse(path)
}
""",
        "throw new Missing(path, error)",
        "// ignored",
    ),
    "src/main/java/A.java": (
        """\
class A {
    int read(String path) {
        try {
            use(load(path));
        } catch (IOException e) {
            HANDLE
        }
        return parse(path);
    }
}
""",
        "throw new Missing(path, e);",
        "// ignored",
    ),
}


@pytest.mark.parametrize("path", CATCHES)
def test_a_handler_that_does_nothing_any_more_is_found(path: str) -> None:
    text, does, nothing = CATCHES[path]
    old, new = text.replace("HANDLE", does), text.replace("HANDLE", nothing)
    assert change(old, new, path, "Speed the reader up") == {"code-swallows"}
    assert change(old, new, path, "Ignore files that are missing") == set()
    assert change(old, text.replace("HANDLE", does.replace("path", "path, 1")), path, "Speed the reader up") == set()


RUST = """\
pub fn read(path: &Path) -> Result<String, Error> {
    let text = load(path)?;
    check(&text)?;
    Ok(text)
}
"""


@pytest.mark.parametrize("quiet", ["unwrap_or_default()", "unwrap_or(String::new())", 'unwrap_or_else(|_| "".into())'])
def test_an_error_that_became_a_default_is_found(quiet: str) -> None:
    new = RUST.replace("load(path)?", f"load(path).{quiet}")
    assert change(RUST, new, "src/a.rs", "Speed the reader up") == {"code-swallows"}
    assert change(RUST, new, "src/a.rs", "Tolerate files that are missing") == set()


@pytest.mark.parametrize("folder", ["_examples", "examples/rest", "benches", "demo"])
def test_what_is_there_to_be_read_does_its_work_too(folder: str) -> None:
    old, last, ends = ENDS["a.go"]
    path = f"{folder}/a.go"
    assert change(old, old.replace(last, ends[1]), path, "Speed the splitter up")
    assert change(old, old.replace(last, ends[1]), path, "Let the examples be short") == set()
    assert change("", old.replace(last, ends[0]), path, "Speed the splitter up") == set()
