"""The builds in a Jenkinsfile. Source: www.jenkins.io/doc/book/pipeline/docker/ and /syntax/#agent.

Read are `sh` steps and `docker.build` with a literal text, and `agent { dockerfile … }`. Around them, `dir('…') { … }`
sets the directory.
"""

from __future__ import annotations

import os
import re

from .build_commands import ShellSource, read_build_commands
from .invocation import BuildInvocation, repository_top, resolve_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_STRING = r"""'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\""""
_TOKEN = re.compile(
    rf"""(?P<comment>//[^\n]*|/\*.*?\*/)
    |\b(?P<step>sh|dir)\s*\(?\s*(?:script\s*:\s*)?(?P<text>{_STRING})
    |\bdocker\s*\.\s*build\s*\(\s*(?P<image>{_STRING}|[^,)\n]*)\s*(?:,\s*(?P<options>{_STRING}))?\s*\)
    |\bdockerfile\s*(?:(?P<plain>true)|\{{(?P<keys>[^{{}}]*)\}})
    |(?P<string>{_STRING})
    |(?P<brace>[{{}}])""",
    re.DOTALL | re.VERBOSE,
)
_KEY = re.compile(rf"\b(filename|dir|additionalBuildArgs)\s+({_STRING})", re.DOTALL)


def read_jenkinsfile(path: str, text: str) -> list[BuildInvocation]:
    """The builds in the Jenkinsfile at `path`; it runs in the root of the repository."""
    top = repository_top(os.path.dirname(path))
    # The directories of the open `dir` blocks, with the level of their brace.
    directories: list[tuple[int, str | None]] = [(0, top)]
    level, pending = 0, list[str | None]()
    found: list[BuildInvocation] = []
    for token in _TOKEN.finditer(text):
        here = directories[-1][1]
        if token["brace"] == "{":
            level += 1
            if pending:
                directories.append((level, pending.pop()))
        elif token["brace"] == "}":
            if len(directories) > 1 and directories[-1][0] == level:
                directories.pop()
            level -= 1
        elif token["step"] == "dir":
            inner = _literal(token["text"])
            pending = [None if here is None or "$" in inner else resolve_path(here, inner)]
        elif here is not None:
            line = text.count("\n", 0, token.start()) + 1
            found += _builds(token, ShellSource(path, line, top, (here,)))
    return found


def _builds(token: re.Match[str], source: ShellSource) -> Iterator[BuildInvocation]:
    if token["step"] == "sh":
        yield from read_build_commands(_literal(token["text"]), source)
    elif token["image"] is not None:
        options = _literal(token["options"]) if token["options"] else "."
        if token["options"] or token[0].rstrip(") \t").endswith(("'", '"')) or "," not in token[0]:
            image = _literal(token["image"]) if token["image"][:1] in ("'", '"') else "$image"
            yield from read_build_commands(f'docker build -t "{image}" {options}', source)
    elif token["plain"] or token["keys"] is not None:
        keys = {found[1]: _literal(found[2]) for found in _KEY.finditer(token["keys"] or "")}
        directory, file = keys.get("dir", "."), keys.get("filename", "Dockerfile")
        if "$" not in directory + file:
            options = f'{keys.get("additionalBuildArgs", "")} -f "{directory}/{file}" "{directory}"'
            yield from read_build_commands(f"docker build {options}", source)


def _literal(written: str) -> str:
    """The text of a Groovy string; `${…}` in double quotes stays as it is and is an unknown variable of the shell."""
    marks = 3 if written[:3] in ("'''", '"""') else 1
    text = written[marks:-marks]
    return re.sub(r"\\([\\'\"$])", r"\1", text)
