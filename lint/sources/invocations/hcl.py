"""HCL as far as bake files need it: blocks, attributes, strings with `${…}`, lists, maps, conditions, simple functions.

The usual library for it takes seconds for its grammar. What is not understood has no value; nothing is guessed.
Source: github.com/hashicorp/hcl, hclsyntax/spec.md.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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
_MOST_CALLS = 20
_LITERALS = {"true": True, "false": False, "null": None}


class HclError(ValueError):
    """A text that is no HCL."""


class UnknownValue(Exception):
    """An expression whose value is not known."""


class HclBody:
    """The attributes and blocks between two braces, each with the offset where its value stands."""

    def __init__(self) -> None:
        self.attributes: dict[str, HclExpression] = {}
        self.blocks: list[tuple[str, list[str], HclBody, int]] = []


class HclExpression:
    """An expression: what it is, its parts, and the offset of its first character."""

    __slots__ = ("at", "kind", "parts")

    def __init__(self, kind: str, at: int, *parts: Any) -> None:
        self.kind = kind
        self.at = at
        self.parts = parts

    def value(self, variables: Mapping[str, Any]) -> Any:
        """The value under these variables; raises Unknown."""
        kind, parts = self.kind, self.parts
        if kind == "literal":
            return parts[0]
        if kind == "variable":
            if variables.get(parts[0]) is None:
                raise UnknownValue
            return variables[parts[0]]
        if kind == "template":
            return "".join(part if isinstance(part, str) else _text(part.value(variables)) for part in parts[0])
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
    """A function that a file defines; it is kept among the variables, as `name()`."""

    def __init__(self, names: Sequence[str], rest: str, result: HclExpression) -> None:
        self._names = names
        self._rest = rest
        self._result = result

    def value(self, values: Sequence[Any], variables: Mapping[str, Any]) -> Any:
        """The value for these arguments; raises Unknown."""
        count = len(self._names)
        if len(values) < count or (len(values) > count and not self._rest):
            raise UnknownValue
        depth: int = variables.get("(depth)", 0)
        if depth > _MOST_CALLS:
            raise UnknownValue
        given: dict[str, Any] = {**variables, **dict(zip(self._names, values, strict=False)), "(depth)": depth + 1}
        if self._rest:
            given[self._rest] = list(values[count:])
        return self._result.value(given)


def _member(whole: Any, key: Any) -> Any:
    """An entry of a map or a list."""
    try:
        if isinstance(whole, dict) and isinstance(key, str):
            return _table(whole)[key]
        if isinstance(whole, list) and isinstance(key, int):
            return _list(whole)[key]
    except (KeyError, IndexError):
        raise UnknownValue from None
    raise UnknownValue


def _none() -> Any:
    raise UnknownValue


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise UnknownValue


def _map(pairs: Sequence[tuple[str, HclExpression]], variables: Mapping[str, Any]) -> dict[str, Any]:
    """The entries whose values are known."""
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
    """A function of bake's standard library; those that only compose names and conditions."""
    match name, values:
        case "equal", [left, right]:
            return left == right
        case "notequal", [left, right]:
            return left != right
        case "not", [one]:
            return not one
        case "and", [left, right]:
            return left and right
        case "or", [left, right]:
            return left or right
        case "upper", [str(one)]:
            return one.upper()
        case "lower", [str(one)]:
            return one.lower()
        case "trimprefix", [str(one), str(prefix)]:
            return one.removeprefix(prefix)
        case "trimsuffix", [str(one), str(suffix)]:
            return one.removesuffix(suffix)
        case "replace", [str(one), str(old), str(new)]:
            return one.replace(old, new)
        case "trimspace", [str(one)]:
            return one.strip()
        case "split", [str(separator), str(one)] if separator:
            return one.split(separator)
        case "sanitize", [str(one)]:
            return re.sub(r"[^A-Za-z0-9_-]", "_", one)
        case "length", [str() | list() | dict()]:
            return len(values[0])
        case "contains", [list(), one]:
            return one in _list(values[0])
        case "lookup", [dict(), str(key), default]:
            table: dict[str, Any] = values[0]
            return table.get(key, default)
        case "merge", _ if all(isinstance(each, dict) for each in values):
            return {key: entry for each in values for key, entry in each.items()}
        case "format", [str(pattern), *rest] if pattern.count("%") == len(rest):
            return re.sub("%[sdv]", "{}", pattern).format(*map(_text, rest)) if "{" not in pattern else _none()
        case "coalesce", _:
            return next((each for each in values if each not in (None, "")), "")
        case "concat", _ if all(isinstance(each, list) for each in values):
            return [entry for each in values for entry in each]
        case "join", [str(separator), list()]:
            return separator.join(_text(each) for each in _list(values[1]))
        case _:
            raise UnknownValue


