"""A parser for the HCL of bake files: blocks, attributes, templates, lists, maps, conditions and simple functions.

The usual library takes seconds to load its grammar. Unsupported expressions have an unknown value.
Source: github.com/hashicorp/hcl, hclsyntax/spec.md.
"""

from __future__ import annotations

import operator
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r]+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
    |(?P<newline>\n)
    |(?P<heredoc><<-?\s*(?P<mark>\w+)[ \t\r]*\n)
    |(?P<name>[A-Za-z_][\w-]*)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<string>")
    |(?P<sign>==|!=|<=|>=|&&|\|\||=>|\.\.\.|[{}\[\](),=?:.+\-*/%<>!])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_BINARY = ("||", "&&", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%")
_MAX_CALLS = 20
_MAX_COST = 1_000_000
_MAX_LENGTH = 100_000
"""The longest text that a template or function makes."""
_MAX_DIGITS = 300
_LITERALS = {"true": True, "false": False, "null": None}


class HclError(ValueError):
    """Invalid HCL."""


class UnknownValue(Exception):
    """The value of an expression is unknown."""


class _TooLong(UnknownValue):
    """A text has more than _MAX_LENGTH characters."""


class HclBudget:
    """What all evaluations of a file may cost, in steps and characters; it is stored with the variables."""

    KEY = "(budget)"

    def __init__(self) -> None:
        self._room = _MAX_COST
        self.is_exceeded = False
        """Whether a value is unknown because of a limit."""

    def spend(self, count: int) -> None:
        """Use a part of the budget. Raises UnknownValue when there is nothing left."""
        self._room -= count
        if self._room < 0:
            self.exceed()
            raise UnknownValue

    def exceed(self) -> None:
        """Note that a value is unknown because of a limit."""
        self.is_exceeded = True

    def measured(self, value: Any) -> Any:
        """The same value, which is paid for by its size. Raises UnknownValue."""
        todo = [value]
        while todo:
            each = todo.pop()
            self.spend(1 + len(each) if isinstance(each, str) else 1)
            if isinstance(each, list):
                todo += each
            elif isinstance(each, dict):
                todo += each.values()
        return value


class HclBody:
    """The attributes and blocks of a file or block; a block is its type, labels, body and offset."""

    def __init__(self) -> None:
        self.attributes: dict[str, HclExpression] = {}
        self.blocks: list[tuple[str, list[str], HclBody, int]] = []


class HclExpression:
    """An expression: its kind, its parts, which depend on the kind, and its offset."""

    __slots__ = ("at", "kind", "parts")

    def __init__(self, kind: str, at: int, *parts: Any) -> None:
        self.kind = kind
        self.at = at
        self.parts = parts

    def value(self, variables: Mapping[str, Any]) -> Any:
        """The value with these variables. Raises UnknownValue."""
        budget: HclBudget | None = variables.get(HclBudget.KEY)
        if budget is not None:
            budget.spend(1)
        try:
            value = self._evaluated(variables)
        except _TooLong:
            if budget is not None:
                budget.exceed()
            raise
        return value if budget is None or self.kind in ("literal", "variable", "member") else budget.measured(value)

    def _evaluated(self, variables: Mapping[str, Any]) -> Any:
        kind, parts = self.kind, self.parts
        if kind == "literal":
            return parts[0]
        if kind == "variable":
            if variables.get(parts[0]) is None:
                raise UnknownValue
            return variables[parts[0]]
        if kind == "template":
            return _joined([part if isinstance(part, str) else _text(part.value(variables)) for part in parts[0]])
        if kind == "list":
            return [part.value(variables) for part in parts[0]]
        if kind == "map":
            return _map(parts[0], variables)
        if kind == "condition":
            return parts[1 if parts[0].value(variables) else 2].value(variables)
        if kind == "member":
            return _member(parts[0].value(variables), parts[1].value(variables))
        if kind == "not":
            return not parts[0].value(variables)
        if kind == "call":
            own = variables.get(f"{parts[0]}()")
            values = [part.value(variables) for part in parts[1]]
            return _call(parts[0], values) if own is None else own.value(values, variables)
        if kind == "binary":
            return _binary(parts[0], parts[1].value(variables), parts[2].value(variables))
        raise UnknownValue


class HclFunction:
    """A function defined in a file; it is stored with the variables, as `name()`."""

    def __init__(self, names: Sequence[str], rest: str, result: HclExpression) -> None:
        self._names = names
        self._rest = rest
        self._result = result

    def value(self, values: Sequence[Any], variables: Mapping[str, Any]) -> Any:
        """The value for these arguments. Raises UnknownValue."""
        count = len(self._names)
        if len(values) < count or (len(values) > count and not self._rest):
            raise UnknownValue
        depth: int = variables.get("(depth)", 0)
        if depth > _MAX_CALLS:
            raise UnknownValue
        budget: HclBudget | None = variables.get(HclBudget.KEY)
        if budget is not None:
            budget.spend(len(variables))  # they are copied
        given: dict[str, Any] = {**variables, **dict(zip(self._names, values, strict=False)), "(depth)": depth + 1}
        if self._rest:
            given[self._rest] = list(values[count:])
        return self._result.value(given)


def _member(whole: Any, key: Any) -> Any:
    """An entry of a map or a list. Raises UnknownValue."""
    try:
        if isinstance(whole, dict) and isinstance(key, str):
            return _table(whole)[key]
        if isinstance(whole, list) and isinstance(key, int):
            return _list(whole)[key]
    except (KeyError, IndexError):
        raise UnknownValue from None
    raise UnknownValue


def _joined(parts: Sequence[str], separator: str = "") -> str:
    """The joined text. Raises UnknownValue if it is too long."""
    if sum(map(len, parts)) + len(separator) * len(parts) > _MAX_LENGTH:
        raise _TooLong
    return separator.join(parts)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise UnknownValue


def _map(pairs: Sequence[tuple[str, HclExpression]], variables: Mapping[str, Any]) -> dict[str, Any]:
    """The entries with known values."""
    found: dict[str, Any] = {}
    for key, node in pairs:
        try:
            found[key] = node.value(variables)
        except UnknownValue:
            continue
    return found


def _binary(operator: str, left: Any, right: Any) -> Any:
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    if operator == "&&":
        return left and right
    if operator == "||":
        return left or right
    raise UnknownValue


def _call(name: str, values: Sequence[Any]) -> Any:
    """The value of a function of bake's standard library, of those for names and conditions. Raises UnknownValue."""
    types, function = _FUNCTIONS.get(name, (None, None))
    if function is not None:
        if types is None:
            return function(*values)
        if len(values) == len(types) and all(map(isinstance, values, types)):
            return function(*values)
    raise UnknownValue


def _split(separator: str, text: str) -> list[str]:
    if not separator:
        raise UnknownValue
    return text.split(separator)


def _sanitize(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", text)


def _lookup(table: dict[str, Any], key: str, default: Any) -> Any:
    return table.get(key, default)


def _merge(*tables: Any) -> dict[str, Any]:
    if not all(isinstance(table, dict) for table in tables) or sum(map(len, tables)) > _MAX_LENGTH:
        raise UnknownValue
    return {key: entry for table in tables for key, entry in table.items()}


def _format(pattern: Any = None, *values: Any) -> str:
    if not isinstance(pattern, str):
        raise UnknownValue
    first, *rest = re.split("%[sdv]", pattern)
    if len(rest) != len(values) or "%" in first + "".join(rest):
        raise UnknownValue
    return _joined([first, *(text for value, part in zip(values, rest, strict=True) for text in (_text(value), part))])


def _replace(text: str, old: str, new: str) -> str:
    if (text.count(old)) * len(new) > _MAX_LENGTH:
        raise UnknownValue
    return text.replace(old, new)


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if value not in (None, "")), "")


