"""One interface for Docker, Podman and Buildah: build, inspect, run and remove images."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import tarfile
import threading
import time
import uuid
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

    OutputCallback = Callable[[str], None]

BUILDER_NAMES = ("docker", "podman", "buildah")
"""The supported builders, in the order in which they are tried."""
INSTALL_HINT = (
    "install Docker (docs.docker.com/engine/install), Podman or Buildah; on Debian and Ubuntu "
    "`apt-get install buildah` is enough"
)
_TAIL = 60
"""Lines of output that are kept to find what failed."""
_NOT_IN_CONTAINER = ("no such file", "could not find", "no such container:path")
"""What Docker and Podman say if `cp` does not find a path."""
_NO_DIRECTORY = "no such directory in the image"
_TAR_OF_MOUNT = f"""
root=$("$0" mount "$1") || exit
rest=$2 at= links=0
while [ -n "$rest" ]; do
    part=${{rest%%/*}}
    case $rest in */*) rest=${{rest#*/}} ;; *) rest= ;; esac
    case $part in '' | .) continue ;; ..) at=${{at%/*}}; continue ;; esac
    if [ -L "$root$at/$part" ]; then
        links=$((links + 1))
        [ "$links" -le 40 ] || {{ echo "too many symbolic links" >&2; exit 1; }}
        link=$(readlink -n -- "$root$at/$part" && echo /) || exit
        case $link in /*) at= ;; esac
        rest=$link$rest
    else
        at=$at/$part
    fi
done
[ -d "$root$at" ] || {{ echo "{_NO_DIRECTORY}" >&2; exit 1; }}
exec tar -C "$root$at" -cf - -- .
"""
"""Writes the archive of a directory of a mounted container; its links are those of the image, never of the host."""
_QUICK = 120.0
"""Seconds for quick commands: asking for a version, inspecting an image, removing it."""


class BuilderError(Exception):
    """No builder works, or a command of the builder failed; the message says what to do."""


class BuildResult:
    """The result of a build: exit status, seconds, the last lines of output; `timed_out` when it was stopped."""

    __slots__ = ("output", "seconds", "status", "timed_out")

    def __init__(self, status: int, seconds: float, output: Sequence[str], *, timed_out: bool = False) -> None:
        self.status = status
        self.seconds = seconds
        self.output = tuple(output)
        self.timed_out = timed_out

    @property
    def ok(self) -> bool:
        """Whether the build succeeded."""
        return self.status == 0


class Image:
    """An image: bytes of all layers, number of layers, and the configuration (the `Config` object of the image)."""

    __slots__ = ("config", "layers", "size")

    def __init__(self, size: int, layers: int, config: dict[str, Any]) -> None:
        self.size = size
        self.layers = layers
        self.config = config


class ImageFile:
    """A file in an image: `kind` is "f", "l" or "d", `content` a digest or the target of a link, `owner` a UID."""

    __slots__ = ("content", "kind", "mode", "owner")

    def __init__(self, kind: str, content: str, mode: int, owner: int) -> None:
        self.kind = kind
        self.content = content
        self.mode = mode
        self.owner = owner


class CommandResult:
    """The result of a command in a container; status None when it timed out."""

    __slots__ = ("errors", "output", "status")

    def __init__(self, status: int | None, output: str, errors: str) -> None:
        self.status = status
        self.output = output
        self.errors = errors


class Builder:
    """A builder program. `close` removes the images and containers that it created."""

    def __init__(self, program: str) -> None:
        self.program = program
        self.name = os.path.basename(program)
        self.name_prefix = f"dlint-verify-{uuid.uuid4().hex[:12]}"
        self.images: list[str] = []

    def image_name(self, side: str) -> str:
        """The unique name of the image of a side (`before` or `after`)."""
        return f"localhost/{self.name_prefix}:{side}"

    def build(
        self, context: str, dockerfile: str, side: str, args: Sequence[str], say: OutputCallback, timeout: float
    ) -> BuildResult:
        """Build the image of a side. The ignore file is `<dockerfile>.dockerignore`; `say` gets each line of output."""
        raise NotImplementedError

    def inspect(self, side: str) -> Image:
        """The image of a side. Raises BuilderError."""
        raise NotImplementedError

    def files(self, side: str, folder: str) -> dict[str, ImageFile]:
        """The files in a directory of the image, by path without the leading slash. Raises BuilderError."""
        raise NotImplementedError

    def run(self, side: str, command: Sequence[str], timeout: float) -> CommandResult:
        """Run a command in the image with its user and working directory, without network."""
        raise NotImplementedError

    def close(self) -> None:
        """Remove the images."""
        raise NotImplementedError

    def _ask(self, *words: str, timeout: float = _QUICK) -> subprocess.CompletedProcess[str]:
        return _asked([self.program, *words], timeout)

    def _must(self, *words: str) -> str:
        done = self._ask(*words)
        if done.returncode:
            raise BuilderError(f"`{self.name} {' '.join(words)}` failed: {done.stderr.strip()[-300:]}")
        return done.stdout


class Docker(Builder):
    """Docker with BuildKit, and Podman, which has the same commands."""

    def build(
        self, context: str, dockerfile: str, side: str, args: Sequence[str], say: OutputCallback, timeout: float
    ) -> BuildResult:
        """Build with the existing cache."""
        tag = self.image_name(side)
        self.images.append(tag)
        words = [self.program, "build", "-f", dockerfile, "-t", tag]
        if self.name == "podman":
            words += ["--format", "docker", "--layers", "--force-rm", "--ignorefile", dockerfile + ".dockerignore"]
        for arg in args:
            words += ["--build-arg", arg]
        env = dict(os.environ, DOCKER_BUILDKIT="1", BUILDKIT_PROGRESS="plain")
        return run_streaming([*words, context], say, timeout, env)

    def inspect(self, side: str) -> Image:
        """From `image inspect`."""
        data = _first(self._must("image", "inspect", self.image_name(side)))
        config = _object(data.get("Config"))
        if "Healthcheck" not in config and data.get("HealthCheck"):
            config["Healthcheck"] = data["HealthCheck"]
        return Image(int(data.get("Size") or 0), _length(_object(data.get("RootFS")).get("Layers")), config)

    def files(self, side: str, folder: str) -> dict[str, ImageFile]:
        """From `export` or `cp` of a container that is never started."""
        container = self._container_name()
        try:
            self._must("create", "--name", container, self.image_name(side), "x")
            whole = folder == "/"
            words = ["export", container] if whole else ["cp", f"{container}:{folder}", "-"]
            prefix = "" if whole else os.path.dirname(folder.strip("/"))
            return _read_tar([self.program, *words], prefix, _NOT_IN_CONTAINER)
        finally:
            self._ask("rm", "-f", "-v", container)

    def run(self, side: str, command: Sequence[str], timeout: float) -> CommandResult:
        """With `run --rm`."""
        name = self._container_name()
        words = ("run", "--rm", "--name", name, "--network", "none", "--entrypoint", command[0])
        try:
            done = self._ask(*words, self.image_name(side), *command[1:], timeout=timeout)
        except BuilderError:
            return CommandResult(None, "", "")
        finally:
            self._ask("rm", "-f", "-v", name)
        return CommandResult(done.returncode, done.stdout, done.stderr)

    def _container_name(self) -> str:
        """A name of our own, so that the container can be removed however far its creation got."""
        return f"{self.name_prefix}-{uuid.uuid4().hex[:6]}"

    def close(self) -> None:
        """Remove the images; the build cache stays."""
        if self.images:
            self._ask("rmi", "-f", *dict.fromkeys(self.images))


class Buildah(Builder):
    """Buildah; without root, commands that read files run in `buildah unshare`."""

    def __init__(self, program: str) -> None:
        super().__init__(program)
        self._containers: dict[str, str] = {}

    def build(
        self, context: str, dockerfile: str, side: str, args: Sequence[str], say: OutputCallback, timeout: float
    ) -> BuildResult:
        """Build with the existing layers."""
        tag = self.image_name(side)
        self.images.append(tag)
        words = [self.program, "build", "--layers", "--force-rm", "--format", "docker", "-f", dockerfile, "-t", tag]
        words += ["--ignorefile", dockerfile + ".dockerignore"]
        for arg in args:
            words += ["--build-arg", arg]
        return run_streaming([*words, context], say, timeout, dict(os.environ))

    def inspect(self, side: str) -> Image:
        """From `inspect`; the size is from `images`, rounded to three digits."""
        tag = self.image_name(side)
        image = _object(_first(self._must("inspect", "--type", "image", tag)).get("Docker"))
        size = str(_first(self._must("images", "--json", tag)).get("size") or "0")
        layers = _length(_object(image.get("rootfs")).get("diff_ids"))
        return Image(_amount(size), layers, _object(image.get("config")))

    def files(self, side: str, folder: str) -> dict[str, ImageFile]:
        """From the mounted file system of a container."""
        words = ["sh", "-c", _TAR_OF_MOUNT, self.program, self._container(side), folder]
        words = words if os.geteuid() == 0 else [self.program, "unshare", *words]
        return _read_tar(words, folder.strip("/"), (_NO_DIRECTORY,))

    def run(self, side: str, command: Sequence[str], timeout: float) -> CommandResult:
        """With `buildah run`."""
        try:
            done = self._ask("run", "--network", "none", self._container(side), "--", *command, timeout=timeout)
        except BuilderError:
            return CommandResult(None, "", "")
        # Buildah adds a line about the exit status.
        errors = "".join(
            line for line in done.stderr.splitlines(keepends=True) if not line.startswith("Error: while running")
        )
        return CommandResult(done.returncode, done.stdout, errors)

    def close(self) -> None:
        """Remove the containers, then the images."""
        for container in self._containers.values():
            self._ask("rm", container)
        self._containers.clear()
        if self.images:
            self._ask("rmi", "-f", *dict.fromkeys(self.images))

    def _container(self, side: str) -> str:
        if side not in self._containers:
            self._containers[side] = name = f"{self.name_prefix}-{side}"  # before it is there, to be removed anyhow
            self._must("from", "--pull-never", "--name", name, self.image_name(side))
        return self._containers[side]


def find_builder(name: str | None) -> Builder:
    """The builder of that name or path, by default the first that works. Raises BuilderError."""
    if name is not None:
        if os.path.basename(name) not in BUILDER_NAMES:
            raise BuilderError(f"unknown builder `{name}` (expected docker, podman or buildah)")
        program = shutil.which(name)
        if program is None:
            raise BuilderError(f"`{name}` is not installed; {INSTALL_HINT}")
        problem = _problem(program)
        if problem:
            raise BuilderError(problem)
        return _create_builder(program)
    problems: list[str] = []
    for each in BUILDER_NAMES:
        program = shutil.which(each)
        problem = _problem(program) if program is not None else ""
        if program is not None and not problem:
            return _create_builder(program)
        if problem:
            problems.append(problem)
    raise BuilderError("; ".join([*problems, f"no working builder found; {INSTALL_HINT}"]))


def _create_builder(program: str) -> Builder:
    return Buildah(program) if os.path.basename(program) == "buildah" else Docker(program)


def _problem(program: str) -> str:
    """The reason why the program cannot build; empty when it can."""
    name = os.path.basename(program)
    try:
        if name != "docker":
            return "" if _asked([program, "version"], _QUICK).returncode == 0 else f"`{name} version` failed"
        done = _asked([program, "version", "--format", "{{.Client.Version}}"], _QUICK)
        if done.returncode:
            return "the Docker daemon does not respond; start it, or check the permissions of its socket"
        old = done.stdout.strip().partition(".")[0]
        if old.isdigit() and int(old) < 23:
            return ""  # BuildKit is a part of the client
        buildx = _asked([program, "buildx", "version"], _QUICK).returncode == 0
        return "" if buildx else "docker is installed without BuildKit; install the buildx plugin"
    except BuilderError as error:
        return str(error)


def _asked(words: Sequence[str], timeout: float) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            words,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BuilderError(f"`{os.path.basename(words[0])} {words[1]}` took longer than {timeout:.0f} s") from None
    except OSError as error:
        raise BuilderError(f"`{words[0]}` cannot be started: {error.strerror}") from None


def run_streaming(words: Sequence[str], say: OutputCallback, timeout: float, env: dict[str, str]) -> BuildResult:
    """Run a command and pass each line of output to `say`; after `timeout` seconds its process group is killed."""
    start = time.monotonic()
    deferred = _DeferredSignals()  # a signal while the process is being created would leave it behind
    try:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, text=True,
            errors="replace", start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        deferred.deliver()
        raise BuilderError(f"`{words[0]}` cannot be started: {error.strerror}") from None
    watchdog = _watchdog(process.pid)
    late: list[bool] = []

    def stop() -> None:
        late.append(True)
        _kill(process)

    timer = threading.Timer(timeout, stop)
    timer.start()
    tail: list[str] = []
    try:
        deferred.deliver()
        for line in cast("IO[str]", process.stdout):
            tail = [*tail[-_TAIL + 1 :], line.rstrip("\n")]
            say(tail[-1])
        status = process.wait()
    except BaseException:
        _kill(process)
        process.wait()
        raise
    finally:
        timer.cancel()
        if watchdog is not None:
            watchdog.kill()
            watchdog.communicate()
    return BuildResult(status or (1 if late else 0), time.monotonic() - start, tail, timed_out=bool(late))


class _DeferredSignals:
    """Holds back SIGINT and SIGTERM from its creation until `deliver`."""

    def __init__(self) -> None:
        self._received: list[tuple[int, FrameType | None]] = []
        self._handlers: dict[int, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._handlers[number] = signal.signal(
                    number, lambda number, frame: self._received.append((number, frame))
                )

    def deliver(self) -> None:
        """Restore the handlers, and call them for what was received."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        for number, frame in self._received:
            if callable(self._handlers[number]):
                self._handlers[number](number, frame)
            elif self._handlers[number] == signal.SIG_DFL:
                signal.raise_signal(number)


def _watchdog(group: int) -> subprocess.Popen[bytes] | None:
    """A process that ends a process group when this process is gone, even if it was killed; None without a shell."""
    script = 'read -r _; kill -s TERM -- "-$1"'
    try:
        return subprocess.Popen(
            ["/bin/sh", "-c", script, "sh", str(group)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError:
        return None


def _kill(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _read_tar(words: Sequence[str], prefix: str, missing: Sequence[str]) -> dict[str, ImageFile]:
    """The files in the tar archive that a command writes, by path; `prefix` is prepended to the names.

    None if the command fails with one of the messages `missing`. Raises BuilderError if it fails otherwise.
    """
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        found: dict[str, ImageFile] = {}
        try:
            with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                found = {os.path.normpath(os.path.join(prefix, name)): file for name, file in _members(archive)}
            unread = ""
        except tarfile.ReadError as error:
            unread = str(error)  # the error output of the command has the reason
        _, errors = process.communicate()
    if process.returncode or unread:
        text = errors.decode(errors="replace").strip() or unread
        if process.returncode and any(message in text.lower() for message in missing):
            return {}
        raise BuilderError(f"cannot read the files of the image: {text[-300:]}")
    return found


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, ImageFile]]:
    for member in archive:
        name = member.name.removeprefix("./").strip("/")
        if member.isreg():
            content = archive.extractfile(member)
            digest = hashlib.file_digest(content, "sha256").hexdigest() if content is not None else ""  # type: ignore[arg-type] # tarfile returns readers with readinto
            yield name, ImageFile("f", digest, member.mode, member.uid)
        elif member.issym() or member.islnk():
            yield name, ImageFile("l", member.linkname, member.mode, member.uid)
        elif member.isdir():
            yield name, ImageFile("d", "", member.mode, member.uid)


def _first(text: str) -> dict[str, Any]:
    """The object in JSON text, or the first one of a list."""
    data: Any = json.loads(text)
    if isinstance(data, list):
        data = cast("list[Any]", data)[0] if data else {}
    return cast("dict[str, Any]", data)


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _length(value: Any) -> int:
    return len(cast("list[Any]", value)) if isinstance(value, list) else 0


def _amount(text: str) -> int:
    """The bytes of a size such as `2.13 MB`."""
    number, _, unit = text.partition(" ")
    return round(float(number) * 1000 ** ("B", "KB", "MB", "GB", "TB").index(unit.upper() or "B"))
