"""Run the program as a dedicated user, who owns only the directory of the program."""

from __future__ import annotations

import re

from ...syntax.tree import Cmd, CopyOrAdd, Entrypoint, Env, Expose, Healthcheck, Onbuild, Run, User, Volume, Workdir
from ..edits.edit import Edit, apply_edits
from .base.copies import context_path, read_context_file
from .base.rewrite import NothingToDo, Preconditions, RewriteOutcome, RewriteRejected, Step, run_rewrite
from .base.stage_facts import is_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...model.build import Build, Stage
    from ...model.context import Context
    from ...syntax.command import Command
    from ...syntax.tree import Instruction

NAME = "non-root"
USER_NAME = "app"
"""The user that is created where the base image has no suitable one."""
_ROOT = (None, "root", "0", "0:0", "root:root")
_BASES = frozenset(
    "alpine debian eclipse-temurin golang ibm-semeru-runtimes node openjdk perl php python ruby rust ubuntu".split()
)
"""Official images whose users are known: `node` in those of Node.js, and none called `app`."""
_FAMILIES = ("debian", "ubuntu", "alpine")
_DOTNET = re.compile(r"mcr\.microsoft\.com/dotnet/(?:aspnet|runtime|runtime-deps|sdk):(\d+)\.\d+\S*")
_DOTNET_USER = 8
"""The first version of .NET whose images have the user `app`. Source: github.com/dotnet/dotnet-docker, README."""
_DISTROLESS = re.compile(r"gcr\.io/distroless/[\w-]+(?::[\w.-]+)?")
"""Images with the user `nonroot`. Source: github.com/GoogleContainerTools/distroless, README."""
_SCRATCH_USER = "65532:65532"
"""An ID without a name, the one of `nonroot`: an image without files has no users."""
_STARTS_AS_ROOT = {
    "nginx": "nginx runs as root and listens on port 80; use `nginxinc/nginx-unprivileged`, which uses port 8080",
    "httpd": "Apache starts as root and listens on port 80; set `Listen 8080`, then add USER by hand",
    "caddy": "Caddy listens on ports 80 and 443; set other ports in the Caddyfile, then add USER by hand",
}
"""Why the servers of official images need root, and what would help."""
_FILE_WRITES = re.compile(
    r"\b(?:os\.(?:Create|WriteFile|OpenFile|Mkdir(?:All)?|Rename)|ioutil\.WriteFile|lumberjack|bolt\.Open|badger\.Open"
    r"|sqlite3?|leveldb|File::create|OpenOptions|fs::(?:write|create_dir\w*)|new FileOutputStream|new FileWriter"
    r"|Files\.(?:write\w*|create(?!Temp)\w+|newBufferedWriter|newOutputStream|copy|move)|RandomAccessFile|jdbc:h2:file)"
)
"""What programs in Go, Rust and Java use to write files."""
_LOW_PORT = re.compile(r"""["'][\w.]*:(\d{1,3})["']|server\.port\s*[=:]\s*(\d{1,3})\b""")
_COMPILERS = ("go", "cargo", "mvn", "gradle")
_COMPILED = (".go", ".rs", ".java", ".kt", ".scala", ".properties", ".yml", ".yaml")
_NEED_ROOT = frozenset(
    """apache2 apache2ctl apachectl httpd nginx php-fpm mysqld mariadbd postgres redis-server mongod supervisord cron
    crond sshd rsyslogd dockerd haproxy caddy traefik init systemd runit s6-svscan gosu su-exec su sudo setpriv chroot
    chown chgrp useradd adduser usermod groupadd addgroup mount iptables sysctl setcap apt-get apt apk dpkg service
    systemctl update-ca-certificates""".split()
)
"""Programs that need root, or change the user themselves."""
_HOME = re.compile(r"(?:^|[\s=:\"'(])(?:~(?:/|$)|/root\b|\$HOME\b|\$\{HOME\})")
_PORT = re.compile(r"(?:--?(?:port|p|bind|b|listen)[= ]|:)(?:[\w.\[\]]*:)?(\d+)\b")
_PORT_VARIABLE = re.compile(r"(?:(?:^|_)PORTS?=|_URLS=.*:|_ADDR(?:ESS)?=.*:)(\d+)\b")
_WRITES = re.compile(r">\s*(?!/dev/null|&)[\w./~$\"']")
_MAKES_NOTHING = frozenset("chmod true : echo ls pwd test [ rm set export cd".split())


def rewrite(build: Build, stage: Stage, context: Context | None) -> RewriteOutcome:
    """Set a dedicated user at the end of the final stage."""
    return run_rewrite(NAME, lambda checks: _NonRootRewrite(build, stage, context, checks).result())


