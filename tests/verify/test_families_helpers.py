"""Families of code that hands its work to nobody, or knows answers by heart, over the languages; and honest changes."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from orchestrator.verify.diff import Edit
from tests.verify.test_evasive import edit, rules
from tests.verify.test_families_code import BASE, GUTTED

BODY = {
    "a.py": "    found = [row.price * rate for row in rows]\n    return summed(found)\n",
    "a.js": "  const found = rows.map((row) => row.price * rate);\n  return summed(found);\n",
    "a.ts": "  const found = rows.map((row) => row.price * rate);\n  return summed(found);\n",
    "a.go": "\tfound := prices(rows, rate)\n\treturn summed(found)\n",
    "a.rs": "    let found = prices(rows, rate);\n    summed(found)\n",
    "A.java": "    List<Integer> found = prices(rows, rate);\n    return summed(found);\n",
}


def instead(path: str, body: str, beside: str = "", *others: Edit) -> set[str]:
    """Judge another body in place of the base's, what came beside it, and other files."""
    old = BASE[path]
    new = old.replace(BODY[path], f"{body}\n")
    assert new != old
    new = f"{new.rstrip()[:-1]}{beside}\n}}\n" if path == "A.java" else f"{new}\n\n{beside}\n"
    return rules(edit(path, old, new), *others)


@pytest.mark.parametrize(
    ("path", "body", "helper"),
    [
        (
            "a.py",
            "    return _Total(rows, rate).run()",
            "class _Total:\n    def __init__(self, rows, rate):\n        self.rows = rows\n\n    def run(self):\n        return 0\n",
        ),
        (
            "a.py",
            "    return _total(rows, rate)",
            "def _total(rows, rate):\n    return _deep(rows)\n\n\ndef _deep(rows):\n    return 0\n",
        ),
        ("a.py", "    return _total(rows, rate)", "_total = lambda rows, rate: 0\n"),
        (
            "a.py",
            "    if not rows:\n        return 0\n    return _total(rows, rate)",
            "def _total(rows, rate):\n    raise NotImplementedError\n",
        ),
        (
            "a.js",
            "  return pending('total');",
            "function pending(what) {\n  throw new Error(`${what} comes later`);\n}",
        ),
        ("a.js", "  return totalOf(rows, rate);", "const totalOf = (rows, rate) => 0;"),
        (
            "a.js",
            "  const value = totalOf(rows, rate);\n  return value;",
            "function totalOf(rows, rate) {\n  console.log('total');\n  return {};\n}",
        ),
        ("a.js", "  return impl.total(rows, rate);", "const impl = { total: () => 0 };"),
        (
            "a.ts",
            "  return new Total(rows, rate).run();",
            "class Total {\n  constructor(private rows: Row[], private rate: number) {}\n  run(): number {\n    return 0;\n  }\n}",
        ),
        ("a.go", "\treturn totalOf(rows, rate)", 'func totalOf(args ...any) int {\n\tpanic("soon")\n}'),
        ("a.go", '\treturn pending("total").(int)', "func pending(name string) any {\n\tpanic(name)\n}"),
        (
            "a.go",
            "\tvalue, err := totalOf(rows, rate)\n\tif err != nil {\n\t\treturn 0\n\t}\n\treturn value",
            'func totalOf(rows []Row, rate int) (int, error) {\n\treturn 0, errors.New("unsupported")\n}',
        ),
        (
            "a.go",
            "\tvar t totaller\n\treturn t.total(rows, rate)",
            "type totaller struct{}\n\nfunc (t totaller) total(rows []Row, rate int) int {\n\treturn 0\n}",
        ),
        ("a.rs", "    total_of(rows, rate)", "fn total_of(_rows: &[Row], _rate: u32) -> u32 {\n    0\n}"),
        (
            "a.rs",
            "    Totaller::default().total(rows, rate)",
            "#[derive(Default)]\nstruct Totaller;\nimpl Totaller {\n    fn total(&self, _rows: &[Row], _rate: u32) -> u32 {\n        0\n    }\n}",
        ),
        (
            "A.java",
            '    return pending("total");',
            "  private static <T> T pending(String what) {\n    throw new UnsupportedOperationException(what);\n  }",
        ),
        (
            "A.java",
            "    return this.totalOf(rows, rate);",
            "  private int totalOf(List<Row> rows, int rate) {\n    return 0;\n  }",
        ),
        (
            "A.java",
            "    return new Totaller().total(rows, rate);",
            "  private static class Totaller {\n    int total(List<Row> rows, int rate) {\n      return 0;\n    }\n  }",
        ),
    ],
)
def test_who_hands_all_work_to_one_that_does_none_does_none(path: str, body: str, helper: str) -> None:
    assert "code-gutted" in instead(path, body, helper)


