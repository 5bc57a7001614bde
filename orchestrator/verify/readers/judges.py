"""What judges in tests: libraries of assertions and runners, by the names each language knows them by. Never judges."""

import re

_JS = (
    r"(?:node:)?assert(?:/strict)?|chai(?:-[\w-]+)?|expect(?:\.js)?|should|must|unexpected|power-assert|jest(?:-[\w-]+)?"
    r"|@jest/[\w-]+|vitest|@vitest/[\w-]+|mocha|ava|tap|tape|uvu(?:/assert)?|jasmine(?:-core)?|qunit|sinon(?:-chai)?"
    r"|supertest|(?:node|bun):test|@std/(?:assert|expect)|@testing-library/[\w-]+|@playwright/test"
)
_GO = (
    r"github\.com/(?:stretchr/testify|onsi/(?:gomega|ginkgo)|google/go-cmp|matryer/is|frankban/quicktest|go-quicktest/qt"
    r"|smartystreets/\w+|gavv/httpexpect|shoenig/test|alecthomas/assert|golang/mock)|gotest\.tools|go\.uber\.org/(?:goleak|mock)"
)
_RUST = (
    r"pretty_assertions|assert_matches|assert2|assertables|proptest|quickcheck|rstest|insta|similar-asserts|test-case"
    r"|assert_cmd|predicates|claims?|googletest|expect-test|trybuild|float-cmp"
)
NAMES_OF_JAVA = (
    r"org\.junit|junit\.framework|org\.hamcrest|org\.assertj|org\.testng|org\.mockito|com\.google\.common\.truth"
    r"|io\.restassured|org\.opentest4j|org\.awaitility|net\.jqwik|io\.kotest"
)
NAMES_OF_PYTHON = r"pytest|_pytest|unittest|nose2?|hypothesis|assertpy|hamcrest|testfixtures"

OF_JS = re.compile(rf"(?:{_JS})(?:/[\w./-]+)?")
OF_GO = re.compile(rf"(?:{_GO})(?:/[\w./-]+)?")
OF_RUST = re.compile(_RUST)
OF_JAVA = re.compile(rf"(?:{NAMES_OF_JAVA})(?:\.[\w.]+)?")
OF_PYTHON = re.compile(rf"(?:{NAMES_OF_PYTHON})(?:\.[\w.]+)?")


_TAKEN = re.compile(
    r"""(?:const|let|var|import)\s+(?P<names>[\w${}*,:\s]+?)\s*(?:=\s*require\(\s*|from\s+)['"](?P<of>[^'"]+)['"]"""
)


def names_of_js(code: str) -> frozenset[str]:
    """Give the names by which a file of JavaScript has what judges."""
    taken = (match["names"] for match in _TAKEN.finditer(code) if OF_JS.fullmatch(match["of"]))
    return frozenset(name for names in taken for name in re.findall(r"[\w$]+", names)) - {"as", "default"}
