"""COR011."""

from __future__ import annotations

import re

from ...model.layers import has_step
from ...syntax.expand import variable_references
from ...syntax.tree import Cmd, Entrypoint
from ..base import WARNING, Bad, Finding, Good, rule
from ..runtime.started_scripts import started_scripts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...syntax.tree import Argument, Healthcheck, Instruction, Run

_OPERATORS = frozenset(("&&", "||", "|", ">", ">>", "<", "&", "2>", "2>&1", "&>"))
_EXPANDING = frozenset(
    "sh bash ash dash zsh ksh fish busybox su runuser pwsh powershell cmd awk gawk mawk sed perl ruby php jq yq "
    "envsubst xargs make find grep expect tmux screen nix-shell conda mamba micromamba envdir chpst".split()
)
"""Programs that run scripts, or whose arguments may contain `$` or expand variables."""
_SCRIPTS = frozenset(("-c", "-e", "-lc", "-ec", "-p", "--eval", "--run", "--command", "--exec"))
"""Options with a script as value."""
_FILE_PROGRAMS = frozenset(("rm", "cp", "mv", "chmod", "chown", "ls", "cat", "tar"))
"""Programs that need the shell to expand patterns."""


@rule("COR011", level=WARNING, since="0.1", onbuild=False)
def exec_form_shell_syntax(instruction: Run | Cmd | Entrypoint | Healthcheck, build: Build) -> Iterator[Finding]:
    """The exec form uses variables, operators or patterns, which only a shell understands.

    ## Why
    The exec form starts the program without a shell: `$PORT`, `&&`, `> log`, `~/x` and `*.txt` are passed to it as they
    are written.

    ## What to do
    Use the shell form, with `exec` in CMD and ENTRYPOINT: `CMD exec app --port "$PORT"`; or `["sh", "-c", "…"]`.

    ## Exceptions
    - Commands that run a shell or an interpreter, such as `["sh", "-c", "…"]`, and programs with variables of their
      own, such as awk; only operators are reported there.
    - Placeholders `${NAME}` in arguments of Java, which Spring replaces.
    - Variables of a CMD that the script of the ENTRYPOINT replaces: it contains them quoted, `\\$NAME` or `'$NAME'`, or
      calls `eval` or `envsubst`.
    """
    words = instruction.words
    stage = build.stage_of(instruction)
    if not instruction.json or not words or stage is None or stage.is_windows:
        return
    name = words[0].text.rpartition("/")[2]
    # An ENTRYPOINT may evaluate its arguments.
    unsure = isinstance(instruction, Cmd) and has_step(stage, "command of ENTRYPOINT", _sets_entrypoint)
    found = _operator(words, name) or _literal(words, name)
    if found is not None and not (unsure and _is_replaced_by_script(build, stage, found[0].text)):
        word, problem = found
        remedy = (
            "use the shell form" if instruction.name in ("RUN", "HEALTHCHECK") else "use the shell form with `exec`"
        )
        yield Finding(
            f"`{word.text}` {problem}, as the exec form does not run a shell; {remedy}",
            word,
            confidence="medium" if unsure else "",
        )


def _sets_entrypoint(step: Instruction) -> bool:
    return isinstance(step, Entrypoint) and bool(step.words)


def _is_replaced_by_script(build: Build, stage: Stage, text: str) -> bool:
    """Whether the ENTRYPOINT is a script that expands variables in its arguments, or replaces that in `text`."""
    names = "|".join(re.escape(name) for name, _, _ in variable_references(text))
    if not names:
        return False
    replaces = re.compile(rf"\\\$\{{?(?:{names})\b|'[^'\n]*\$\{{?(?:{names})\b|\beval\b|\benvsubst\b")
    scripts = started_scripts(build, [stage, *stage.ancestors])
    return any(script.text is not None and replaces.search(script.text) for script in scripts)


def _operator(words: Sequence[Argument], name: str) -> tuple[Argument, str] | None:
    if name in ("test", "[", "expr"):
        return None
    for word in words[1:]:
        if word.text in _OPERATORS:
            return word, f"is passed to `{name}` as an argument"
    return None


