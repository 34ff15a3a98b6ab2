"""SEC004."""

from __future__ import annotations

from ...syntax.source import Span
from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Run


@rule(
    "SEC004",
    level=WARNING,
    since="0.1",
    aliases=("checkov:CKV2_DOCKER_17", "dockle:CIS-DI-0010"),
    prefilter=("passwd", "useradd", "usermod"),
    scope=SHIPPED,
)
def password_set(run: Run, build: Build) -> Iterator[Finding]:
    """A password is set or removed during the build.

    ## Why
    Everyone with access to the image can read the password or its hash. An account without a password is open to
    everyone.

    ## What to do
    Keep accounts locked, and set the user of the program with `USER`. If a server needs a password, set it at run time.

    ## Exceptions
    - Random passwords, and `*` or `!`, which no password matches.
    """
    commands = build.commands(run)
    for index, command in enumerate(commands):
        name = command.name
        if name == "chpasswd":
            fed = commands[index - 1].text if index and command.operator_before in ("|", "|&") else ""
            locked = command.has("-e", "--encrypted") and (":*" in fed or ":!" in fed)
            if not locked and not _is_random(build.script(run).text):
                yield Finding("`chpasswd` stores a password in the image; set it at run time", command)
        elif name == "passwd" and command.has("-d", "--delete"):
            yield Finding(f"`{command.text}` creates an account with no password; lock it instead", command)
        elif name in ("useradd", "usermod"):
            yield from _password_options(command, build.script(run).text)


def _password_options(command: Command, script: str) -> Iterator[Finding]:
    """The option `-p hash`, alone or at the end of a cluster (`-mp`); `-append`, a typo, sets no password."""
    words = command.args
    for index, word in enumerate(words):
        flag, equals, value = word.value.partition("=")
        last = word
        if flag.startswith("--"):
            if flag != "--password":
                continue
        elif flag[:2] != "-p" and (flag[:1] != "-" or flag[-1:] != "p" or len(flag) > 4):
            continue
        elif flag[:2] == "-p" and len(word.value) > 2:
            equals, value = "=", word.value[2:]
        if not equals and index + 1 < len(words):
            last = words[index + 1]
            value = last.value
        if value in _LOCKED or _is_random(script):
            continue
        what = "stores a password in the image; set it at run time"
        if not value:
            what = "creates an account with no password; lock it instead"
        yield Finding(f"`{command.name} {flag}` {what}", Span(word.start, last.end))


def _is_random(script: str) -> bool:
    return any(source in script for source in _SOURCES)


_LOCKED = ("*", "!", "!!", "!*", "*LK*", "NP", "x")
_SOURCES = ("/dev/urandom", "/dev/random", "openssl rand", "pwgen", "uuidgen", "$RANDOM", "secrets.token")


EXAMPLES = (
    Bad("RUN echo 'root:secret' | «chpasswd»"),
    Good("RUN useradd -m bob"),
    Bad("RUN «passwd -d root»"),
    Bad("RUN useradd -m «-p abc» bob", message="`useradd -p` stores"),
    Bad("RUN useradd «-mp $(openssl passwd -1 temp)» bob"),
    Bad("RUN usermod «--password=abc» bob"),
    Bad("RUN usermod «-p ''» bob", message="with no password"),
    Good("RUN passwd -l root"),
    Good("RUN usermod -p '*' git", why="no password matches"),
    Good("RUN usermod -append --groups sudo bob", why="a typo of --append"),
    Good('RUN echo "bob:$(openssl rand -hex 16)" | chpasswd', why="a random password"),
)
