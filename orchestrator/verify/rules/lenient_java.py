"""Settings by which Maven, Gradle and JUnit judge less. Never runs any of them."""

import re
from collections.abc import Sequence

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.readers.settings import Setting

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})
_SKIPS_OF_MAVEN = re.compile(
    r"(?:maven\.test\.(?:skip(?:\.exec)?|failure\.ignore)|skip(?:Tests|ITs)|skip\.(?:unit|integration)?\.?tests?"
    r"|surefire\.skip(?:Tests)?|testFailureIgnore)"
)
_OF_SUREFIRE = re.compile(r"maven-(?:surefire|failsafe)-plugin")


def for_all(said: Sequence[Setting]) -> Sequence[Setting]:
    """Give what Maven is told of all builds: not what is of a profile that has to be asked for."""
    always = [match[0] for one in said if (match := _PROFILE.match(one.key)) and _is_by_itself(one)]
    return [one for one in said if ".profiles." not in one.key or one.key.startswith(tuple(always))]


_PROFILE = re.compile(r"project\.profiles\.profile:[^.]*\.")


def _is_by_itself(one: Setting) -> bool:
    """Say whether a profile is taken unless somebody says otherwise."""
    unless = one.key.endswith(".activation.property.name") and one.value.startswith("!")
    return unless or (one.key.endswith(".activation.activeByDefault") and one.value == "true")


def maven(one: Setting, edit: Edit, _: Diff) -> bool:
    """Say whether Maven leaves tests out, or goes on when they fail; it is asked of what is of all builds only."""
    if edit.old is None:
        return False
    if ".properties." in one.key and _SKIPS_OF_MAVEN.fullmatch(one.key.partition(".properties.")[2]):
        return one.value in _YES
    if one.key.partition(".properties.")[2] in _CHOICES:
        return True
    if _EXCLUDES.fullmatch(one.key.partition(".properties.")[2]):
        return _NAMES_TESTS.search(one.value) is not None and _NO_TESTS.search(one.value) is None
    if one.last in {"testFailureIgnore", "skipTests", "skipITs", "skipExec"}:
        return one.value in _YES
    if one.last == "argLine":
        return _DISABLED.search(one.value) is not None
    return not one.value.startswith("${") and (_of_surefire(one) or _of_sources(one))


_EXCLUDES = re.compile(r"(?:surefire|failsafe)\.excludes?|(?:maven\.)?tests?\.excludes?")
_DISABLED = re.compile(r"(?<!\S)-(?:da|disableassertions)(?!\w)")


def _of_surefire(one: Setting) -> bool:
    """Say whether what runs the tests is told to run some, or none, or without assertions."""
    if _OF_SUREFIRE.search(one.key) is None:
        return False
    if (one.last, one.value) in {("phase", "none"), ("enableAssertions", "false")}:
        return True
    if ".executions." in one.key:
        return False
    if re.search(r"\.configuration\.(?:(?:excludes|includes)\.exclude|includes\.include)$", one.key):
        return _NAMES_TESTS.search(one.value) is not None and _NO_TESTS.search(one.value) is None
    return re.search(r"\.configuration\.(?:skip|test|groups)$", one.key) is not None and one.value not in _NO


def _of_sources(one: Setting) -> bool:
    """Say whether tests are left out of what is compiled, or chosen by a group or a list."""
    if one.last == "testSourceDirectory":
        return re.match(r"(?:src/)?(?:it/|unit/)?tests?\b", one.value) is None
    if one.last == "testExclude":
        return _NAMES_TESTS.search(one.value) is not None
    return one.last in {"excludedGroups", "excludesFile"}


_NAMES_TESTS = re.compile(
    r"\w(?:Tests?|TestCase|Spec|IT)(?:\.(?:java|class|kt|groovy))?$|(?:^|/)Test\w+|^\*\*(?:/\*)?$|#"
)
"""Of one class, or of all that there are; what ends every test's name names none."""
_NO_TESTS = re.compile(
    r"(?i)(?:^|[/*])(?:abstract|base|all)|suite|\$|perf|bench|stress|(?:^|/)\*+(?:tests?|testcase|spec|it)?(?:\.\w+)?$"
)


_TEST_BLOCK = re.compile(
    r"(?:^|/)test$|\(\s*['\"]?[tT]est(?:::class)?['\"]?\s*[,)]|<Test>|useJUnitPlatform|useTestNG|useJUnit\b"
)
_CHOOSES = re.compile(
    r"(?:exclude|include)(?:TestsMatching|Test\b|Patterns|Tags|Categories|Groups)|exclude\b.*(?:Tests?|TestCase|Spec|IT)\b"
    r"|exclude\b.*['\"]\*\*(?:/\*)?['\"]|(?:jvmArgs?|allJvmArgs)\b.*['\"]-(?:da|disableassertions)|actions/clear"
)
_OUTSIDE = re.compile(r"(?:^|/)excludedTaskNames\b|dependsOn/(?:remove|clear)\(.*[tT]est|(?:^|/)dependsOn\s*-")


_NO_SOURCES = re.compile(r"(?:srcDirs?|exclude)\b.*(?:\[\s*\]|['\"]\*\*(?:/\*)?['\"])")


def gradle(one: Setting, edit: Edit, _: Diff) -> bool:
    """Say whether Gradle leaves tests out, or goes on when they fail."""
    if edit.old is None:
        return False
    *blocks, said = one.key.split(".")
    if _OUTSIDE.search(said):
        return True
    within = any(_TEST_BLOCK.search(block) for block in blocks)
    own = re.match(r"(?:tasks/)?test/(\w+)$|tasks/(?:named|withType)[(<]['\"]?[tT]est['\"]?[)>](?:\(\))?/(\w+)$", said)
    name = (own[1] or own[2]) if own is not None else said if within else ""
    if re.fullmatch(r"(?:is)?[iI]gnoreFailures(?:\s+true)?|setIgnoreFailures\(true\)", name):
        return one.value in {"true", ""}
    if re.fullmatch(r"(?:is)?[eE]nabled(?:\s+false)?|setEnabled\(false\)", name):
        return one.value in {"false", ""}
    if re.fullmatch(r"(?:failOnNoDiscoveredTests|scanForTestClasses|enableAssertions)", name):
        return one.value == "false"
    if "sourceSets" in one.key and "test" in one.key:
        return _NO_SOURCES.search(f"{said} {one.value}") is not None
    if blocks and blocks[-1].endswith("onlyIf"):
        return said == "false"
    return within and _CHOOSES.match(said) is not None


_OPTIONS = re.compile(
    r"(?:maven\.test\.(?:skip(?:\.exec)?|failure\.ignore)|skipTests|skipITs|surefire\.skip\w*|testFailureIgnore"
    r"|(?:checkstyle|spotbugs|pmd|enforcer|jacoco|spotless\.check|rat)\.skip|cucumber\.execution\.dry-run)"
)
_CHOICES = frozenset(("test", "it.test", "groups", "excludedGroups", "surefire.excludesFile", "surefire.includesFile"))


def options(one: Setting, _: Edit, __: Diff) -> bool:
    """Say whether Maven is always started so that tests are left out or fail unheard."""
    if _OPTIONS.fullmatch(one.key):
        return one.value not in _NO
    return one.key in {*_CHOICES, "-fn", "--fail-never"}


def platform(one: Setting, _: Edit, __: Diff) -> bool:
    """Say whether JUnit's platform is told to run nothing."""
    dry = re.search(r"(?i)dry-?run", one.key) is not None and one.value in _YES
    return dry or (one.key == "cucumber.filter.tags" and "not" in one.value)
