"""SEC004."""

from __future__ import annotations

from ...syntax.source import Span
from ..base import WARNING, Bad, Finding, Good, rule

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
)
def password_set(run: Run, build: Build) -> Iterator[Finding]:
    """A password is set, or taken away, while the image is built.

    ## Why
    Everyone who has the image has the password, or its hash. An account without a password lets everyone in.

    ## What to do
    Leave accounts locked and start the program as the user it needs: `USER`. Servers that ask for passwords get them
    when the container starts.

    ## What is left alone
    Passwords that nobody knows: of random characters, and `*` or `!`, which no password equals.
    """
    commands = build.commands(run)
    for index, command in enumerate(commands):
        name = command.name
        if name == "chpasswd":
            fed = commands[index - 1].text if index and command.operator_before in ("|", "|&") else ""
            locked = command.has("-e", "--encrypted") and (":*" in fed or ":!" in fed)
            if not locked and not _is_random(build.script(run).text):
                yield Finding("`chpasswd` writes a password into the image", command)
        elif name == "passwd" and command.has("-d", "--delete"):
            yield Finding(f"`{command.text}` leaves an account without a password", command)
        elif name in ("useradd", "usermod"):
            yield from _given(command, build.script(run).text)


def _given(command: Command, script: str) -> Iterator[Finding]:
    """The option `-p hash`, alone or at the end of a few letters (`-mp`); `-append` is a slip and sets none."""
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
        what = "writes a password into the image" if value else "leaves an account without a password"
        yield Finding(f"`{command.name} {flag}` {what}", Span(word.start, last.end))


def _is_random(script: str) -> bool:
    return any(source in script for source in _SOURCES)


_LOCKED = ("*", "!", "!!", "!*", "*LK*", "NP", "x")
_SOURCES = ("/dev/urandom", "/dev/random", "openssl rand", "pwgen", "uuidgen", "$RANDOM", "secrets.token")


EXAMPLES = (
    Bad("RUN echo 'root:secret' | «chpasswd»"),
    Bad("RUN «passwd -d root»"),
    Bad("RUN useradd -m «-p abc» bob", message="`useradd -p` writes"),
    Bad("RUN useradd «-mp $(openssl passwd -1 temp)» bob"),
    Bad("RUN usermod «--password=abc» bob"),
    Bad("RUN usermod «-p ''» bob", message="without a password"),
    Good("RUN useradd -m bob"),
    Good("RUN passwd -l root"),
    Good("RUN usermod -p '*' git", why="no password equals it; the account is for keys"),
    Good("RUN usermod -append --groups sudo bob", why="a slip for --append"),
    Good('RUN echo "bob:$(openssl rand -hex 16)" | chpasswd', why="nobody knows it"),
)
