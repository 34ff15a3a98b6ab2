"""SEC011."""

from __future__ import annotations

import re

from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build

_KINDS = (
    ("an AWS access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a GitHub token", r"\bgh[pousr]_[0-9A-Za-z]{36,}\b|\bgithub_pat_[0-9A-Za-z_]{60,}\b"),
    ("a GitLab token", r"\bglpat-[0-9A-Za-z_-]{20,}\b"),
    ("a Slack token", r"\bxox[abprs]-[0-9A-Za-z-]{20,}"),
    ("a Google API key", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("an npm token", r"\bnpm_[0-9A-Za-z]{36}\b"),
    ("a PyPI token", r"\bpypi-AgEIcHlwaS5vcmc[0-9A-Za-z_-]{50,}"),
    ("a Stripe key", r"\b[sr]k_live_[0-9A-Za-z]{24,}\b"),
    ("a private key", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    ("an OpenAI key", r"\bsk-(?:proj-)?[0-9A-Za-z_-]{20}T3BlbkFJ[0-9A-Za-z_-]{20,}"),
    ("a JSON Web Token", r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{20,}"),
    ("a password in a URL", r"\b[a-z][a-z0-9+.-]*://[^\s/:@\"'$<>{}]+:[^\s/:@\"'$<>{}]{3,}@[^\s\"']+"),
)
_HINT = re.compile(
    r"AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AIza|npm_|pypi-|k_live_|PRIVATE KEY|T3BlbkFJ|eyJ|://[^\s/@]*@"
)
_PLACEHOLDERS = (
    "example",
    "xxxx",
    "0000000",
    "1234567",
    "password@",
    "changeme",
    "<",
    "your",
    "user:pass",
    "username:",
)


@rule("SEC011", level=ERROR, since="0.1", aliases=("kics:487f4be7-3fd9-4506-a07a-eae252180c08", "trivy:DS-0031"))
def secret_value(build: Build) -> Iterator[Finding]:
    """The Dockerfile contains a secret in plain text.

    ## Why
    Everyone with access to the file or the image can read the secret: `docker history` shows it, and later layers
    cannot remove it.

    ## What to do
    Revoke the secret, then mount the new one for the step that needs it: `RUN --mount=type=secret,id=token …`.
    """
    text = build.dockerfile.source.text
    if not _HINT.search(text):
        return
    for what, pattern in _KINDS:
        for match in re.finditer(pattern, text):
            if not any(word in match.group().lower() for word in _PLACEHOLDERS):
                yield Finding(f"this looks like {what}; revoke it and use a secret mount", _Match(*match.span()))


class _Match:
    """The position of a secret in the file."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


EXAMPLES = (
    Bad("ENV KEY=«AKIA" + "QWERTYUIOPASDFGH»"),
    Good("RUN git clone https://$USER:$TOKEN@git.test/x.git", why="the values are variables"),
    Bad("RUN git clone «https://bob:s3cr" + "3tpw@git.test/x.git»", message="a password in a URL"),
    Bad("ARG T=«ghp_" + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ»"),
    Good("ENV KEY=AKIAIOSFODNN7EXAMPLE", why="a known placeholder"),
    Good("RUN npm_config_cache=/tmp npm ci"),
)
