"""SEC032."""

from __future__ import annotations

from ...syntax.tree import Add
from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule
from .fetches import fetches, is_private, is_verified

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule(
    "SEC032",
    level=WARNING,
    since="0.1",
    prefilter=("http://", "ftp://"),
    scope=SHIPPED,
    subject=("https?", "tls", "ssl", "certificates?"),
)
def plain_http(instruction: Add | Run, build: Build) -> Iterator[Finding]:
    """A file is downloaded without encryption, over `http://` or `ftp://`, and not verified.

    ## Why
    Anyone on the way between the builder and the server can replace the file, and with it the program in the image.

    ## What to do
    Use `https://`. If the server does not offer it, verify a checksum: `ADD --checksum=sha256:…`, or `sha256sum -c`.

    ## Exceptions
    - Hosts in a private network, and hosts that are only known in the build.
    - A stage that verifies a checksum or a signature after the download.
    - Package lists of apt, which are signed.
    """
    if isinstance(instruction, Add):
        if instruction.flag("checksum"):
            return
        for source in instruction.sources:
            value = build.value(instruction, source) or source.text
            if _is_plain(value):
                yield Finding(f"`{source.text}` is downloaded without encryption; use `https://`", source)
        return
    for fetch in fetches(build, instruction):
        if _is_plain(fetch.url) and not is_verified(build, instruction):
            message = f"`{fetch.url}` is downloaded without encryption; use `https://`, or verify a checksum"
            yield Finding(message, fetch.span)


def _is_plain(url: str) -> bool:
    return url.startswith(("http://", "ftp://")) and not is_private(url)


EXAMPLES = (
    Bad("RUN wget «http://example.com/a.tgz» && tar xf a.tgz", message="use `https://`"),
    Good("RUN wget https://example.com/a.tgz && tar xf a.tgz"),
    Bad("ADD «http://example.com/a.tgz» /a/"),
    Bad("RUN curl -fsSL «'http://example.com/a'» -o /a"),
    Good("ADD --checksum=sha256:" + "a" * 64 + " http://example.com/a.tgz /a/"),
    Good("RUN wget http://example.com/a.tgz && echo 'abc  a.tgz' | sha256sum -c", why="verified"),
    Good("RUN wget http://example.com/a.tgz\nRUN gpg --verify a.asc a.tgz", why="verified in a later RUN"),
    Bad("RUN echo 'abc  b' | sha256sum -c\nRUN wget «http://example.com/a.tgz»", why="verified before the download"),
    Good("RUN curl http://localhost:8080/ && curl http://10.0.0.1/a && wget http://files.corp/a", why="private"),
    Good("RUN curl -x http://proxy.example.com:3128 https://example.com/a -o a", why="a proxy"),
    Good("RUN wget http://$HOST/a", why="an unknown host"),
    Good("RUN echo deb http://deb.example.com stable main > /etc/apt/sources.list", why="no download"),
)
