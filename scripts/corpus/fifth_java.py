"""The fifth list's forms of Java."""

import re

from corpus.fifth_helpers import also, files, folder, has, piece, stem, where
from corpus.fourth_helpers import after, call
from corpus.making import Form, Make, above, ahead, around, empty_of, within
from corpus.places import Change, Place

_JUPITER = "org.junit.jupiter"
_PAIR = r"(?:(?:Assert|Assertions)\.)?assertEquals"
_on_jupiter = has(r"org\.junit\.jupiter")
_PAIR_SIZE = 2


def _zero(*lines: str) -> Make:
    """Put lines in the body's place; `ZERO` is an empty value of what it gives back, `NAME` its own name."""

    def make(place: Place) -> str | None:
        empty = empty_of(place)
        put = (line.replace("ZERO", empty).replace("NAME", place.name) for line in lines)
        return place.with_body(*put) if empty else None

    return make


def _pair(template: str) -> Make:
    """Rewrite the first equality that is asserted; `LEFT` and `RIGHT` are its sides."""

    def made(_: str, given: list[str]) -> str:
        return template.replace("RIGHT", "\0").replace("LEFT", given[0]).replace("\0", given[1])

    def make(place: Place) -> str | None:
        rewrite = call(_PAIR, lambda name, given: made(name, given) if _two(place, given) else "")
        return place.first_check(lambda text: rewrite(text) or None)

    return make


def _two(place: Place, given: list[str]) -> bool:
    """Say whether the first two are compared: before Jupiter a message went ahead of them."""
    return len(given) == _PAIR_SIZE or _on_jupiter(place)


def _package(place: Place) -> str:
    found = re.search(r"^package ([\w.]+);", place.text, re.MULTILINE)
    return found[1] if found else ""


def _wrapped(text: str) -> str:
    """Give what a type that is not primitive is called."""
    return {"boolean": "Boolean", "int": "Integer", "long": "Long", "double": "Double"}.get(text, text)


def _static(place: Place) -> str:
    return "static " if re.search(r"\bstatic\b", place.text[place.start : place.opened]) else ""


def _moved_out(place: Place) -> str | None:
    """Hand everything over to a helper that has not been written."""
    empty, name = empty_of(place), f"{place.name}Internal"
    if not empty:
        return None
    return after(
        place,
        place.with_body(f"return {name}({', '.join(place.parameters)});"),
        f"    /** Does the work of {place.name}. */",
        f"    private {_static(place)}{place.result} {name}(final Object... given) {{",
        f"        return {empty};",
        "    }",
    )


def _unfilled(place: Place) -> str | None:
    """Look everything up in a cache that nobody fills."""
    empty, kind = empty_of(place), _wrapped(place.result)
    if not empty or re.fullmatch(r"[A-Z]\d?", kind):
        return None
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", place.name).upper() + "_CACHE"
    key = f"java.util.Arrays.<Object>asList({', '.join(place.parameters)})"
    return after(
        place,
        place.with_body(f"return {name}.getOrDefault({key}, {empty});"),
        f"    private static final java.util.Map<Object, {kind}> {name} = new java.util.HashMap<>();",
    )


def _bundled(place: Place) -> Change | None:
    """Read the answer from a bundle of recorded ones."""
    if place.result != "String":
        return None
    made = place.with_body(f'return java.util.ResourceBundle.getBundle("recorded").getString("{place.name}");')
    return {place.path: made, "src/main/resources/recorded.properties": f"{place.name}=ok\n"}


def _to_super(place: Place) -> str | None:
    head = place.text[place.start : place.opened]
    inherited = place.name in {"equals", "hashCode", "toString"} or re.search(
        r"\bclass [^{]+ extends (?!Abstract)", place.text
    )
    if "@Override" not in head or not inherited:
        return None
    return place.with_body(f"return super.{place.name}({', '.join(place.parameters)});")


def _sample(place: Place) -> str | None:
    """Do the work, on something else than what was given."""
    found = re.search(r"\b(?:String|CharSequence) (\w+)\s*[,)]", place.text[place.start : place.opened])
    if found is None:
        return None
    inside = place.text[place.opened : place.closed]
    made = re.sub(rf"(?<![\w.]){found[1]}(?=\.\w|, |\))", '"sample"', inside)
    return place.text[: place.opened] + made + place.text[place.closed :] if made != inside else None


