"""Reading commands as calls of package managers, by the table in model/packages/managers.py.

    call = read_call(command)         the Call, or None when the command is no package manager
    calls(script)                     every Call of a script; also knows `yes |` and `export` before it

A Call: `manager`, `program` ("apt-get"), `verb` (the meaning: "install", see managers.py), `path` (the verb as typed:
"pip install"), `verb_word` (its last word: a flag goes behind it), `packages`, `requirements` (-r files),
`constraints`, `options` and `operands` as read. Ask it `has("--flag")`, `value("-t")`, `prompts()`,
`assumes_yes(env)`, `skips_cache(env)`, `skips_recommends()`, `refreshes()`, `leaves_lists(env)`, `leaves_cache(env)`,
`frozen()`; `env` is the ENV of the stage. A `Package` has `word`, `kind`, `name`, `version`; see package_words.py.
`call.unsure` says that a variable may hide more flags or the verb; a rule about a missing flag keeps quiet then.

    pinned(package, call)    True when the version is bounded, False when anything newer may come, None: cannot be told
                             (`package.version != ""` is the weaker question: is any version stated)
    cleans_lists(command, manager), cleans_cache(command, manager)    does the command empty the folders
    cache_places(manager, home, env), mounted(places, targets, home)  where a cache lies; does a mount hold it
"""

from __future__ import annotations

from itertools import pairwise

from .call_arguments import LAUNCHERS, CallArguments, base_name, find_manager, launched_manager
from .managers import MANAGER_BY_PROGRAM, PackageManager
from .specs import Package, has_upper_bound, parse_package_text, parse_package_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ...syntax.command import Command, Script, Word
    from .call_arguments import Option

_FALSE = ("false", "no", "0", "off", "without", "disable", "n", "f")
_FILLING = frozenset(("install", "restore", "upgrade", "dist-upgrade", "build-deps", "download", "build"))
_PROMPTING = frozenset(("install", "upgrade", "dist-upgrade", "build-deps", "remove"))
_WITH_PACKAGES = frozenset(("install", "upgrade", "remove", "download"))


class PackageCall:
    """One invocation of a package manager; see the module."""

    __slots__ = (
        "answered_by_pipe",
        "command",
        "constraints",
        "environment",
        "leading_options",
        "manager",
        "operands",
        "options",
        "packages",
        "path",
        "program",
        "requirements",
        "uncertain",
        "verb",
        "verb_word",
    )

    def __init__(self, command: Command, program: str, read: CallArguments) -> None:
        manager = read.manager
        self.command = command
        self.manager = manager
        self.program = program
        self.verb = read.meaning
        self.path = read.path
        self.verb_word = read.verb_word
        self.options: tuple[Option, ...] = tuple(read.options)
        self.leading_options = read.leading_options
        self.operands = tuple(read.operands)
        self.uncertain = read.uncertain
        self.requirements = tuple(self.values(*manager.requirements))
        self.constraints = tuple(self.values(*manager.constraints))
        self.environment = {name: word.value for name, word in command.assignments}
        self.answered_by_pipe = False
        self.packages = _packages(self)
        if self.verb == "install" and manager.bare_install_verb and not self.packages and not self.requirements:
            self.verb = manager.bare_install_verb

    def __repr__(self) -> str:
        return f"Call({self.manager.name} {self.verb} {self.packages})"

    def has(self, *flags: str) -> bool:
        """Is one of the flags given, and not switched off (`--yes=false`)?"""
        valued = self.manager.valued_flags
        for flag, value, _ in self.options:
            if flag in flags and (value is None or flag in valued or value.lower() not in _FALSE):
                return True
        return False

    def values(self, *flags: str) -> list[str]:
        """The values of all these flags, in order."""
        return [value for flag, value, _ in self.options if value is not None and flag in flags]

    def value(self, *flags: str) -> str | None:
        """The value of the last of these flags that has one."""
        found = self.values(*flags)
        return found[-1] if found else None

    def prompts(self) -> bool:
        """Does it ask before it acts, unless told to assume yes?"""
        return bool(self.manager.yes_flags) and self.verb in _PROMPTING

    def assumes_yes(self, env: Mapping[str, str] | None = None) -> bool:
        """Does it go on without asking? `env` is the ENV of the stage."""
        manager = self.manager
        if not manager.yes_flags or self.answered_by_pipe or self.has(*manager.yes_flags):
            return True
        if any(flag in manager.yes_flags_before_verb for flag, _, _ in self.options[: self.leading_options]):
            return True
        setting = self._setting(manager.yes_setting, env)
        if setting and setting.lower() not in _FALSE:
            return True
        return manager.family == "apt" and self.program != "aptitude" and self._quiet() >= 2

    def skips_cache(self, env: Mapping[str, str] | None = None) -> bool:
        """Is nothing kept in the manager's cache? `env` is the ENV of the stage."""
        if self.has(*self.manager.no_cache_flags):
            return True
        for off in self.manager.no_cache_variables:
            name, equals, wanted = off.partition("=")
            value = self._variable(name, env)
            if not value:
                continue
            if value == wanted or wanted == "*" or (not equals and value.lower() not in _FALSE):
                return True
        return False

    def skips_recommends(self) -> bool:
        """Are recommended packages (weak dependencies) left out?"""
        setting = self._setting(self.manager.recommends_setting)
        return self.has(*self.manager.no_recommends_flags) or (setting is not None and setting.lower() in _FALSE)

    def refreshes(self) -> bool:
        """Does it fetch the package lists, by its verb or a flag?"""
        return self.verb == "update-index" or self.has(*self.manager.refresh_flags)

    def leaves_lists(self, env: Mapping[str, str] | None = None) -> bool:
        """Are package lists left in the image behind it?"""
        manager = self.manager
        if not manager.index or self.skips_cache(env):
            return False
        return self.refreshes() or (manager.refreshes_on_install and self.verb in _FILLING)

    def leaves_cache(self, env: Mapping[str, str] | None = None) -> bool:
        """Are downloaded packages left in the cache behind it?"""
        return bool(self.manager.caches) and self.verb in _FILLING and not self.skips_cache(env)

    def frozen(self) -> bool:
        """Does it fail rather than leave the lock file?"""
        return self.path in self.manager.frozen or self.has(*self.manager.frozen)

    def _variable(self, name: str, env: Mapping[str, str] | None) -> str | None:
        value = self.environment.get(name)
        return env.get(name) if value is None and env else value

    def _setting(self, name: str, env: Mapping[str, str] | None = None) -> str | None:
        """The value of a configuration item given by -o or --setopt; an upper-case name is a variable."""
        if not name:
            return None
        if name.isupper():
            return self._variable(name, env)
        found = None
        for item in self.values(*self.manager.setting_flags):
            key, _, value = item.partition("=")
            if key.strip().lower() == name:
                found = value.strip()
        return found

    def _quiet(self) -> int:
        """How quiet apt is: each -q counts one, -q=2 sets it; two imply -y (apt-get(8))."""
        level = 0
        for flag, value, _ in self.options:
            if flag in ("-q", "--quiet"):
                level = int(value) if value and value.isdigit() else level + 1
        return level


