"""What the options that all commands share do: `--color`, `--quiet`, `--verbose`, and those of the configuration."""

from __future__ import annotations

import os

from ..engine.planning import LintPlans, command_line_configurations
from ..terminal.colors import set_color
from ..terminal.streams import NORMAL, QUIET, VERBOSE, is_verbose, set_verbosity

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..config.arguments import CheckArguments


def apply_output_options(arguments: argparse.Namespace | CheckArguments) -> None:
    """Set the verbosity and the colors of this process."""
    set_verbosity(QUIET if arguments.quiet else VERBOSE if arguments.verbose else NORMAL)
    set_color(arguments.color)


def is_in_existing_directory(arguments: argparse.Namespace | CheckArguments) -> bool:
    """Whether the paths of a command can be resolved: False if the current directory was deleted and one is relative.

    If none is, changes to the root directory.
    """
    try:
        os.getcwd()
    except OSError:
        given = vars(arguments)
        paths = list(given["paths"]) if "paths" in given else [given["file"]] if "file" in given else ["-"]
        paths = paths or ["-" if given.get("stdin_filename") else "."]
        files = [value.partition("=")[2] for value in given.get("output", ())] + [given.get("baseline") or "-"]
        if given.get("exclude") or not all(path == "-" or os.path.isabs(path or ".") for path in (*paths, *files)):
            return False
        os.chdir(os.sep)
    return True


def plans_from_arguments(arguments: argparse.Namespace | CheckArguments) -> LintPlans:
    """The plans under the options, which win over configuration files. Raises ConfigError.

    The configuration of the current directory decides over colors that no option sets.
    """
    plans = LintPlans(command_line_configurations(arguments))
    if arguments.color == "auto" and plans.config(os.path.join(".", "")).get("color") is False:
        set_color("never")
    return plans


def describe_files(paths: Sequence[str], roots: Sequence[str], plans: LintPlans) -> None:
    """With `--verbose`, write which configuration and build context apply to each file in `paths`.

    `roots` are the paths of the command line. Raises ConfigError.
    """
    if is_verbose():
        from .verbose import describe

        # A pipe cannot be read a second time.
        describe([path for path in paths if os.path.isfile(path)], roots, plans)
