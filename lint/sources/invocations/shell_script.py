"""The builds in shell scripts, in the fenced code of a README, and in the comments of a Dockerfile.

The working directory of these is not known: it is the directory of the file or a parent, and a build counts only if
its Dockerfile exists for exactly one of them.
"""

from __future__ import annotations

import os
import re

from .build_commands import ShellSource, has_build_command, read_build_commands
from .invocation import repository_top, run_directories

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .invocation import BuildInvocation

_FENCE = re.compile(r"^([ \t]*)(```+|~~~+)[ \t]*(\w*)[^\n`]*\n(.*?)^[ \t]*\2[`~]*[ \t]*$", re.DOTALL | re.MULTILINE)
_SHELL_FENCES = frozenset(("", "sh", "bash", "shell", "console", "zsh", "shellsession", "terminal", "text", "plain"))
_PROMPT = re.compile(r"^[ \t]*[$#>%][ \t]+", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*#+[ \t]?", re.MULTILINE)
_COMMAND = re.compile(r"(?:^|[`:>$][ \t]*)((?:sudo[ \t]+)?(?:docker|podman|nerdctl|buildah)[ \t][^`\n]*)")


def read_shell_script(path: str, text: str) -> list[BuildInvocation]:
    """The builds in the shell script at `path`."""
    top = repository_top(os.path.dirname(path))
    return read_build_commands(text, ShellSource(path, 1, top, run_directories(path, top)))


def read_readme(path: str, text: str) -> list[BuildInvocation]:
    """The builds in the fenced code of a README: each block is a script that begins in one of the directories."""
    top = repository_top(os.path.dirname(path))
    directories = run_directories(path, top)
    found: list[BuildInvocation] = []
    for fence in _FENCE.finditer(text):
        if fence[3].lower() in _SHELL_FENCES and has_build_command(fence[4]):
            line = text.count("\n", 0, fence.start(4)) + 1
            script = _PROMPT.sub("", fence[4])
            found += read_build_commands(script, ShellSource(path, line, top, directories))
    return found


def read_dockerfile_comments(path: str, text: str) -> list[BuildInvocation]:
    """The builds of the Dockerfile at `path` that its own comments show, one a line."""
    top = repository_top(os.path.dirname(path))
    directories = run_directories(path, top)
    found: list[BuildInvocation] = []
    lines = iter(enumerate(text.splitlines(), 1))
    for number, line in lines:
        if not line.lstrip().startswith("#"):
            continue
        script = _COMMENT.sub("", line)
        while script.endswith("\\"):
            following = next(lines, (0, ""))[1]
            if not following.lstrip().startswith("#"):
                break
            script = script[:-1] + _COMMENT.sub("", following)
        command = _COMMAND.search(script)
        if command is not None and has_build_command(script):
            # Words before the command are prose, except `cd x &&`.
            text_of_command = script if script.lstrip().startswith("cd ") else command[1]
            made = read_build_commands(text_of_command, ShellSource(path, number, top, directories))
            found += [each for each in made if os.path.realpath(each.dockerfile) == os.path.realpath(path)]
    return found