class _NonRootRewrite:
    def __init__(self, build: Build, stage: Stage, context: Context | None, checks: Preconditions) -> None:
        self.build = build
        self.stage = stage
        self.context = context
        self.checks = checks

    def result(self) -> tuple[str, list[Step]]:
        stage = self.stage
        family = (stage.base_facts.family if stage.base_facts is not None else None) or ""
        state = stage.state(len(stage.instructions))
        users = [step for step in stage.instructions if isinstance(step, User)]
        self.checks.require("the program runs as root", state.user in _ROOT and not users, "USER is already set")
        self.checks.require("the image is for Linux", not stage.is_windows, "Windows images are not supported")
        own = _own_user(stage)
        name = (stage.base_ref.name if stage.base_ref is not None else "") or ""
        self.checks.require(
            "the users of the base image are known",
            own or (name in _BASES and family in _FAMILIES),
            _STARTS_AS_ROOT.get(name, "the users of this base image are unknown; add USER by hand"),
            stage.from_,
        )
        folder = state.workdir or "/"
        readable = self._is_readable(folder)
        self.checks.require(
            "WORKDIR is the directory of the program",
            readable
            or folder.count("/") > 1
            or folder.strip("/") in ("app", "code", "srv", "application", "project", "workspace"),
            f"WORKDIR `{folder}` is not a directory for the program alone; use one such as /app"
            if folder != "/"
            else "no WORKDIR is set; set a directory for the program, such as /app",
        )
        for instruction in stage.instructions:
            self._follow(instruction, "" if readable else folder)
        self._start()
        if readable:
            self._require_no_writes()
            return self._text("", own, family, [])
        self.checks.require(
            "the image has a shell for the RUN that sets the owner",
            not own.startswith("nonroot") and own != _SCRATCH_USER,
            "an image without a shell cannot set the owner of a directory; copy the program outside WORKDIR",
            stage.from_,
        )
        copies = [step for step in stage.instructions if isinstance(step, CopyOrAdd) and self._inside(step, folder)]
        self.checks.require(
            "the program is copied to WORKDIR", copies, "nothing is copied to WORKDIR; copy the program there"
        )
        return self._text(folder, own, family, copies)

    def _is_readable(self, folder: str) -> bool:
        """Whether the image only starts a compiled program that other stages built, outside the directory `folder`."""
        copies = [step for step in self.stage.instructions if isinstance(step, CopyOrAdd)]
        if not copies or any(step.flag("from") is None for step in copies) or not any(map(self._is_compiled, copies)):
            return False
        if any(isinstance(step, Run) and not self._only_installs(step) for step in self.stage.instructions):
            return False
        return folder == "/" or not any(self._inside(step, folder) for step in copies)

    def _is_compiled(self, copy: CopyOrAdd) -> bool:
        """Whether a copy is from a stage that compiles a program."""
        flag = copy.flag("from")
        source = self.build.source_stage(flag.value or "", self.stage) if flag is not None else None
        runs = [step for step in source.all_instructions() if isinstance(step, Run)] if source is not None else []
        calls = [call for run in runs for call in self.build.package_calls(run)]
        return any(call.manager.name in _COMPILERS and call.verb in ("build", "install") for call in calls)

    def _only_installs(self, run: Run) -> bool:
        """Whether a RUN only calls the package manager of the system, and deletes its caches."""
        calls = {id(call.command) for call in self.build.package_calls(run) if call.manager.ecosystem == "os"}
        return all(id(command) in calls or command.name == "rm" for command in self.build.commands(run))

    def _require_no_writes(self) -> None:
        """Raise RewriteRejected where the program may write files, or listen on a port, that need root."""
        names = [name for name in self.context.files() if name.endswith(_COMPILED)] if self.context is not None else []
        self.checks.require(
            "the build context contains the source of the program",
            any(not name.endswith((".properties", ".yml", ".yaml")) for name in names),
            "no WORKDIR is set, and it is unknown which files the program writes; set a directory for it, such as /app",
        )
        for name in names:
            assert self.context is not None
            text = read_context_file(self.context, name) or ""
            written = _FILE_WRITES.search(text) if not name.endswith(("_test.go", ".yml", ".yaml")) else None
            if written is not None:
                raise RewriteRejected(
                    f"`{name}` may write files (`{written[0]}`); set WORKDIR to a directory for them, such as /app"
                )
            low = next((one or two for one, two in _LOW_PORT.findall(text) if int(one or two)), "")
            if low and not name.endswith((".yml", ".yaml")):
                raise RewriteRejected(f"`{name}` names port {low}, which may need root; use a number of 1024 or more")

    def _follow(self, instruction: Instruction, folder: str) -> None:
        """Raises RewriteRejected where an instruction has a result that only root can use."""
        if isinstance(instruction, Onbuild | Volume):
            raise RewriteRejected(f"{instruction.name} is not supported here; add USER by hand", instruction)
        if isinstance(instruction, Expose):
            for argument in instruction.arguments:
                port = self.build.state(instruction).value(argument.text) or ""
                low = port.partition("/")[0].partition("-")[0]
                if not low.isdigit() or int(low) < 1024:
                    raise RewriteRejected(
                        f"port {port or argument.text} may need root; use a number of 1024 or more", instruction
                    )
        if isinstance(instruction, Env):
            for pair in instruction.pairs:
                value = self.build.state(instruction).value(pair.value.text) if pair.value is not None else None
                ports = _PORT_VARIABLE.findall(f"{pair.key.text}={value or ''}")
                low = next((port for port in ports if int(port) < 1024), "")
                if low:
                    reason = f"`{pair.key.text}` sets port {low}, which may need root; use a number of 1024 or more"
                    raise RewriteRejected(reason, instruction)
        if isinstance(instruction, CopyOrAdd) and instruction.flag("chown") is not None:
            raise RewriteRejected("`--chown` already sets an owner; add USER with that owner", instruction)
        if _HOME.search(instruction.logical.text):
            raise RewriteRejected(
                "it uses the home directory of root, which other users cannot read; use another directory", instruction
            )
        if isinstance(instruction, Run):
            self._makes(instruction, folder)

    def _makes(self, run: Run, folder: str) -> None:
        """Raises RewriteRejected where a RUN may create files in the directory of the program, owned by root."""
        calls = {id(call.command): call for call in self.build.package_calls(run)}
        state = self.build.state(run)
        text = run.logical.text
        if _WRITES.search(text) and (folder in text or is_within(state.workdir or "/", folder)):
            raise RewriteRejected(
                f"this RUN may create files in `{folder}` that root owns; add `chown` and USER by hand", run
            )
        for command in self.build.commands(run):
            call = calls.get(id(command))
            if command.name in ("useradd", "adduser", "groupadd", "addgroup"):
                raise RewriteRejected(f"`{_short(command)}` creates a user or group that is not used; add USER", run)
            if call is not None and call.has("--user"):
                raise RewriteRejected("`--user` installs packages for root only; drop it", run)
            if call is not None and call.verb not in ("run", "exec", "build"):
                continue
            if command.name not in _MAKES_NOTHING and self._works_in(command, run, folder):
                raise RewriteRejected(
                    f"`{_short(command)}` may create files in `{folder}` that root owns; add `chown` and USER by hand",
                    run,
                )

    def _works_in(self, command: Command, run: Run, folder: str) -> bool:
        """Whether a command runs in the directory of the program, or has an argument in it."""
        state = self.build.state(run)
        if is_within(state.workdir or "/", folder):
            return True
        paths = [state.path(word.value) for word in command.operands()]
        return any(
            path is not None and is_within(path, folder) and not (command.name == "mkdir" and path == folder)
            for path in paths
        )

    def _start(self) -> None:
        """Raises RewriteRejected where the program needs root."""
        started = [step for step in self.stage.instructions if isinstance(step, Cmd | Entrypoint | Healthcheck)]
        self.checks.require(
            "the file defines what the image runs", any(not isinstance(step, Healthcheck) for step in started),
            "without CMD and ENTRYPOINT it is unknown what the image runs; add one of them",
        )  # fmt: skip
        for instruction in started:
            for command in self.build.commands(instruction):
                self._started(command, instruction)
            text = " ".join(argument.text for argument in instruction.arguments)
            low = next((port for port in _PORT.findall(text) if int(port) < 1024), None)
            if low is not None:
                raise RewriteRejected(
                    f"it listens on port {low}, which may need root; use a number of 1024 or more", instruction
                )

    def _started(self, command: Command, instruction: Instruction) -> None:
        if command.name in _NEED_ROOT:
            raise RewriteRejected(f"`{command.name}` needs root; start the program without it", instruction)
        for word in command.words if self.context is not None else ():
            assert self.context is not None
            path = self.build.state(instruction).path(word.value)
            name = context_path(self.build, self.stage, self.context, path) if path else None
            text = read_context_file(self.context, name) if name else None
            if text is None or not re.match(r"#!.*sh\b", text):
                continue
            found = sorted({each.rsplit("/", 1)[-1] for each in re.findall(r"[\w./-]+", text)} & _NEED_ROOT)
            if found or _HOME.search(text):
                used = f"`{found[0]}`" if found else "the home directory of root"
                raise RewriteRejected(
                    f"`{name}` uses {used}, which needs root; start the program without it", instruction
                )

    def _inside(self, copy: CopyOrAdd, folder: str) -> bool:
        path = self.build.state(copy).path(copy.destination.text) if copy.destination is not None else None
        return path is not None and is_within(path, folder)

    def _text(self, folder: str, own: str, family: str, copies: list[CopyOrAdd]) -> tuple[str, list[Step]]:
        """The file with the user; `folder` is the directory that it owns, "" for none, `own` a user of the base."""
        stage = self.stage
        user = own or USER_NAME
        text = self.build.dockerfile.source.text
        last = next((step for step in stage.instructions if isinstance(step, Cmd | Entrypoint)), None)
        if last is None:
            raise RewriteRejected("the command is set in another stage; repeat it in this one", stage.from_)
        if any(isinstance(step, Run) and step.start > last.start for step in stage.instructions):
            raise RewriteRejected("a RUN follows CMD or ENTRYPOINT; move it before", last)
        edits = self._owner_edits(folder, user, [] if own else _account(family, folder), copies)
        start = text.rfind("\n", 0, min([last.start, *(comment.start for comment in last.comments)])) + 1
        edits.append(Edit(start, start, f"USER {user}\n" + ("\n" if last.comments else "")))
        where = f"directories outside `{folder}`" if folder else "directories"
        risk = f"{where} that the program writes to, and ports below 1024 that only its code names"
        steps = [Step(f"Run as `{user}`", "an attacker who compromises the program is not root", risk=risk)]
        return apply_edits(text, sorted(edits, key=lambda edit: edit.start)), steps

    def _owner_edits(self, folder: str, user: str, commands: list[str], copies: list[CopyOrAdd]) -> list[Edit]:
        """The edits that create the user with `commands`, and make it the owner of a directory and what is copied."""
        stage = self.stage
        if not folder:
            end = stage.from_.end
            return [Edit(end, end, "\n" + _run(commands))] if commands else []
        workdir = next(
            (step for step in stage.instructions if isinstance(step, Workdir) and self._is_last(step, folder)), None
        )
        if workdir is None:
            raise RewriteRejected("WORKDIR is set in another stage; repeat it in this one", stage.from_)
        linked = next((copy for copy in copies if copy.flag("link") is not None), None)
        if linked is not None:
            raise RewriteRejected("with `--link` the owner of a copy must be numeric; set `--chown` by hand", linked)
        if any(copy.start < workdir.start for copy in copies):
            raise RewriteRejected("the program is copied before WORKDIR is set; move WORKDIR before it", copies[0])
        line = _run([*commands, f"chown {user}:{user} {folder}"])
        edits = [Edit(workdir.end, workdir.end, "\n" + line)]
        return edits + [Edit(copy.keyword_end, copy.keyword_end, f" --chown={user}:{user}") for copy in copies]

    def _is_last(self, workdir: Workdir, folder: str) -> bool:
        return self.stage.state(self.build.index_of(workdir) + 1).workdir == folder


