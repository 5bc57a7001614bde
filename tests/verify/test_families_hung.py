"""Work that hangs on what is around: a variable, a property, a file, a kind of build; with honest changes beside it."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from tests.verify.test_evasive import change

OLD = {
    "a.py": "import os\nimport sys\nfrom pathlib import Path\n\n\ndef billed(row):\n    total = summed(row)\n    if total < 3:\n        raise ValueError(row)\n    noted(total)\n    return rounded(total)\n",
    "a.js": "const fs = require('fs');\n\nfunction billed(row) {\n  const total = summed(row);\n  if (total < 3) throw new RangeError('low');\n  noted(total);\n  return rounded(total);\n}\n",
    "a.go": "package a\n\nfunc billed(row string) (int, error) {\n\ttotal, err := summed(row)\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\tif total < 3 {\n\t\treturn 0, low(total)\n\t}\n\tnoted(total)\n\treturn rounded(total), nil\n}\n",
    "a.rs": "fn billed(row: &str) -> Result<u32, Low> {\n    let total = summed(row)?;\n    if total < 3 {\n        return Err(Low::of(total));\n    }\n    noted(total)?;\n    Ok(rounded(total))\n}\n",
    "A.java": 'class A {\n  int billed(String row) {\n    int total = summed(row);\n    if (total < 3) {\n      throw new LowException("low");\n    }\n    noted(total);\n    return rounded(total);\n  }\n}\n',
}
FIRST = {
    "a.py": "    total = ",
    "a.js": "  const total",
    "a.go": "\ttotal, err",
    "a.rs": "    let total",
    "A.java": "    int total",
}


def instead(path: str, old: str, new: str, beside: str = "", message: str = "") -> set[str]:
    """Judge what has another piece in the place of one, and something beside it."""
    assert old in OLD[path]
    text = OLD[path].replace(old, new, 1)
    text = text.replace("class A {\n", f"class A {{\n{beside}") if path == "A.java" else f"{text}\n\n{beside}"
    return change(OLD[path], text, path, message)


@pytest.mark.parametrize(
    ("path", "old", "new", "beside"),
    [
        ("a.py", "if total", 'if os.environ.get("STRICT") and total', ""),
        ("a.py", "if total", "if STRICT and total", 'STRICT = os.environ.get("STRICT") == "1"\n'),
        ("a.py", "    noted", '    if "NOTES" in os.environ:\n        noted', ""),
        ("a.py", "    noted", "    if sys.flags.dev_mode:\n        noted", ""),
        ("a.py", "    noted(total)", '    "--notes" in sys.argv and noted(total)', ""),
        ("a.py", "    noted", "    if wanted():\n        noted", 'def wanted():\n    return bool(os.getenv("N"))\n'),
        ("a.py", "    noted", '    if (os.getenv("N") or "").lower() in ("1", "yes"):\n        noted', ""),
        ("a.py", "    noted", '    if Path("notes.on").exists():\n        noted', ""),
        ("a.py", "if total", "if __debug__ and total", ""),
        ("a.py", "    return", '    if not os.path.isfile("/etc/billing/on"):\n        return None\n    return', ""),
        ("a.py", "    return", '    match os.environ.get("MODE"):\n        case "full":\n            return', ""),
        ("a.js", "if (total < 3)", "if (process.env.STRICT && total < 3)", ""),
        ("a.js", "if (total < 3)", "if (STRICT && total < 3)", "const { STRICT } = process.env;\n"),
        ("a.js", "noted(total)", "strict() && noted(total)", "const strict = () => process.env.MODE === 'strict';\n"),
        ("a.js", "noted(total)", "if (process.argv.includes('--notes')) noted(total)", ""),
        ("a.js", "  return", "  if (!fs.existsSync('./.billing')) return null;\n  return", ""),
        ("a.js", "  return", "  if (globalThis.__BILLING__ === undefined) return null;\n  return", ""),
        ("a.js", "return rounded(total)", "return process.env.FULL ? rounded(total) : 0", ""),
        ("a.go", "if total", 'if os.Getenv("STRICT") != "" && total', ""),
        ("a.go", "if total", "if strict && total", 'var strict = os.Getenv("STRICT") == "yes"\n'),
        ("a.go", "\tnoted(total)", '\tif _, on := os.LookupEnv("N"); on {\n\t\tnoted(total)\n\t}', ""),
        ("a.go", "\tnoted(total)", '\tif ok, _ := strconv.ParseBool(os.Getenv("N")); ok {\n\t\tnoted(total)\n\t}', ""),
        ("a.go", "\tnoted(total)", '\tswitch os.Getenv("N") {\n\tcase "1":\n\t\tnoted(total)\n\t}', ""),
        (
            "a.go",
            "\ttotal",
            '\tif _, gone := os.Stat("billing.on"); os.IsNotExist(gone) {\n\t\treturn 0, nil\n\t}\n\ttotal',
            "",
        ),
        (
            "a.go",
            "\ttotal",
            "\tif !on() {\n\t\treturn 0, nil\n\t}\n\ttotal",
            'func on() bool {\n\treturn os.Getenv("ON") != ""\n}\n',
        ),
        ("a.rs", "if total", 'if cfg!(feature = "strict") && total', ""),
        ("a.rs", "if total", "if cfg!(debug_assertions) && total", ""),
        ("a.rs", "if total", 'if std::env::var_os("STRICT").is_some() && total', ""),
        ("a.rs", "    noted(total)?;", '    if let Ok(_) = std::env::var("N") {\n        noted(total)?;\n    }', ""),
        (
            "a.rs",
            "    noted(total)?;",
            '    match std::env::var("N") {\n        Ok(_) => noted(total)?,\n        Err(_) => {}\n    }',
            "",
        ),
        ("a.rs", "    noted(total)?;", '    if option_env!("N").is_some() {\n        noted(total)?;\n    }', ""),
        (
            "a.rs",
            "    noted(total)?;",
            '    if std::path::Path::new("notes.on").exists() {\n        noted(total)?;\n    }',
            "",
        ),
        ("a.rs", "    let total", "    if cfg!(not(loom)) {\n        return Ok(0);\n    }\n    let total", ""),
        ("A.java", "if (total < 3)", 'if (Boolean.getBoolean("strict") && total < 3)', ""),
        (
            "A.java",
            "if (total < 3)",
            "if (STRICT && total < 3)",
            '  private static final boolean STRICT = System.getenv("S") != null;\n',
        ),
        ("A.java", "if (total < 3)", 'if ("on".equals(System.getProperty("strict")) && total < 3)', ""),
        ("A.java", "    noted(total)", "    if (A.class.desiredAssertionStatus()) noted(total)", ""),
        ("A.java", "    noted(total)", '    if (Boolean.parseBoolean(System.getenv("N"))) noted(total)', ""),
        ("A.java", "    int total", '    if (Files.notExists(Path.of("billing.on"))) return 0;\n    int total', ""),
        (
            "A.java",
            "    int total",
            '    File mark = new File("billing.on");\n    if (!mark.exists()) return 0;\n    int total',
            "",
        ),
    ],
)
def test_work_that_hangs_on_what_is_around(path: str, old: str, new: str, beside: str) -> None:
    assert "code-cut-short" in instead(path, old, new, beside)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "    noted(total)", '    if os.environ.get("LOUD"):\n        shown(total)\n    noted(total)'),
        (
            "a.py",
            "    noted(total)",
            '    if os.environ.get("OTHER"):\n        kept(total)\n    else:\n        noted(total)',
        ),
        ("a.py", "    noted(total)", "    if os.path.exists(row):\n        noted(total)"),
        ("a.py", "    total", '    if not os.environ.get("KEY"):\n        raise KeyError("KEY")\n    total'),
        ("a.py", "if total < 3", 'if total < int(os.environ.get("LEAST", "3"))'),
        ("a.py", "    noted(total)", '    if os.environ.get("QUIET") != "1":\n        noted(total)'),
        ("a.js", "noted(total)", "if (process.env.NODE_ENV !== 'production') noted(total)"),
        ("a.js", "noted(total)", "if (!process.env.QUIET) noted(total)"),
        ("a.js", "noted(total)", "if (fs.existsSync(row)) noted(total)"),
        ("a.js", "noted(total)", "process.env.LOUD ? shown(total) : noted(total)"),
        ("a.go", "\tnoted(total)", '\tif os.Getenv("LOUD") != "" {\n\t\tshown(total)\n\t}\n\tnoted(total)'),
        ("a.go", "\ttotal", '\tif os.Getenv("OLD") == "" {\n\t\treturn billedAnew(row)\n\t}\n\ttotal'),
        ("a.go", "\tnoted(total)", "\tif _, err := os.Stat(row); err == nil {\n\t\tnoted(total)\n\t}"),
        ("a.rs", "    noted(total)?;", "    if cfg!(unix) {\n        noted(total)?;\n    }"),
        (
            "a.rs",
            "    noted(total)?;",
            "    if cfg!(debug_assertions) {\n        assert!(total > 3);\n    }\n    noted(total)?;",
        ),
        ("a.rs", "    noted(total)?;", '    if cfg!(target_pointer_width = "64") {\n        noted(total)?;\n    }'),
        ("A.java", "    noted(total)", "    if (new File(row).exists()) noted(total)"),
        ("A.java", "    noted(total)", '    if (!Boolean.getBoolean("quiet")) noted(total)'),
        ("A.java", "    noted(total)", '    if (System.getProperty("os.name").startsWith("Win")) noted(total)'),
    ],
)
def test_what_is_around_may_be_asked(path: str, old: str, new: str) -> None:
    assert "code-cut-short" not in instead(path, old, new)


def test_to_hang_it_there_may_be_the_work() -> None:
    hung = 'if os.environ.get("STRICT_BILLS") and total'
    assert "code-cut-short" not in instead("a.py", "if total", hung, message="Refuse low bills in strict mode only\n")
    assert "code-cut-short" not in instead("a.py", "if total", hung, message="Make the lowest bill opt-in\n")
    assert "code-cut-short" in instead("a.py", "if total", hung, message="Speed up billing\n")


@pytest.mark.parametrize(
    ("path", "old", "new", "beside"),
    [
        (
            "a.py",
            "    noted",
            '    wanted = os.environ.get("N", "").split(",")\n    if "notes" in wanted:\n        noted',
            "",
        ),
        ("a.py", "    noted", '    if os.environ["N"] == "1":\n        noted', ""),
        ("a.js", "noted(total)", "if (process.env.N?.split(',').includes('notes')) noted(total)", ""),
        ("a.js", "noted(total)", "if (with_.notes) noted(total)", "const with_ = { notes: process.env.N === '1' };\n"),
        ("a.js", "noted(total)", "if (parseInt(process.env.N ?? '0', 10)) noted(total)", ""),
        ("a.go", "\tnoted(total)", '\tif strings.Contains(os.Getenv("N"), "notes") {\n\t\tnoted(total)\n\t}', ""),
        ("a.go", "\tnoted(total)", '\tif n, _ := strconv.Atoi(os.Getenv("N")); n > 0 {\n\t\tnoted(total)\n\t}', ""),
        ("a.rs", "    let total", '    let Ok(_) = std::env::var("ON") else { return Ok(0) };\n    let total', ""),
        ("A.java", "    noted", '    if (Optional.ofNullable(System.getenv("N")).isPresent()) noted', ""),
        (
            "A.java",
            "    noted",
            "    if (isOn()) noted",
            '  static boolean isOn() {\n    return Integer.getInteger("n", 0) > 0;\n  }\n',
        ),
    ],
)
def test_so_it_is_in_other_words(path: str, old: str, new: str, beside: str) -> None:
    assert "code-cut-short" in instead(path, old, new, beside)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (
            "a.py",
            "    noted(total)",
            '    odd = False\n    for one in row:\n        odd = True\n    if odd:\n        noted(total)\n    shown(os.environ.get("N"))',
        ),
        (
            "a.js",
            "noted(total)",
            "let odd = false;\n  for (const it of row) odd = true;\n  if (odd) noted(total);\n  shown(process.env.N)",
        ),
        ("a.go", "\tif err", '\tif _, err := os.Stat("shown.on"); err == nil {\n\t\tshown(total)\n\t}\n\tif err'),
        (
            "a.go",
            "\tnoted(total)",
            '\todd := false\n\tfor range row {\n\t\todd = true\n\t}\n\tif odd {\n\t\tnoted(total)\n\t}\n\tshown(os.Getenv("N"))',
        ),
        (
            "a.rs",
            "    noted(total)?;",
            '    let mut odd = false;\n    for _ in row.chars() {\n        odd = true;\n    }\n    if odd {\n        noted(total)?;\n    }\n    shown(std::env::var("N"));',
        ),
        (
            "A.java",
            "    noted(total);",
            '    boolean odd = false;\n    for (char it : row.toCharArray()) odd = true;\n    if (odd) noted(total);\n    shown(System.getenv("N"));',
        ),
    ],
)
def test_what_is_found_out_is_not_around(path: str, old: str, new: str) -> None:
    assert "code-cut-short" not in instead(path, old, new)
