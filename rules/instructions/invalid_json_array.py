"""COR041."""

from __future__ import annotations

from ...syntax.source import Span
from ...syntax.tree import CopyOrAdd, Healthcheck, Run, Volume
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Add, Copy

_QUOTES = "\"'“”‘’«»`"
_STRAIGHT = "\"'"


@rule("COR041", level=ERROR, since="0.1", preview=True, prefilter=("[",))
def invalid_json_array(instruction: Run | Healthcheck | Volume | Copy | Add, build: Build) -> Iterator[Finding]:
    """The arguments look like a JSON array but are not one, because of single quotes or a comma at the end.

    ## Why
    They are then read as the other form of the instruction: RUN and HEALTHCHECK start a shell that runs a program
    called `[echo,`, VOLUME creates a volume `['/data']`, and COPY copies a file called `['a',`.

    ## What to do
    Use a JSON array: double quotes, a comma between the strings, and none after the last one.

    ## Exceptions
    - The command `[`, as in `RUN [ -f /a ] || touch /a`.
    - CMD and ENTRYPOINT: DL3025 reports them.
    """
    if instruction.json or instruction.heredocs or not instruction.arguments:
        return
    if isinstance(instruction, Healthcheck) and not instruction.words:
        return
    first = instruction.words[0] if isinstance(instruction, (Run, Healthcheck)) else instruction.arguments[0]
    text = instruction.logical.text[first.start_index :].rstrip()
    if not text.startswith("["):
        return
    strings = _looks_like_strings(text)
    if isinstance(instruction, Volume):
        effect = "the brackets are part of the paths"
    elif isinstance(instruction, CopyOrAdd):
        strings = strings and text.endswith("]")
        effect = "the brackets are part of the file names"
    else:
        effect = "a shell runs it as it is"
    if strings or (isinstance(instruction, Volume) and text.endswith("]")):
        shown = text if len(text) < 40 and "\n" not in text else text[:36].rstrip() + " …"
        logical = instruction.logical
        span = Span(logical.offset(first.start_index), logical.end_offset(first.start_index + len(text)))
        yield Finding(f"`{shown}` is not a JSON array, so {effect}; {_remedy(text)}", span)


def _looks_like_strings(text: str) -> bool:
    """Whether a quoted text follows the bracket directly, or one with a comma after it, unlike in the command `[`."""
    inside = text[1:].lstrip()
    if inside[:1] not in _QUOTES or not inside:
        return False
    close = inside.find(inside[0], 1)
    if inside[0] not in _STRAIGHT:
        return True
    return text[1] == inside[0] or (close > 0 and inside[close + 1 :].lstrip().startswith(","))


def _remedy(text: str) -> str:
    if "'" in text and '"' not in text:
        return "use double quotes"
    if any(quote in text for quote in "“”‘’«»"):
        return 'use straight double quotes (`"`)'
    if text.rstrip("]").rstrip().endswith(","):
        return "remove the comma after the last string"
    return 'use double-quoted strings: `["a", "b"]`'


EXAMPLES = (
    Bad("RUN «['echo', 'a']»", message="`['echo', 'a']` is not a JSON array, so a shell runs it as it is; use double"),
    Good('RUN ["echo", "a"]'),
    Bad('RUN «["echo", "a",]»', message="remove the comma after the last string"),
    Bad("RUN «[“echo”, “a”]»", message="use straight double quotes"),
    Bad('RUN «[ "echo", "a" "b" ]»'),
    Bad("VOLUME «['/data', '/b']»", message="the brackets are part of the paths"),
    Bad("VOLUME «[/data]»"),
    Bad("HEALTHCHECK CMD «['curl', 'x']»", message="a shell runs it"),
    Bad("COPY «['a', 'b/']»", message="the brackets are part of the file names"),
    Good("RUN [ -f /x ] || echo no"),
    Good('RUN [ "a" = "b" ] || true', why="the command `[`"),
    Good('RUN [ "$A" ] && make', why="the command `[`"),
    Good("RUN [[ -f /x ]] || true"),
    Good("COPY [a-z]*.txt /a/", why="a pattern"),
    Good('VOLUME ["/data"]'),
    Good("VOLUME /data"),
    Good("HEALTHCHECK NONE"),
    Good("CMD ['a']", why="DL3025 reports it"),
    Good('SHELL ["pwsh", "-Command"]\nRUN [Net.ServicePointManager]::SecurityProtocol = 3', why="PowerShell"),
)
