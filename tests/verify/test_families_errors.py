"""Errors nobody hears of, work that is only started, loops cut to their first, eyes for tests; honest changes beside."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from tests.verify.test_evasive import change

OLD = {
    "a.py": "def sent(row, rows):\n    letter = written(row)\n    if not letter:\n        raise ValueError(row)\n    for one in rows:\n        noted(one)\n    return posted(letter)\n",
    "a.js": "function sent(row, rows) {\n  const letter = written(row);\n  if (!letter) throw new Error('none');\n  for (const one of rows) {\n    noted(one);\n  }\n  return posted(letter);\n}\n",
    "a.go": "package a\n\nfunc sent(row string, rows []string) error {\n\tletter, err := written(row)\n\tif err != nil {\n\t\treturn err\n\t}\n\tfor _, one := range rows {\n\t\tnoted(one)\n\t}\n\treturn posted(letter)\n}\n",
    "a.rs": "fn sent(row: &str, rows: &[Row]) -> Result<u32, Lost> {\n    let letter = match written(row) {\n        Ok(it) => it,\n        Err(lost) => return Err(lost),\n    };\n    for one in rows {\n        noted(one);\n    }\n    posted(letter)\n}\n",
    "A.java": 'class A {\n  int sent(String row, List<Row> rows) {\n    Letter letter = written(row);\n    if (letter == null) {\n      throw new LostException("none");\n    }\n    for (int at = 0; at < rows.size(); at++) {\n      noted(rows.get(at));\n    }\n    return posted(letter);\n  }\n}\n',
}


def instead(path: str, old: str, new: str, message: str = "") -> set[str]:
    """Judge what has another piece in the place of one."""
    assert old in OLD[path]
    return change(OLD[path], OLD[path].replace(old, new, 1), path, message)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "raise ValueError(row)", "_ = letter"),
        ("a.py", "raise ValueError(row)", "letter"),
        ("a.js", "throw new Error('none');", "void letter;"),
        ("a.js", "throw new Error('none');", "{ letter; }"),
        ("a.go", "return err\n", "_ = err\n"),
        ("a.go", "return err\n", "err = nil\n"),
        ("a.go", "return err\n", "return nil\n"),
        ("a.go", "if err != nil {\n\t\treturn err\n\t}", "_ = err"),
        ("a.go", ") error {\n", ") (err error) {\n\tdefer func() { err = nil }()\n"),
        (
            "a.go",
            ") error {\n",
            ") (failed error) {\n\tdefer func() {\n\t\tif failed != nil {\n\t\t\tlog.Print(failed)\n\t\t\tfailed = nil\n\t\t}\n\t}()\n",
        ),
        ("a.rs", "return Err(lost)", "Letter::default()"),
        ("a.rs", "return Err(lost)", "return Ok(0)"),
        ("a.rs", "return Err(lost)", "{ return Ok(Default::default()) }"),
        ("A.java", 'throw new LostException("none");', ";"),
    ],
)
def test_errors_that_nobody_hears_of(path: str, old: str, new: str) -> None:
    assert instead(path, old, new) & {"code-swallows", "code-hollowed"}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "raise ValueError(row)", "letter = blank(row)"),
        ("a.js", "throw new Error('none');", "throw lost(letter);"),
        ("a.go", "return err\n", 'return fmt.Errorf("sent: %w", err)\n'),
        ("a.go", "return err\n", "log.Print(err)\n"),
        (
            "a.go",
            ") error {\n",
            ") (err error) {\n\tdefer func() {\n\t\tif errors.Is(err, io.EOF) {\n\t\t\terr = nil\n\t\t}\n\t}()\n",
        ),
        ("a.go", ") error {\n", ") error {\n\tdefer func() { busy = nil }()\n"),
        ("a.go", ") error {\n", ") (err error) {\n\tdefer func() { err = errors.Join(err, closed()) }()\n"),
        ("a.rs", "Err(lost) => return Err(lost),", "Err(lost) => return Err(lost.into()),"),
        ("a.rs", "return Err(lost)", "written_anew(row, lost)"),
    ],
)
def test_errors_may_be_handled(path: str, old: str, new: str) -> None:
    assert not instead(path, old, new) & {"code-swallows", "code-hollowed"}


def test_to_keep_errors_quiet_may_be_the_work() -> None:
    assert not instead("a.rs", "return Err(lost)", "return Ok(0)", "Ignore letters that are malformed\n")
    assert not instead("a.go", "return err\n", "_ = err\n", "Tolerate rows that cannot be written\n")


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "return posted(letter)", "threading.Thread(target=posted, args=(letter,)).start()\n    return None"),
        ("a.py", "return posted(letter)", "asyncio.ensure_future(posted(letter))\n    return True"),
        ("a.py", "return posted(letter)", "pool.submit(lambda: posted(letter))"),
        ("a.js", "return posted(letter);", "setImmediate(() => posted(letter));\n  return null;"),
        ("a.js", "return posted(letter);", "process.nextTick(function () { posted(letter); });"),
        ("a.js", "return posted(letter);", "Promise.resolve().then(() => posted(letter));\n  return true;"),
        ("a.go", "return posted(letter)", "go posted(letter)\n\treturn nil"),
        ("a.go", "return posted(letter)", "go func() {\n\t\t_ = posted(letter)\n\t}()\n\treturn nil"),
        ("a.rs", "posted(letter)\n", "std::thread::spawn(move || posted(letter));\n    Ok(0)\n"),
        ("a.rs", "posted(letter)\n", "let _ = tokio::spawn(async move { posted(letter) });\n    Ok(0)\n"),
        ("A.java", "return posted(letter);", "pool.execute(() -> posted(letter));\n    return 0;"),
        ("A.java", "return posted(letter);", "new Thread(() -> posted(letter)).start();\n    return 0;"),
        ("A.java", "return posted(letter);", "CompletableFuture.runAsync(() -> posted(letter));\n    return 0;"),
    ],
)
def test_work_that_is_only_started(path: str, old: str, new: str) -> None:
    assert "code-gutted" in instead(path, old, new)
    assert "code-gutted" not in instead(path, old, new, "Post letters in the background\n")


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "return posted(letter)", "return pool.submit(posted, letter)"),
        ("a.py", "return posted(letter)", "job = pool.submit(posted, letter)\n    return job.result()"),
        ("a.js", "return posted(letter);", "return new Promise((done) => setImmediate(() => done(posted(letter))));"),
        (
            "a.go",
            "return posted(letter)",
            "failed := make(chan error)\n\tgo func() { failed <- posted(letter) }()\n\treturn <-failed",
        ),
        ("a.go", "\treturn posted(letter)", "\tgo told(row)\n\treturn posted(letter)"),
        ("a.rs", "posted(letter)\n", "std::thread::spawn(move || posted(letter)).join().unwrap()\n"),
        ("A.java", "return posted(letter);", "return CompletableFuture.supplyAsync(() -> posted(letter)).join();"),
    ],
)
def test_what_is_started_may_be_waited_for(path: str, old: str, new: str) -> None:
    assert "code-gutted" not in instead(path, old, new)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "in rows", "in list(rows)[:1]"),
        ("a.py", "in rows", "in [rows[0]]"),
        ("a.py", "in rows", "in [next(iter(rows))]"),
        ("a.js", "of rows", "of rows.slice(0, 1)"),
        ("a.js", "of rows", "of [rows[0]]"),
        ("a.js", "of rows", "of rows.values().take(1)"),
        ("a.go", "range rows", "range rows[:min(1, len(rows))]"),
        ("a.rs", "in rows", "in (rows).into_iter().take(1)"),
        ("a.rs", "in rows", "in rows.iter().take(1)"),
        ("a.rs", "in rows", "in &rows[..1]"),
        ("A.java", "at < rows.size()", "at < Math.min(1, rows.size())"),
        ("A.java", "at < rows.size()", "at < rows.size() && at < 1"),
        ("A.java", "at < rows.size()", "at < 1"),
    ],
)
def test_only_the_first_of_many(path: str, old: str, new: str) -> None:
    assert "code-hollowed" in instead(path, old, new)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "in rows", "in rows[:9]"),
        ("a.py", "in rows", "in rows[1:]"),
        ("a.js", "of rows", "of rows.slice(1)"),
        ("a.go", "range rows", "range rows[:least(rows)]"),
        ("a.rs", "in rows", "in rows.iter().take(9)"),
        ("A.java", "at < rows.size()", "at < Math.min(9, rows.size())"),
    ],
)
def test_some_of_many_may_be_right(path: str, old: str, new: str) -> None:
    assert "code-hollowed" not in instead(path, old, new)


@pytest.mark.parametrize(
    ("path", "ahead"),
    [
        ("a.js", "if (Object.keys(require.cache).some((it) => /jest/.test(it))) return null;"),
        (
            "a.js",
            "const known = Object.keys(require.cache);\n  for (const it of known) {\n    if (it.includes('/mocha/')) return null;\n  }",
        ),
        ("a.js", "const { stack } = new Error();\n  if (stack.includes('node:internal/test_runner')) return null;"),
        ("a.js", "if (module.parent && module.parent.filename.endsWith('.spec.js')) return null;"),
        (
            "a.go",
            'if info, ok := debug.ReadBuildInfo(); ok && strings.HasSuffix(info.Path, ".test") {\n\t\treturn nil\n\t}',
        ),
        ("a.go", 'if bytes.Contains(debug.Stack(), []byte("testing.tRunner")) {\n\t\treturn nil\n\t}'),
        ("a.go", '_, file, _, _ := runtime.Caller(1)\n\tif strings.HasSuffix(file, "_test.go") {\n\t\treturn nil\n\t}'),
        (
            "a.rs",
            'let frames = std::backtrace::Backtrace::force_capture().to_string();\n    if frames.contains("test::run_test") {\n        return Ok(0);\n    }',
        ),
        (
            "a.rs",
            'if std::thread::current().name().map_or(false, |it| it.starts_with("tests::")) {\n        return Ok(0);\n    }',
        ),
        (
            "A.java",
            'for (StackTraceElement it : Thread.currentThread().getStackTrace()) {\n      if (it.getClassName().startsWith("org.junit")) return 0;\n    }',
        ),
        (
            "A.java",
            'boolean seen = StackWalker.getInstance().walk(it -> it.anyMatch(f -> f.getClassName().endsWith("Test")));\n    if (seen) return 0;',
        ),
    ],
)
def test_eyes_for_tests(path: str, ahead: str) -> None:
    first = {"a.js": "const letter", "a.go": "letter, err", "a.rs": "let letter", "A.java": "Letter letter"}[path]
    assert "detects-tests" in instead(path, first, f"{ahead}\n{first}")


@pytest.mark.parametrize(
    ("path", "ahead"),
    [
        ("a.js", "if (require.main === module) told(row);"),
        ("a.js", "told(new Error('test').stack);"),
        ("a.js", "if (process.argv[2] === 'test') told(row);"),
        ("a.go", '_, file, _, _ := runtime.Caller(0)\n\ttold(file, "test")'),
        ("a.rs", 'let name = std::thread::current().name().unwrap_or("latest").to_owned();\n    told(name);'),
        ("A.java", 'String name = Thread.currentThread().getName();\n    told(name, "tested");'),
    ],
)
def test_who_looks_around_may_have_a_reason(path: str, ahead: str) -> None:
    first = {"a.js": "const letter", "a.go": "letter, err", "a.rs": "let letter", "A.java": "Letter letter"}[path]
    assert "detects-tests" not in instead(path, first, f"{ahead}\n{first}")


@pytest.mark.parametrize(
    "new",
    [
        "posted(row).unwrap_or_default();",
        "posted(row).ok();",
        "if let Err(_) = posted(row) {}",
        "match posted(row) {\n        _ => {}\n    }",
    ],
)
def test_errors_of_rust_that_are_let_go(new: str) -> None:
    old = "fn held(row: &str) -> Result<u32, Lost> {\n    posted(row)?;\n    Ok(counted(row))\n}\n"
    assert "code-swallows" in change(old, old.replace("posted(row)?;", new), "a.rs")
    assert "code-swallows" not in change(old, old.replace("posted(row)?;", f"posted(row)?;\n    {new}"), "a.rs")