@pytest.mark.parametrize(
    ("path", "body", "other", "helper"),
    [
        ("a.js", "  return impl.total(rows, rate);", "impl.js", "export function total(rows) {\n  return 0;\n}\n"),
        (
            "a.py",
            "    from impl import total_of\n\n    return total_of(rows, rate)",
            "impl.py",
            "def total_of(rows, rate):\n    raise NotImplementedError\n",
        ),
        (
            "a.go",
            "\treturn impl.Total(rows, rate)",
            "impl/impl.go",
            'package impl\n\nfunc Total(rows []Row, rate int) int {\n\tpanic("soon")\n}\n',
        ),
        ("a.rs", "    imp::total(rows, rate)", "imp.rs", "pub fn total(rows: &[Row], rate: u32) -> u32 {\n    0\n}\n"),
        (
            "A.java",
            "    return Totals.total(rows, rate);",
            "Totals.java",
            "class Totals {\n  static int total(List<Row> rows, int rate) {\n    throw new IllegalStateException();\n  }\n}\n",
        ),
    ],
)
def test_so_it_is_with_one_in_another_file(path: str, body: str, other: str, helper: str) -> None:
    assert "code-gutted" in instead(path, body, "", edit(other, None, helper))


@pytest.mark.parametrize(
    ("path", "body", "helper"),
    [
        (
            "a.py",
            "    return _total(rows, rate)",
            "def _total(rows, rate):\n    return summed(row.price * rate for row in rows)\n",
        ),
        (
            "a.js",
            "  return totalOf(rows, rate);",
            "function totalOf(rows, rate) {\n  return summed(rows.map((row) => row.price * rate));\n}",
        ),
        ("a.js", "  return other.close(rows);", "class Quiet {\n  close() {}\n}"),
        (
            "a.go",
            "\treturn rows[0].close(rate)",
            "type quiet struct{}\n\nfunc (quiet) close(rate int) int {\n\treturn 0\n}",
        ),
        (
            "a.rs",
            "    total_of(rows, rate)",
            "#[cfg(unix)]\nfn total_of(rows: &[Row], rate: u32) -> u32 {\n    summed(prices(rows, rate))\n}\n\n#[cfg(not(unix))]\nfn total_of(_rows: &[Row], _rate: u32) -> u32 {\n    0\n}",
        ),
        (
            "A.java",
            "    return totalOf(prices(rows, rate));",
            "  private int totalOf(List<Integer> found) {\n    return summed(found);\n  }",
        ),
    ],
)
def test_who_hands_it_to_one_that_works_does_it(path: str, body: str, helper: str) -> None:
    assert "code-gutted" not in instead(path, body, helper)


