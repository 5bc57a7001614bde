"""What the grammars call things, and what programs in each language say: one table a family. Only data."""

import re

import msgspec

RETURNS = frozenset({"return_statement", "return_expression"})
NAMES = frozenset({"identifier", "shorthand_property_identifier"})
BLOCKS = frozenset(
    {"statement_block", "block", "constructor_body", "statement_list", "program", "source_file", "declaration_list"}
)
FUNCTIONS = frozenset(
    (
        *("function_declaration", "generator_function_declaration", "method_definition", "arrow_function"),
        *("function_expression", "generator_function", "method_declaration", "func_literal", "function_item"),
        *("closure_expression", "lambda_expression", "constructor_declaration", "class_declaration", "class"),
    )
)
"""What has a body that runs at another time."""

BUILDS_OF_GO = re.compile(
    r"go\d[\d.]*|unix|linux|darwin|windows|android|ios|(?:free|net|open)bsd|dragonfly|solaris|illumos|aix|plan9|js|wasip1"
    r"|wasm|amd64|arm(?:64)?|386|ppc64(?:le)?|riscv64|s390x|mips\w*|loong64|cgo|race|gc|gccgo|appengine|purego|msan|asan"
    r"|goexperiment\..*|boringcrypto"
)
"""Tags of Go that say what a file is built for, and by what; whoever builds has no choice of them."""
LATER = re.compile(
    r"\b(?:TODO|FIXME|XXX)\b|\bnot\s+(?:yet\s+)?implemented\b|\bunimplemented\b|\bimplement\s+(?:me|this|later)\b"
    r"|\bplaceholder\b|\bstub(?:bed)?\b|\bto be (?:done|written|implemented)\b",
    re.IGNORECASE,
)
"""Words for work that is still to be done, in any language."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One language. `named` are functions that have a name or get one; `scopes` give theirs to what stands in them.

    What is the same whatever the arguments: `literals`, `words` that stand for constants, what `gathers` such parts,
    calls of `makers` and objects of the classes `made` with such arguments. `noise` are calls that compute nothing,
    `fails` calls that never come back, `broad` what catches everything.
    """

    name: str
    family: str
    named: frozenset[str]
    scopes: frozenset[str]
    literals: frozenset[str]
    gathers: frozenset[str]
    words: frozenset[str]
    makers: re.Pattern[str]
    made: re.Pattern[str]
    noise: re.Pattern[str]
    fails: re.Pattern[str]
    broad: re.Pattern[str]

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and other.name == self.name


