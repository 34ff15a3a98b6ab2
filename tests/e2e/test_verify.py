"""`dlint optimize --verify` with real builders, on images made from scratch and a static busybox."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from dockerfile_dlint.fixers.verify import builders
from dockerfile_dlint.fixers.verify.builders import Buildah, Builder, BuilderError, BuildResult, ImageFile, find_builder
from dockerfile_dlint.fixers.verify.comparison import ExpectedChanges
from dockerfile_dlint.fixers.verify.verification import BuildObserver, Verdict, VerifyOptions, verify
from dockerfile_dlint.lint.main import main

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("builder")]

BASE = """\
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ENV PATH=/bin
WORKDIR /app
"""
STORAGE = """\
[storage]
driver = "vfs"
graphroot = "{0}/images"
runroot = "{0}/run"
"""
OLD = """\
FROM base
COPY . .
RUN cp src/a.txt out.txt
EXPOSE 80
CMD ["cat", "out.txt"]
"""
NEW = OLD.replace("COPY . .", "RUN true\nCOPY . .")


class Place:
    """A builder that works here, and the base image that it has; `FROM base` means it."""

    def __init__(self, name: str, base: str) -> None:
        self.name = name
        self.base = base

    def text(self, dockerfile: str) -> str:
        return dockerfile.replace("FROM base", f"FROM {self.base}")


def _busybox() -> str:
    path = next((path for path in ("/bin/busybox", "/usr/bin/busybox") if os.path.exists(path)), "")
    head = Path(path).read_bytes()[:4096] if path else b"/ld-"
    if b"/ld-" in head:  # the path of a loader, which an image from scratch does not have
        pytest.skip("no static busybox: on Debian, apt-get install busybox-static")
    return path


@pytest.fixture(scope="module", params=builders.BUILDER_NAMES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Every builder that answers, with a base image of its own and, but for Docker's engine, a storage of its own."""
    storage = tmp_path_factory.mktemp("storage")
    (storage / "storage.conf").write_text(STORAGE.format(storage))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTAINERS_STORAGE_CONF", str(storage / "storage.conf"))
        # In a container, Buildah may not create the namespaces of its default isolation.
        patch.setenv("BUILDAH_ISOLATION", "chroot")
        yield from _places(str(request.param), tmp_path_factory)


def _places(name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    try:
        builder = find_builder(name)
    except BuilderError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("base")
    shutil.copy(_busybox(), folder / "busybox")
    (folder / "base").write_text(BASE)
    (folder / "base.dockerignore").write_text("")
    built = builder.build(str(folder), str(folder / "base"), "base", (), lambda _: None, 300)
    if not built.ok:
        pytest.skip(f"{name} cannot build here: {' '.join(built.output[-3:])}")
    yield Place(name, builder.image_name("base"))
    builder.close()


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Path]:
    """A folder with a source and documents; nothing in it may change."""
    folder = tmp_path / "context"
    for path, text in {"src/a.txt": "hello\n", "docs/a.md": "x\n"}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    yield folder
    assert before == {path: path.read_bytes() for path in before}


class Recorder(BuildObserver):
    """Keeps the lines of the builders, and the names of the finished builds."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.builds: list[str] = []

    def output(self, build: str, line: str) -> None:
        self.lines.append(f"{build} | {line}")

    def finished(self, build: str, result: BuildResult) -> None:
        self.builds.append(f"{build} {'ok' if result.ok else 'failed'}")


def proved(
    place: Place,
    context: Path,
    after: str,
    options: VerifyOptions | None = None,
    before: str = OLD,
    ignore: str | None = None,
) -> tuple[Verdict, list[str]]:
    recorder = Recorder()
    builder = find_builder(place.name)
    texts = place.text(before), place.text(after)
    verdict = verify(
        str(context), *texts, None, ignore, None, builder, options or VerifyOptions("cat out.txt"), recorder
    )
    assert not leftovers(builder)
    return verdict, recorder.lines


def leftovers(builder: Builder) -> str:
    """Images and containers that bear the builder's mark."""
    words = (["images"], ["containers"] if builder.name == "buildah" else ["ps", "-a"])
    listed = "".join(subprocess.run([builder.program, *each], capture_output=True, text=True).stdout for each in words)
    return "\n".join(line for line in listed.splitlines() if builder.name_prefix in line)


