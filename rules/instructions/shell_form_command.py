"""DL3025."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Edit, Fix
from ...fixers.edits.instructions import has_comments_inside
from ...model.layers import has_step
from ...model.state import LINUX_SHELL
from ...syntax.tree import Entrypoint, Healthcheck
from ..base import MEDIUM, SHIPPED, WARNING, Bad, Finding, Good, rule
from ..options import if_minor, pedantic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...syntax.command import Word
    from ...syntax.tree import Cmd, Instruction

# Characters with a meaning only in a shell; commands that contain them have no exec form.
_SHELL_SYNTAX = frozenset("|&;<>()$`*?[]{}~#\\\n")


_BUILT_INS = frozenset(
    ". : [ alias bg break builtin case cd command continue eval exec exit export fg getopts hash jobs let local read "
    "readonly return set shift source times trap type ulimit umask unalias unset until wait while".split()
)
"""Built-ins that are not programs as well, unlike `echo`, `test` and `true`."""


@rule(
    "DL3025",
    level=WARNING,
    since="0.1",
    aliases=("buildkit:JSONArgsRecommended",),
    fix=UNSAFE,
    scope=SHIPPED,
    subject=("shell", "expand", "expanded", "expansion", "variables?", "exec", "signals?"),
)
def shell_form_command(instruction: Cmd | Entrypoint | Healthcheck, build: Build) -> Iterator[Finding]:
    """CMD or ENTRYPOINT is in shell form.

    ## Why
    The first process of the container is `/bin/sh -c`, which does not forward signals: `docker stop` waits ten seconds
    and then kills the program. A shell-form ENTRYPOINT also ignores the arguments of `docker run`.

    ## What to do
    Use the exec form: `CMD ["node", "app.js"]`. If a shell is required, move the commands to a script that ends with
    `exec`.

    ## Fix safety
    Unsafe: the program becomes the first process, and an ENTRYPOINT receives arguments that the shell ignored.

    ## Exceptions
    - A command that starts with `exec`: the program replaces the shell.
    - A CMD on a base image that is not an official one: its ENTRYPOINT may forward signals, so the message says only
      that it may not receive them.
    - Confidence is low if bash or busybox runs the command and replaces itself with it: a single command, the last one
      after `&&`, with busybox also after `;` and at the end of `if` and `case`. It is low for a HEALTHCHECK, too.
    - A HEALTHCHECK that needs the shell, such as `curl … || exit 1`; hadolint reports it.
    - No fix if the command uses variables, operators, patterns or shell built-ins.

    ## Options
    - `pedantic`: also report a HEALTHCHECK that needs the shell.
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
            message = f"this HEALTHCHECK starts a shell{' unnecessarily' if needless else ''}; use the exec form"
            yield Finding(message, words[0], aliases=(), fix=_fix(instruction, build), confidence=if_minor(build))
        return
    # BuildKit reports nothing after SHELL, but signals do not reach the program either.
    aliases = () if build.state(instruction).has_custom_shell else None
    where = words[0] if words else instruction
    minor = not isinstance(instruction, Entrypoint) and _is_replaced(instruction, build)
    unknown = _may_inherit_init(instruction, build) and not pedantic(build)
    yield Finding(
        _message(instruction, text, build),
        where,
        aliases=aliases,
        fix=_fix(instruction, build),
        confidence=if_minor(build) if minor else MEDIUM if unknown else "",
    )


def _is_replaced(instruction: Cmd | Entrypoint, build: Build) -> bool:
    """Whether the shell replaces itself with the last command, as bash and busybox do but not dash (0.5.12).

    bash does so for the only command and the last one after `&&`, and not if it has redirections; busybox also after
    `;` and at the end of `if` and `case`. Tried with bash 5.2 and busybox 1.35 (`sh -c '…'`, /proc/PID/cmdline).
    """
    commands, stage = build.commands(instruction), build.stage_of(instruction)
    last = commands[-1] if commands else None
    if last is None or last.operator_after not in ("", ";") or last.operator_before == "|" or last.name in _BUILT_INS:
        return False
    name = build.state(instruction).shell[0].rpartition("/")[2]
    facts = stage.base_facts if stage is not None else None
    family = facts.family if facts is not None else None
    if name in ("sh", "ash") and family in ("alpine", "busybox"):
        keeps = any(each.operator_after in ("&", "|", "|&") or each.name == "trap" for each in commands)
        return not keeps and _BRANCHES.issuperset(last.context)
    bash = name == "bash" or (name == "sh" and family in _BASH_AS_SH)
    joined = all(each.operator_after == "&&" and not each.context for each in commands[:-1])
    return bash and joined and not last.operator_after and not last.context and not last.redirects


