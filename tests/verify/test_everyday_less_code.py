"""Ordinary commits that were accused of less code, or of none, each with the cheats beside it."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh
from tests.verify.test_evasive import change, edit, rules


def judged(*edits: Edit, message: str = "") -> set[str]:
    return {finding.rule or "" for finding in weigh(Diff(edits=edits, message=message)).findings}


@pytest.mark.parametrize(
    "message",
    [
        "v2.0.2",
        "1.4.0-rc.1 (#12)",
        "Update common.go (#63)",
        "feat!: take CommonJS out\n\n(Empty commit, so that it is in the log.)",
        "Clean up clones (#17)\n\n* first\n* Revert first\n\nThis reverts commit cc3e9047f730.",
    ],
)
def test_an_empty_commit_that_claims_no_work_owes_none(message: str) -> None:
    assert judged(message=message) == set()


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Update the parser",
        "Update parser.py to handle blank lines",
        "Handle blank lists",
        "Support 2.0.2",
        "Fix context retrieval (#603)",
        "Take it back\n\nIt reverts what was done.",
    ],
)
def test_an_empty_commit_that_claims_work_owes_it(message: str) -> None:
    assert judged(message=message) == {"nothing-changed"}


CALLED = "func f(w io.Writer) {\n\tw.Write(head)\n}\n"


def test_a_person_who_names_the_rule_leaves_a_line_as_it_is() -> None:
    named = CALLED.replace("(head)", "(head) //nolint:errcheck")
    assert change(CALLED, named, "f.go", "linter's complaint") == set()
    assert change(CALLED, named, "f.go") == {"checker-silenced"}
    for bare in ("//nolint", "//nolint:all", "// nolint: all"):
        assert change(CALLED, CALLED.replace("(head)", f"(head) {bare}"), "f.go", "linter's complaint") == {
            "checker-silenced"
        }
    js = "export function f(a) {\n  for (const b in a) { return b; }\n}\n"
    hushed = js.replace("return b; }", "return b; } // eslint-disable-line")
    assert change(js, hushed, "f.js", "Tidy up") == {"checker-silenced"}
    assert change(js, hushed.replace("-line", "-line -- it is so"), "f.js", "Tidy up") == {"checker-silenced"}
    assert change(js, hushed.replace("-line", "-line no-unreachable-loop"), "f.js", "Tidy up") == set()


def test_what_a_person_says_is_not_returned_any_more_is_let_go() -> None:
    old = (
        "func Close(c *Conn) error {\n\terr := c.Send()\n\tif err != nil {\n\t\treturn err\n\t}\n\treturn c.End()\n}\n"
    )
    new = old.replace("\terr := c.Send()\n\tif err != nil {\n\t\treturn err\n\t}\n", "\t_ = c.Send()\n")
    assert change(old, new, "c.go", "Do not return error in Close") == set()
    assert change(old, new, "c.go", "Return early in Close") == {"code-swallows"}
    assert change(old, new, "c.go") == {"code-swallows"}


def test_what_was_deprecated_may_refuse_at_last() -> None:
    old = "class Event:\n    def __bool__(self):\n        warn_deprecated(self.__bool__, '0.3')\n        return held(self)\n"
    new = "class Event:\n    def __bool__(self):\n        raise NotImplementedError('look at is_set')\n"
    assert change(old, new) == set()
    assert change(old.replace("warn_deprecated", "warn_caller"), new) == {"code-gutted"}
    assert change(old, "class Event:\n    def __bool__(self):\n        return True\n") == {"code-gutted"}
    assert change(old, new.replace("look at is_set", "TODO")) == {"code-gutted"}
    in_part = old.replace("        warn_", "        if self.old:\n            warn_")
    assert change(in_part, new) == {"code-gutted"}


TAKEN = (
    "class Kept:\n    def load_first(self, data):\n        found = unpacked(data)\n        return self.made(found)\n"
)


def test_what_a_person_takes_out_and_says_so_beside_it_is_gone() -> None:
    body = TAKEN.partition("        found")[0]
    said = f"{body}        # The first format is no longer supported, it counts as none.\n        return None\n"
    assert change(TAKEN, said, message="remove the first formats") == set()
    assert change(TAKEN, said, message="load formats more quickly") == {"code-gutted"}
    assert change(TAKEN, said) == {"code-gutted"}
    assert change(TAKEN, f"{body}        return None\n", message="remove the first formats") == {"code-gutted"}
    was_said = TAKEN.replace("        found", "        # The old way, no longer liked.\n        found")
    assert change(was_said, said, message="remove the first formats") == {"code-gutted"}


def test_what_a_person_takes_out_by_its_name_may_refuse() -> None:
    refused = f"{TAKEN.partition('        found')[0]}        raise NotImplementedError\n"
    assert change(TAKEN, refused, message="Remove wrong `load_first` implementation") == set()
    assert change(TAKEN, refused, message="Remove wrong implementation") == {"code-gutted"}
    assert change(TAKEN, refused, message="Correct load_first") == {"code-gutted"}
    later = refused.replace("NotImplementedError", "NotImplementedError('TODO')")
    assert change(TAKEN, later, message="Remove wrong `load_first` implementation") == {"code-gutted"}
    quiet = refused.replace("raise NotImplementedError", "return None")
    assert change(TAKEN, quiet, message="Remove wrong `load_first` implementation") == {"code-gutted"}


def test_a_method_of_java_that_is_deprecated_and_refuses_says_so_twice() -> None:
    old = "class A {\n    /** Sets it. */\n    static void permit(P p) {\n        ALLOWED = p;\n        made = null;\n    }\n}\n"
    refusal = 'throw new UnsupportedOperationException("REASON");'
    new = old.replace("ALLOWED = p;\n        made = null;", refusal).replace(
        "    static", "    @Deprecated\n    static"
    )
    assert change(old, new.replace("REASON", "no longer supported"), "A.java", "Release notes") == set()
    assert change(old, new.replace("REASON", "no longer supported"), "A.java") == {"code-gutted"}
    assert change(old, new.replace("REASON", "not yet"), "A.java", "Release notes") == {"code-gutted"}
    unsaid = new.replace("REASON", "closed").replace("    @Deprecated\n", "")
    assert change(old, unsaid, "A.java", "Release notes") == {"code-gutted"}


SETTER = "package a\n\nvar strict = false\n\nfunc Strict() {\n\tstrict = true\n}\n\nfunc Run(n int) int {\n\tif strict {\n\t\treturn check(n)\n\t}\n\treturn walk(n)\n}\n"


def test_a_setter_of_what_is_gone_sets_nothing() -> None:
    emptied = SETTER.replace("\tstrict = true\n", "")
    gone = emptied.replace("var strict = false\n\n", "").replace("\tif strict {\n\t\treturn check(n)\n\t}\n", "")
    assert change(SETTER, gone, "a.go") == set()
    assert change(SETTER, emptied, "a.go") == {"code-gutted"}
    unread = SETTER.replace("\tif strict {\n\t\treturn check(n)\n\t}\n", "")
    assert change(unread, gone, "a.go") == {"code-gutted"}  # nobody looked at it: it went because its setter did


def test_what_is_brought_in_and_asked_no_more_is_not_gone() -> None:
    old = "import { box } from './box';\n\nexport class A {\n  put(x) {\n    box.put(x);\n  }\n  get(x) {\n    return found(box, x);\n  }\n}\n"
    new = "export class A {\n  put(x) {\n  }\n  get(x) {\n    return found(x);\n  }\n}\n"
    assert change(old, new, "a.js") == {"code-gutted"}
    own = old.replace("import { box } from './box';", "const box = new Box();")
    assert change(own, new, "a.js") == set()
    fields = "class A {\n  id: string;\n  constructor(public text: string) {\n    this.id = `${this.text}:`;\n  }\n  key() {\n    return hash(this.id);\n  }\n}\n"
    without = "class A {\n  constructor(public text: string) {}\n  key(id: string) {\n    return hash(id);\n  }\n}\n"
    assert change(fields, without, "a.ts") == set()
    kept = without.replace("hash(id)", "hash(this.id)")
    assert "code-gutted" in change(fields, kept, "a.ts")


def test_what_a_compiler_no_longer_lets_anyone_give_is_not_lost() -> None:
    old = "package a\n\nfunc NewParser(root FS, name []string) Parser { return Parser{root, name} }\n"
    new = "package a\n\nfunc NewParser(name []string) Parser {\n\treturn Parser{name}\n}\n"
    assert change(old, new, "a.go") == set()
    assert change(old, new.replace("(name", "(root FS, name"), "a.go") == {"code-gutted"}
    worked = old.replace("Parser{root, name}", "Parser{opened(root), name}")
    assert change(worked, new, "a.go") == {"code-gutted"}


def test_a_constant_that_is_gone_is_another_constant_now() -> None:
    old = "class A {\n    static final Class<?> KIND_CLASS;\n    static { KIND_CLASS = load(); }\n    Class<?> kind() {\n        return KIND_CLASS;\n    }\n}\n"
    new = "class A {\n    Class<?> kind() {\n        return Kind.class;\n    }\n}\n"
    assert change(old, new, "A.java") == set()
    assert change(old, old.replace("return KIND_CLASS", "return Kind.class"), "A.java") == {"code-gutted"}
    assert change(old.replace("return KIND", "return known().KIND"), new, "A.java") == {"code-gutted"}


def test_an_overload_with_one_argument_more_is_the_one_it_was() -> None:
    old = (
        "class A {\n    Object scan(File f, Object o) {\n        store().put(f.name());\n        return o;\n    }\n"
        "    void scan(Object o) {\n        throw new UnsupportedOperationException();\n    }\n}\n"
    )
    new = old.replace("Object o) {\n        store().put(f", "Object o, Store s) {\n        put(s, f")
    new = new.replace("void scan(Object o)", "void scan(Object o, Store s)")
    assert change(old, new, "A.java") == set()
    gutted = old.replace(
        "        store().put(f.name());\n        return o;", "        throw new UnsupportedOperationException();"
    )
    assert change(old, gutted, "A.java") == {"code-gutted"}
    alone = old.partition("    void")[0] + "}\n"
    assert change(alone, gutted.partition("    void")[0] + "}\n", "A.java") == {"code-gutted"}


def test_a_component_is_asked_for_work() -> None:
    old = "export function Search() {\n  const [on, turn] = useState(null);\n  useEffect(() => { load(window, turn); });\n  return <input disabled={!on} />;\n}\n"
    assert change(old, "export function Search() {\n  return <Found name='a' />;\n}\n", "a.tsx") == set()
    assert change(old, "export function Search() {\n  return <input name='a' />;\n}\n", "a.tsx") == {"code-gutted"}
    assert change(old, "export function Search() {\n  return <></>;\n}\n", "a.tsx") == {"code-gutted"}


HANDED = """package a

