"""BK013."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...syntax.expand import ExpansionError, expand
from ...syntax.parser import parse
from ...syntax.source import Source, Span
from ..base import HANDWRITTEN, INFO, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Argument, Env, Instruction, Label


@rule(
    "BK013",
    level=INFO,
    since="0.1",
    aliases=("buildkit:LegacyKeyValueFormat",),
    fix=SAFE,
    formerly=("legacy-pair",),
    scope=HANDWRITTEN,
)
def legacy_key_value(instruction: Env | Label, build: Build) -> Iterator[Finding]:
    """ENV or LABEL uses the legacy format `key value`, without `=`.

    ## Why
    In the legacy format, the value is the rest of the line, so `ENV A=1 B=2` and `ENV A 1 B=2` mean different things.
    Docker's reference discourages it, and `docker build` warns about it.

    ## What to do
    Write `key=value`, and put double quotes around a value with spaces.

    ## Fix safety
    Safe: the new form is parsed again and must give the same value, whether or not the variables in it are set. There
    is no fix if quotes cannot achieve that, and for a value with a comment in it, which was not meant as value.
    """
    # BuildKit does not check the trigger of an ONBUILD.
    aliases = () if instruction.parent is not None else None
    for pair in instruction.pairs:
        if pair.legacy and pair.value is not None:
            if " #" in pair.value.text:
                note = pair.value.text[pair.value.text.index(" #") + 1 :]
                message = f"`{note}` is part of the value, as a comment must start a line; move it to its own line"
                yield Finding(
                    f"legacy format without `=`; {message}", Span(pair.key.start, pair.value.end), aliases=aliases
                )
                continue
            yield Finding(
                f"legacy format without `=`; use `{instruction.name} {pair.key.text}=…`",
                Span(pair.key.start, pair.value.end),
                fix=_fix(instruction, pair.key, pair.value, build),
                aliases=aliases,
            )


def _fix(instruction: Instruction, key: Argument, value: Argument, build: Build) -> Fix | None:
    """Insert `=` after the key, and quotes around the value where needed. Line breaks are kept."""
    escape, gap = build.dockerfile.escape, build.dockerfile.source.text[key.end : value.start]
    if "#" in gap:
        return None  # would delete a comment between the key and its value
    bare, quoted = value.text.replace('"', ""), value.text.replace('"', escape + '"')
    for before, text, after in (
        ("=", value.text, ""),
        ('="', bare, '"'),
        ('="', value.text, '"'),
        ('="', quoted, '"'),
    ):
        if _same_value(f"{key.text}{before}{text}{after}", value.text, escape):
            if text == value.text:
                edits = [Edit(key.end, value.start, before), Edit(value.end, value.end, after)]
            elif len(value.text) == value.end - value.start:
                edits = [Edit(key.end, value.end, before + text + after)]
            else:
                return None
            title = f"Use `{key.text}=…`"
            return Fix(title, SAFE, [edit for edit in edits if edit.text or edit.start < edit.end])
    return None


def _same_value(pair: str, value: str, escape: str) -> bool:
    """Whether `ENV pair` sets one variable, to the value that `value` has in the legacy format."""
    tree = parse(Source(f"# escape={escape}\nFROM scratch\nENV {pair}\n"))
    pairs = tree.instructions[-1].pairs
    if tree.errors or len(pairs) != 1 or pairs[0].legacy or pairs[0].value is None:
        return False
    other = pairs[0].value.text
    try:
        names = expand(value, {}, escape).unmatched
        environments: list[dict[str, str]] = [{}, dict.fromkeys(names, "\0"), dict.fromkeys(names, "")]
        return all(expand(value, env, escape).text == expand(other, env, escape).text for env in environments)
    except ExpansionError:
        return False


EXAMPLES = (
    Bad("ENV «LANG C.UTF-8»", message="`ENV LANG=…`", fixed="ENV LANG=C.UTF-8"),
    Good("ENV LANG=C.UTF-8 A=b"),
    Bad("LABEL «maintainer Jane Doe»", fixed='LABEL maintainer="Jane Doe"'),
    Bad('ENV «E "q q"»', fixed='ENV E="q q"'),
    Bad('LABEL «a say "no" to $it»', fixed='LABEL a="say no to $it"', why="BuildKit removes the quotes"),
    Bad("ENV «A b\\\n# why\n  c»", fixed='ENV A="b\\\n# why\n  c"'),
    Bad("ENV «A b\\ c»", fixed="ENV A=b\\ c"),
    Bad("ENV «A \\\n# why\n  b»", fixed="ENV A \\\n# why\n  b", why="no fix, which would delete the comment"),
    Bad("ENV «A 1 B=2»", why="one variable with the value `1 B=2`", fixed='ENV A="1 B=2"'),
    Bad("ONBUILD ENV «A b»"),
    Good('LABEL maintainer="Jane Doe"'),
    Bad("ENV «A one # note»", message="`# note` is part of the value", fixed="ENV A one # note"),
    Bad("LABEL «a b#c»", fixed="LABEL a=b#c", why="not a comment"),
)
