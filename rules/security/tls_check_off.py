"""SEC002."""

from __future__ import annotations

from ...syntax.tree import Run
from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule
from .switches import disables_tls_check, tls_disabling_argument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.command import Command, Word
    from ...syntax.tree import Arg, Env

_VERIFIERS = frozenset(
    ("sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "shasum", "b2sum", "gpgv", "cosign", "minisign",
     "signify")
)  # fmt: skip

_ALSO = tuple(f"checkov:CKV2_DOCKER_{number}" for number in (2, 3, 4, 5, 6, 12, 13, 14, 15, 16))


@rule(
    "SEC002",
    level=WARNING,
    since="0.1",
    aliases=_ALSO,
    scope=SHIPPED,
    subject=("certificates?", "certs?", "tls", "ssl", "insecure", "verify", "verification", "self-signed"),
)
def tls_check_off(instruction: Run | Env | Arg, build: Build) -> Iterator[Finding]:
    """TLS certificate verification is disabled.

    ## Why
    Anyone between the builder and the server can replace the download, which then becomes part of the image. An ENV
    also disables verification for the programs that run in the container.

    ## What to do
    Drop the option. If the download then fails, install `ca-certificates`, or add the missing CA certificate: `curl
    --cacert`, `pip --cert`, `npm config set cafile`, `git config http.sslCAInfo`.

    ## Exceptions
    - A download whose checksum or signature is verified in the same RUN.
    - A server on the builder itself (`https://localhost`).
    """
    if isinstance(instruction, Run):
        for command in build.commands(instruction):
            word = tls_disabling_argument(command)
            if word is not None and not _is_verified_or_local(build, instruction, command):
                yield Finding(f"`{word.text}` disables TLS certificate verification; {_remedy(command, word)}", word)
        return
    state = build.state(instruction)
    for pair in instruction.pairs:
        value = state.value(pair.value.text) if pair.value else None
        if value is not None and pair.value is not None and disables_tls_check(pair.key.text, value):
            yield Finding(
                f"`{pair.key.text}={pair.value.text}` disables TLS certificate verification; add the CA certificate",
                pair.key,
            )


def _remedy(command: Command, word: Word) -> str:
    if command.name not in ("curl", "wget"):
        return "add the CA certificate"
    flag = "-k" if command.name == "curl" and word.value[:2] != "--" else word.value
    return f"drop `{flag}`, and add the CA certificate if the server has its own"


def _is_verified_or_local(build: Build, run: Run, command: Command) -> bool:
    """Whether the download is verified in another way, or comes from the builder itself."""
    if command.name not in ("curl", "wget", "aria2c"):
        return False
    if any(here in word.value for word in command.args for here in ("://localhost", "://127.", "://[::1]")):
        return True
    later = [other for other in build.commands(run) if other.start > command.start]
    return any(other.name in _VERIFIERS or (other.name == "gpg" and "--verify" in other.text) for other in later)


EXAMPLES = (
    Bad("RUN curl «-k» -o x https://example.com/x"),
    Good("RUN curl -fsSL -o x https://example.com/x"),
    Bad("RUN curl «-fsSLk» https://example.com/x -o x", message="drop `-k`, and"),
    Bad("RUN wget «--no-check-certificate» https://example.com/x"),
    Bad("RUN pip install «--trusted-host» example.com a==1"),
    Bad("RUN git -c «http.sslVerify=false» clone https://example.com/x"),
    Bad("RUN npm config set «strict-ssl» false"),
    Bad("ENV «NODE_TLS_REJECT_UNAUTHORIZED»=0"),
    Bad("ENV A=1 «GIT_SSL_NO_VERIFY»=true"),
    Good("RUN curl --keepalive-time 2 -o k https://example.com/x", why="a different option"),
    Good("ENV NODE_TLS_REJECT_UNAUTHORIZED=1"),
    Good("RUN npm config set strict-ssl true"),
    Good("RUN curl -k -o x https://example.com/x && echo 'abc  x' | sha256sum -c -", why="the checksum is verified"),
    Good("RUN curl -k https://localhost:8443/healthy", why="a local server"),
    Bad("RUN curl «-k» -o x https://example.com/x\nRUN sha256sum -c y.sums", why="verified in another RUN"),
)