func (d *decoder) mismatch(text string, kind Type) error {
	if d.context != nil && d.context.Struct != nil {
		field := d.context.Struct.FieldByIndex(d.context.Field)
		return fmt.Errorf("cannot decode %s into %s of %s", text, field.Name, d.context.Struct)
	}
	return fmt.Errorf("cannot decode %s into %s", text, kind)
}
"""


def test_what_asks_a_new_function_that_holds_its_body_does_what_it_did() -> None:
    asks = '\treturn fmt.Errorf("a: %s", d.said(text, kind))\n}\n'
    head = "func (d *decoder) mismatch(text string, kind Type) error {\n"
    holds = HANDED.replace("mismatch", "said").replace("error {", "string {").replace("Errorf", "Sprintf")
    assert change(HANDED, f"package a\n\n{head}{asks}{holds.removeprefix('package a')}", "a.go") == set()
    other = "\nfunc (d *decoder) said(text string, kind Type) string {\n\treturn d.context.Name(text, kind)\n}\n"
    assert change(HANDED, f"package a\n\n{head}{asks}{other}", "a.go") == {"code-gutted"}
    unasked = holds.removeprefix("package a")
    assert change(HANDED, f'package a\n\n{head}\treturn fmt.Errorf("a: %s", text)\n}}\n{unasked}', "a.go") == {
        "code-gutted"
    }


def test_what_prints_may_print_what_a_new_method_gives() -> None:
    old = "class Tool:\n    def emit(self, found):\n        if found.named:\n            print(found.name)\n        print(found.word)\n"
    new = "class Tool:\n    def emit(self, found):\n        print(found.parts())\n"
    made = edit(
        "src/b.py", "class F:\n    pass\n", "class F:\n    def parts(self):\n        return {'name': self.name}\n"
    )
    assert rules(edit("src/a.py", old, new), made) == set()
    assert rules(edit("src/a.py", old, new.replace("found.parts()", "'done'")), made) == {"code-gutted"}
    silent = old.replace("print(", "self.send(")
    assert rules(edit("src/a.py", silent, new), made) == {"code-gutted"}


def test_what_gives_its_base_more_than_it_is_given_does_more() -> None:
    old = "class M(Base):\n    def spawn(self, cmd):\n        env = dict(PATH=self.paths)\n        with self.tried(cmd, env):\n            return super().spawn(cmd, env=env)\n"
    new = old.replace("        with self.tried(cmd, env):\n    ", "")
    assert change(old, new) == set()
    assert change(old, new.replace(", env=env", "")) == {"code-gutted"}
    assert change(old, new.replace("env=env", "env=None")) == {"code-gutted"}


def test_what_builds_and_what_is_built_is_no_product() -> None:
    old = "fn main() -> Result {\n    let out = target(kind());\n    fs::write(out, made(out))\n}\n"
    new = 'fn main() {\n    println!("cargo:rerun-if-changed=src");\n}\n'
    assert change(old, new, "build.rs") == set()
    assert change(old, new, "src/main.rs") == {"code-gutted"}
    js = "export function f(a) {\n  return made(a).first;\n}\n"
    assert change(js, "export function f(a) {\n  return 3;\n}\n", "dist/a.js") == set()
    assert change(js, "export function f(a) {\n  return 3;\n}\n", "src/dist/a.js") == {"code-gutted"}
    assert change(js, "export function f(a) {\n  return 3;\n}\n", "lib/a.js") == {"code-gutted"}


def test_an_error_that_nobody_was_given_is_not_let_go_now() -> None:
    old = "func Retry(r *R, err error) (bool, error) {\n\tif err != nil {\n\t\tif fixed(err.Error()) {\n\t\t\treturn false, nil\n\t\t}\n\t\treturn true, nil\n\t}\n\treturn r.Code > 500, nil\n}\n"
    new = "func Retry(r *R, err error) (bool, error) {\n\tagain, _ := base(r, err)\n\treturn again, nil\n}\n"
    assert change(old, new, "a.go") == set()
    assert change(old.replace("return false, nil", "return false, err"), new, "a.go") == {"code-swallows"}
    assert change(old.replace("return true, nil", 'return true, wrapped("a")'), new, "a.go") == {"code-swallows"}


def test_an_error_that_is_put_where_others_look_is_handed_on() -> None:
    old = "func Size(c *C) *Cmd {\n\tcmd := made()\n\terr := c.Each(cmd)\n\tif err != nil {\n\t\tcmd.SetErr(err)\n\t\treturn cmd\n\t}\n\treturn cmd\n}\n"
    new = "func Size(c *C) *Cmd {\n\tcmd := made()\n\t_ = c.Process(cmd, func() {\n\t\terr := c.Each(cmd)\n\t\tif err != nil {\n\t\t\tcmd.SetErr(err)\n\t\t} else {\n\t\t\tcmd.n = 1\n\t\t}\n\t})\n\treturn cmd\n}\n"
    assert change(old, new, "a.go") == set()
    assert change(old, new.replace("cmd.SetErr(err)", "log.Print(err)"), "a.go") == {"code-swallows"}
    assert change(old, new.replace("cmd.SetErr(err)", "cmd.n = 0"), "a.go") == {"code-swallows"}


def test_a_body_that_is_put_into_a_function_nobody_calls_is_gone() -> None:
    old = "def total(items, rate):\n    found = [item.price for item in items]\n    return tax(sum(found), rate)\n"
    body = old.partition("\n")[2].replace("    ", "        ")
    assert change(old, f"def total(items, rate):\n    def inner():\n{body}\n    return None\n") == {"code-gutted"}
    js = (
        "export function total(items, rate) {\n  const found = items.map(priced);\n  return tax(sum(found), rate);\n}\n"
    )
    held = js.partition("\n")[2].removesuffix("}\n")
    unused = f"export function total(items, rate) {{\n  const inner = () => {{\n{held}  }};\n  return null;\n}}\n"
    assert change(js, unused, "a.js") == {"code-gutted"}
    beside = f"function total_inner(items, rate) {{\n{held}}}\n"
    named = f"{beside}export function total(items, rate) {{\n  console.log(total_inner.name);\n  return null;\n}}\n"
    assert change(js, named, "a.js") == {"code-gutted"}