def _list(value: Any) -> list[Any]:
    return value


def _table(value: Any) -> dict[str, Any]:
    return value


def parse_hcl(text: str) -> HclBody:
    """The body of a file. Raises HclError."""
    parser = _Parser(text)
    return parser.body(end="")


class _Parser:
    """Recursive descent over the text; `self.kind` and `self.word` are the next token, `self.at` is its offset."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text = text
        self.end = at
        self.kind: str = ""
        self.word: str = ""
        self.mark: str = ""
        self.at = at
        self.next()

    def next(self) -> None:
        """Go to the next token; blanks and comments are none."""
        while True:
            self.at = self.end
            if self.at >= len(self.text):
                self.kind, self.word = "end", ""
                return
            match = _TOKEN.match(self.text, self.at)
            if match is None:
                raise HclError(f"`{self.text[self.at]}` is not understood")
            self.end = match.end()
            self.kind, self.word = match.lastgroup or "", match[0]
            if match["heredoc"]:
                self.kind, self.mark = "heredoc", match["mark"]
            if self.kind != "space":
                return

    def lines(self) -> None:
        """Pass over line ends."""
        while self.kind == "newline":
            self.next()

    def take(self, sign: str) -> bool:
        """Pass over a sign when it is the next token."""
        if self.kind == "sign" and self.word == sign:
            self.next()
            return True
        return False

    def is_sign(self, sign: str) -> bool:
        """Whether a sign is the next token."""
        return self.kind == "sign" and self.word == sign

    def want(self, sign: str) -> None:
        """Pass over a sign that has to be there."""
        if not self.take(sign):
            raise HclError(f"`{sign}` is wanted before `{self.word}`")

    def body(self, end: str) -> HclBody:
        """Attributes and blocks up to the sign `end`."""
        body = HclBody()
        while True:
            self.lines()
            if self.kind == "end" or (end and self.kind == "sign" and self.word == end):
                if bool(end) == (self.kind == "end"):
                    raise HclError("a brace is missing")
                return body
            if self.kind not in ("name", "string"):
                raise HclError(f"`{self.word}` is not understood")
            name, at = self.label(), self.at
            if self.take("=") or self.take(":"):
                body.attributes[name] = self.expression()
                self.take(",")
                continue
            labels: list[str] = []
            while self.kind in ("name", "string"):
                labels.append(self.label())
            self.want("{")
            body.blocks.append((name, labels, self.body("}"), at))
            self.want("}")

    def label(self) -> str:
        """A name, or a text in quotes without variables."""
        if self.kind == "string":
            node = self.string()
            parts = node.parts[0] if node.kind == "template" else [node.parts[0]]
            return "".join(part for part in parts if isinstance(part, str))
        word = self.word
        self.next()
        return word

    def expression(self) -> HclExpression:
        """A condition, or what may stand in one."""
        at = self.at
        node = self.operand()
        while self.kind == "sign" and self.word in _BINARY:
            operator = self.word
            self.next()
            self.lines()
            node = HclExpression("binary", at, operator, node, self.operand())
        if self.take("?"):
            self.lines()
            yes = self.expression()
            self.lines()
            self.want(":")
            self.lines()
            node = HclExpression("condition", at, node, yes, self.expression())
        return node

    def operand(self) -> HclExpression:
        """A value with what is behind it: an index, an attribute."""
        node = self.primary()
        while self.kind == "sign" and self.word in (".", "["):
            closing = self.word == "["
            self.next()
            if closing and not self.is_sign("*"):
                self.lines()
                key = self.expression()
                self.lines()
                self.want("]")
                node = HclExpression("member", node.at, node, key)
            elif not closing and not self.is_sign("*"):
                node = HclExpression("member", node.at, node, HclExpression("literal", self.at, self.index()))
                self.next()
            else:  # `[*]` and `.*`
                self.next()
                if closing:
                    self.want("]")
                node = HclExpression("unknown", node.at)
        return node

    def index(self) -> str | int:
        """The name or the number behind a dot."""
        return int(self.word) if self.word.isdecimal() else self.word

    def primary(self) -> HclExpression:
        """A literal, a name, a call, a list, a map, or an expression in parentheses."""
        at, kind, word = self.at, self.kind, self.word
        if kind == "string":
            return self.string()
        if kind == "heredoc":
            return self.heredoc()
        if kind == "number":
            self.next()
            return HclExpression("literal", at, float(word) if "." in word else int(word))
        if kind == "name":
            self.next()
            if self.take("("):
                return HclExpression("call", at, word, self.listed(")"))
            return (
                HclExpression("literal", at, _LITERALS[word])
                if word in _LITERALS
                else HclExpression("variable", at, word)
            )
        if self.take("("):
            self.lines()
            node = self.expression()
            self.lines()
            self.want(")")
            return node
        if self.take("["):
            return self.list(at)
        if self.take("{"):
            return self.map(at)
        if self.take("!"):
            return HclExpression("not", at, self.operand())
        if self.take("-"):
            self.operand()
            return HclExpression("unknown", at)
        raise HclError(f"`{word}` is not understood")

    def list(self, at: int) -> HclExpression:
        """A list behind its bracket; one with `for` has no value."""
        self.lines()
        if self.kind == "name" and self.word == "for":
            self.skip("[", "]")
            return HclExpression("unknown", at)
        return HclExpression("list", at, self.listed("]"))

    def listed(self, end: str) -> list[HclExpression]:
        """Expressions with commas between them, up to the sign `end`."""
        found: list[HclExpression] = []
        self.lines()
        while not self.take(end):
            found.append(self.expression())
            self.take("...")
            self.lines()
            if not self.take(","):
                self.lines()
                self.want(end)
                break
            self.lines()
        return found

    def map(self, at: int) -> HclExpression:
        """A map behind its brace; one with `for` has no value."""
        self.lines()
        if self.kind == "name" and self.word == "for":
            self.skip("{", "}")
            return HclExpression("unknown", at)
        pairs: list[tuple[str, HclExpression]] = []
        while not self.take("}"):
            key = self.label() if self.kind in ("name", "string") else ""
            if not key:
                raise HclError("a key is wanted")
            if not self.take("="):
                self.want(":")
            self.lines()
            pairs.append((key, self.expression()))
            self.take(",")
            self.lines()
        return HclExpression("map", at, pairs)

    def skip(self, opening: str, closing: str) -> None:
        """Pass over all up to the closing bracket of the one before."""
        depth = 1
        while depth:
            if self.kind == "end":
                raise HclError(f"`{closing}` is missing")
            if self.kind == "string":
                self.string()
                continue
            depth += (self.word == opening) - (self.word == closing)
            self.next()

    def string(self) -> HclExpression:
        """A text in quotes, with expressions in it."""
        at = self.at
        parts, self.end = _template(self.text, self.end, '"')
        self.next()
        if all(isinstance(part, str) for part in parts):
            return HclExpression("literal", at, "".join(str(part) for part in parts))
        return HclExpression("template", at, parts)

    def heredoc(self) -> HclExpression:
        """A here-document; `<<-` takes the common indentation away."""
        at = self.at
        match = re.compile(rf"^[ \t]*{re.escape(self.mark)}[ \t\r]*$", re.MULTILINE).search(self.text, self.end)
        if match is None:
            raise HclError(f"the here-document `{self.mark}` does not end")
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
    """The parts of a text up to its quote, or its end without one, and the offset behind."""
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
                raise HclError("`}` is missing in a text")
            parts += ["".join(part), node]
            part = []
            at = parser.end
        else:
            part.append(char)
            at += 1
    if quote:
        raise HclError("a quote is missing")
    return [*parts, "".join(part)], at
