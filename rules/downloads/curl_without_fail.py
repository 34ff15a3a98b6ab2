"""SEC040."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE
from ...fixers.edits.word_edits import flag_fix
from ..base import INFO, MEDIUM, SHIPPED, Bad, Finding, Good, rule
from ..commands.shell_programs import SHELL_NAMES
from .fetches import fetches, is_verified

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Run

_READERS = frozenset((*SHELL_NAMES, "gpg", "apt-key", "tee", "python", "python3", "php", "perl", "node", "ruby"))
"""Programs that use whatever they read; `tar` and other extractors fail on an error page by themselves."""
_HANDLED = (
    "-f", "--fail", "--fail-with-body", "-w", "--write-out", "-I", "--head", "-i", "--include", "-K", "--config",
    "-T", "--upload-file", "-d", "--data", "-X", "--request", "-D", "--dump-header", "-:", "--next",
)  # fmt: skip
"""Options that make it fail, print the status for the script, or do not download a file."""


@rule("SEC040", level=INFO, since="0.1", confidence=MEDIUM, fix=UNSAFE, prefilter=("curl",), scope=SHIPPED)
def curl_without_fail(run: Run, build: Build) -> Iterator[Finding]:
    """curl stores or executes an error page as if it were the file, because it runs without `--fail`.

    ## Why
    Without `-f` curl succeeds even if the server answers 404 or 503. The error page is then saved as the program or the
    keyring, and the build succeeds, or fails later with an error that hides the cause.

    ## What to do
    Use `curl -f`, usually as `curl -fsSL`.

    ## Fix safety
    Unsafe: a build that got an error page so far, and worked, now fails.

    ## Exceptions
    - Downloads that are verified by a checksum or a signature, or extracted through a pipe, which fails by itself.
    - Commands whose failure the script handles, with `||` or in a condition, and those that print the status.
    """
    if is_verified(build, run) or "curlrc" in build.dockerfile.source.text:
        return
    commands = build.commands(run)
    after = {id(command): following for command, following in zip(commands, (*commands[1:], None), strict=False)}
    seen: set[int] = set()
    for fetch in fetches(build, run):
        command = fetch.command
        if command.name != "curl" or id(command) in seen or not fetch.url.startswith("http"):
            continue
        seen.add(id(command))
        if command.operator_after == "||" or "condition" in command.context or command.has(*_HANDLED):
            continue
        use = _use(command, after[id(command)])
        if use:
            yield Finding(
                f"`curl` without `-f` {use} an error page if the server reports an error; add `-f`",
                command.words[0],
                fix=flag_fix(build, run, command, command.words[0], "-f", UNSAFE),
            )


def _use(command: Command, following: Command | None) -> str:
    """What happens with the download: "stores", "passes … "; "" if it is printed, discarded or extracted."""
    if command.operator_after == "|":
        if following is None or following.name not in _READERS:
            return ""
        return f"passes `{following.name}`"
    output = command.option("-o", "--output")
    path = output if isinstance(output, str) or output is None else output.value
    written = next((r.target.value for r in command.redirects if r.operator in (">", "1>", ">>") and r.target), path)
    if written is None:
        return "stores" if command.has("-O", "--remote-name", "--remote-name-all") else ""
    return "" if written in ("-", "/dev/null", "/dev/stdout", "/dev/stderr") else "stores"


EXAMPLES = (
    Bad(
        "RUN «curl» -sSLo /usr/bin/a https://example.com/a && chmod +x /usr/bin/a",
        message="`curl` without `-f` stores an error page",
        fixed="RUN curl -f -sSLo /usr/bin/a https://example.com/a && chmod +x /usr/bin/a",
    ),
    Good("RUN curl -fsSLo /usr/bin/a https://example.com/a && chmod +x /usr/bin/a"),
    Bad("RUN «curl» -sSL https://example.com/k.asc | gpg --dearmor -o /etc/apt/keyrings/a.gpg", message="passes `gpg`"),
    Bad("RUN «curl» https://example.com/a.sh | bash", message="passes `bash` an error page"),
    Bad("RUN «curl» -LO https://example.com/a.tar.gz"),
    Bad("RUN «curl» https://example.com/a > /a"),
    Bad("RUN «curl» -o /a https://example.com/$V/a && «curl» -o /b https://example.com/$V/b", fixed=None),
    Good("RUN curl -sSL --fail -o /a https://example.com/a"),
    Good("RUN curl -sSL https://example.com/a.tgz | tar xz", why="tar fails by itself"),
    Good("RUN curl -o /a https://example.com/a && echo '012  /a' | sha256sum -c", why="verified"),
    Good("RUN curl -o /a https://example.com/a || true", why="may fail"),
    Good("RUN curl -s https://example.com/health", why="only printed"),
    Good("RUN curl -so /dev/null https://example.com/"),
    Good("RUN test $(curl -so /a -w '%{http_code}' https://example.com/a) = 200", why="the status is compared"),
    Good("RUN if curl -o /a https://example.com/a; then cat /a; fi", why="a condition"),
    Good("RUN curl -X POST -d a=b -o /a https://example.com/", why="not a download"),
    Good("RUN echo fail-with-body >> ~/.curlrc\nRUN curl -o /a https://example.com/a", why="set in its configuration"),
    Good("RUN wget -O /a https://example.com/a", why="wget fails by itself"),
)