def parse_package_call(command: Command) -> PackageCall | None:
    """The call of a package manager that `command` is, or None.

    Sees through `python -m pip`, `uv run pip`, `corepack yarn`, `php composer.phar` and the like.
    """
    name = command.name
    if not (name in MANAGER_BY_PROGRAM or name in LAUNCHERS or not name or name[-1].isdigit()):
        return None
    words = command.words
    return _read(command, name or base_name(words[0].value), words) if words else None


def package_calls(script: Script) -> list[PackageCall]:
    """Every call of a package manager in the script, in source order."""
    found: list[PackageCall] = []
    exported: dict[str, str] = {}
    previous: Command | None = None
    for command in script.commands:
        call = parse_package_call(command)
        if call is not None:
            call.environment = {**exported, **call.environment}
            if command.operator_before == "|" and previous is not None and previous.context == command.context:
                call.answered_by_pipe = _says_yes(previous)
            found.append(call)
        elif command.name == "export":
            for word in command.args:
                name, equals, value = word.value.partition("=")
                if equals:
                    exported[name] = value
        previous = command
    return found


def _says_yes(command: Command) -> bool:
    if command.name == "yes":
        return not command.args or command.args[0].value.lower() in ("y", "yes")
    return command.name in ("echo", "printf") and any(word.value[:1] in ("y", "Y") for word in command.args)


def _read(command: Command, program: str, words: Sequence[Word]) -> PackageCall | None:
    """The call that `words` are, program first; that of the inner command for `uv run pip install`."""
    manager = find_manager(program)
    if manager is None:
        inner = launched_manager(program, words)
        return _read(command, *inner) if inner else None
    read = CallArguments(manager, words)
    if read.meaning == "exec" and read.rest:
        behind = words[read.rest :]
        call = _read(command, base_name(behind[0].value), behind)
        if call is not None:
            return call
    return PackageCall(command, program, read)


def _packages(call: PackageCall) -> tuple[Package, ...]:
    """What the operands and flags of the call name; nothing for a verb that takes no packages."""
    manager, style = call.manager, call.manager.style
    if call.verb not in _WITH_PACKAGES and not (call.verb == "run" and style == "go"):
        return ()
    stated = call.value(*manager.version) or ""
    grouped = "group" in call.path or (style == "zypper" and call.value("-t", "--type") not in (None, "package"))
    found: list[Package] = []
    for word, version in _named(call):
        kind, name, own = parse_package_word(word, style)
        if not kind:
            continue
        if grouped and kind == "name":
            kind = "group"
        found.append(Package(word, kind, name, version or own or (stated if kind == "name" else "")))
    found.extend(_from_options(call))
    context = call.command.context
    if not found and not call.requirements and context and context[-1] in ("xargs", "find -exec"):
        word = call.verb_word or call.command.words[0]
        found.append(Package(word, "variable", "{}"))
    return tuple(found)


