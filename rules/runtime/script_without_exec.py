"""COR023."""

from __future__ import annotations

import re

from ...syntax.tree import Cmd, Entrypoint
from ..base import MEDIUM, WARNING, Bad, Finding, Good, rule
from ..stages.development import is_development_file, is_for_development
from .started_scripts import started_scripts, starting_instructions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build

_SHEBANG = re.compile(r"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?)?(?:/usr)?(?:/local)?(?:/bin/)?(?:ba|da|a|z|k)?sh\b")
_ENDS = frozenset(
    "exit fi done esac } return wait echo printf true false : cd export set unset source . chmod chown mkdir rm touch "
    "cp mv ln sleep cat test [ [[ trap local read shift tail kill supervisorctl".split()
)
"""Words that start a last line that runs no server."""
_ARGUMENTS = re.compile(r"\$(?:@|\*|\{@|\{\*|\d|\{\d|#)|\bshift\b|\bgetopts\b")
_HANDLES = re.compile(
    r"^\s*trap\b|(?:^|[;&|(]|\b(?:then|else|do)\b)\s*exec\b(?!\s*[0-9]*[<>])|\bwait\b|\btini\b|\bdumb-init\b|\bsupervisord\b",
    re.MULTILINE,
)
"""What passes signals on, or starts the program in place of the shell, somewhere in the script."""


@rule("COR023", level=WARNING, since="0.1", confidence=MEDIUM, preview=True, onbuild=False)
def script_without_exec(build: Build) -> Iterator[Finding]:
    """The entrypoint script starts its program without `exec`, or ignores its arguments.

    ## Why
    The shell stays the first process of the container and passes no signals on: `docker stop` waits ten seconds and
    then kills the program. A script without `"$@"` ignores CMD and the arguments of `docker run`.

    ## What to do
    Start the program with `exec program` on the last line of the script, or end it with `exec "$@"`.

    ## Exceptions
    - Scripts that are not in the build context, or are not for a shell.
    - Scripts that use `trap` or `wait`, and those whose last line is not a plain command.
    - A final stage or a file whose name says that it is for development or tests.
    """
    final = build.final_stage
    if final is None or is_for_development(final) or is_development_file(build):
        return
    chain = [final, *final.ancestors]
    has_cmd = any(isinstance(step, Cmd) and step.words for step in starting_instructions(chain))
    for script in started_scripts(build, chain):
        if script.text is None or not _SHEBANG.match(script.text):
            continue
        name, program = script.name, "" if _HANDLES.search(script.text) else _last_program(script.text)
        if isinstance(script.instruction, Entrypoint) and has_cmd and _ARGUMENTS.search(script.text) is None:
            message = f'`{name}` ignores its arguments, so CMD has no effect; end it with `exec "$@"`'
            yield Finding(message, script.word)
        elif program:
            message = f"`{name}` starts `{program}` without `exec`, so it receives no signals; use `exec {program}`"
            yield Finding(message, script.word)


def _last_program(text: str) -> str:
    """The program of the last line of a script; empty if it is not a plain command in the foreground."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    first = len(lines) - 1
    while first > 0 and lines[first - 1].rstrip().endswith("\\"):
        first -= 1
    if first < 0 or lines[first][:1].isspace() or lines[-1].rstrip().endswith(("&", ";;", "{", "(")):
        return ""
    if any(part in line for line in lines[first:] for part in ("|", ">", ";", "`")):
        return ""
    words = lines[first].rpartition("&&")[2].split()
    program = next((word for word in words if not re.match(r"\w+=", word)), "")
    return program if program not in _ENDS and re.fullmatch(r"[\w./+-]+|\"?\$@\"?", program) else ""


_SERVER = "#!/bin/sh\nset -e\nnode server.js\n"
EXAMPLES = (
    Bad(
        'COPY --chmod=755 run.sh /run.sh\nENTRYPOINT ["«/run.sh»"]',
        files={"run.sh": _SERVER},
        message="`run.sh` starts `node` without `exec`",
    ),
    Good(
        'COPY --chmod=755 run.sh /run.sh\nENTRYPOINT ["/run.sh"]',
        files={"run.sh": "#!/bin/sh\nset -e\nexec node server.js\n"},
    ),
    Bad(
        'COPY run.sh /\nENTRYPOINT ["sh", "«/run.sh»"]\nCMD ["serve"]',
        files={"run.sh": "#!/bin/sh\nexec node server.js\n"},
        message="ignores its arguments",
    ),
    Bad('COPY run.sh /\nCMD ["«/run.sh»"]', files={"run.sh": "#!/bin/bash\nnode \\\n  server.js --port 1\n"}),
    Bad('COPY run.sh /\nENTRYPOINT ["«/run.sh»"]', files={"run.sh": '#!/bin/sh\n"$@"\n'}),
    Good('COPY run.sh /\nENTRYPOINT ["/run.sh"]\nCMD ["a"]', files={"run.sh": '#!/bin/sh\nexec "$@"\n'}),
    Good('COPY run.sh /\nENTRYPOINT ["/run.sh"]', files={"run.sh": "#!/bin/sh\numask 0 && exec node a.js\n"}),
    Good('COPY run.sh /\nENTRYPOINT ["/run.sh"]', files={"run.sh": "#!/bin/sh\na &\nwait\n"}),
    Good('COPY run.sh /\nENTRYPOINT ["/run.sh"]', files={"run.sh": "#!/bin/sh\nif a; then\n  b\nfi\n"}),
    Good('COPY run.sh /\nENTRYPOINT ["/run.sh"]', files={"run.sh": "#!/usr/bin/env python3\na\n"}, why="not a shell"),
    Good('FROM debian AS dev\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]', files={"run.sh": _SERVER}),
    Good('ENTRYPOINT ["/run.sh"]', files={"run.sh": _SERVER}, why="not copied"),
)
