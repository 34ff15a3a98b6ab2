"""DL3025."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Edit, Fix
from ...fixers.edits.instructions import has_comments_inside
from ...model.options import pedantic
from ...model.state import LINUX_SHELL
from ...syntax.tree import Healthcheck
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.command import Word
    from ...syntax.tree import Cmd, Entrypoint

# What only a shell understands; a command with any of it cannot be written in exec form.
_SHELL_SYNTAX = frozenset("|&;<>()$`*?[]{}~#\\\n")


_BUILT_IN = frozenset(
    ". : [ alias bg break builtin case cd command continue eval exec exit export fg getopts hash jobs let local read "
    "readonly return set shift source times trap type ulimit umask unalias unset until wait while".split()
)
"""What only a shell has; `echo`, `test`, `true` and the like are programs too."""


@rule("DL3025", level=WARNING, since="0.1", aliases=("buildkit:JSONArgsRecommended",), fix=UNSAFE)
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
    needs the shell, such as `curl … || exit 1` (hadolint reports it, and so
    does the option `pedantic`).

    ## Fix safety
    Unsafe: the program becomes the first process, and an ENTRYPOINT sees its words instead of those of a shell. Only
    for one program whose words mean the same without a shell: no variables, operators or patterns, nothing that only a
    shell has.
    """
    if instruction.json:
        return
    words = instruction.words
    text = words[0].text if words else ""
    if text.startswith("exec ") and not isinstance(instruction, Healthcheck):
        return
    if isinstance(instruction, Healthcheck):
        needless = _SHELL_SYNTAX.isdisjoint(text)
        if words and (needless or pedantic(build)):
            message = "this HEALTHCHECK starts a shell" + (" for nothing" if needless else "") + "; write the exec form"
            yield Finding(message, words[0], aliases=(), fix=_fix(instruction, build))
        return
    # BuildKit takes SHELL for a sign that the shell is meant; the signals do not get through nevertheless.
    also = () if build.state(instruction).has_custom_shell else None
    where = words[0] if words else instruction
    yield Finding(_message(instruction, text), where, aliases=also, fix=_fix(instruction, build))


def _fix(instruction: Cmd | Entrypoint | Healthcheck, build: Build) -> Fix | None:
    """The exec form of a command that needs no shell."""
    state, script = build.state(instruction), build.script(instruction)
    if state.shell != LINUX_SHELL or instruction.heredocs or script.error or len(script.commands) != 1:
        return None
    command, (text,) = script.commands[0], instruction.words
    if not command.words or command.wrappers or command.assignments or command.redirects or command.context:
        return None
    if command.name in _BUILT_IN or (command.start, command.end) != (text.start, text.end):
        return None
    if not all(_is_itself(word) for word in command.words) or has_comments_inside(build.dockerfile, instruction):
        return None
    form = "[" + ", ".join([f'"{word.value}"' for word in command.words]) + "]"
    return Fix("Write the exec form", UNSAFE, [Edit(text.start, text.end, form)], declare_edits=True)


def _is_itself(word: Word) -> bool:
    """Whether the word means the same to a program as to the shell, and can stand in JSON as it is."""
    text = word.text
    bare = text[1:-1] if text[:1] in "\"'" and text[:1] == text[-1:] and len(text) > 1 else text
    if bare is not text:
        return bare == word.value and not word.dynamic and not set(bare) & set('"\\`$!') and bare.isprintable()
    return text == word.value and _SHELL_SYNTAX.isdisjoint(text) and not set(text) & set("\"'!") and text.isprintable()


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
    Bad("CMD «node app.js»", message="`node app.js` runs below a shell", fixed='CMD ["node", "app.js"]'),
    Bad("CMD «node 'my app.js' \\\n  -v»", fixed='CMD ["node", "my app.js", "-v"]'),
    Bad("CMD «java $JAVA_OPTS -jar a.jar»", fixed="CMD java $JAVA_OPTS -jar a.jar", why="a variable needs the shell"),
    Bad("CMD «ls *.txt»", fixed="CMD ls *.txt", why="so does a pattern"),
    Bad("CMD «ulimit -n 10»", fixed="CMD ulimit -n 10", why="only shells have it"),
    Bad("ENTRYPOINT «/entrypoint.sh»"),
    Bad("CMD «cd /src && node app.js»"),
    Bad('SHELL ["/bin/bash", "-c"]\nCMD «node app.js»', fixed='SHELL ["/bin/bash", "-c"]\nCMD node app.js'),
    Bad("HEALTHCHECK CMD «/healthy.sh»", message="for nothing", fixed='HEALTHCHECK CMD ["/healthy.sh"]'),
    Bad("ONBUILD CMD «node app.js»"),
    Good('CMD ["node", "app.js"]'),
    Good("ENTRYPOINT []"),
    Good("CMD exec node --port $PORT app.js", why="the shell is replaced by the program"),
    Bad("HEALTHCHECK CMD «curl -f http://localhost/ || exit 1»", options={"pedantic": True}),
    Good("HEALTHCHECK CMD curl -f http://localhost/ || exit 1", why="only a shell can do that"),
    Good("HEALTHCHECK NONE"),
    Good("RUN node app.js"),
)
