"""Whether a file with the name of a Dockerfile holds something else: a template, or source code about Dockerfiles."""

from __future__ import annotations

import os
import re

from ...model.disk import read_file

_LIMIT = 4_000_000
"""Larger files are taken for what they are called."""

TEMPLATE, SOURCE = "template", "source"

_HINTS = ("{{", "{%", "<%", "%%", "${templateOption:")
_AT_SIGNS = re.compile(r"@\w+@")
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")
_ALWAYS = re.compile(
    r"\{%[-+]?\s*(?:if|elif|else|endif|for|endfor|set|include|block|endblock|extends|import|from|macro|raw|unless|case"
    r"|assign|with|call|filter)\b[^%]*%\}"  # Jinja, Liquid, Twig
    r"|<%[-=#_]?[^%]*%>"  # ERB, EJS, Mako
    r"|\{\{-?\s*(?:cookiecutter|copier\w*|ansible\w*)[.\s_]"
    r"|\$\{templateOption:"  # devcontainer templates
)
_LINE = re.compile(r"\s*\{\{.*\}\}\s*\\?\s*$|\s*\{\{[-#/!]?\s*(?:if|range|with|end|else|define|template|block)\b")
"""A line that is a directive of Go's templates, Mustache or Handlebars."""
_VALUE = re.compile(r"\{\{|@@\w+@@|%%\w+%%")
"""A placeholder where Docker has no use for such characters; a RUN may well have them, as in `docker inspect -f`."""
_FROM = re.compile(r"\s*from\s+.*(?<![\w@])@[A-Z][A-Z0-9_]*@", re.IGNORECASE)
_PLAIN = re.compile(r"\s*(?:onbuild\s+)?(?:from|copy|add|workdir|user|expose|volume|maintainer)\s", re.IGNORECASE)
_PLACEHOLDERS = re.compile(r"@@\w+@@|%%\w+%%")
_SET = re.compile(r"\s*(?:onbuild\s+)?(?:env|arg|label)\s", re.IGNORECASE)
_INSTRUCTION = re.compile(
    r"^[ \t]*(?:(?:FROM|RUN|COPY|ADD|ENV|ARG|CMD|ENTRYPOINT|LABEL|WORKDIR|USER|EXPOSE|VOLUME|SHELL|ONBUILD|MAINTAINER"
    r"|STOPSIGNAL|HEALTHCHECK)[ \t\\]|(?i:from)[ \t]+\S+(?:[ \t]+(?i:as)[ \t]+\S+)?[ \t\r]*$|include |INCLUDE )",
    re.MULTILINE,
)
_STAGE = re.compile(r"^[ \t]*from[ \t]", re.MULTILINE | re.IGNORECASE)
_SCRIPT = re.compile(r"#![^\n]*\b(?:sh|bash|dash|zsh|python[0-9.]*|perl|ruby|node|awk|make)\b")


def content_kind(path: str) -> str:
    """TEMPLATE or SOURCE if the content of the file shows that it is one; empty for Dockerfiles.

    A file that cannot be read counts as a Dockerfile: linting it reports the reason.
    """
    try:
        text = read_file(path, _LIMIT).decode("utf-8", "replace")
    except OSError:
        return ""
    if "\0" in text:
        # UTF-16 or no text: what is wrong is reported.
        return ""
    if is_template(text) or (_is_among_templates(path) and not _STAGE.search(text)):
        return TEMPLATE  # without FROM, in a directory of templates: a part that others include
    return SOURCE if is_source_code(text) else ""


def _is_among_templates(path: str) -> bool:
    """Whether the directory of a file, or its parent, is one of templates."""
    return any("template" in part.lower() for part in os.path.dirname(path).split(os.sep)[-2:])


def is_template(text: str) -> bool:
    """Whether the text becomes a Dockerfile only when a template engine has rendered it.

    Go templates in commands, as in `docker inspect --format '{{.Id}}'`, and the bodies of heredocs say nothing.
    """
    if not any(hint in text for hint in _HINTS) and not _AT_SIGNS.search(text):
        return False
    if text.lstrip().startswith("{{"):
        return True
    continued, heredoc = False, ""
    for line in text.split("\n"):
        if heredoc:
            if line.strip() == heredoc:
                heredoc = ""
            continue
        if _ALWAYS.search(line) or _FROM.match(line):
            return True
        if not continued and (_LINE.match(line) or (_PLAIN.match(line) and _VALUE.search(line))):
            return True
        if not continued and _SET.match(line) and _PLACEHOLDERS.search(line):
            return True
        if line.lstrip()[:1] != "#":
            opened = _HEREDOC.search(line)
            heredoc = opened.group(1) if opened else ""
            continued = line.rstrip().endswith(("\\", "`"))
    return False


def is_source_code(text: str) -> bool:
    """Whether the text has content but no line that begins like an instruction of a Dockerfile.

    A text that starts with `#!` is a script unless its first line that is not a comment is an instruction.
    """
    is_script = _SCRIPT.match(text)
    if not is_script and _INSTRUCTION.search(text):
        return False
    written = [line for line in text.split("\n") if line.strip() and line.lstrip()[:1] != "#"]
    if is_script and written and not _INSTRUCTION.match(written[0]):
        return True
    return len(written) > _FEWEST_LINES and not _INSTRUCTION.search(text)


_FEWEST_LINES = 2
"""So many lines may be a Dockerfile with a misspelled instruction."""
