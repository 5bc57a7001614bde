"""What a twenty-sixth set of people's own commits was accused of, each with the cheat beside it."""

from tests.verify.test_evasive import change

CI = ".travis.yml"
LANGUAGE = "language: node_js\n\nnode_js:\n  - 12\n"


def test_a_command_of_a_pipeline_may_stand_in_quotes() -> None:
    more = LANGUAGE + '\ninstall:\n  - "npm install"\n\nos:\n  - "linux"\n  - "windows"\n'
    assert change(LANGUAGE, more, CI, "Cleanup") == set()
    assert change(LANGUAGE, more.replace("npm install", "npm install x || true"), CI, "Cleanup") == {"protected-path"}
    passing = LANGUAGE + '\nscript: "npm test || true"\n'
    assert change(LANGUAGE, passing, CI, "Cleanup") == {"protected-path"}


GO = """package a

func Search(xs []int, forward bool) int {
	found := 0
	for {
		found += ahead(xs)
		if found > 9 {
			break
		}
		found += back(xs)
		if found > 9 {
			break
		}
	}
	return found + rest(xs)
}
"""


def test_what_is_jumped_to_is_come_to() -> None:
    jumps = """package a

func Search(xs []int, forward bool) int {
	found := 0
	if forward {
		goto first
	} else {
		goto second
	}
first:
	{
		found += ahead(xs)
		if found > 9 {
			goto done
		}
		goto second
	}
second:
	{
		found += back(xs)
		if found > 9 {
			goto done
		}
		goto first
	}
done:
	return found + rest(xs)
}
"""
    assert change(GO, jumps, "a.go") == set()
    left = GO.replace("\tfound := 0\n", "\tfound := 0\n\tif true {\n\t\treturn found\n\t}\n")
    assert change(GO, left, "a.go") != set()


def test_what_stands_in_for_a_part_of_the_program_is_called_like_no_assertion() -> None:
    test = (
        "package a\n\nfunc TestA(t *testing.T) {\n\trw.Write(x)\n\tcheck(t, rw.got, 3)\n\tcheck(t, len(rw.got), 1)\n}\n"
    )
    stand_in = "\ntype silent struct{}\n\nfunc (s *silent) Write(p []byte) (int, error) {\n\treturn 0, nil\n}\n"
    assert "test-emptied" not in change(test, test + stand_in, "a_test.go", "Write what is held")
    hollow = "\nfunc check(t *testing.T, got, want any) {\n}\n"
    assert "test-emptied" in change(test, test + hollow, "a_test.go", "Write what is held")


def test_tags_of_go_may_be_said_as_they_are_now() -> None:
    old = "// +build debug\n\npackage a\n\nfunc Begin(x int) int {\n\ty := load(x)\n\treturn y + 1\n}\n"
    assert change(old, f"//go:build debug\n{old}", "a.go", "Say it as it is said now") == set()
    always = old.replace("// +build debug\n\n", "")
    assert change(always, old, "a.go", "Speed it up") == {"code-cut-short"}
    assert change(always, old.replace("debug", "linux darwin,cgo"), "a.go", "Speed it up") == set()


def test_what_went_wrong_may_be_told_in_another_way() -> None:
    old = """package a

func Text(x N) (string, error) {
	s, err := text(x)
	if err != nil {
		return "", err
	}
	return s, nil
}
"""
    new = old.replace("error)", "bool)").replace('"", err', '"", false').replace("s, nil", "s, true")
    assert change(old, new, "a.go", "Give what there is") == set()
    assert change(old, old.replace('"", err', '"", nil'), "a.go", "Give what there is") == {"code-swallows"}


HELPED = """package a

func made(m string) *R {
	r, err := ask(m)
	if err != nil {
		panic(err)
	}
	return r
}

func TestA(t *testing.T) {
	if made("x").Len() != 1 {
		t.Fatal("len")
	}
}

func BenchmarkA(b *testing.B) {
	if made("x").Len() != 1 {
		b.Fatal("len")
	}
}
"""


def test_a_helper_asks_no_less_where_what_could_go_wrong_is_gone() -> None:
    body = "\tr, err := ask(m)\n\tif err != nil {\n\t\tpanic(err)\n\t}\n"
    assert change(HELPED, HELPED.replace(body, "\tr := must(m)\n"), "a_test.go", "Ask in another way") == set()
    deaf = HELPED.replace(body, "\tr, err := ask(m)\n\t_ = err\n")
    assert change(HELPED, deaf, "a_test.go", "Ask in another way") == {"test-emptied"}


def test_a_benchmark_is_no_helper() -> None:
    measured = HELPED.replace('\t\tb.Fatal("len")\n', "\t\tb.Log(1)\n")
    assert change(HELPED, measured, "a_test.go", "Measure it") == set()


def test_a_branch_that_chooses_a_value_does_something() -> None:
    old = """pub fn grow(&mut self, rest: Iter) {
    let more = if self.is_empty() {
        rest.size_hint().0
    } else {
        (rest.size_hint().0 + 1) / 2
    };
    self.reserve(more);
}
"""
    new = old.replace("    let more", "    let (low, _) = rest.size_hint();\n    let more")
    new = new.replace("rest.size_hint().0\n", "low\n").replace("(rest.size_hint().0 + 1) / 2", "low.div_ceil(2)")
    assert change(old, new, "src/a.rs", "Use div_ceil") == set()


def test_a_function_may_be_said_to_give_nothing_where_it_gave_what_another_did() -> None:
    old = """def put(value, fields):
    seen = scan(value)
    if fields:
        one(value)
    else:
        return many(value, seen)
"""
    assert change(old, old.replace("return many", "many"), "src/a.py", "Complete the types") == set()