def _concat(*lists: Any) -> list[Any]:
    if not all(isinstance(each, list) for each in lists) or sum(map(len, lists)) > _MAX_LENGTH:
        raise UnknownValue
    return [entry for each in lists for entry in each]


def _join(separator: str, values: list[Any]) -> str:
    return _joined(list(map(_text, values)), separator)


def _and(left: Any, right: Any) -> Any:
    return left and right


def _or(left: Any, right: Any) -> Any:
    return left or right


_FUNCTIONS: dict[str, tuple[tuple[type | tuple[type, ...], ...] | None, Callable[..., Any]]] = {
    "equal": ((object, object), operator.eq),
    "notequal": ((object, object), operator.ne),
    "not": ((object,), operator.not_),
    "and": ((object, object), _and),
    "or": ((object, object), _or),
    "upper": ((str,), str.upper),
    "lower": ((str,), str.lower),
    "trimprefix": ((str, str), str.removeprefix),
    "trimsuffix": ((str, str), str.removesuffix),
    "replace": ((str, str, str), _replace),
    "trimspace": ((str,), str.strip),
    "split": ((str, str), _split),
    "sanitize": ((str,), _sanitize),
    "length": (((str, list, dict),), len),
    "contains": ((list, object), operator.contains),
    "lookup": ((dict, str, object), _lookup),
    "merge": (None, _merge),
    "format": (None, _format),
    "coalesce": (None, _coalesce),
    "concat": (None, _concat),
    "join": ((str, list), _join),
}
"""The supported functions of bake's standard library, with the types of their arguments; None for any arguments."""


