"""Follows what a container runs: through scripts, package.json, makefiles, Procfiles and files of process managers."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase

from ....syntax.tree import Arg, Env
from .command_files import (
    crontab_lines,
    make_recipes,
    package_json_scripts,
    package_script_lines,
    procfile_lines,
    supervisor_lines,
)
from .container_start import commands_of, script_commands, started_commands
from .copies import copied_files, read_context_file
from .shell_values import ShellValues

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.command import Command
    from ....syntax.tree import Instruction, Run

SHELLS = ("sh", "bash", "dash", "ash", "zsh", "ksh")
_PROGRAM_DIRECTORIES = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_RUNNERS = {
    "aws-vault": ("exec", 1), "bundle": ("exec", 0), "bunx": ("", 0), "catatonit": ("", 0), "chamber": ("exec", 1),
    "conda": ("run", 0), "coverage": ("run", 0), "cross-env": ("", 0), "cross-env-shell": ("", 0),
    "ddtrace-run": ("", 0), "dockerize": ("", 0), "doppler": ("run", 0), "dotenv": ("", 0), "env-cmd": ("", 0),
    "fdmove": ("", 2), "hatch": ("run", 0), "infisical": ("run", 0), "mamba": ("run", 0), "micromamba": ("run", 0),
    "newrelic-admin": ("run-program", 0), "npx": ("", 0), "opentelemetry-instrument": ("", 0), "pdm": ("run", 0),
    "pipenv": ("run", 0), "poetry": ("run", 0), "rye": ("run", 0), "s6-setuidgid": ("", 1), "setuidgid": ("", 1),
    "chpst": ("", 0), "uv": ("run", 0), "wait-for": ("", 1), "wait-for-it": ("", 1), "with-contenv": ("", 0),
    "watchmedo": ("auto-restart", 0), "xvfb-run": ("", 0), "my_init": ("", 0), "npm": ("exec x", 0),
    "pnpm": ("exec dlx", 0), "yarn": ("exec dlx", 0),
}  # fmt: skip
"""Programs that start another one: the command that does so ("" for none) and its operands before the program."""
_RUNNER_VALUES = frozenset(
    """-wait -timeout -template -c -e -f -n -p -u -U -b -d -E -e -t -C --config --env-file --environment --name
    --project --path --with --extra --group --python --directory --cwd --timeout --patterns --env -wait-retry-interval
    -stdout -stderr --package""".split()
)
"""Options of those programs that have a value."""
_MANAGERS = ("npm", "pnpm", "yarn", "bun")
_SCRIPT_VERBS = frozenset(("run", "run-script", "rum", "urn"))
_SCRIPT_NAMES = frozenset(("start", "stop", "restart", "test", "t", "tst"))
_MANAGER_VALUES = frozenset("--prefix -C --cwd --dir --filter -F -w --workspace --loglevel".split())
_ALL_PACKAGES = frozenset("--filter -F -w --workspace --workspaces -r --recursive -ws".split())
_SCRIPT_RUNNERS = ("npm-run-all", "npm-run-all2", "run-s", "run-p", "run-all")
_PROCFILE_RUNNERS = ("foreman", "honcho", "overmind", "hivemind", "shoreman", "forego", "goreman")
_SUPERVISOR_FILES = (
    "supervisord.conf", "etc/supervisord.conf", "/etc/supervisord.conf", "/etc/supervisor/supervisord.conf",
)  # fmt: skip
_SUPERVISOR_INCLUDES = re.compile(r"/etc/supervisor(?:/conf\.d/[^/]+\.conf|\.d/[^/]+\.ini|d\.d/[^/]+\.(?:ini|conf))")
"""What the packages of Debian, Alpine and Fedora include."""
_CRONTABS = re.compile(r"/etc/(?:crontab|cron\.d/[^/]+)|/(?:var/spool/cron|etc/crontabs)/(?:crontabs/)?[^/]+")
_SYSTEM_DIRECTORIES = re.compile(r"/(?:etc|var/spool/cron|docker-entrypoint)")
_SERVICES = re.compile(
    r"/etc/(?:services\.d|sv|service|s6|s6-overlay/s6-rc\.d|runit|cont-init\.d|cont-finish\.d|my_init\.d|fix-attrs\.d)/"
    r"(?:.*/)?(?:run|up|finish|[^/]+\.sh|[\w-]+)|/etc/s6-overlay/scripts/.+|/docker-entrypoint(?:-initdb)?\.d/.+|"
    r"/etc/cron\.(?:hourly|daily|weekly|monthly)/[^/]+"
)
"""Scripts that s6, runit, cron and the entry points of official images run, whatever the image starts."""
_MODULE = re.compile(r"(?:[\w-]+=)?([A-Za-z_]\w*(?:\.\w+)*)(?::[\w.()]+)?")
_MODULE_RUNNERS = frozenset(
    """arq celery daphne django-admin dramatiq faust fastapi flask granian gunicorn huey_consumer huey_consumer.py
    hypercorn python python3 rq sanic uvicorn uwsgi waitress-serve""".split()
)
_MODULE_VARIABLES = ("FLASK_APP", "DJANGO_SETTINGS_MODULE")
_FUNCTION = re.compile(r"^[ \t]*(?:function\s+)?([\w-]+)\s*\(\)", re.MULTILINE)
_SHELL_LINE = re.compile(r"\b(?:ba|da|a|z|k)?sh\b|with-contenv|execline")
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")
_MOST_LINES = 2_000
_MOST_LEVELS = 12


class _Frame:
    """Where a command line is.

    `at`: its instruction, None for another file; `place`: the file for messages, "" for the Dockerfile; `directory`:
    the working directory in the image, None if unknown; `variables`: those with known values; `arguments`: those of the
    script; `script`: the path of the script in the image; `level`: how many files led here.
    """

    __slots__ = ("arguments", "at", "directory", "level", "place", "script", "variables")

    def __init__(
        self,
        at: Instruction | None,
        place: str,
        directory: str | None,
        variables: Mapping[str, str],
        arguments: Sequence[str] = (),
        script: str = "",
        level: int = 0,
    ) -> None:
        self.at = at
        self.place = place
        self.directory = directory
        self.variables = variables
        self.arguments = arguments
        self.script = script
        self.level = level

    def inside(
        self, place: str, arguments: Sequence[str] = (), script: str = "", directory: str | None = None
    ) -> _Frame:
        """The frame of a file that this one leads to."""
        return _Frame(
            self.at, place, directory or self.directory, self.variables, arguments, script, self.level + 1
        )  # fmt: skip

    def in_directory(self, directory: str | None) -> _Frame:
        """The same place after `cd`."""
        return _Frame(self.at, self.place, directory, self.variables, self.arguments, self.script, self.level)

    def path(self, word: str) -> str | None:
        """The absolute path in the image that a word names; None if it is unknown."""
        if "$" in word or (self.directory is None and not word.startswith("/")):
            return None
        return posixpath.normpath(posixpath.join(self.directory or "/", word))


class ProgramWalk:
    """The programs that a stage runs, in its RUNs and in its containers.

    `programs`: name to the first instruction that leads to it, None when only another file does
    `lines`: the words of each command, program first
    `wrappers`: programs that start others (`sudo`)
    `scripts`: the shell scripts of the context that are run
    `files`: all files of the context that are run or named by what is run
    `unknown`: why it is unknown what is started, with a remedy, and the instruction; None if it is known
    """

    def __init__(self, build: Build, stage: Stage, context: Context) -> None:
        self.programs: dict[str, Instruction | None] = {}
        self.lines: list[list[str]] = []
        self.wrappers: set[str] = set()
        self.scripts: list[str] = []
        self.files: dict[str, None] = {}
        self.unknown: tuple[str, Instruction | None] | None = None
        self._build = build
        self._stage = stage
        self._context = context
        self._seen: set[tuple[str, ...]] = set()

    # Where to start ----------------------------------------------------------------------------------------------

    def add_run(self, run: Run) -> None:
        """Add what a RUN runs."""
        state = self._build.state(run)
        frame = _Frame(run, "", state.workdir, state.vars)
        self._commands(self._build.commands(run), frame)
        for command in self._build.commands(run):
            operands = command.operands(("-u",)) if command.name == "crontab" else ()
            for operand in operands:
                self._crontab(frame, frame.path(operand.value), has_user=False)

    def add_started(self) -> None:
        """Add what containers of the stage run."""
        state = self._stage.state(len(self._stage.instructions))
        variables = _container_variables(self._stage)
        for started in started_commands(self._build, self._stage):
            frame = _Frame(started.at, started.place, state.workdir, variables)
            self._commands(started.commands, frame)
        outside = _Frame(None, "", state.workdir, variables)
        for path in sorted(filter(_SYSTEM_DIRECTORIES.match, self._paths())):
            if _CRONTABS.fullmatch(path):
                self._crontab(outside, path, has_user=path.startswith("/etc/cron") and "crontabs" not in path)
            elif _SERVICES.fullmatch(path):
                self._script(outside, path, ())

    # Commands ----------------------------------------------------------------------------------------------------

    def _commands(self, commands: Sequence[Command], frame: _Frame) -> None:
        """Add commands in order; a `cd` changes the directory of those after it, in a subshell only of those there."""
        if frame.level > _MOST_LEVELS or not commands:
            return
        functions = set(_FUNCTION.findall(commands[0].script.text))
        values = self._values(commands, frame, functions)
        frames = [frame]
        for command in commands:
            depth = command.context.count("subshell") + 1
            frames = [*frames, *[frames[-1]] * depth][:depth]
            self.wrappers.update(command.wrappers)
            if command.name == "cd":
                target = values.text(command.args[0].text) if command.args else ""
                if "substitution" not in command.context:
                    frames[-1] = frames[-1].in_directory(frames[-1].path(target) if target else None)
            elif command.words:
                variants = values.words(command)
                if variants is None:
                    self._add_unknown(command, frame)
                for words in variants or ():
                    if words and words[0] not in functions:
                        self._line(words, frames[-1])

    def _values(self, commands: Sequence[Command], frame: _Frame, functions: set[str]) -> ShellValues:
        """The values of variables for the commands of a file, with what it sources."""
        everything = list(commands)
        for command in commands:
            if command.name in ("source", ".") and command.args:
                name = self._paths().get(frame.path(command.args[0].value) or "")
                text = read_context_file(self._context, name) if name is not None else None
                everything += script_commands(text) if text is not None else ()
        return ShellValues(everything, frame.variables, frame.arguments, frame.script, functions)

    def _add_unknown(self, command: Command, frame: _Frame) -> None:
        if self.unknown is not None:
            return
        text = " ".join(command.text.split())[:60]
        name = re.search(r"\$\{?([A-Za-z_]\w*)", command.words[0].text)
        remedy = f"set `{name[1]}` with ENV" if name is not None else "name the program"
        where = ""
        if frame.place:
            line = command.script.text.count("\n", 0, command.start_index) + 1
            where = f" on line {line} of {frame.place}" if frame.script else f" in {frame.place}"
        self.unknown = f"`{text}`{where} starts an unknown program; {remedy}", frame.at

    def _line(self, words: list[str], frame: _Frame) -> None:
        """Add one command line with known program, and what it leads to."""
        name = posixpath.basename(words[0])
        self.programs.setdefault(name, frame.at)
        key = (name, frame.directory or "", *words)
        if not self._is_new(key, frame):
            return
        self.lines.append(words)
        self._name_files(name, words, frame)
        self._follow_script(name, words, frame)
        self._follow_manager(name, words, frame)
        self._follow_files(name, words, frame)
        inner = _inner_command(name, words)
        if len(inner) == 1 and " " in inner[0]:
            self._text(inner[0], frame, frame.place)
        else:
            self._commands(commands_of(inner), frame.inside(frame.place, frame.arguments, frame.script))

    def _is_new(self, key: tuple[str, ...], frame: _Frame) -> bool:
        """Whether a line or file was not followed yet, and there were not too many; remembers it."""
        if key in self._seen:
            return False
        if len(self._seen) == _MOST_LINES and self.unknown is None:
            self.unknown = "the image starts too many commands to follow; start it with fewer scripts", frame.at
        self._seen.add(key)
        return len(self._seen) <= _MOST_LINES

    def _name_files(self, name: str, words: Sequence[str], frame: _Frame) -> None:
        """Add the files of the context that a command line names, by path or as Python modules."""
        paths = self._paths()
        for word in words:
            path = frame.path(word.partition("=")[2] or word)
            if path is not None and path in paths:
                self.files[paths[path]] = None
        if name not in _MODULE_RUNNERS:
            return
        modules = [*words[1:], *(frame.variables.get(each, "") for each in _MODULE_VARIABLES)]
        directories = [frame.directory, *(frame.path(word) for word in words[1:] if not word.startswith("-"))]
        for module in filter(None, map(_MODULE.fullmatch, modules)):
            relative = module[1].replace(".", "/")
            for directory in filter(None, directories):
                for ending in (".py", "/__init__.py", "/__main__.py"):
                    path = posixpath.join(directory, relative + ending)
                    if path in paths:
                        self.files[paths[path]] = None

    def _follow_script(self, name: str, words: list[str], frame: _Frame) -> None:
        """Follow a shell script of the context: the program, the operand of a shell or of `source`, or an argument."""
        if name in (*SHELLS, "source", ".") and "-c" not in words:
            at = next((at for at, word in enumerate(words[1:], 1) if word[:1] not in "-+"), len(words))
            if at < len(words):
                arguments = frame.arguments if name in ("source", ".") and at + 1 == len(words) else words[at + 1 :]
                self._script(frame, frame.path(words[at]), arguments, is_shell=True)
            return
        if "/" in words[0]:
            self._script(frame, frame.path(words[0]), words[1:])
        else:
            search = (*(frame.variables.get("PATH") or "").split(":"), *_PROGRAM_DIRECTORIES)
            for directory in dict.fromkeys(search):
                self._script(frame, posixpath.join(directory, words[0]), words[1:])
        for at, word in enumerate(words[1:], 1):
            if word.startswith(("/", "./")):
                self._script(frame, frame.path(word), words[at + 1 :])

    def _script(self, frame: _Frame, path: str | None, arguments: Sequence[str], *, is_shell: bool = False) -> None:
        """Add the commands of a script, when it is a shell script of the context; of all that match a pattern."""
        if path is not None and "*" in path:
            for each in sorted(self._paths()):
                if fnmatchcase(each, path):
                    self._script(frame, each, arguments, is_shell=is_shell)
        name = self._paths().get(path) if path else None
        key = (f"script {name}", frame.directory or "", *arguments)
        if name is None or path is None or not self._is_new(key, frame):
            return
        self.files[name] = None
        text = read_context_file(self._context, name)
        first = (text or "").partition("\n")[0]
        if text is None or not (
            is_shell or name.endswith(".sh") or (first.startswith("#!") and _SHELL_LINE.search(first))
        ):
            return
        if name not in self.scripts:
            self.scripts.append(name)
        self._commands(script_commands(text), frame.inside(f"`{name}`", arguments, path))

    # Files with commands -------------------------------------------------------------------------------------------

    def _follow_manager(self, name: str, words: list[str], frame: _Frame) -> None:
        """Follow `npm start`, `yarn x`, `run-s x:*`, `concurrently "npm:x" "y"` and `node --run x`."""
        if name in _MANAGERS:
            self._package_manager(name, words, frame)
        elif name in _SCRIPT_RUNNERS:
            scripts = [word.split()[0] for word in words[1:] if word[:1] != "-" and word.strip()]
            for script in scripts:
                self._package_script(script, (), frame)
        elif name == "concurrently":
            for word in words[1:]:
                short = re.fullmatch(r"(?:npm|yarn|pnpm|bun|node):(\S+)\s*(.*)", word)
                if short is not None:
                    self._package_script(short[1], short[2].split(), frame)
                elif word[:1] != "-":
                    self._text(word, frame, frame.place)
        elif name == "node" and "--run" in words[:-1]:
            self._package_script(words[words.index("--run") + 1], (), frame)

    def _package_manager(self, name: str, words: list[str], frame: _Frame) -> None:
        """Follow the script that a package manager for Node.js runs."""
        operands, flags = _split_options(words[1:], _MANAGER_VALUES)
        if name == "yarn" and operands[:1] == ["workspace"]:
            operands, flags = operands[2:], {**flags, "--workspace": ""}
        directory = next((flags[flag] for flag in ("--prefix", "-C", "--cwd", "--dir") if flags.get(flag)), "")
        if directory:
            frame = frame.in_directory(frame.path(directory))
        if not operands:
            return
        is_run = operands[0] in _SCRIPT_VERBS
        script = operands[1] if is_run and len(operands) > 1 else operands[0]
        arguments = [word for word in operands[2 if is_run else 1 :] if word != "--"]
        if not is_run and name == "npm" and script not in _SCRIPT_NAMES:
            return
        script = "test" if script in ("t", "tst") else script
        found = self._package_script(script, arguments, frame, everywhere=not _ALL_PACKAGES.isdisjoint(flags))
        if not found and name != "npm" and not is_run:
            # `yarn x` and `pnpm x` run a program of a package when there is no such script.
            self._line([script, *arguments], frame.inside(frame.place, frame.arguments, frame.script))

    def _package_script(
        self, script: str, arguments: Sequence[str], frame: _Frame, *, everywhere: bool = False
    ) -> bool:
        """Add what a script of package.json runs; `everywhere`: in any package of the project."""
        manifests: Iterable[tuple[str, str]]
        if everywhere:
            manifests = [
                (path, name)
                for path, name in self._paths().items()
                if posixpath.basename(path) == "package.json" and "/node_modules/" not in path
            ]
        else:
            manifests = self._nearest(frame.directory, "package.json")
        found = False
        for path, name in manifests:
            text = read_context_file(self._context, name) or ""
            self.files[name] = None
            found = found or script in package_json_scripts(text)
            for number, line in enumerate(package_script_lines(text, script)):
                more = " ".join(["", *arguments]) if arguments and not number else ""
                self._text(line + more, frame, f"the script `{script}` of `{name}`", posixpath.dirname(path))
        return found

    def _nearest(self, directory: str | None, base: str) -> Iterator[tuple[str, str]]:
        """The path and the name of the file `base` in a directory of the image or the nearest one above."""
        while directory is not None:
            path = posixpath.join(directory, base)
            if path in self._paths():
                yield path, self._paths()[path]
                return
            directory = posixpath.dirname(directory) if directory != "/" else None

    def _follow_files(self, name: str, words: list[str], frame: _Frame) -> None:
        """Follow make, Procfiles, supervisord and supercronic."""
        if name in ("make", "gmake"):
            self._make(words, frame)
        elif name in _PROCFILE_RUNNERS or (name == "heroku" and "local" in words):
            operands, flags = _split_options(words[1:], ("-f", "--procfile", "-p", "--port", "-e", "--env", "-d"))
            file = flags.get("-f") or flags.get("--procfile") or "Procfile"
            self._lines_of(file, frame, lambda text: procfile_lines(text, operands))
        elif name == "supervisord":
            flags = _split_options(words[1:], ("-c", "--configuration"))[1]
            file = flags.get("-c") or flags.get("--configuration")
            for each in (file,) if file else _SUPERVISOR_FILES:
                self._supervisor(frame.path(each), frame)
            for path in sorted(self._paths()):
                if _SUPERVISOR_INCLUDES.fullmatch(path):
                    self._supervisor(path, frame)
        elif name == "supercronic":
            for word in words[1:]:
                self._crontab(frame, frame.path(word), has_user=False)

    def _make(self, words: list[str], frame: _Frame) -> None:
        operands, flags = _split_options(words[1:], ("-C", "-f", "--file", "--directory", "-j", "-I"))
        given = dict(word.split("=", 1) for word in operands if "=" in word)
        targets = [word for word in operands if "=" not in word]
        directory = flags.get("-C") or flags.get("--directory")
        if directory:
            frame = frame.in_directory(frame.path(directory))
        named = flags.get("-f") or flags.get("--file")
        for file in (named,) if named else ("GNUmakefile", "makefile", "Makefile"):
            if self._lines_of(file, frame, lambda text: make_recipes(text, targets, {**frame.variables, **given})):
                return

    def _supervisor(self, path: str | None, frame: _Frame) -> None:
        name = self._paths().get(path or "")
        if name is None or path is None or not self._is_new((f"supervisord {name}",), frame):
            return
        lines, globs = supervisor_lines(read_context_file(self._context, name) or "", frame.variables)
        self._add_lines(lines, name, frame)
        for glob in globs:
            pattern = posixpath.normpath(posixpath.join(posixpath.dirname(path), glob))
            for each in sorted(self._paths()):
                if fnmatchcase(each, pattern):
                    self._supervisor(each, frame)

    def _crontab(self, frame: _Frame, path: str | None, *, has_user: bool) -> None:
        name = self._paths().get(path or "")
        if name is not None:
            text = read_context_file(self._context, name) or ""
            self._add_lines(crontab_lines(text, has_user=has_user), name, frame)

    def _lines_of(self, file: str, frame: _Frame, read: Callable[[str], list[str]]) -> bool:
        """Add the command lines that `read` finds in a file of the image; whether it is in the context."""
        name = self._paths().get(frame.path(file) or "")
        if name is None:
            return False
        self._add_lines(read(read_context_file(self._context, name) or ""), name, frame)
        return True

    def _add_lines(self, lines: Iterable[str], name: str, frame: _Frame) -> None:
        self.files[name] = None
        for line in lines:
            self._text(line, frame, f"`{name}`")

    def _text(self, line: str, frame: _Frame, place: str, directory: str | None = None) -> None:
        """Add a line of shell commands that another file has."""
        self._commands(script_commands(line), frame.inside(place, directory=directory))

    def _paths(self) -> dict[str, str]:
        """The files of the context that the stage has: path in the image to path in the context."""
        key = ("copied files", self._stage.index)
        return self._build.cached(key, lambda: copied_files(self._build, self._stage, self._context))


def _container_variables(stage: Stage) -> dict[str, str]:
    """The variables with known values that a container of the stage has: not those of ARG."""
    instructions = [step for each in (stage, *stage.ancestors) for step in each.instructions]
    arguments = {pair.key.text for step in instructions if isinstance(step, Arg) for pair in step.pairs}
    set_too = {pair.key.text for step in instructions if isinstance(step, Env) for pair in step.pairs}
    values = stage.state(len(stage.instructions)).vars
    return {name: value for name, value in values.items() if name in set_too or name not in arguments}


def _inner_command(name: str, words: Sequence[str]) -> list[str]:
    """The words of the command that a program starts, which are among its own; none for other programs."""
    base = name.removesuffix(".sh")
    if name.startswith("python") and "-m" in words[:-1]:
        return [*words[words.index("-m") + 1 :]]
    if name.startswith("pm2"):
        operands = [word for word in words[1:] if word not in ("start", "--") and (word[:1] != "-" or "--" in words)]
        return operands if "--" in words else []
    if name == "nodemon":
        return [_split_options(words[1:], ("--exec", "-x"))[1].get("--exec", "")]
    if base not in _RUNNERS:
        return [*words[words.index("--") + 1 :]] if "--" in words and name.endswith(".sh") else []
    verb, count = _RUNNERS[base]
    rest = [*words[1:]]
    if verb:
        at = next((at for at, word in enumerate(rest) if word in verb.split()), len(rest))
        rest = rest[at + 1 :]
    if "--" in rest:
        return rest[rest.index("--") + 1 :]
    while rest and (rest[0][:1] == "-" or _ASSIGNED.match(rest[0])):
        rest = rest[2 if rest[0] in _RUNNER_VALUES else 1 :]
    return rest[count:]


def _split_options(words: Sequence[str], valued: Collection[str]) -> tuple[list[str], dict[str, str]]:
    """The operands, and the options with their values; those in `valued` may take the next word."""
    operands: list[str] = []
    options: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if word == "--":
            return [*operands, *rest], options
        if word[:1] != "-":
            operands.append(word)
        elif name in valued and not equals:
            options[name] = next(rest, "")
        else:
            options[name] = value
    return operands, options
