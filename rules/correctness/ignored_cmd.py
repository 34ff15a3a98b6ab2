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
    """A shell-form ENTRYPOINT swallows the CMD, and the arguments of `docker run`.

    ## Why
    The shell form becomes `/bin/sh -c "…"`, and what CMD or `docker run image …` adds goes to the shell, which does not
    hand it on. The shell is also process 1, so that signals may not reach the program.

    ## What to do
    Write the exec form: `ENTRYPOINT ["program"]`. Where a shell is needed, `exec program "$@"`
    hands the words on.
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
        f"the shell form swallows the CMD of line {command.start_line}; write the exec form",
        entry.words[0],
        related=[(command, "never reaches the program")],
    )


EXAMPLES = (
    Bad("ENTRYPOINT «python app.py»\nCMD --port 80", message="CMD of line 3"),
    Bad('CMD ["--port", "80"]\nENTRYPOINT «python app.py»'),
    Good('ENTRYPOINT ["python", "app.py"]\nCMD ["--port", "80"]'),
    Good("ENTRYPOINT python app.py", why="no CMD to be swallowed"),
    Good('ENTRYPOINT exec python app.py "$@"\nCMD ["--port"]'),
)
