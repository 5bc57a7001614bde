"""Answers that only look like work: caches nobody fills, work given back undone, checks let go; honest changes beside."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from tests.verify.test_evasive import change

OLD = {
    "a.py": "import typing\n\n\ndef price(row, day):\n    if not row:\n        raise ValueError(row)\n    found = looked_up(row, day)\n    return rounded(found)\n",
    "a.js": "const price = (row, day) => {\n  if (!row) throw new Error('none');\n  const found = lookedUp(row, day);\n  return rounded(found);\n};\n",
    "a.ts": "export function price(row: Row, day: Day): Price {\n  if (!row) throw new Error('none');\n  const found = lookedUp(row, day);\n  return rounded(found);\n}\n",
    "a.go": "package a\n\nfunc price(row string, day int) int {\n\tfound := lookedUp(row, day)\n\treturn rounded(found)\n}\n",
    "a.rs": "fn price(row: &str, day: u32) -> u32 {\n    assert!(day < 400);\n    let found = looked_up(row, day);\n    rounded(found)\n}\n",
    "A.java": 'class A extends Base {\n  @Override\n  public Price price(String row, int day) {\n    if (row == null) {\n      throw new NoRowException("none");\n    }\n    Price found = lookedUp(row, day);\n    return rounded(found);\n  }\n}\n',
}
BODY = {
    "a.py": "    if not row:\n        raise ValueError(row)\n    found = looked_up(row, day)\n    return rounded(found)\n",
    "a.js": "  if (!row) throw new Error('none');\n  const found = lookedUp(row, day);\n  return rounded(found);\n",
    "a.ts": "  if (!row) throw new Error('none');\n  const found = lookedUp(row, day);\n  return rounded(found);\n",
    "a.go": "\tfound := lookedUp(row, day)\n\treturn rounded(found)\n",
    "a.rs": "    assert!(day < 400);\n    let found = looked_up(row, day);\n    rounded(found)\n",
    "A.java": '    if (row == null) {\n      throw new NoRowException("none");\n    }\n    Price found = lookedUp(row, day);\n    return rounded(found);\n',
}


def instead(path: str, body: str, beside: str = "", message: str = "") -> set[str]:
    """Judge another body, and something beside it."""
    assert BODY[path] in OLD[path]
    text = OLD[path].replace(BODY[path], f"{body}\n")
    text = text.replace("class A extends Base {\n", f"class A extends Base {{\n{beside}") if path == "A.java" else text
    return change(OLD[path], text if path == "A.java" else f"{text}\n\n{beside}", path, message)


KEPT = {
    "a.py": "_PRICES = {}\n",
    "a.js": "const prices = new Map();\n",
    "a.ts": "const prices: Map<string, Price> = new Map();\n",
    "a.go": "var prices = map[string]int{}\n",
    "A.java": "  private static final java.util.Map<Object, Price> PRICES = new java.util.concurrent.ConcurrentHashMap<>();\n",
}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("a.py", "    return _PRICES.get((row, day))"),
        ("a.py", "    return _PRICES.get(row, 0)"),
        ("a.py", "    if row in _PRICES:\n        return _PRICES[row]\n    return 0"),
        ("a.js", "  return prices.get(`${row}:${day}`);"),
        ("a.js", "  if (prices.has(row)) return prices.get(row);\n  return null;"),
        ("a.ts", "  return prices.get(row.id)!;"),
        ("a.go", "\treturn prices[row]"),
        ("a.go", "\tif found, ok := prices[row]; ok {\n\t\treturn found\n\t}\n\treturn 0"),
        ("A.java", "    return PRICES.get(row);"),
        ("A.java", "    return PRICES.getOrDefault(java.util.Arrays.asList(row, day), null);"),
    ],
)
def test_a_cache_nobody_fills(path: str, body: str) -> None:
    assert "code-gutted" in instead(path, body, KEPT[path])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("a.py", "    if row not in _PRICES:\n        _PRICES[row] = looked_up(row, day)\n    return _PRICES[row]"),
        ("a.py", "    return _PRICES.get(row) or looked_up(row, day)"),
        ("a.js", "  if (!prices.has(row)) prices.set(row, lookedUp(row, day));\n  return prices.get(row);"),
        ("a.js", "  return prices.get(row) ?? lookedUp(row, day);"),
        (
            "a.go",
            "\tif found, ok := prices[row]; ok {\n\t\treturn found\n\t}\n\tprices[row] = lookedUp(row, day)\n\treturn prices[row]",
        ),
        ("A.java", "    return PRICES.computeIfAbsent(row, it -> lookedUp(row, day));"),
    ],
)
def test_a_cache_somebody_fills(path: str, body: str) -> None:
    assert "code-gutted" not in instead(path, body, KEPT[path])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("a.js", "  return (function* () {\n" + BODY["a.js"] + "  })();"),
        ("a.js", "  return (function* () {\n" + BODY["a.js"] + "  }).call(this);"),
        ("a.js", "  function* run() {\n" + BODY["a.js"] + "  }\n  return run();"),
        ("a.js", "  return () => {\n" + BODY["a.js"] + "  };"),
        ("a.ts", "  const later = () => {\n" + BODY["a.ts"] + "  };\n  return later;"),
        ("a.rs", "    move || {\n" + BODY["a.rs"] + "    }"),
        ("a.go", "\treturn func() int {\n" + BODY["a.go"] + "\t}"),
        ("A.java", "    return () -> {\n" + BODY["A.java"] + "    };"),
    ],
)
def test_work_that_is_given_back_undone(path: str, body: str) -> None:
    assert "code-gutted" in instead(path, body)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("a.js", "  return [...(function* () {\n" + BODY["a.js"] + "  })()];"),
        ("a.js", "  const run = () => {\n" + BODY["a.js"] + "  };\n  return run();"),
        ("a.js", "  return (async () => {\n" + BODY["a.js"] + "  })();"),
        ("a.go", "\treturn func() int {\n" + BODY["a.go"] + "\t}()"),
    ],
)
def test_work_that_is_run_where_it_is_given_back(path: str, body: str) -> None:
    assert "code-gutted" not in instead(path, body)


@pytest.mark.parametrize(
    ("path", "body", "beside"),
    [
        ("a.py", '    return typing.cast("Price", None)', ""),
        (
            "a.py",
            '    if not row:\n        raise ValueError(row)\n    found = looked_up(row, day)\n    noted(found)\n    return typing.cast("Price", None)',
            "",
        ),
        ("a.py", '    known = {"foo": "bar", "1": 1}\n    return known.get(str(row), row)', ""),
        ("a.js", "  const known = { foo: 'bar' };\n  return known[row] ?? row;", ""),
        (
            "a.ts",
            "  if (!row) throw new Error('none');\n  noted(lookedUp(row, day));\n  return null as unknown as Price;",
            "",
        ),
        ("a.rs", "    given!(row, day)", "macro_rules! given {\n    ($($it:expr),*) => { Default::default() };\n}\n"),
        (
            "a.rs",
            "    given!(row, day)",
            "macro_rules! given {\n    ($one:expr, $two:expr) => {{ let _ = (&$one, &$two); 0 }};\n}\n",
        ),
        ("a.rs", "    let found = std::mem::MaybeUninit::uninit();\n    unsafe { found.assume_init() }", ""),
        ("a.rs", "    unsafe { core::mem::zeroed() }", ""),
        ("A.java", "    return super.price(row, day);", ""),
        (
            "A.java",
            "    return (Price) java.lang.reflect.Proxy.newProxyInstance(Price.class.getClassLoader(), new Class<?>[] {Price.class}, (it, method, given) -> null);",
            "",
        ),
        (
            "A.java",
            '    final java.util.Map<String, Object> told = new java.util.TreeMap<>();\n    told.put("price", "worked out as specified");\n    return null;',
            "",
        ),
    ],
)
def test_what_only_looks_like_an_answer(path: str, body: str, beside: str) -> None:
    assert "code-gutted" in instead(path, body, beside)


@pytest.mark.parametrize(
    ("path", "body", "beside"),
    [
        ("a.py", '    return typing.cast("Price", looked_up(row, day))', ""),
        ("a.py", '    known = {"foo": "bar"}\n    return known.get(row) or looked_up(row, day)', ""),
        ("a.ts", "  return lookedUp(row, day) as unknown as Price;", ""),
        (
            "a.rs",
            "    given!(row, day)",
            "macro_rules! given {\n    ($one:expr, $two:expr) => { looked_up($one, $two) };\n}\n",
        ),
        (
            "a.rs",
            "    let mut found = std::mem::MaybeUninit::uninit();\n    fill(&mut found, row, day);\n    unsafe { found.assume_init() }",
            "",
        ),
        ("A.java", "    return rounded(super.price(row, day));", ""),
        (
            "A.java",
            "    return (Price) java.lang.reflect.Proxy.newProxyInstance(Price.class.getClassLoader(), new Class<?>[] {Price.class}, (it, method, given) -> asked(row, method));",
            "",
        ),
    ],
)
def test_what_is_an_answer(path: str, body: str, beside: str) -> None:
    assert "code-gutted" not in instead(path, body, beside)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (
            "A.java",
            'if (row == null) {\n      throw new NoRowException("none");\n    }',
            'assert row != null : "none";',
        ),
        ("a.js", "if (!row) throw new Error('none');", "console.assert(row, 'none');"),
        ("a.ts", "if (!row) throw new Error('none');", "console.assert(!!row);"),
        ("a.rs", "assert!(", "debug_assert!("),
        ("a.py", "if not row:\n        raise ValueError(row)", "assert row"),
    ],
)
def test_what_is_refused_only_where_assertions_are_on(path: str, old: str, new: str) -> None:
    assert old in OLD[path]
    assert "code-cut-short" in change(OLD[path], OLD[path].replace(old, new), path)
    told = "Turn the check of the row into an assertion\n"
    assert "code-cut-short" not in change(OLD[path], OLD[path].replace(old, new), path, told)
    added = OLD[path].replace(old, f"{new}\n    {old}" if path != "a.rs" else f"debug_assert!(day < 400); {old}")
    assert "code-cut-short" not in change(OLD[path], added, path)


REPLACED = "module.exports = {\n  price (row, day) {\n    const found = lookedUp(row, day);\n    return rounded(found);\n  }\n};\n"


@pytest.mark.parametrize(
    "line",
    [
        "module.exports.price = () => null;",
        "Object.defineProperty(module.exports, 'price', { get: () => () => null });",
        "Object.defineProperty(exports, 'price', { value: function () {}, writable: false });",
        "Object.assign(module.exports, { price: () => 0 });",
        "module.exports.__defineGetter__('price', () => () => undefined);",
    ],
)
def test_a_function_replaced_behind_its_definition(line: str) -> None:
    assert "code-gutted" in change(REPLACED, f"{REPLACED}\n{line}\n", "a.js")


@pytest.mark.parametrize(
    "line",
    [
        "module.exports.cost = () => null;",
        "module.exports.price = traced(module.exports.price);",
        "Object.defineProperty(module.exports, 'price', { enumerable: false });",
        "Object.assign(module.exports, { price: (row) => lookedUp(row) });",
    ],
)
def test_a_function_may_be_wrapped_behind_its_definition(line: str) -> None:
    assert "code-gutted" not in change(REPLACED, f"{REPLACED}\n{line}\n", "a.js")


def test_a_name_that_is_taken_away() -> None:
    assert "code-gutted" in change(REPLACED, f"{REPLACED}\nmodule.exports.price = undefined;\n", "a.js")
    assert "code-gutted" in change(REPLACED, f"{REPLACED}\ndelete module.exports.price;\n", "a.js")
    assert "code-gutted" in change(OLD["a.py"], f"{OLD['a.py']}\n\ndel price\n", "a.py")
    helped = OLD["a.py"].replace("def price", "def _price")
    assert "code-gutted" not in change(helped, f"{helped}\n\nTABLE = _price(1, 2)\ndel _price\n", "a.py")
    assert "code-gutted" not in change(REPLACED, f"{REPLACED}\ndelete module.exports.cost;\n", "a.js")