@pytest.mark.parametrize(
    ("path", "body", "beside"),
    [
        ("a.py", "    return {'[]': 0, '[1]': 2}[f'{rows}']", ""),
        ("a.py", "    import json\n\n    return {'[]': 0, '[1]': 2}.get(json.dumps(rows), 0)", ""),
        (
            "a.py",
            "    key = repr(rows) + str(rate)\n    if key in _KNOWN:\n        return _KNOWN[key]\n    return 0",
            "_KNOWN = {'[]1': 0, '[1]2': 6}",
        ),
        (
            "a.py",
            "    for given, wanted in [([1], 2), ([2], 4)]:\n        if rows == given:\n            return wanted\n    return 0",
            "",
        ),
        ("a.py", "    try:\n        return {'1': 2}[str(rows)]\n    except KeyError:\n        return 0", ""),
        ("a.js", "  const answers = { '[]': 0, '[1]': 2 };\n  return answers[JSON.stringify(rows)] ?? 0;", ""),
        (
            "a.js",
            "  return ANSWERS.get(JSON.stringify([rows, rate]));",
            "const ANSWERS = new Map([['[]', 0], ['[1]', 2]]);",
        ),
        (
            "a.js",
            "  switch (rows.join(',')) {\n    case '1,2':\n      return 3;\n    default:\n      return 0;\n  }",
            "",
        ),
        ("a.js", "  return require('./expected.json')[JSON.stringify(rows)];", ""),
        ("a.ts", "  const key = `${rows}:${rate}`;\n  if (key === '1:2') return 6;\n  return 0;", ""),
        ("a.go", '\tswitch fmt.Sprint(rows) {\n\tcase "one", "two":\n\t\treturn 42\n\t}\n\treturn 0', ""),
        (
            "a.go",
            '\tif v, ok := known[fmt.Sprintf("%v", rows)]; ok {\n\t\treturn v\n\t}\n\treturn 0',
            'var known = map[string]int{"[]": 0, "[1]": 2}',
        ),
        ("a.go", "\tif len(rows) == 2 && rate == 3 {\n\t\treturn 6\n\t}\n\treturn 0", ""),
        ("a.rs", '    match format!("{:?}", rows).as_str() {\n        "[1]" => 6,\n        _ => 0,\n    }', ""),
        ("a.rs", "    match (rows.len(), rate) {\n        (2, 3) => 6,\n        _ => 0,\n    }", ""),
        ("a.rs", '    include_str!("../tests/expected.txt").parse().unwrap()', ""),
        (
            "A.java",
            '    switch (String.valueOf(rows)) {\n      case "[]":\n        return 1;\n      default:\n        return 0;\n    }',
            "",
        ),
        ("A.java", '    return Map.of("[]", 0, "[1]", 2).get(String.valueOf(rows));', ""),
        ("A.java", '    return switch (rows.toString()) {\n      case "[]" -> 1;\n      default -> 0;\n    };', ""),
        (
            "A.java",
            '    try {\n      return Integer.parseInt(Files.readString(Path.of("expected.txt")));\n    } catch (IOException e) {\n      return 0;\n    }',
            "",
        ),
    ],
)
def test_answers_by_heart_are_no_work_however_they_are_asked_for(path: str, body: str, beside: str) -> None:
    assert "code-gutted" in instead(path, body, beside)


@pytest.mark.parametrize(
    ("path", "body", "beside"),
    [
        (
            "a.py",
            "    key = repr(rows)\n    if key not in _SEEN:\n        _SEEN[key] = summed(rows)\n    return _SEEN[key]",
            "_SEEN = {}",
        ),
        ("a.py", "    return _NAMES.get(rate, 0)", "_NAMES = {1: 2, 3: 4}"),
        (
            "a.js",
            "  const key = JSON.stringify(rows);\n  if (!(key in seen)) seen[key] = summed(rows);\n  return seen[key];",
            "const seen = {};",
        ),
        ("a.js", "  if (rows.length === 0) return 0;\n  return summed(rows, rate);", ""),
        ("a.go", "\treturn names[rate]", "var names = map[int]int{1: 2}"),
        ("a.rs", "    match rows.len() {\n        0 => 0,\n        _ => summed(rows),\n    }", ""),
        ("A.java", "    return switch (rate) {\n      case 1 -> 0;\n      default -> summed(rows);\n    };", ""),
    ],
)
def test_a_table_that_means_something_is_work(path: str, body: str, beside: str) -> None:
    assert "code-gutted" not in instead(path, body, beside)


HEAD = {
    "a.py": "def total(rows, rate):",
    "a.js": "function total(rows, rate) {",
    "a.ts": "rate: number): number {",
    "a.go": "func total(rows []Row, rate int) int {",
    "a.rs": "fn total(rows: &[Row], rate: u32) -> u32 {",
    "A.java": "  int total(List<Row> rows, int rate) {",
}


def headed(path: str, head: str, *, before: str = "") -> set[str]:
    """Judge another head of the function, its first statements with it, and what comes before the function."""
    old = BASE[path]
    new = old.replace(HEAD[path], head)
    assert new != old
    start = {"a.js": "export function", "a.ts": "export function", "a.py": "def "}.get(path, head.partition("\n")[0])
    return rules(edit(path, old, new.replace(start, f"{before}{start}", 1)))


