"""DL3025."""

from __future__ import annotations

from ...syntax.tree import Healthcheck
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Cmd, Entrypoint

# What only a shell understands; a command with any of it cannot be written in exec form.
_SHELL_SYNTAX = frozenset("|&;<>()$`*?[]{}~#\\\n")


@rule("DL3025", level=WARNING, since="0.1", also=("buildkit:JSONArgsRecommended",))
def shell_form_command(instruction: Cmd | Entrypoint | Healthcheck, build: Build) -> Iterator[Finding]:
    """CMD or ENTRYPOINT is in shell form.

    ## Why
    The container's first process is `/bin/sh -c`, and it does not pass signals on: `docker stop` waits ten seconds and
    kills the program. What comes behind the image's name in `docker run` is lost on an ENTRYPOINT in shell form.

    ## What to do
    Write the exec form: `CMD ["node", "app.js"]`. Where a shell is needed, put the commands into a script that ends in
    `exec`.

    ## What is left alone
    A command that begins with `exec`: the program takes the shell's place and gets the signals. A HEALTHCHECK that
    needs the shell, such as `curl … || exit 1` (hadolint reports it).
    """
    if instruction.json:
        return
    words = instruction.words
    text = words[0].text if words else ""
    if text.startswith("exec ") and not isinstance(instruction, Healthcheck):
        return
    if isinstance(instruction, Healthcheck):
        if words and _SHELL_SYNTAX.isdisjoint(text):
            yield Finding("this HEALTHCHECK starts a shell for nothing; write the exec form", words[0], also=())
        return
    # BuildKit takes SHELL for a sign that the shell is meant; the signals do not get through nevertheless.
    also = () if build.state(instruction).shell_set else None
    yield Finding(_message(instruction, text), words[0] if words else instruction, also=also)


def _message(instruction: Cmd | Entrypoint, text: str) -> str:
    if not text:
        return f"`{instruction.keyword}` without a command starts a shell"
    shown = text if len(text) < 40 and "\n" not in text else text[:36].rstrip() + " …"
    if text.startswith("["):
        return f"`{shown}` is no JSON array of strings in double quotes, so a shell runs it as it stands"
    if _SHELL_SYNTAX.isdisjoint(text) and "=" not in text.split(" ")[0]:
        return f"`{shown}` runs below a shell that keeps signals from it; write the exec form"
    return f"`{shown}` runs below a shell that keeps signals from it; put it into a script that ends in `exec`"


EXAMPLES = (
    Bad("CMD «node app.js»", message="`node app.js` runs below a shell"),
    Bad("ENTRYPOINT «/entrypoint.sh»"),
    Bad("CMD «cd /src && node app.js»"),
    Bad('SHELL ["/bin/bash", "-c"]\nCMD «node app.js»'),
    Bad("HEALTHCHECK CMD «/healthy.sh»", message="for nothing"),
    Bad("ONBUILD CMD «node app.js»"),
    Good('CMD ["node", "app.js"]'),
    Good("ENTRYPOINT []"),
    Good("CMD exec node --port $PORT app.js", why="the shell is replaced by the program"),
    Good("HEALTHCHECK CMD curl -f http://localhost/ || exit 1", why="only a shell can do that"),
    Good("HEALTHCHECK NONE"),
    Good("RUN node app.js"),
)