_NEVER = re.compile(r"(?!)")
_JS = Table(
    name="javascript",
    family="js",
    named=frozenset(
        (
            *("function_declaration", "generator_function_declaration", "method_definition", "arrow_function"),
            *("function_expression", "generator_function"),
        )
    ),
    scopes=frozenset({"class_declaration", "class", "abstract_class_declaration", "internal_module"}),
    literals=frozenset(
        ("number", "string", "true", "false", "null", "undefined", "regex", "string_fragment", "property_identifier")
    ),
    gathers=frozenset(
        (
            *("array", "object", "pair", "unary_expression", "parenthesized_expression", "template_string"),
            *("as_expression", "satisfies_expression", "non_null_expression", "sequence_expression"),
        )
    ),
    words=frozenset({"undefined", "NaN", "Infinity"}),
    makers=re.compile(
        r"Promise\.(?:resolve|reject)|Array|Object|String|Number|Boolean|Symbol|BigInt|Error|Object\.freeze"
    ),
    made=re.compile(r"Map|Set|Array|Object|WeakMap|WeakSet|\w*Error|Uint8Array|URLSearchParams|Headers|FormData"),
    noise=re.compile(r"console\.\w+|(?:this\.)?log(?:ger)?(?:\.\w+)?|debug(?:\.\w+)?"),
    fails=re.compile(r"process\.exit"),
    broad=_NEVER,
)
_GO = Table(
    name="go",
    family="go",
    named=frozenset({"function_declaration", "method_declaration"}),
    scopes=frozenset(),
    literals=frozenset(
        (
            *("int_literal", "float_literal", "rune_literal", "imaginary_literal", "raw_string_literal"),
            *("interpreted_string_literal", "interpreted_string_literal_content", "nil", "true", "false"),
        )
    ),
    gathers=frozenset(
        ("expression_list", "unary_expression", "composite_literal", "literal_value", "parenthesized_expression")
    ),
    words=frozenset({"nil", "true", "false", "iota"}),
    makers=re.compile(
        r"errors\.New|fmt\.Errorf|make|new|string|u?int\d*|bool|float\d+|time\.Duration|errors\.Errorf|status\.Errorf?"
    ),
    made=re.compile(r"(?!)"),
    noise=re.compile(
        r"(?:fmt|g?log|slog|logger|logrus|klog|zap)\.(?:Print|Debug|Info|Warn|Log|Error)\w*|println|print|time\.Sleep|runtime\.Gosched"
    ),
    fails=re.compile(r"panic|os\.Exit|log\.Fatal\w*|runtime\.Goexit"),
    broad=_NEVER,
)
_RUST = Table(
    name="rust",
    family="rust",
    named=frozenset({"function_item"}),
    scopes=frozenset({"impl_item", "trait_item", "mod_item"}),
    literals=frozenset(
        (
            *("integer_literal", "float_literal", "boolean_literal", "char_literal", "string_literal"),
            *("raw_string_literal", "unit_expression", "string_content"),
        )
    ),
    gathers=frozenset(
        (
            *("unary_expression", "reference_expression", "array_expression", "tuple_expression"),
            *("parenthesized_expression", "negative_literal"),
        )
    ),
    words=frozenset({"None", "Self"}),
    makers=re.compile(
        r"Ok|Err|Some|Box::new|Poll::Ready|Rc::new|Arc::new|[\w:<>]*::(?:new|default|empty|with_capacity|uninit|zeroed)|String::from|vec!|format!|anyhow!|bail!"
    ),
    made=re.compile(r"(?!)"),
    noise=re.compile(
        r"(?:\w+::)*(?:e?print(?:ln)?|dbg|log|trace|debug|info|warn|error)!|(?:std::)?thread::(?:sleep|yield_now)"
    ),
    fails=re.compile(r"(?:\w+::)*(?:todo|unimplemented|unreachable|panic)!|(?:std::)?process::exit"),
    broad=_NEVER,
)
_JAVA = Table(
    name="java",
    family="java",
    named=frozenset({"method_declaration"}),
    scopes=frozenset({"class_declaration", "interface_declaration", "enum_declaration", "record_declaration"}),
    literals=frozenset(
        (
            *("decimal_integer_literal", "hex_integer_literal", "decimal_floating_point_literal", "true", "false"),
            *("character_literal", "string_literal", "null_literal", "string_fragment", "type_identifier"),
            "class_literal",
        )
    ),
    gathers=frozenset({"unary_expression", "parenthesized_expression", "cast_expression", "array_initializer"}),
    words=frozenset({"Boolean.TRUE", "Boolean.FALSE"}),
    makers=re.compile(
        r"(?:org\.mockito\.)?(?:Mockito\.)?(?:mock|spy)|Collections\.empty\w+|(?:List|Set|Map|Stream|Arrays|Optional|OptionalInt|IntStream)\.(?:of|empty|asList|ofNullable)|(?:CompletableFuture\.completedFuture)|(?:String|Integer|Long|Boolean)\.valueOf"
    ),
    made=re.compile(
        r"(?:java\.(?:util|lang)\.)?(?:ArrayList|LinkedList|HashMap|LinkedHashMap|TreeMap|HashSet|LinkedHashSet|StringBuilder|Object)(?:<.*>)?"
    ),
    noise=re.compile(
        r"System\.(?:out|err)\.print\w*|(?i:log(?:ger)?)\.\w+|Thread\.(?:sleep|yield|onSpinWait)|\w+\.printStackTrace"
    ),
    fails=re.compile(r"System\.exit"),
    broad=re.compile(r"(?:^|\W)(?:Exception|Throwable|RuntimeException|Error|AssertionError|AssertionFailedError)\b"),
)

BY_EXTENSION = {
    **dict.fromkeys(("js", "jsx", "mjs", "cjs"), _JS),
    **dict.fromkeys(("ts", "mts", "cts"), msgspec.structs.replace(_JS, name="typescript")),
    "tsx": msgspec.structs.replace(_JS, name="tsx"),
    "go": _GO,
    "rs": _RUST,
    "java": _JAVA,
}