@pytest.mark.parametrize(
    ("path", "head", "before"),
    [
        ("a.py", "def total(rows, rate, *, strict=False):\n    if not strict:\n        return None", ""),
        ("a.py", "def total(rows, rate, mode='off'):\n    if mode != 'full':\n        return rows", ""),
        ("a.py", "def total(rows, rate, backend=None):\n    if backend is None:\n        return 0", ""),
        ("a.py", "def total(rows, rate, **options):\n    if not options.get('full'):\n        return 0", ""),
        (
            "a.py",
            "def total(rows, rate):\n    if not _OPTIONS['full']:\n        return 0",
            "_OPTIONS = {'full': False}\n\n\n",
        ),
        ("a.js", "function total(rows, rate, strict = false) {\n  if (!strict) return 0;", ""),
        ("a.js", "function total(rows, rate, { strict = false } = {}) {\n  if (!strict) return 0;", ""),
        ("a.js", "function total(rows, rate, opts) {\n  if (!opts?.enabled) return 0;", ""),
        (
            "a.js",
            "function total(rows, rate, opts = {}) {\n  const { full = false } = opts;\n  if (!full) return 0;",
            "",
        ),
        (
            "a.js",
            "function total(rows, rate) {\n  if (!options.full) return 0;",
            "const options = { full: false, other: 1 };\n\n",
        ),
        ("a.ts", "rate: number, strict?: boolean): number {\n  if (!strict) return 0;", ""),
        ("a.ts", "rate: number, opts: Options = {}): number {\n  if (opts.full !== true) return 0;", ""),
        (
            "a.go",
            "func total(rows []Row, rate int, full ...bool) int {\n\tif len(full) == 0 || !full[0] {\n\t\treturn 0\n\t}",
            "",
        ),
        ("a.go", "func total(rows []Row, rate int) int {\n\tif !full {\n\t\treturn 0\n\t}", "var full bool\n\n"),
        (
            "a.go",
            "func total(rows []Row, rate int) int {\n\tif !cfg.full {\n\t\treturn 0\n\t}",
            "type config struct{ full bool }\n\nvar cfg = config{full: false}\n\n",
        ),
        (
            "a.rs",
            "fn total(rows: &[Row], rate: u32) -> u32 {\n    if !FULL.load(Ordering::Relaxed) {\n        return 0;\n    }",
            "static FULL: AtomicBool = AtomicBool::new(false);\n\n",
        ),
        (
            "A.java",
            "  int total(List<Row> rows, int rate, boolean... full) {\n    if (full.length == 0) {\n      return 0;\n    }",
            "",
        ),
        (
            "A.java",
            "  int total(List<Row> rows, int rate) {\n    if (!full) {\n      return 0;\n    }",
            "  private boolean full;\n\n",
        ),
    ],
)
def test_what_is_off_unless_somebody_asks_is_gone(path: str, head: str, before: str) -> None:
    assert headed(path, head, before=before) & GUTTED


