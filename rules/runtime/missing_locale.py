"""COR062."""

from __future__ import annotations

import re

from ...syntax.tree import CopyOrAdd, Env, Run
from ..base import INFO, MEDIUM, SHIPPED, Bad, Finding, Good, rule
from ..commands.shell_programs import SHELL_NAMES
from ..stages.development import is_shipped_image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage

_IMAGES = frozenset("debian ubuntu buildpack-deps python node ruby golang rust php openjdk".split())
"""Official images on Debian and Ubuntu that contain no locales but C, C.UTF-8 and POSIX."""
_LOCALE = re.compile(r"[a-z]{2,3}_[A-Z]{2}(?:\.[\w-]+)?(?:@\w+)?")
_GENERATES = re.compile(r"locale-gen|localedef|locales-all|language-pack|locale\.gen|dpkg-reconfigure|debconf")
"""What generates locales."""
_NAMES = ("LC_ALL", "LANG")


@rule(
    "COR062",
    level=INFO,
    since="0.1",
    confidence=MEDIUM,
    onbuild=False,
    prefilter=("lc_all", "lang"),
    scope=SHIPPED,
    subject=("locales?",),
)
def missing_locale(build: Build) -> Iterator[Finding]:
    """LC_ALL or LANG names a locale that is not in the image.

    ## Why
    Debian images contain only the locales C, C.UTF-8 and POSIX; the package `locales` alone generates none. Programs
    then use C, so text outside of ASCII is not handled; perl and bash warn at each start, and Python's `setlocale`
    fails.

    ## What to do
    Use `ENV LC_ALL=C.UTF-8`, which is always there. If the language matters, install `locales` and generate it:
    `RUN sed -i 's/^# en_US.UTF-8/en_US.UTF-8/' /etc/locale.gen && locale-gen`.

    ## Exceptions
    - Base images other than the usual official ones on Debian and Ubuntu.
    - Images with a variable of .NET, which takes the culture from the name of the locale.
    - A RUN that generates locales or calls a script, and a COPY to `/usr/lib/locale`.
    """
    final = build.final_stage
    if final is None or not is_shipped_image(build) or not _lacks_locales(final):
        return
    chain = [final, *final.ancestors]
    values = final.state(len(final.instructions)).vars
    if any(name.startswith("DOTNET") for name in values):
        return  # .NET takes the language from the name alone
    for stage in chain:
        for env in (step for step in stage.instructions if isinstance(step, Env)):
            for pair in env.pairs:
                value = build.state(env).value(pair.value.text) if pair.value and pair.key.text in _NAMES else None
                if not value or not _LOCALE.fullmatch(value) or values.get(pair.key.text) != value:
                    continue
                if not _may_generate(build, chain):
                    yield Finding(
                        f"locale `{value}` is not in the image, so programs use C; use `C.UTF-8`, or generate it",
                        pair.key,
                    )
                return


def _lacks_locales(final: Stage) -> bool:
    facts, ref = final.base_facts, final.base_ref
    return ref is not None and ref.name in _IMAGES and facts is not None and facts.libc == "glibc"


def _may_generate(build: Build, chain: Sequence[Stage]) -> bool:
    """Whether a step of the stages may bring locales."""
    for step in (step for stage in chain for step in stage.instructions):
        if isinstance(step, Run) and _generates(build, step):
            return True
        if isinstance(step, CopyOrAdd) and ("locale" in step.logical.text or _is_whole_system(step)):
            return True
    return False


def _generates(build: Build, run: Run) -> bool:
    """Whether a RUN generates locales, or calls a script that may."""
    script = build.script(run)
    if script.error or _GENERATES.search(script.text):
        return True
    called = [command.words[0].value for command in script.commands if command.words]
    called += [word.value for command in script.commands if command.name in SHELL_NAMES for word in command.args[:1]]
    return any(name.endswith(".sh") or name.startswith(("./", "$")) for name in called)


def _is_whole_system(copy: CopyOrAdd) -> bool:
    """Whether it copies a file system to the root."""
    return copy.flag("from") is not None and copy.destination is not None and copy.destination.text in ("/", "/usr")


EXAMPLES = (
    Bad(
        "RUN apt-get update && apt-get install -y locales\nENV «LC_ALL»=en_US.UTF-8\nCMD a",
        message="locale `en_US.UTF-8` is not in the image, so programs use C; use `C.UTF-8`, or generate it",
    ),
    Good("ENV LC_ALL=C.UTF-8\nCMD a"),
    Good("RUN apt-get install -y locales && locale-gen en_US.UTF-8\nENV LC_ALL=en_US.UTF-8\nCMD a"),
    Good("RUN apt-get install -y locales-all\nENV LANG=de_DE.UTF-8\nCMD a"),
    Bad("FROM python:3.12-slim\nENV «LANG»=de_DE.UTF-8 LC_ALL=de_DE.UTF-8\nCMD a", why="reported once"),
    Good("FROM postgres:17\nENV LANG=en_US.utf8\nCMD a", why="the image has it"),
    Good("FROM alpine:3.22\nENV LANG=en_US.UTF-8\nCMD a", why="musl needs no locales"),
    Good("FROM eclipse-temurin:21\nENV LANG=en_US.UTF-8\nCMD a", why="the image has it"),
    Good("COPY setup.sh /\nRUN /setup.sh\nENV LANG=en_US.UTF-8\nCMD a", why="a script may generate it"),
    Bad("COPY a.sh /\nRUN chmod +x /a.sh\nENV «LANG»=en_US.UTF-8\nCMD a"),
    Good("ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false LANG=en_US.UTF-8\nCMD pwsh", why=".NET uses the name"),
    Good("ENV LANG=en_US.UTF-8\nRUN make\nENV LANG=C.UTF-8\nCMD a", why="set again"),
    Good("FROM debian:12 AS a\nENV LANG=en_US.UTF-8\nFROM debian:12-slim\nCMD a", why="not the final stage"),
)
