"""`dlint optimize --interactive`: each rewrite is shown, and the person at the terminal takes it or leaves it."""

from __future__ import annotations

import sys

from ..terminal.streams import printable, put
from .plan_page import show_diff

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ...fixers.optimize.base.rewrite import Outcome
    from ...fixers.optimize.ignore.proposal import Proposal

_HELP = "y takes it, n leaves it, a takes it and all that follow, q leaves it and all that follow\n"


def cannot_ask(arguments: argparse.Namespace) -> str:
    """Why nobody can be asked; empty when somebody can, and when nobody is to be."""
    if not arguments.interactive:
        return ""
    if arguments.format == "json" or arguments.diff:
        return "--interactive goes without --diff and --format json"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "--interactive needs a terminal; choose by --only and --skip instead"
    return ""


class Asking:
    """The questions of one run."""

    def __init__(self) -> None:
        self._for_all = ""
        self._asked: dict[str, bool] = {}

    def rewrite(self, path: str, outcome: Outcome, before: str) -> bool:
        """Whether the rewrite of the file at `path`, whose text was `before`, is wanted."""
        lines = ["", f"{path}: {outcome.name}"]
        for step in outcome.steps:
            lines.append(f"  {step.title}: {step.why}")
            if step.risk:
                lines.append(f"      look at: {step.risk}")
        return self._wanted("".join(f"{printable(line)}\n" for line in lines), path, before, outcome.text or before)

    def ignore_file(self, proposal: Proposal) -> bool:
        """Whether the ignore file is wanted; asked once for each."""
        if proposal.path not in self._asked:
            sent = f"{proposal.files_before} files are sent, then {proposal.files_after}"
            text = f"\n{printable(proposal.path)}: {sent}\n"
            self._asked[proposal.path] = self._wanted(text, proposal.path, proposal.old, proposal.new)
        return self._asked[proposal.path]

    def _wanted(self, text: str, path: str, before: str, after: str) -> bool:
        if self._for_all:
            return self._for_all == "a"
        put(text)
        show_diff(path, before, after)
        while True:
            put("Take it? [y/n/a/q/?] ")
            line = sys.stdin.readline()
            answer = line.strip().lower()[:1] if line else "q"
            if answer in ("a", "q"):
                self._for_all = answer
            if answer in ("y", "a", "n", "q"):
                return answer in ("y", "a")
            put(_HELP)
