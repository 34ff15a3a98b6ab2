"""COR004."""

from __future__ import annotations

from ...syntax.tree import Cmd, Entrypoint
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage


@rule("COR004", level=WARNING, since="0.1", onbuild=False, prefilter=("entrypoint",), formerly=("swallowed-command",))
def ignored_cmd(stage: Stage, build: Build) -> Iterator[Finding]:
    """A shell-form ENTRYPOINT ignores CMD and the arguments of `docker run`.

    ## Why
    The shell form runs as `/bin/sh -c "…"`. CMD and the arguments of `docker run image …` are passed to that shell, not
    to the program. The shell is also process 1, so signals may not reach the program.

    ## What to do
    Use the exec form: `ENTRYPOINT ["program"]`. If a shell is needed, `exec program "$@"` passes on the arguments.
    """
    entries = [i for i in stage.instructions if isinstance(i, Entrypoint)]
    commands = [i for i in stage.instructions if isinstance(i, Cmd)]
    if not entries or not commands:
        return
    entry, command = entries[-1], commands[-1]
    if entry.json or not entry.words or stage.is_windows:
        return
    text = entry.words[0].text
    if "$@" in text or "$*" in text or "$0" in text or not command.words:
        return
    yield Finding(
        f"shell-form ENTRYPOINT ignores the CMD on line {command.start_line}; use the exec form",
        entry.words[0],
        related=[(command, "ignored by the ENTRYPOINT")],
    )


EXAMPLES = (
    Bad("ENTRYPOINT «python app.py»\nCMD --port 80", message="CMD on line 3"),
    Good('ENTRYPOINT ["python", "app.py"]\nCMD ["--port", "80"]'),
    Bad('CMD ["--port", "80"]\nENTRYPOINT «python app.py»'),
    Good("ENTRYPOINT python app.py", why="no CMD"),
    Good('ENTRYPOINT exec python app.py "$@"\nCMD ["--port"]'),
)
