"""The ports of EXPOSE, split the way BuildKit splits them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Argument, Expose


class ExposedPort:
    """One port: `host` is the IP address and host port before it, `protocol` the part after the slash."""

    __slots__ = ("host", "port", "protocol", "text", "word")

    def __init__(self, text: str, word: Argument) -> None:
        self.text = text
        self.word = word
        self.host, _, last = text.rpartition(":")
        self.port, _, self.protocol = last.partition("/")


def exposed_ports(instruction: Expose, build: Build) -> Iterator[ExposedPort]:
    """The ports with known values, without those that BuildKit rejects (no port, unknown protocol)."""
    state = build.state(instruction)
    for word in instruction.arguments:
        if state.value(word.text) is None:
            continue
        for text in state.expand(word.text).words:
            port = ExposedPort(text, word)
            if port.port and port.protocol.lower() in ("", "tcp", "udp", "sctp"):
                yield port
