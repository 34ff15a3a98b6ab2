"""DL3027."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3027", level=WARNING, since="0.1", also=("checkov:CKV_DOCKER_9",))
def apt_for_people(run: Run, build: Build) -> Iterator[Finding]:
    """`apt` is used in a script.

    ## Why
    Its options and its output may change with any release; it says so itself ("does not have a stable CLI interface").

    ## What to do
    Write `apt-get`, or `apt-cache` to search; install, update, upgrade and remove are called the same.
    """
    found = [command.words[0] for command in build.commands(run) if command.name == "apt"]
    if found:
        message = "`apt` is made for people and may change; write `apt-get`"
        yield Finding(message, found[0], [(word, "again") for word in found[1:]])


EXAMPLES = (
    Bad("RUN «apt» update && apt install -y curl"),
    Bad("RUN sudo «/usr/bin/apt» install -y curl"),
    Good("RUN apt-get update && apt-get install -y apt"),
    Good("RUN which apt", why="not a call of apt"),
)