def _list(value: Any) -> list[Any]:
    return value


def _table(value: Any) -> dict[str, Any]:
    return value


def parse_hcl(text: str) -> HclBody:
    """Parse a file. Raises HclError."""
    parser = _Parser(text)
    return parser.body(end="")


class _Parser:
    """A recursive descent parser; `kind` and `word` are the next token, from offset `at` to `end`."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text = text
        self.end = at
        self.kind: str = ""
        self.word: str = ""
        self.mark: str = ""
        self.at = at
        self.next()

    def next(self) -> None:
        """Go to the next token; blanks and comments are skipped."""
        while True:
            self.at = self.end
            if self.at >= len(self.text):
                self.kind, self.word = "end", ""
                return
            match = _TOKEN.match(self.text, self.at)
            if match is None:
                raise HclError(f"unexpected `{self.text[self.at]}`")
            self.end = match.end()
            self.kind, self.word = match.lastgroup or "", match[0]
            if match["heredoc"]:
                self.kind, self.mark = "heredoc", match["mark"]
            if self.kind != "space":
                return

    def lines(self) -> None:
        """Skip line ends."""
        while self.kind == "newline":
            self.next()

    def accept(self, sign: str) -> bool:
        """Skip a sign if it is the next token, and return whether it was."""
        if self.kind == "sign" and self.word == sign:
            self.next()
            return True
        return False

    def is_sign(self, sign: str) -> bool:
        """Whether the next token is a sign."""
        return self.kind == "sign" and self.word == sign

    def expect(self, sign: str) -> None:
        """Skip a required sign. Raises HclError."""
        if not self.accept(sign):
            raise HclError(f"expected `{sign}`, not `{self.word}`")

    def body(self, end: str) -> HclBody:
        """The attributes and blocks up to the sign `end`."""
        body = HclBody()
        while True:
            self.lines()
            if self.kind == "end" or (end and self.kind == "sign" and self.word == end):
                if bool(end) == (self.kind == "end"):
                    raise HclError("unbalanced braces")
                return body
            if self.kind not in ("name", "string"):
                raise HclError(f"unexpected `{self.word}`")
            name, at = self.label(), self.at
            if self.accept("=") or self.accept(":"):
                body.attributes[name] = self.expression()
                self.accept(",")
                continue
            labels: list[str] = []
            while self.kind in ("name", "string"):
                labels.append(self.label())
            self.expect("{")
            body.blocks.append((name, labels, self.body("}"), at))
            self.expect("}")

    def label(self) -> str:
        """A name, or a string without its variables."""
        if self.kind == "string":
            node = self.string()
            parts = node.parts[0] if node.kind == "template" else [node.parts[0]]
            return "".join(part for part in parts if isinstance(part, str))
        word = self.word
        self.next()
        return word

    def expression(self) -> HclExpression:
        """An expression with binary operators and conditions."""
        at = self.at
        node = self.operand()
        while self.kind == "sign" and self.word in _BINARY:
            operator = self.word
            self.next()
            self.lines()
            node = HclExpression("binary", at, operator, node, self.operand())
        if self.accept("?"):
            self.lines()
            yes = self.expression()
            self.lines()
            self.expect(":")
            self.lines()
            node = HclExpression("condition", at, node, yes, self.expression())
        return node

    def operand(self) -> HclExpression:
        """A value with the indexes and attributes after it."""
        node = self.primary()
        while self.kind == "sign" and self.word in (".", "["):
            closing = self.word == "["
            self.next()
            if closing and not self.is_sign("*"):
                self.lines()
                key = self.expression()
                self.lines()
                self.expect("]")
                node = HclExpression("member", node.at, node, key)
            elif not closing and not self.is_sign("*"):
                node = HclExpression("member", node.at, node, HclExpression("literal", self.at, self.index()))
                self.next()
            else:  # `[*]` and `.*`
                self.next()
                if closing:
                    self.expect("]")
                node = HclExpression("unknown", node.at)
        return node

    def index(self) -> str | int:
        """The name or number after a dot."""
        return int(self.word) if self.word.isdecimal() and len(self.word) < _MAX_DIGITS else self.word

    def primary(self) -> HclExpression:
        """A literal, a name, a call, a list, a map, or an expression in parentheses."""
        at, kind, word = self.at, self.kind, self.word
        if kind == "string":
            return self.string()
        if kind == "heredoc":
            return self.heredoc()
        if kind == "number":
            self.next()
            if len(word) > _MAX_DIGITS:
                raise HclError("the number is too long")
            return HclExpression("literal", at, float(word) if "." in word else int(word))
        if kind == "name":
            self.next()
            if self.accept("("):
                return HclExpression("call", at, word, self.listed(")"))
            return (
                HclExpression("literal", at, _LITERALS[word])
                if word in _LITERALS
                else HclExpression("variable", at, word)
            )
        if self.accept("("):
            self.lines()
            node = self.expression()
            self.lines()
            self.expect(")")
            return node
        if self.accept("["):
            return self.list(at)
        if self.accept("{"):
            return self.map(at)
        if self.accept("!"):
            return HclExpression("not", at, self.operand())
        if self.accept("-"):
            self.operand()
            return HclExpression("unknown", at)
        raise HclError(f"unexpected `{word}`")

    def list(self, at: int) -> HclExpression:
        """A list after its opening bracket; one with `for` has an unknown value."""
        self.lines()
        if self.kind == "name" and self.word == "for":
            self.skip("[", "]")
            return HclExpression("unknown", at)
        return HclExpression("list", at, self.listed("]"))

    def listed(self, end: str) -> list[HclExpression]:
        """Expressions separated by commas, up to the sign `end`."""
        found: list[HclExpression] = []
        self.lines()
        while not self.accept(end):
            found.append(self.expression())
            self.accept("...")
            self.lines()
            if not self.accept(","):
                self.lines()
                self.expect(end)
                break
            self.lines()
        return found

    def map(self, at: int) -> HclExpression:
        """A map after its opening brace; one with `for` has an unknown value."""
        self.lines()
        if self.kind == "name" and self.word == "for":
            self.skip("{", "}")
            return HclExpression("unknown", at)
        pairs: list[tuple[str, HclExpression]] = []
        while not self.accept("}"):
            key = self.label() if self.kind in ("name", "string") else ""
            if not key:
                raise HclError("expected a key")
            if not self.accept("="):
                self.expect(":")
            self.lines()
            pairs.append((key, self.expression()))
            self.accept(",")
            self.lines()
        return HclExpression("map", at, pairs)

    def skip(self, opening: str, closing: str) -> None:
        """Skip to the bracket that closes the one before."""
        depth = 1
        while depth:
            if self.kind == "end":
                raise HclError(f"missing `{closing}`")
            if self.kind == "string":
                self.string()
                continue
            depth += (self.word == opening) - (self.word == closing)
            self.next()

    def string(self) -> HclExpression:
        """A string, which may contain expressions."""
        at = self.at
        parts, self.end = _template(self.text, self.end, '"')
        self.next()
        if all(isinstance(part, str) for part in parts):
            return HclExpression("literal", at, "".join(str(part) for part in parts))
        return HclExpression("template", at, parts)

    def heredoc(self) -> HclExpression:
        """A heredoc; `<<-` removes the common indentation."""
        at = self.at
        match = re.compile(rf"^[ \t]*{re.escape(self.mark)}[ \t\r]*$", re.MULTILINE).search(self.text, self.end)
        if match is None:
            raise HclError(f"unterminated heredoc `{self.mark}`")
        body = self.text[self.end : match.start()]
        if self.word.startswith("<<-"):
            lines = body.split("\n")
            indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
            body = "\n".join(line[indent:] for line in lines)
        self.end = match.end()
        self.next()
        parts, _ = _template(body, 0, "")
        if all(isinstance(part, str) for part in parts):
            return HclExpression("literal", at, "".join(str(part) for part in parts))
        return HclExpression("template", at, parts)


def _template(text: str, at: int, quote: str) -> tuple[list[str | HclExpression], int]:
    """The parts of a text up to `quote`, or to its end if that is empty, and the offset after it."""
    parts: list[str | HclExpression] = []
    part: list[str] = []
    while at < len(text):
        char = text[at]
        if quote and char == quote:
            return [*parts, "".join(part)], at + 1
        if quote and char == "\\":
            part.append(_ESCAPES.get(text[at + 1 : at + 2], text[at : at + 2]))
            at += 2
        elif text.startswith(("$${", "%%{"), at):
            part.append(text[at + 1 : at + 3])
            at += 3
        elif text.startswith(("${", "%{"), at):
            parser = _Parser(text, at + 2)
            plain = char == "$"
            node = parser.expression() if plain else HclExpression("unknown", at)
            while not plain and not (parser.kind == "sign" and parser.word == "}") and parser.kind != "end":
                parser.next()
            if parser.word != "}":
                raise HclError("missing `}` in a string")
            parts += ["".join(part), node]
            part = []
            at = parser.end
        else:
            part.append(char)
            at += 1
    if quote:
        raise HclError("unterminated string")
    return [*parts, "".join(part)], at
