"""Pages of the codes that have no rule: those of the engine, and ShellCheck's."""

from __future__ import annotations

ENGINE_PAGES = {
    "SYN001": """\
# SYN001 unreadable-file

The file cannot be read as a Dockerfile: it is missing, may not be read, or holds no text.

## What to do
Check the path and the rights. Save UTF-16 as UTF-8; leave a binary file out with `--exclude`.

## At a glance

- Severity: error, and the exit status is 2
- It is always told
""",
    "SYN002": """\
# SYN002 internal-error

A rule of dlint broke on this file. The other rules ran, and so did all rules on every other file.

## What to do
Report it, with the Dockerfile if you can. Until it is mended, `--ignore` with the rule's code goes on without it.

## At a glance

- Severity: error, and the exit status is 2
- It is always told
""",
}
"""What is told by no rule."""


SHELLCHECK_PAGE = """\
# {code} shellcheck

A finding of ShellCheck in the shell commands of a RUN. What it means: https://www.shellcheck.net/wiki/{code}

## At a glance

- Needs ShellCheck: `pip install 'dockerfile-dlint[shellcheck]'`
- Leave all of ShellCheck out with `--ignore SC`
- Switch off in place: `# dlint: ignore[{code}] reason`
"""