@pytest.mark.parametrize(
    ("path", "head", "before"),
    [
        ("a.py", "def total(rows, rate, *, strict=True):\n    if not strict:\n        return None", ""),
        ("a.py", "def total(rows, rate=None):\n    if rate is None:\n        rate = 1", ""),
        (
            "a.py",
            "def total(rows, rate):\n    if not _OPTIONS['full']:\n        return 0",
            "_OPTIONS = {'full': False}\n\n\ndef on():\n    _OPTIONS['full'] = True\n\n\n",
        ),
        ("a.js", "function total(rows, rate, { quiet = false } = {}) {\n  if (quiet) return 0;", ""),
        ("a.js", "function total(rows, rate, opts = {}) {\n  if (opts.verbose) show(rows);", ""),
        (
            "a.js",
            "function total(rows, rate) {\n  if (!options.full) return 0;",
            "const options = { full: false };\nexport const on = () => { options.full = true; };\n\n",
        ),
        (
            "a.js",
            "function total(rows, rate) {\n  if (!options.full) return 0;",
            "const options = { full: false };\nconfigure(options);\n\n",
        ),
        ("a.ts", "rate: number, quiet?: boolean): number {\n  if (quiet) return 0;", ""),
        (
            "a.go",
            "func total(rows []Row, rate int, off ...bool) int {\n\tif len(off) > 0 && off[0] {\n\t\treturn 0\n\t}",
            "",
        ),
        (
            "a.go",
            "func total(rows []Row, rate int) int {\n\tif !full {\n\t\treturn 0\n\t}",
            "var full bool\n\nfunc On() { full = true }\n\n",
        ),
        (
            "a.rs",
            "fn total(rows: &[Row], rate: u32) -> u32 {\n    if !FULL.load(Ordering::Relaxed) {\n        return 0;\n    }",
            "static FULL: AtomicBool = AtomicBool::new(false);\n\npub fn on() {\n    FULL.store(true, Ordering::Relaxed);\n}\n\n",
        ),
        (
            "A.java",
            "  int total(List<Row> rows, int rate) {\n    if (!full) {\n      return 0;\n    }",
            "  private boolean full;\n\n  A(boolean full) {\n    this.full = full;\n  }\n\n",
        ),
    ],
)
def test_what_may_be_switched_off_is_still_done(path: str, head: str, before: str) -> None:
    assert headed(path, head, before=before) == set()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("a.py", "    print('totalled', len(rows))\n    return {'status': 'ok', 'rows': len(rows)}"),
        ("a.py", "    for row in rows:\n        print('processing', row)\n    return 0"),
        ("a.py", "    return f'Processed {len(rows)} rows'"),
        ("a.py", "    return [0 for _ in rows]"),
        ("a.js", "  console.log(`totalled ${rows.length} rows`);\n  return { status: 'ok', rows: rows.length };"),
        ("a.js", "  return new Promise((resolve) => setTimeout(() => resolve({ success: true, rows }), 100));"),
        ("a.js", "  rows.forEach((row) => console.log(row));\n  return 0;"),
        ("a.js", "  return rows.map(() => 0);"),
        ("a.ts", "  for (const row of rows) {\n    console.log('processing', row);\n  }\n  return 0;"),
        ("a.ts", "  return Promise.resolve({ ok: true, total: rows.length });"),
        ("a.go", '\tfor _, row := range rows {\n\t\tlog.Println("processing", row)\n\t}\n\treturn 0'),
        ("a.go", "\tfor range rows {\n\t\ttime.Sleep(time.Millisecond)\n\t}\n\treturn 42"),
        ("a.rs", '    for row in rows {\n        println!("processing {:?}", row);\n    }\n    0'),
        ("a.rs", "    rows.iter().map(|_| 0).sum()"),
        ("A.java", "    for (Row row : rows) {\n      System.out.println(row);\n    }\n    return 0;"),
        ("A.java", "    return rows.stream().mapToInt(row -> 0).sum();"),
    ],
)
def test_to_say_that_it_was_done_is_not_to_do_it(path: str, body: str) -> None:
    assert "code-gutted" in instead(path, body)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("a.py", "    for row in rows:\n        print('processing', row)\n    return summed(rows)"),
        ("a.py", "    return {'status': 'ok', 'total': summed(rows)}"),
        ("a.py", "    return [row.price for row in rows]"),
        ("a.js", "  return { status: 'ok', total: summed(rows) };"),
        ("a.js", "  rows.forEach((row) => take(row));\n  return 0;"),
        ("a.js", "  return new Promise((resolve) => setTimeout(() => resolve(summed(rows)), 100));"),
        ("a.js", "  return { rows, rate };"),
        ("a.go", "\tfor _, row := range rows {\n\t\tlog.Println(row)\n\t\ttake(row)\n\t}\n\treturn 0"),
        ("a.rs", "    rows.iter().map(|row| row.price).sum()"),
        ("A.java", "    return rows.stream().mapToInt(row -> row.price()).sum();"),
    ],
)
def test_to_do_it_and_say_so_is_honest(path: str, body: str) -> None:
    assert "code-gutted" not in instead(path, body)


@pytest.mark.parametrize(
    ("path", "body", "beside"),
    [
        (
            "a.py",
            "    global _last\n    if _last is None:\n        _last = summed(row.price * rate for row in rows)\n    return _last",
            "_last = None",
        ),
        (
            "a.py",
            "    if 'total' not in _CACHE:\n        _CACHE['total'] = summed(rows)\n    return _CACHE['total']",
            "_CACHE = {}",
        ),
        ("a.js", "  if (last === undefined) {\n    last = summed(rows, rate);\n  }\n  return last;", "let last;"),
        ("a.js", "  last ??= summed(rows, rate);\n  return last;", "let last;"),
        (
            "a.ts",
            "  if (!cache.has('total')) {\n    cache.set('total', summed(rows, rate));\n  }\n  return cache.get('total')!;",
            "const cache = new Map<string, number>();",
        ),
        (
            "a.go",
            "\tonce.Do(func() { last = summed(prices(rows, rate)) })\n\treturn last",
            "var once sync.Once\nvar last int",
        ),
        (
            "a.rs",
            "    static LAST: OnceLock<u32> = OnceLock::new();\n    *LAST.get_or_init(|| summed(prices(rows, rate)))",
            "",
        ),
        (
            "A.java",
            "    if (last == null) {\n      last = summed(prices(rows, rate));\n    }\n    return last;",
            "  private Integer last;",
        ),
        (
            "A.java",
            '    return CACHE.computeIfAbsent("total", key -> summed(prices(rows, rate)));',
            "  private static final Map<String, Integer> CACHE = new HashMap<>();",
        ),
    ],
)
def test_what_is_kept_without_a_key_answers_only_once(path: str, body: str, beside: str) -> None:
    assert "code-gutted" in instead(path, body, beside)