def _named(call: PackageCall) -> Iterator[tuple[Word, str]]:
    """The operands that name packages, with a version that stands in a word of its own."""
    style, words = call.manager.style, call.operands
    if call.path in ("inject", "swap"):
        words = words[1:]  # the first one is there already, or goes
    elif call.path == "run":
        words = words[:1]  # the rest is for the program
    elif call.path == "create-project":  # a package, a folder, a version
        if words:
            yield words[0], words[2].value if len(words) > 2 else ""
        return
    at = 0
    while at < len(words):
        word, following = words[at], words[at + 1].value if at + 1 < len(words) else ""
        version = ""
        if style == "zypper" and following in ("=", "==", ">=", "<=", ">", "<") and at + 2 < len(words):
            version = ("" if following in ("=", "==") else following) + words[at + 2].value
            at += 2
        elif style == "composer" and following and "/" not in following and following[0] in "0123456789^~*v":
            version = following
            at += 1
        yield word, version
        at += 1


def _from_options(call: PackageCall) -> Iterator[Package]:
    """Projects and repositories that are the value of a flag: `-e .`, `--git URL`."""
    manager = call.manager
    for flag, value, word in call.options:
        if not value:
            continue
        if flag in manager.editable:
            kind, name, version = parse_package_text(value, manager.style)
            yield Package(word, "project" if kind in ("file", "name") else kind, name, version)
        elif flag in manager.repository:
            yield Package(word, "repository", value, call.value(*manager.reference) or "")


def is_pinned(package: Package, call: PackageCall) -> bool | None:
    """Is the version bounded? None when it cannot be told: a file, a URL, a variable, a constraints file."""
    version = package.version
    if package.kind in ("name", "repository") or (package.kind == "group" and version):
        if version:
            return has_upper_bound(version, call.manager.style if package.kind == "name" else "")
        return None if call.constraints else False
    return None


# --- the caches ---


def cache_directories(
    manager: PackageManager, home: str = "/root", env: Mapping[str, str] | None = None
) -> tuple[tuple[str, ...], ...]:
    """Where each cache of the manager may lie: one tuple a cache, `~` and the variables of `env` filled in."""
    places: list[tuple[str, ...]] = []
    for i, cache in enumerate(manager.caches):
        moved = manager.cache_variables[i] if i < len(manager.cache_variables) else ""
        variable, _, below = moved.partition("/")
        folder = env.get(variable) if env and variable else None
        if folder:
            places.append((_normal(f"{folder}/{below}", home),))
        else:
            places.append(tuple([_normal(place, home) for place in cache]))
    return tuple(places)


def is_mounted(places: Iterable[str], targets: Iterable[str], home: str = "/root") -> bool:
    """Does one of the mount targets hold one of the places, as the place itself or a folder above it?"""
    above = [_normal(target, home) for target in targets]
    return any(place == target or place.startswith(target + "/") for place in places for target in above if target)


def cleans_lists(command: Command, manager: PackageManager, *, home: str = "/root", braces: bool = True) -> bool:
    """Does the command empty the manager's package lists? `braces` False: the shell (dash, ash) keeps {a,b} as it is.

    `rm -rf /var/lib/apt/lists/*` and `dnf clean all` do; `apt-get clean` and `rm -rf /tmp/x` do not.
    """
    if command.name in ("rm", "find"):
        places = _lowest([_normal(place, home) for place in manager.index])
        return _deletes(command, places, manager.index_samples, home, braces)
    return _cleaned(command, manager, "lists")


def cleans_cache(command: Command, manager: PackageManager, *, home: str = "/root", braces: bool = True) -> bool:
    """Does the command empty a cache of the manager? See `cleans_lists`; `apt-get clean` and `npm cache clean` do."""
    if command.name in ("rm", "find"):
        places = [place for cache in cache_directories(manager, home) for place in _lowest(cache)]
        places += ["$" + variable for variable in manager.cache_variables]
        return _deletes(command, places, manager.cache_samples, home, braces)
    return _cleaned(command, manager, "cache")


def _cleaned(command: Command, manager: PackageManager, what: str) -> bool:
    """Does a `clean` call of the manager, or of one of its family, empty "lists" or "cache"?"""
    call = parse_package_call(command)
    if call is None or call.verb != "clean" or call.manager.family != manager.family:
        return False
    given = {call.path, *(word.value for word in call.operands), *(flag for flag, _, _ in call.options)}
    table = call.manager.clean
    emptied = [which for words, which in table if any(word in given for word in words.split())]
    if not emptied:
        emptied = [which for words, which in table if not words]
    return what in emptied or "all" in emptied


