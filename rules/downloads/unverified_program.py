"""SEC031."""

from __future__ import annotations

import re

from ..base import INFO, MEDIUM, SHIPPED, Bad, Finding, Good, rule
from .fetches import fetches, is_private, is_verified

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...syntax.command import Command, Word
    from ...syntax.tree import Run

_ARCHIVE = r"\.(?:tar(?:\.\w+)?|tgz|tbz2?|txz|zip|deb|rpm|apk|jar|war|whl|run|bin|exe|msi|AppImage)(?:\?|$)"
_EXECUTABLE_MODE = r"[ugoa]*[+=][rwst]*x[rwst]*|0?[0-7]*[1357][0-7]{0,2}"
_URLRETRIEVE = (
    r"""urlretrieve\(\s*["'](?P<url>https?://[^"']+)["']\s*,\s*(?:filename\s*=\s*)?["'](?P<path>[^"']+)["']"""
)
_USERS = frozenset(("tar", "unzip", "bsdtar", "dpkg", "rpm", "gunzip", "7z", "installer", "msiexec", "xz", "unxz"))


@rule(
    "SEC031",
    level=INFO,
    since="0.1",
    confidence=MEDIUM,
    prefilter=("curl", "wget", "urlretrieve"),
    scope=SHIPPED,
    subject=("checksums?", r"sha\d*", "hash(?:es)?", "signatures?", "verify", "verified", "verification"),
)
def unverified_program(run: Run, build: Build) -> Iterator[Finding]:
    """A program or an archive is downloaded and used without verifying its checksum.

    ## Why
    What the server sends ends up in the image. If the file is replaced, by its owner or by an attacker, the build does
    not notice.

    ## What to do
    Record the checksum next to the version: `ADD --checksum=sha256:… URL /path`, or
    `echo "<checksum>  file" | sha256sum -c -` before the file is used. A checksum that is downloaded from the same
    server protects against damaged downloads only.

    ## Exceptions
    - A stage that verifies a checksum or a signature after the download.
    - Stages that are not needed for the image, and hosts in a private network.
    - One finding for each RUN.
    """
    stage = build.stage_of(run)
    if stage is None or stage.index not in build.needed_stages() or is_verified(build, run):
        return
    commands = build.commands(run)
    uses = _uses(commands)
    for fetch in fetches(build, run):
        if not is_private(fetch.url) and _is_used(fetch.command, fetch.url, uses):
            message = f"`{fetch.url}` is used without verification; compare its checksum with `sha256sum -c`"
            yield Finding(message, fetch.span)
            return
    for command in commands:
        for url, path, word in _python_downloads(command):
            if not is_private(url) and uses.get(path.rpartition("/")[2], -1) > command.start:
                message = f"`{url}` is used without verification; compare its checksum with `sha256sum -c`"
                yield Finding(message, word)
                return


def _python_downloads(command: Command) -> Iterator[tuple[str, str, Word]]:
    """The URLs that `python -c` saves with urlretrieve, with the paths and the word of the program text."""
    word = command.option("-c") if command.name.startswith("python") else None
    if word is not None and not isinstance(word, str):
        yield from ((found["url"], found["path"], word) for found in re.finditer(_URLRETRIEVE, word.value))


def _uses(commands: Sequence[Command]) -> dict[str, int]:
    """The files that commands unpack, install or make executable, by name, with the offset of the last one.

    A name is `|` and the offset of a command for one that reads its output, and `*.deb` for a pattern.
    """
    found: dict[str, int] = {}
    last: dict[tuple[str, ...], Command] = {}
    for command in commands:
        before = last.get(command.context)
        if before is not None and command.name in _USERS and command.operator_before == "|":
            found[f"|{before.start}"] = command.start
        last[command.context] = command
        if command.name in _USERS or command.name == "install" or _makes_executable(command) or _installs(command):
            for word in command.args:
                found[word.value.rstrip("/").rpartition("/")[2]] = command.start
    return found


def _makes_executable(command: Command) -> bool:
    """Whether it is chmod with a mode for execution: `+x`, `a+rx`, `755`."""
    return command.name == "chmod" and any(re.fullmatch(_EXECUTABLE_MODE, word.value) for word in command.args)


def _installs(command: Command) -> bool:
    """Whether it is a package manager that installs a file."""
    return command.name in ("apt", "apt-get", "dnf", "yum", "zypper", "apk") and "install" in command.text


def _is_used(fetch: Command, url: str, uses: dict[str, int]) -> bool:
    """Whether a later command of the RUN uses what `fetch` downloads."""
    name = url.partition("?")[0].rstrip("/").rpartition("/")[2]
    output = fetch.option("-o", "--output") if fetch.name == "curl" else fetch.option("-O", "--output-document")
    path = output if isinstance(output, str) or output is None else output.value
    written = next((r.target.value for r in fetch.redirects if r.operator in (">", "1>") and r.target), None)
    saved = (written or path or name).rpartition("/")[2]
    if saved == "-" or f"|{fetch.start}" in uses:
        return uses.get(f"|{fetch.start}", -1) >= 0 and re.search(_ARCHIVE, url) is not None
    pattern = "*." + saved.rpartition(".")[2]
    return max(uses.get(saved, -1), uses.get(pattern, -1)) > fetch.start


EXAMPLES = (
    Bad(
        "RUN curl -fsSLo /usr/local/bin/a «https://example.com/v1/a» && chmod +x /usr/local/bin/a",
        message="`sha256sum -c`",
    ),
    Good(
        "RUN curl -fsSLo /usr/local/bin/a https://example.com/v1/a && "
        "echo '012  /usr/local/bin/a' | sha256sum -c - && chmod +x /usr/local/bin/a"
    ),
    Good("ADD --checksum=sha256:" + "a" * 64 + " https://example.com/v1/a /usr/local/bin/a"),
    Bad("RUN curl -fsSL «https://example.com/a.tar.gz» | tar xz -C /opt"),
    Bad("RUN wget -O- «https://example.com/$(uname -m)/a-1.tgz» | tar -xzf - -C /usr/local/bin a/a"),
    Bad("RUN wget -O /tmp/a.zip «https://example.com/a?v=1» && unzip /tmp/a.zip"),
    Bad("RUN wget «https://example.com/a.deb» && dpkg -i *.deb && wget https://example.com/b.deb && dpkg -i b.deb"),
    Bad("RUN wget «https://example.com/a.deb» && apt-get install -y ./a.deb"),
    Bad("RUN curl -fsSL «https://example.com/a» > /bin/a && chmod 755 /bin/a"),
    Bad(
        'RUN python -c «\'from a import r; r.urlretrieve("https://example.com/a.zip", "a.zip")\'»; unzip a.zip',
        message="`https://example.com/a.zip` is used without verification",
    ),
    Good('RUN python -c \'from urllib import request as r; r.urlretrieve("https://example.com/a.csv", "/a.csv")\''),
    Good("RUN curl -fsSL https://example.com/a.json -o /a.json", why="not a program"),
    Good("RUN curl -fsSL https://example.com/key.asc | gpg --dearmor > /k.gpg", why="a signature"),
    Good("RUN curl -fsSL http://files.corp/a.tar.gz | tar xz", why="a private host"),
    Good("FROM debian:12 AS unused\nRUN curl https://example.com/a.tgz | tar xz\nFROM debian:12", why="not needed"),
    Good("RUN curl -o a https://example.com/a\nRUN chmod 644 a", why="not made executable"),
)