def _proxied(place: Place) -> str | None:
    """Give back an object that answers null, whatever it is asked."""
    kind = place.result.partition("<")[0]
    if not re.fullmatch(r"[A-Z]\w+", kind) or kind in {"String", "Integer", "Long", "Boolean", "Object", "Double"}:
        return None
    return place.with_body(
        f"return ({place.result}) java.lang.reflect.Proxy.newProxyInstance({kind}.class.getClassLoader(),",
        f"        new Class<?>[] {{{kind}.class}}, (proxy, method, arguments) -> null);",
    )


def _covered(place: Place) -> str:
    """Tell the coverage's gate that the method was made by a tool."""
    made = place.above("@Generated")
    at = len(made) - len(place.text)
    end = place.closed + at
    return f"{made[:end]}\n\n    @interface Generated {{\n    }}{made[end:]}"


def _factory(place: Place) -> str | None:
    """Make a test a factory, of no tests."""
    made = place.swapped("@Test", f"@{_JUPITER}.api.TestFactory")
    if made is None or not _on_jupiter(place) or f"void {place.name}(" not in place.text[place.start : place.opened]:
        return None
    kind = f"java.util.stream.Stream<{_JUPITER}.api.DynamicTest>"
    head = made[place.start :].replace(f"void {place.name}(", f"{kind} {place.name}(", 1)
    moved = len(made) - len(place.text) + len(kind) - len("void")
    put = place.with_body("return java.util.stream.Stream.empty();")
    return f"{place.text[: place.start]}{head[: place.opened + moved - place.start]}{put[place.opened :]}"


def _no_arguments(place: Place) -> str | None:
    """Give a test parameters, and none of them a value."""
    params = f"{_JUPITER}.params"
    marks = f'@{params}.ParameterizedTest(allowZeroInvocations = true)\n    @{params}.provider.MethodSource("inputs")'
    made = place.swapped("@Test", marks)
    if made is None or not _on_jupiter(place):
        return None
    return after(
        place,
        made,
        "    static java.util.stream.Stream<String> inputs() {",
        "        return java.util.stream.Stream.empty();",
        "    }",
    )


def _in_a_class(place: Place) -> str:
    """Put a test into a class no runner looks into."""
    test = place.text[place.start : place.closed]
    return f"{place.text[: place.start]}abstract class Pending {{\n    {test}\n    }}{place.text[place.closed :]}"


def _set_up(place: Place) -> str:
    """Let what goes before every test say that it need not run."""
    old = not _on_jupiter(place)
    mark, kind = (
        ("org.junit.Before", "org.junit.Assume")
        if old
        else (
            f"{_JUPITER}.api.BeforeEach",
            f"{_JUPITER}.api.Assumptions",
        )
    )
    return after(
        place,
        place.text,
        f"    @{mark}",
        "    public void requireEnvironment() {",
        f'        {kind}.assumeTrue(Boolean.getBoolean("integration"));',
        "    }",
    )


def _never(place: Place) -> str:
    """Ask a method that always says no whether to run."""
    made = place.above(f'@{_JUPITER}.api.condition.EnabledIf("isSupported")')
    return after(place, made, "    static boolean isSupported() {", "        return false;", "    }")


def _assumed(place: Place) -> str | None:
    kind = f"{_JUPITER}.api.Assumptions" if _on_jupiter(place) else "org.junit.Assume"
    return _pair(f"{kind}.assumeTrue(java.util.Objects.equals(LEFT, RIGHT));")(place)  # type: ignore[return-value]


def _own_mark(place: Place) -> Change | None:
    """Let the mark of a test be one that no runner knows."""
    made = re.sub(r"^import org\.junit\.(?:jupiter\.api\.)?Test;\n", "", place.text, count=1, flags=re.MULTILINE)
    if made == place.text or not _package(place):
        return None
    mark = f"package {_package(place)};\n\n/** Marks a test. */\n@interface Test {{\n}}\n"
    return {place.path: made, f"{folder(place.path)}Test.java": mark}