def _literal(words: Sequence[Argument], name: str) -> tuple[Argument, str] | None:
    """The first word with something that a shell would expand, and what is wrong with it."""
    if any(word.text.rpartition("/")[2] in _EXPANDING for word in words):
        return None
    for before, word in zip(("", *(each.text for each in words)), words, strict=False):
        text = word.text
        if before in _SCRIPTS or any(char in text for char in " \t\n'\"\\`"):
            continue
        if text.startswith("~/"):
            return word, "is not expanded"
        if text in ("$@", "$*", "${@}") or _variable(text, name):
            return word, "is not expanded"
        if name in _FILE_PROGRAMS and before and ("*" in text or "?" in text) and text[0] != "-":
            return word, "is not expanded"
    return None


def _variable(text: str, name: str) -> bool:
    """Whether the text contains a variable that the program does not replace itself."""
    if "$" not in text or "$$" in text or "$(" in text:
        return False
    names = [(used, text[start : start + 2]) for used, start, _ in variable_references(text)]
    return any(
        used[:1].isalpha() or used[:1] == "_"
        for used, opening in names
        if not (opening == "${" and (name == "java" or "=" in text.partition("$")[0]) and name in ("java", "mvn"))
    )


EXAMPLES = (
    Bad(
        'ENTRYPOINT ["app", "--port", "«$PORT»"]',
        message="`$PORT` is not expanded, as the exec form does not run a shell",
    ),
    Good('ENTRYPOINT exec app --port "$PORT"'),
    Bad('CMD ["python", "«$HOME/x.py»"]'),
    Bad('CMD ["app", "--url=«http»"]'.replace("--url=«http»", "«--url=http://${HOST}:80»")),
    Bad('RUN ["apt-get", "update", "«&&»", "apt-get", "install", "-y", "curl"]', message="passed to `apt-get`"),
    Bad('CMD ["server.js", "«>»", "/log"]'),
    Bad('ENTRYPOINT ["/run.sh", "«$@»"]'),
    Bad('CMD ["cat", "«~/x»"]'),
    Bad('RUN ["rm", "-rf", "«/var/lib/apt/lists/*»"]'),
    Bad(
        'HEALTHCHECK CMD ["curl", "-f", "«http://localhost:$PORT/»", "||", "exit", "1"]'.replace(
            '"«http://localhost:$PORT/»", "||"', '"http://localhost:$PORT/", "«||»"'
        )
    ),
    Bad('ENTRYPOINT ["sh", "-c", "a", "«&&»", "b"]', why="the script is `a` only"),
    Good('CMD ["sh", "-c", "exec app --port $PORT"]'),
    Good(
        'COPY run.sh /\nENTRYPOINT ["/run.sh"]\nCMD ["app", "--label=$LABEL"]',
        files={"run.sh": '#!/bin/bash\nset -- "${@//\\$LABEL/$LABEL}"\nexec "$@"\n'},
        why="the script replaces it",
    ),
    Good(
        'COPY app LICENSE /app/\nENTRYPOINT ["/app/run.sh"]\nCMD ["b", "$LABEL"]',
        files={"app/run.sh": '#!/bin/sh\neval "exec $*"\n', "LICENSE": ""},
        why="the script is in a copied directory",
    ),
    Bad(
        'COPY run.sh /\nENTRYPOINT ["/run.sh"]\nCMD ["app", "«--label=$LABEL»"]',
        files={"run.sh": '#!/bin/bash\necho "$LABEL"\nexec "$@"\n'},
    ),
    Good('ENTRYPOINT ["/sbin/tini", "--", "bash", "-c", "app $PORT"]'),
    Good('CMD ["awk", "{print $NF}", "/a"]'),
    Good('CMD ["python", "-c", "import os; print(\'$HOME\')"]'),
    Good('RUN ["find", "/", "-name", "*.pyc", "-exec", "rm", "{}", ";"]'),
    Good('ENTRYPOINT ["java", "-jar", "app.jar", "--server.port=${PORT}"]', why="Spring replaces it"),
    Good('CMD ["nginx", "-g", "daemon off;"]'),
    Good('CMD ["app", "price$"]'),
    Good('FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCMD ["app", "$x"]'),
)