_BRANCHES = frozenset(("if", "else", "elif", "case", "group"))
"""Constructs at whose end busybox replaces itself; not at the end of a loop."""
_BASH_AS_SH = ("almalinux", "amazonlinux", "centos", "fedora", "oraclelinux", "rhel", "rockylinux", "ubi")
"""Distributions whose /bin/sh is bash."""


def _fix(instruction: Cmd | Entrypoint | Healthcheck, build: Build) -> Fix | None:
    """The exec form, if the command does not need a shell."""
    state, script = build.state(instruction), build.script(instruction)
    if state.shell != LINUX_SHELL or instruction.heredocs or script.error or len(script.commands) != 1:
        return None
    command, (text,) = script.commands[0], instruction.words
    if not command.words or command.wrappers or command.assignments or command.redirects or command.context:
        return None
    if command.name in _BUILT_INS or (command.start, command.end) != (text.start, text.end):
        return None
    if not all(_is_literal(word) for word in command.words) or has_comments_inside(build.dockerfile, instruction):
        return None
    form = "[" + ", ".join([f'"{word.value}"' for word in command.words]) + "]"
    return Fix("Use the exec form", UNSAFE, [Edit(text.start, text.end, form)], declare_edits=True)


def _is_literal(word: Word) -> bool:
    """Whether the shell passes the word unchanged, and JSON needs no escaping for it."""
    text = word.text
    bare = text[1:-1] if text[:1] in "\"'" and text[:1] == text[-1:] and len(text) > 1 else text
    if bare is not text:
        return bare == word.value and not word.dynamic and not set(bare) & set('"\\`$!') and bare.isprintable()
    return text == word.value and _SHELL_SYNTAX.isdisjoint(text) and not set(text) & set("\"'!") and text.isprintable()


_FORWARDING = ("dumb-init", "/init", "my_init", "/sbin/my_init")
"""Inits that send signals to all processes, also below a shell: dumb-init, s6-overlay and baseimage-docker."""


def _has_forwarding_init(instruction: Cmd | Entrypoint, build: Build) -> bool:
    """Whether an init of the ENTRYPOINT forwards signals to the programs below the shell; tini does so with -g."""
    stage = build.stage_of(instruction)
    if stage is None or isinstance(instruction, Entrypoint):
        return False
    steps = stage.instructions

    def last() -> Sequence[str]:
        found = (step for step in reversed(steps) if isinstance(step, Entrypoint) and step.json and step.words)
        return [word.text for word in step.words] if (step := next(found, None)) is not None else ()

    words = build.cached(("words of ENTRYPOINT", stage.index), last)
    if not words:
        return False
    first = words[0].rpartition("/")[2]
    return words[0] in _FORWARDING or first == "dumb-init" or (first == "tini" and "-g" in words)


def _may_inherit_init(instruction: Cmd | Entrypoint, build: Build) -> bool:
    """Whether an unknown base image may have an ENTRYPOINT that forwards signals to the programs below the shell."""
    stage = build.stage_of(instruction)
    if stage is None or isinstance(instruction, Entrypoint) or stage.base_facts is not None:
        return False
    return stage.root.image != "scratch" and not has_step(stage, "ENTRYPOINT", _is_entrypoint)


def _is_entrypoint(step: Instruction) -> bool:
    return isinstance(step, Entrypoint)


def _message(instruction: Cmd | Entrypoint, text: str, build: Build) -> str:
    if not text:
        return f"`{instruction.keyword}` without a command starts a shell"
    shown = text if len(text) < 40 and "\n" not in text else text[:36].rstrip() + " …"
    if text.startswith("["):
        return f"`{shown}` is not a JSON array of double-quoted strings, so it runs in a shell; fix the JSON"
    simple = _SHELL_SYNTAX.isdisjoint(text) and "=" not in text.split(" ")[0]
    commands = build.commands(instruction)
    if simple or not commands:
        advice = "use the exec form" if simple else "move it to a script that ends with `exec`"
    elif len(commands) == 1 and not commands[0].context and commands[0].name not in _BUILT_INS:
        advice = f"start it with `exec`: `{instruction.keyword} exec …`"
    elif not commands[-1].context and commands[-1].operator_before in ("&&", ";") and not commands[-1].operator_after:
        advice = (
            f"write `exec` before `{commands[-1].name or commands[-1].words[0].text if commands[-1].words else '…'}`"
        )
    else:
        advice = "move it to a script that ends with `exec`"
    stage = build.stage_of(instruction)
    if stage is not None and stage.is_windows:
        return f"`{shown}` starts a shell first; use the exec form{'' if simple else ' with a script'}"
    if _is_replaced(instruction, build):
        lost = " and ignores the arguments of `docker run`" if isinstance(instruction, Entrypoint) else ""
        return f"`{shown}` starts a shell first{lost}; {advice}"
    if _has_forwarding_init(instruction, build):
        return f"`{shown}` starts a shell first; {advice}"
    if _may_inherit_init(instruction, build):
        return (
            f"`{shown}` runs under a shell, so it may not receive signals, depending on the ENTRYPOINT of the base "
            f"image; {advice}"
        )
    return f"`{shown}` runs under a shell, so it does not receive signals; {advice}"