def test_the_same_program(place: Place, context: Path) -> None:
    before = OLD.replace("RUN cp", "RUN sleep 3; cp")
    after = OLD.replace("COPY . .", "RUN sleep 3\nCOPY . .")
    verdict, said = proved(place, context, after, VerifyOptions("cat out.txt", "src/a.txt"), before, "docs\n")
    assert verdict.problems == []
    assert verdict.before.image is not None
    assert verdict.after.image is not None
    assert verdict.after.image.size < verdict.before.image.size * 1.2
    assert verdict.after.image.layers == verdict.before.image.layers + 1
    assert verdict.before.rebuild is not None
    assert verdict.after.rebuild is not None
    assert verdict.after.rebuild.seconds < verdict.before.rebuild.seconds
    assert verdict.files is not None
    assert (verdict.files.before, verdict.files.after, verdict.files.removed_as_declared) == (3, 2, ["app/docs/a.md"])
    assert verdict.before.run is not None
    assert (verdict.before.run.status, verdict.before.run.output) == (0, "hello\n")
    assert verdict.after.context_bytes == verdict.before.context_bytes - 2
    assert any(line.startswith("before | ") for line in said)
    assert any(line.startswith("after again | ") for line in said)


def test_a_configuration_that_differs(place: Place, context: Path) -> None:
    after = NEW.replace("EXPOSE 80", "EXPOSE 81\nUSER 7\nENV A=b").replace('["cat", "out.txt"]', "cat out.txt")
    verdict, _ = proved(place, context, after)
    assert verdict.problems == [
        'Cmd changed from ["cat", "out.txt"] to ["/bin/sh", "-c", "cat out.txt"]',
        'User changed from "" to "7"',
        'ExposedPorts changed from {"80/tcp": {}} to {"81/tcp": {}}',
    ]
    assert [(each.field, each.allowed_reason) for each in verdict.config if each.allowed_reason] == [
        ("Env A", "declared")
    ]


def test_a_user_that_was_asked_for(place: Place, context: Path) -> None:
    after = NEW.replace("CMD", "USER 7\nCMD")
    verdict, _ = proved(place, context, after, VerifyOptions("cat out.txt", requested_fields=["User"]))
    assert verdict.problems == []
    assert ("User", "declared") in [(each.field, each.allowed_reason) for each in verdict.config]


def test_files_and_output_that_differ(place: Place, context: Path) -> None:
    after = OLD.replace("COPY . .", "COPY src src").replace("RUN cp", "RUN echo x > src/a.txt; echo x > new; cp")
    verdict, _ = proved(place, context, after)
    assert verdict.problems == [
        "`/app/docs/a.md` is missing from the new image",
        "`/app/src/a.txt` is different in the new image",
        "the smoke command prints different output: `hello`, now `x`",
    ]
    assert verdict.files is not None
    assert verdict.files.added == ["app/new"]


def test_the_failing_line_is_named(place: Place, context: Path) -> None:
    after = NEW.replace("RUN cp src/a.txt", "# a comment\nRUN true && \\\n    cp nowhere")
    verdict, _ = proved(place, context, after)
    assert verdict.failure is not None
    assert (verdict.failure.line, verdict.failed_before) == (5, False)
    assert verdict.problems[0].startswith("the new Dockerfile failed to build at line 5 (`RUN true && ")


def test_a_dockerfile_that_did_not_build_before(place: Place, context: Path) -> None:
    verdict, _ = proved(place, context, NEW, before=OLD.replace("cp src", "cp nowhere"))
    assert verdict.failed_before
    assert verdict.problems[0].startswith("the original Dockerfile failed to build at line 3 (`RUN cp nowhere")


def test_a_build_that_takes_too_long_is_stopped(place: Place, context: Path) -> None:
    slow = OLD.replace("RUN cp", "RUN sleep 600; cp")
    verdict, _ = proved(place, context, NEW, VerifyOptions(timeout=4), before=slow)
    assert verdict.problems == ["the original Dockerfile did not build within 4 s"]


def test_smoke_commands_and_kept_images(place: Place, context: Path) -> None:
    builder = find_builder(place.name)
    text = place.text("FROM base\nCOPY src /src\n")
    options = VerifyOptions('["cat", "/nothing"]', keep=True)
    verdict = verify(str(context), text, text, None, None, ExpectedChanges(), builder, options, BuildObserver())
    try:
        assert verdict.problems[0].startswith("the smoke command fails in both images (status 1), which proves nothing")
        assert leftovers(builder)
        assert builder.run("after", ["cat", "/src/a.txt"], 60).output == "hello\n"
    finally:
        builder.close()
    assert not leftovers(builder)


