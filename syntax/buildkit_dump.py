"""Writes an instruction as the S-expression of Dump() in BuildKit's parser."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .tree import Instruction

_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}


def dump(instruction: Instruction) -> str:
    """`run "a  b"`, `env "A" "1" "="`, `run ["--mount=type=cache,target=/a"] "…"`."""
    outer = ""
    depth = 0
    # A loop, as ONBUILD may follow ONBUILD any number of times.
    while instruction.trigger is not None:
        outer += " ".join(_head(instruction)) + " ("
        depth += 1
        instruction = instruction.trigger
    parts = _head(instruction)
    if instruction.name in ("ENV", "LABEL"):
        for pair in instruction.pairs:
            value = pair.value.text if pair.value else ""
            parts += (go_quote(pair.key.text), go_quote(value), go_quote("" if pair.legacy else "="))
    elif instruction.__class__.__name__ == "Instruction":
        parts.append('""')
    else:
        parts += (go_quote(argument.text) for argument in instruction.arguments)
    return outer + " ".join(parts) + ")" * depth


def _head(instruction: Instruction) -> list[str]:
    """The keyword, and the flags in brackets."""
    keyword = instruction.keyword.lower()
    flags = " ".join([go_quote(flag.text) for flag in instruction.flags])
    return [keyword, f"[{flags}]"] if flags else [keyword]


def go_quote(text: str) -> str:
    """`text` as a Go string literal (strconv.Quote); bytes that are not UTF-8 are lone surrogates here."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(map(_quote_char, text)) + '"'


def _quote_char(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if char.isprintable():
        return char
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