EXAMPLES = (
    Bad("CMD «node app.js»", message="`node app.js` runs under a shell", fixed='CMD ["node", "app.js"]'),
    Good('CMD ["node", "app.js"]'),
    Bad("FROM alpine:3.20\nCMD «node app.js»", message="`node app.js` starts a shell first; use the exec form"),
    Bad("FROM alpine:3.20\nENTRYPOINT «node app.js»", message="and ignores the arguments of `docker run`"),
    Bad("FROM alpine:3.20\nCMD «a; node app.js»", message="`a; node app.js` starts a shell first; write `exec` before"),
    Bad("FROM alpine:3.20\nCMD «if a; then b c; else b; fi»", message="starts a shell first; move it to a script"),
    Bad("FROM alpine:3.20\nCMD «while a; do b; done»", message="does not receive signals"),
    Bad("FROM alpine:3.20\nCMD «a & b»", message="does not receive signals"),
    Bad("FROM almalinux:9\nCMD «a && node app.js»", message="starts a shell first; write `exec` before `node`"),
    Bad("FROM almalinux:9\nCMD «if a; then b; fi»", message="does not receive signals"),
    Bad('SHELL ["/bin/bash", "-c"]\nCMD «node app.js»', message="starts a shell first"),
    Bad("CMD «node 'my app.js' \\\n  -v»", fixed='CMD ["node", "my app.js", "-v"]'),
    Bad(
        "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCMD «ping a»", message="`ping a` starts a shell first; use"
    ),
    Bad('ENTRYPOINT ["dumb-init", "--"]\nCMD «node $OPTS a.js»', message="starts a shell first; start it with `exec`"),
    Bad(
        "FROM example.com/base:1\nCMD «node app.js»",
        message="`node app.js` runs under a shell, so it may not receive signals, depending on the ENTRYPOINT of the "
        "base image; use the exec form",
    ),
    Bad('FROM example.com/base:1\nENTRYPOINT ["a"]\nCMD «node app.js»', message="so it does not receive signals"),
    Bad('ENTRYPOINT ["tini", "--"]\nCMD «node a.js»', message="does not receive signals"),
    Bad("CMD «migrate && node $OPTS a.js»", message="write `exec` before `node`"),
    Bad(
        "CMD «java $JAVA_OPTS -jar a.jar»",
        message="start it with `exec`: `CMD exec …`",
        fixed="CMD java $JAVA_OPTS -jar a.jar",
        why="a variable needs the shell",
    ),
    Bad("CMD «ls *.txt»", fixed="CMD ls *.txt", why="a pattern needs the shell"),
    Bad("CMD «ulimit -n 10»", fixed="CMD ulimit -n 10", why="a shell built-in"),
    Bad("ENTRYPOINT «/entrypoint.sh»"),
    Bad("CMD «cd /src && node app.js»"),
    Bad('SHELL ["/bin/bash", "-c"]\nCMD «node app.js»', fixed='SHELL ["/bin/bash", "-c"]\nCMD node app.js'),
    Bad("HEALTHCHECK CMD «/healthy.sh»", message="unnecessarily", fixed='HEALTHCHECK CMD ["/healthy.sh"]'),
    Bad("ONBUILD CMD «node app.js»"),
    Good("ENTRYPOINT []"),
    Good("CMD exec node --port $PORT app.js", why="the program replaces the shell"),
    Bad("HEALTHCHECK CMD «curl -f http://localhost/ || exit 1»", options={"pedantic": True}),
    Good("HEALTHCHECK CMD curl -f http://localhost/ || exit 1", why="`||` needs the shell"),
    Good("HEALTHCHECK NONE"),
    Good("RUN node app.js"),
)