def test_the_command(
    place: Place, context: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (context / "Dockerfile").write_text(place.text(OLD))
    monkeypatch.chdir(context)
    options = ["--verify", "--builder", place.name, "--smoke", "cat out.txt", "--touch", "src/a.txt", "--write"]
    assert main(["optimize", *options, "Dockerfile"]) == 0
    out, err = capsys.readouterr()
    assert "Dockerfile: verified: the images are equivalent\n" in out
    assert "  rebuild after src/a.txt" in out
    assert "configuration" in out
    assert "before | " not in err, "the output of builds that succeed is not shown"
    lines = [re.sub(r"[\d.]+ s$", "N s", line) for line in err.splitlines()]
    for build in ("before", "after", "before again", "after again"):
        assert f"dlint: Dockerfile: {build}: built in N s" in lines
    assert (context / ".dockerignore").exists()
    (context / "docs" / "b.md").write_text("x")
    assert main(["optimize", *options, "--format", "json", "Dockerfile"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["files"][0]["verified"] is None, "nothing changes, so nothing is built"


def test_what_the_builder_wrote_last_is_shown_when_it_fails(
    place: Place, context: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (context / "Dockerfile").write_text(place.text(OLD.replace("RUN cp", "RUN echo 'error: no paper' && false && cp")))
    monkeypatch.chdir(context)
    assert main(["optimize", "--verify", "--builder", place.name, "--format", "markdown", "Dockerfile"]) == 2
    out, err = capsys.readouterr()
    assert "before | " in err
    assert re.search(r"dlint: Dockerfile: before: failed after [\d.]+ s\n", err)
    assert "- the original Dockerfile failed to build at line 3 (`RUN echo 'error: no paper' && false" in out
    assert out.rstrip().endswith(": error: no paper")


def test_no_builder(context: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (context / "Dockerfile").write_text(OLD)
    monkeypatch.chdir(context)
    monkeypatch.setenv("PATH", str(context))
    assert main(["optimize", "--verify", "--write", "Dockerfile"]) == 2
    err = capsys.readouterr().err
    assert "no working builder found; install Docker" in err
    assert "apt-get install buildah" in err
    assert (context / "Dockerfile").read_text() == OLD


def files_of(place: Place, context: Path, text: str, folder: str) -> dict[str, ImageFile]:
    """The files in a directory of an image."""
    (context.parent / "file").write_text(place.text(text))
    (context.parent / "file.dockerignore").write_text("")
    builder = find_builder(place.name)
    try:
        built = builder.build(str(context), str(context.parent / "file"), "before", (), lambda _: None, 300)
        assert built.ok, built.output
        return builder.files("before", folder)
    finally:
        builder.close()


LINKED = """\
FROM base
COPY . /real/app
RUN mkdir -p /etc /-T/etc && echo mine > /etc/hostname && echo mine > /-T/etc/shadow
RUN ln -s / /whole && ln -s ../real /real/back && ln -s loop /loop && ln -s back/app /real/more
"""


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/real/app", {"real/app/src/a.txt", "real/app/docs/a.md"}),
        ("/whole/etc", {"whole/etc/hostname"}),
        ("/whole/real/back/more/", {"whole/real/back/more/src/a.txt", "whole/real/back/more/docs/a.md"}),
        ("/-T/etc", {"-T/etc/shadow"}),
        ("/../../etc", {"etc/hostname"}),
        ("/nowhere", set[str]()),
    ],
)
def test_a_directory_is_read_inside_of_the_image(place: Place, context: Path, folder: str, expected: set[str]) -> None:
    """Neither is it an option of tar, nor do links of the image lead to files of this machine."""
    if place.name != "buildah":
        pytest.skip("Docker and Podman read the files of an image themselves")
    found = files_of(place, context, LINKED, folder)
    names = {name.removeprefix("../../") for name, file in found.items() if file.kind == "f"}
    assert expected <= names
    assert bool(found) == bool(expected)
    assert len(names) <= 20


def test_a_directory_that_cannot_be_read_is_an_error(place: Place, context: Path) -> None:
    if place.name != "buildah":
        pytest.skip("Docker and Podman read the files of an image themselves")
    with pytest.raises(BuilderError, match="too many symbolic links"):
        files_of(place, context, LINKED, "/loop/x")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'tar: x: Cannot stat: No such file or directory' >&2; exit 2", "Cannot stat"),
        ("printf nonsense", "cannot read the files of the image"),
        ("exit 3", "cannot read the files of the image"),
    ],
)
def test_errors_of_tar_are_told(tmp_path: Path, script: str, reason: str) -> None:
    program = tmp_path / "buildah"
    program.write_text(f'#!/bin/sh\n[ "$1" = mount ] && echo {tmp_path} && exit\n[ "$1" = from ] && exit\n')
    program.chmod(0o755)
    tar = tmp_path / "tar"
    tar.write_text(f"#!/bin/sh\n{script}\n")
    tar.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        patch.setattr(os, "geteuid", lambda: 0)
        with pytest.raises(BuilderError, match=reason):
            Buildah(str(program)).files("before", "/")
