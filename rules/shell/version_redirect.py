"""COR016."""

from __future__ import annotations

from ...syntax.source import Span
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.command import Command, Redirect, Word
    from ...syntax.tree import Run


@rule("COR016", level=ERROR, since="0.1", prefilter=("pip", "uv", "conda", "mamba", "npm", "yarn", "gem"))
def version_redirect(run: Run, build: Build) -> Iterator[Finding]:
    """A version such as `flask>=2` is not quoted, so the shell takes `>` as a redirection.

    ## Why
    The shell removes `>=2` from the command and writes the output to a file that is called `=2`. Any version is
    installed; with `<`, the RUN fails because the file does not exist.

    ## What to do
    Quote it: `pip install "flask>=2"`.
    """
    for call in build.package_calls(run):
        if call.manager.ecosystem == "os":
            continue
        for redirect in call.command.redirects:
            word = _word_before(call.command, redirect)
            if word is None or redirect.target is None or redirect.operator not in (">", "<"):
                continue
            version = redirect.target.text
            if version[0] in "=0123456789":
                what = "writes the output to" if redirect.operator == ">" else "reads from"
                yield Finding(
                    f"`{redirect.operator}` {what} the file `{version}`; "
                    f'quote the version: `"{word.text}{redirect.operator}{version}"`',
                    Span(word.start, redirect.end),
                )


def _word_before(command: Command, redirect: Redirect) -> Word | None:
    """The word that the redirection follows without a space."""
    return next((word for word in command.args if word.end == redirect.start), None)


EXAMPLES = (
    Bad(
        "RUN pip install --no-cache-dir «twine>=6.0.0»",
        message='`>` writes the output to the file `=6.0.0`; quote the version: `"twine>=6.0.0"`',
    ),
    Good('RUN pip install --no-cache-dir "twine>=6.0.0"'),
    Bad("RUN pip install «black>=24» «requests>2»"),
    Bad("RUN uv pip install «django<5»", message="reads from the file `5`"),
    Bad("RUN npm install -g «npm>=10»"),
    Good("RUN pip install twine > log"),
    Good("RUN pip install twine >log 2>&1"),
    Good("RUN pip install 'twine>=6' twine\\>=6"),
    Good("RUN pip install twine==6 2>/dev/null"),
)
