"""COR019."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Env


@rule("COR019", level=WARNING, since="0.1", onbuild=False, prefilter=("path",))
def path_replaced(instruction: Env, build: Build) -> Iterator[Finding]:
    """ENV replaces PATH without the directories of the system.

    ## Why
    Without `/usr/bin` and `/bin`, neither a RUN nor the container finds programs such as `ls` and `apt-get`.

    ## What to do
    Extend PATH: `ENV PATH=/opt/app/bin:$PATH`.

    ## Exceptions
    - Values with a variable, Windows images, and `scratch`.
    """
    stage = build.stage_of(instruction)
    if stage is None or stage.is_windows or stage.root.image == "scratch":
        return
    for pair in instruction.pairs:
        if pair.key.text != "PATH" or pair.value is None or "$" in pair.value.text or "\\" in pair.value.text:
            continue
        value = pair.value.text.strip("\"'")
        if value and {"/bin", "/usr/bin"}.isdisjoint(part.rstrip("/") for part in value.split(":")):
            yield Finding(
                f"PATH no longer contains `/usr/bin` and `/bin`; use `PATH={value.rstrip(':')}:$PATH`", pair.value
            )


EXAMPLES = (
    Bad("ENV PATH=«/opt/app/bin»", message="use `PATH=/opt/app/bin:$PATH`"),
    Good("ENV PATH=/opt/app/bin:$PATH"),
    Bad('ENV A=1 PATH=«"/opt/a:/opt/b"»'),
    Bad("ENV PATH «/opt/app/bin»"),
    Good("ENV PATH=/opt/app/bin:/usr/local/bin:/usr/bin:/bin"),
    Good("ENV NODE_PATH=/opt/app"),
    Good("ARG P\nENV PATH=/opt:$P"),
    Good("FROM scratch\nENV PATH=/app"),
)