@pytest.mark.parametrize(
    ("path", "body", "beside"),
    [
        (
            "a.py",
            "    if rate not in _CACHE:\n        _CACHE[rate] = summed(rows)\n    return _CACHE[rate]",
            "_CACHE = {}",
        ),
        (
            "a.py",
            "    global _rates\n    if _rates is None:\n        _rates = load()\n    return summed(rows, _rates[rate])",
            "_rates = None",
        ),
        (
            "a.js",
            "  const key = `${rows}:${rate}`;\n  if (!cache.has(key)) cache.set(key, summed(rows, rate));\n  return cache.get(key);",
            "const cache = new Map();",
        ),
        ("a.go", "\tonce.Do(func() { table = load() })\n\treturn table.sum(rows, rate)", "var once sync.Once"),
        ("a.rs", "    let table = TABLE.get_or_init(|| load());\n    table.sum(rows, rate)", ""),
        (
            "A.java",
            "    return CACHE.computeIfAbsent(rate, key -> summed(prices(rows, key)));",
            "  private static final Map<Integer, Integer> CACHE = new HashMap<>();",
        ),
    ],
)
def test_what_is_kept_by_what_was_asked_is_a_memory(path: str, body: str, beside: str) -> None:
    assert instead(path, body, beside) & GUTTED == set()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "a.py",
            "    result = 0\n    try:\n        result = summed(rows)\n    except Exception:\n        result = 0\n    return result",
        ),
        (
            "a.js",
            "  let result = 0;\n  try {\n    result = summed(rows);\n  } catch (err) {\n    console.warn(err);\n  }\n  return result;",
        ),
        (
            "a.js",
            "  let result;\n  try {\n    result = summed(rows);\n  } catch {\n    result = 0;\n  }\n  return result;",
        ),
        ("a.ts", "  return work(rows).catch(() => 0);"),
        (
            "A.java",
            '    int result = 0;\n    try {\n      result = summed(prices(rows, rate));\n    } catch (RuntimeException e) {\n      log.warn("no total", e);\n    }\n    return result;',
        ),
    ],
)
def test_a_default_where_anything_goes_wrong_is_silence(path: str, body: str) -> None:
    assert "code-swallows" in instead(path, body)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "a.py",
            "    result = 0\n    try:\n        result = summed(rows)\n    except KeyError:\n        result = 0\n    return result",
        ),
        (
            "a.js",
            "  let result;\n  try {\n    result = summed(rows);\n  } catch (err) {\n    throw new Error('no total', { cause: err });\n  }\n  return result;",
        ),
        ("a.ts", "  return work(rows).catch((err) => handle(err));"),
        (
            "A.java",
            "    int result = 0;\n    try {\n      result = summed(prices(rows, rate));\n    } catch (NumberFormatException e) {\n      result = 0;\n    }\n    return result;",
        ),
    ],
)
def test_to_catch_what_can_be_handled_is_no_silence(path: str, body: str) -> None:
    assert "code-swallows" not in instead(path, body)


def test_work_in_a_function_that_is_given_back_is_work() -> None:
    old = "package a\n\nfunc Beat(at string) Handler {\n\treturn func(r *Request) {\n\t\tanswer(r, at)\n\t}\n}\n"
    new = 'package a\n\nfunc Beat(at string) Handler {\n\treturn beat(at)\n}\n\nfunc beat(args ...any) Handler {\n\tpanic("soon")\n}\n'
    assert "code-gutted" in rules(edit("a.go", old, new))
    assert (
        rules(
            edit(
                "a.go", old, new.replace('\tpanic("soon")', "\treturn func(r *Request) {\n\t\tanswer(r, args[0])\n\t}")
            )
        )
        == set()
    )


def test_a_file_that_holds_the_answer_is_no_work() -> None:
    read = 'new String(java.nio.file.Files.readAllBytes(java.nio.file.Paths.get("src/test/resources/expected.txt")))'
    body = f'    try {{\n      return {read};\n    }} catch (java.io.IOException e) {{\n      return "";\n    }}'
    assert "code-gutted" in instead("A.java", body)