def _own_user(stage: Stage) -> str:
    """The user without privileges that the base image has; empty for none. Raises RewriteRejected."""
    image = stage.image or ""
    if image == "scratch":
        return _SCRATCH_USER
    if _DISTROLESS.fullmatch(image):
        if "nonroot" in image:
            raise NothingToDo("the base image runs as `nonroot`", stage.from_)
        return "nonroot"
    dotnet = _DOTNET.fullmatch(image)
    if dotnet is not None:
        if "chiseled" in image or "distroless" in image:
            raise NothingToDo("the base image runs as `app`", stage.from_)
        if int(dotnet[1]) < _DOTNET_USER:
            raise RewriteRejected("images before .NET 8 have no user for the program, and use port 80", stage.from_)
        return "app"
    return "node" if stage.base_ref is not None and stage.base_ref.name == "node" else ""


def _run(commands: list[str]) -> str:
    return "RUN " + " \\\n    && ".join(commands)


def _account(family: str, folder: str) -> list[str]:
    """The commands that create the user; `folder` is its home directory, "" for none."""
    if family == "alpine":
        home = f" -h {folder}" if folder else ""
        return [f"addgroup -S {USER_NAME}", f"adduser -S -D -H{home} -G {USER_NAME} {USER_NAME}"]
    home = f" --home-dir {folder}" if folder else ""
    words = f"--system --gid {USER_NAME}{home} --no-create-home --shell /usr/sbin/nologin"
    return [f"groupadd --system {USER_NAME}", f"useradd {words} {USER_NAME}"]


def _short(command: Command) -> str:
    return " ".join(command.text.split())[:60]