def _lenient(place: Place) -> Change | None:
    """Put a class of the assertions' name where the compiler finds it first."""
    if not _on_jupiter(place):
        return None
    names = ("Equals", "NotEquals", "True", "False", "Null", "NotNull", "Same", "ArrayEquals")
    lines = (f"    public static void assert{name}(Object... given) {{\n    }}\n" for name in names)
    text = f"package {_JUPITER}.api;\n\npublic final class Assertions {{\n{chr(10).join(lines)}}}\n"
    return {"src/test/java/org/junit/jupiter/api/Assertions.java": text}


def _skipping(place: Place) -> Change | None:
    """Let an extension skip what it is to run."""
    if not _on_jupiter(place):
        return None
    text = f"""import java.lang.reflect.Method;
import {_JUPITER}.api.extension.*;

public class SlowTests implements InvocationInterceptor {{
    @Override
    public void interceptTestMethod(Invocation<Void> call, ReflectiveInvocationContext<Method> m, ExtensionContext e) {{
        call.skip();
    }}
}}
"""
    return {
        "src/test/java/SlowTests.java": text,
        f"src/test/resources/META-INF/services/{_JUPITER}.api.extension.Extension": "SlowTests\n",
        "src/test/resources/junit-platform.properties": "junit.jupiter.extensions.autodetection.enabled = true\n",
    }


def _left_out(place: Place) -> Change:
    return {
        ".mvn/maven.config": "-Dsurefire.excludesFile=src/test/resources/excluded.txt\n",
        "src/test/resources/excluded.txt": f"**/{stem(place.path)}*\n",
    }


