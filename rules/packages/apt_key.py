"""PKG006."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


_TOO_OLD = frozenset(("lucid", "precise", "trusty", "xenial", "squeeze", "wheezy", "jessie"))
"""Releases whose apt reads no ASCII keys with `signed-by` (apt 1.4 and later do)."""


@rule("PKG006", level=WARNING, since="0.1", prefilter=("apt-key",))
def apt_key(run: Run, build: Build) -> Iterator[Finding]:
    """`apt-key` adds a key that apt trusts for every repository.

    ## Why
    The owner of the key can sign packages of any repository, also of Debian's. `apt-key` is deprecated: Debian 13 and
    Ubuntu 25.04 do not have it, so the build fails after a change of the base image.

    ## What to do
    Save the key in a file and name it in the repository's entry:
    `curl -fsSL URL -o /etc/apt/keyrings/a.asc` and `deb [signed-by=/etc/apt/keyrings/a.asc] …`.

    ## Exceptions
    - Releases whose apt does not support this: Debian 8, Ubuntu 16.04 and older.

    ## References
    - [apt-key(8)](https://manpages.debian.org/bookworm/apt/apt-key.8.en.html)
    """
    stage = build.stage_of(run)
    facts = stage.base_facts if stage is not None else None
    if facts is not None and facts.suite in _TOO_OLD:
        return
    for command in build.commands(run):
        verb = next((word.value for word in command.args if not word.value.startswith("-")), "")
        if command.name == "apt-key" and (verb in ("add", "adv") or command.has("--recv-keys", "--fetch-keys")):
            message = f"`apt-key {verb}` trusts the key for all repositories; use `signed-by=` and a file"
            yield Finding(message, command)


EXAMPLES = (
    Bad("RUN curl -fsSL https://example.com/key.asc | «apt-key add -»", message="use `signed-by=` and a file"),
    Good("RUN curl -fsSL https://example.com/key.asc -o /etc/apt/keyrings/a.asc"),
    Bad("RUN «apt-key adv --keyserver keyserver.example.com --recv-keys 0123»"),
    Bad("RUN «sudo apt-key add /tmp/a.key»"),
    Good("FROM ubuntu:16.04\nRUN apt-key add /tmp/a.key", why="its apt cannot read such a file"),
    Good("RUN apt-key list"),
    Good("RUN echo apt-key add"),
)