def _lowest(places: Sequence[str]) -> list[str]:
    """The places that have no other one below them: where the files are."""
    return [place for place in places if not any(other.startswith(place + "/") for other in places)]


def _deletes(command: Command, places: Sequence[str], samples: Sequence[str], home: str, braces: bool) -> bool:
    """Does `rm` or `find` empty one of the places?"""
    if command.name == "find":
        return _finds(command, places, home)
    recursive, targets = _rm(command)
    for target in targets:
        for path in _braces(target) if braces else (target,):
            segments = _normal(path, home).split("/")
            if any(_empties(segments, place.split("/"), samples, recursive) for place in places):
                return True
    return False


def _rm(command: Command) -> tuple[bool, list[str]]:
    """Is the `rm` recursive, and what does it remove?"""
    recursive, options = False, True
    targets: list[str] = []
    for word in command.args:
        value = word.value
        if options and value[:1] == "-" and len(value) > 1:
            options = value != "--"
            recursive = recursive or value == "--recursive" or (value[1] != "-" and ("r" in value or "R" in value))
        elif "*" not in value or word.text[-1:] not in ("'", '"'):  # the shell leaves a quoted pattern alone
            targets.append(value)
    return recursive, targets


def _empties(target: list[str], place: list[str], samples: Sequence[str], recursive: bool) -> bool:
    """Is the place, a folder above it, or all that is in it removed by `rm target`?"""
    if len(target) > len(place) + 1 or not all(map(_matches, target, place)):
        return False
    if len(target) <= len(place):
        return recursive and target != [""]
    inside = target[-1]
    if inside in ("*", "**"):
        return recursive or bool(samples)  # without -r the files go, and only folders stay
    return bool(samples) and all(_matches(inside, sample) for sample in samples)


def _matches(pattern: str, name: str) -> bool:
    """Does the shell pattern (* and ?) match the name? A leading dot must be written."""
    if pattern == name:
        return True
    if ("*" not in pattern and "?" not in pattern) or (name[:1] == "." and pattern[:1] != "."):
        return False
    at = star = back = 0
    starred = False
    for_name = 0
    while for_name < len(name):
        if at < len(pattern) and pattern[at] == "*":
            starred, star, back = True, at, for_name
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", name[for_name]):
            at += 1
            for_name += 1
        elif starred:
            back += 1
            at, for_name = star + 1, back
        else:
            return False
    return not pattern[at:].strip("*")


def _finds(command: Command, places: Sequence[str], home: str) -> bool:
    """`find FOLDER -type f -delete`, without a test that spares files."""
    paths: list[str] = []
    rest = [word.value for word in command.args]
    while rest and rest[0][:1] not in ("-", "(", "!"):
        paths.append(rest.pop(0))
    if not ("-delete" in rest or ("-exec" in rest and "rm" in rest)):
        return False
    known = ("-type", "-mindepth", "-delete", "-exec", "-depth")
    tests = rest[: rest.index("-exec")] if "-exec" in rest else rest
    if any(value[:1] in ("-", "(", "!") and value not in known for value in tests):
        return False
    if "-type" in rest and rest[rest.index("-type") + 1 : rest.index("-type") + 2] != ["f"]:
        return False
    return is_mounted(places, [path.removesuffix("/*") for path in paths], home)


def _normal(path: str, home: str) -> str:
    """The path without doubled and trailing slashes; the home folder and ${X} written out."""
    at = path.find("${")
    while at >= 0:
        name, brace, _ = path[at + 2 :].partition("}")
        if brace and name.isidentifier():
            path = path.replace("${" + name + "}", "$" + name)
        at = path.find("${", at + 1)
    if path == "~" or path.startswith("~/"):
        path = home + path[1:]
    elif path == "$HOME" or path.startswith("$HOME/"):
        path = home + path[5:]
    while "//" in path:
        path = path.replace("//", "/")
    return path.rstrip("/")


def _braces(text: str) -> list[str]:
    """`/var/{lib/apt,cache}` to what bash makes of it."""
    start = text.find("{")
    while start > 0 and text[start - 1] == "$":
        start = text.find("{", start + 1)
    if start < 0:
        return [text]
    depth, cuts = 0, [start]
    for at in range(start, len(text)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "," and depth == 1:
            cuts.append(at)
        elif text[at] == "}":
            depth -= 1
            if not depth:
                if len(cuts) == 1:
                    return [text]
                cuts.append(at)
                parts = [text[a + 1 : b] for a, b in pairwise(cuts)]
                return [whole for part in parts for whole in _braces(text[:start] + part + text[at + 1 :])]
    return [text]