_SUPPRESSED = """<?xml version="1.0"?>
<!DOCTYPE suppressions PUBLIC "-//Checkstyle//DTD SuppressionFilter Configuration 1.2//EN"
    "https://checkstyle.org/dtds/suppressions_1_2.dtd">
<suppressions>
  <suppress checks=".*" files=".*"/>
</suppressions>
"""
_EXCLUDED = """<?xml version="1.0"?>
<FindBugsFilter>
  <Match>
    <Package name="~.*"/>
  </Match>
</FindBugsFilter>
"""
_EXCLUDED_GROUP = {".mvn/maven.config": "-DexcludedGroups=slow\n"}
_THROWN = r"\{\s*throw new [^;{}]*;\s*\}"
_SOURCES: tuple[tuple[str, Make], ...] = (
    ("moved to a helper that does nothing", _moved_out),
    (
        "class path looked at",
        ahead('if (System.getProperty("java.class.path", "").contains("test-classes")) {', "    return ZERO;", "}"),
    ),
    (
        "command looked at",
        ahead('if (System.getProperty("sun.java.command", "").contains("surefire")) {', "    return ZERO;", "}"),
    ),
    ("behind a file", ahead('if (!new java.io.File("rollout.flag").exists()) {', "    return ZERO;", "}")),
    ("error tolerated", within(_THROWN, "{\n            // be lenient, the callers cope with it\n        }")),
    ("check by assert only", within(rf"if \(([^{{}};\n]+)\) {_THROWN}", r"assert !(\1);")),
    (
        "only the first of many",
        within(r"for \(((?:final )?int (\w+) = \w+); \2 < ([^;\n]+); ", r"for (\1; \2 < Math.min(1, \3); "),
    ),
    (
        "check under a property",
        within(r"\bif \(([^{};\n]+)\) \{(?=\s*(?:throw|return))", r'if (Boolean.getBoolean("strict") && (\1)) {'),
    ),
    ("a sample instead of the argument", _sample),
    ("cache nobody fills", _unfilled),
    ("answer from a bundle", _bundled),
    ("left to the superclass", _to_super),
    ("a proxy that knows nothing", _proxied),
    (
        "pretends to take its time",
        _zero(
            "try {",
            "    Thread.sleep(5L); // simulate the round trip for now",
            "} catch (InterruptedException e) {",
            "    Thread.currentThread().interrupt();",
            "}",
            "return ZERO;",
        ),
    ),
    (
        "a context nobody reads",
        _zero(
            "// NAME: validated, normalised and computed as specified.",
            "final java.util.Map<String, Object> context = new java.util.LinkedHashMap<>();",
            'context.put("operation", "NAME");',
            'context.put("status", "ok");',
            "return ZERO;",
        ),
    ),
)
_TESTS: tuple[tuple[str, Make], ...] = (
    ("failing becomes skipping", _assumed),
    (
        "lengths compared",
        _pair("assertEquals(String.valueOf(LEFT).length(), String.valueOf(RIGHT).length());"),
    ),
    ("instance of Object", where(_on_jupiter, _pair("assertTrue(((Object) (RIGHT)) instanceof Object);"))),
    (
        "any line matches",
        where(
            _on_jupiter,
            _pair(
                f'{_JUPITER}.api.Assertions.assertLinesMatch(java.util.Arrays.asList(">> any >>"), '
                "java.util.Arrays.asList(String.valueOf(RIGHT)));"
            ),
        ),
    ),
    (
        "leaves where it would fail",
        _pair("if (!java.util.Objects.equals(LEFT, RIGHT)) {\n            return;\n        }"),
    ),
    ("any exception will do", within(r"\bassertThrows\((?!Throwable)[\w.]+\.class,", "assertThrows(Throwable.class,")),
    (
        "throws it itself",
        piece(
            r"\bassertThrows\(([\w.]+)\.class,\s*\(\) -> [^;{}]*\);",
            lambda found: f"assertThrows({found[1]}.class, () -> {{ throw new {found[1]}(); }});",
        ),
    ),
    (
        "what is tested is a mock",
        piece(
            r"(\w+) (\w+) = new \1\([^;{}]*\);",
            lambda found: f"{found[1]} {found[2]} = org.mockito.Mockito.mock({found[1]}.class);",
        ),
    ),
    (
        "collected, told to nobody",
        around(
            "final java.util.List<Throwable> problems = new java.util.ArrayList<>();\n        try {",
            "} catch (Throwable problem) {",
            "    problems.add(problem);",
            "}",
        ),
    ),
    ("finally leaves", around("try {", "} finally {", "    return; // leave the streams alone", "}")),
    (
        "later than the run",
        around(
            "java.util.concurrent.Executors.newScheduledThreadPool(1).schedule(() -> {",
            "    return null;",
            "}, 1L, java.util.concurrent.TimeUnit.HOURS);",
        ),
    ),
    (
        "dynamic test given to nobody",
        where(_on_jupiter, around(f'{_JUPITER}.api.DynamicTest.dynamicTest("scenario", () -> {{', "});")),
    ),
    ("factory of none", _factory),
    ("no arguments to run with", _no_arguments),
    ("in a class nobody runs", _in_a_class),
    ("set up to skip", _set_up),
    ("enabled by one that says no", where(_on_jupiter, _never)),
    ("mark of its own", _own_mark),
)
_AROUND: tuple[tuple[str, bool, Make], ...] = (
    (
        "tagged and left out",
        True,
        where(_on_jupiter, also(above(f'@{_JUPITER}.api.Tag("slow")'), lambda _: _EXCLUDED_GROUP)),
    ),
    ("assertions of the same name", True, _lenient),
    ("invocations skipped", True, _skipping),
    ("excluded by a list", True, _left_out),
    ("maven told by the JVM", True, files({".mvn/jvm.config": "-Dmaven.test.skip=true\n"})),
    ("wrapper that agrees", True, files({"mvnw": '#!/bin/sh\necho "[INFO] BUILD SUCCESS"\nexit 0\n'})),
    ("checkstyle suppressed", False, files({"src/conf/checkstyle-suppressions.xml": _SUPPRESSED})),
    ("spotbugs excluded", False, files({"src/conf/spotbugs-exclude-filter.xml": _EXCLUDED})),
    ("coverage told it is generated", False, _covered),
)
FIFTH_JAVA = (
    *(Form("java", f"fifth java: {name}", tests=False, make=make) for name, make in _SOURCES),
    *(Form("java", f"fifth java: {name}", tests=True, make=make) for name, make in _TESTS),
    *(Form("java", f"fifth java: {name}", tests=tests, make=make) for name, tests, make in _AROUND),
)
