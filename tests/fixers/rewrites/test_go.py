"""A builder and a slim runtime for Go."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cases import refusal, rewritten

TEXT = """\
FROM golang:1.25-bookworm
WORKDIR /src
COPY . .
RUN go mod download
RUN go build -o server .
EXPOSE 8080
CMD ["./server"]
"""
FILES = {"go.mod": "module example.org/server\n", "go.sum": "", "main.go": "package main\n"}


def test_the_program_is_compiled_in_a_builder(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, TEXT, FILES).text
        == """\
FROM golang:1.25-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -o server .

FROM debian:bookworm-slim
WORKDIR /src
COPY --from=build /src/server /src/server
# certificates and time zones, where the program looks for them
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /usr/local/go/lib/time/zoneinfo.zip
EXPOSE 8080
CMD ["./server"]
"""
    )


def test_builder_and_runtime_stay_on_one_release(tmp_path: Path) -> None:
    result = rewritten(tmp_path, TEXT.replace("golang:1.25-bookworm", "golang:1.25"), FILES).text
    release = result.partition("FROM debian:")[2].partition("-slim")[0]
    assert release
    assert result.startswith(f"FROM golang:1.25-{release} AS build\n")


@pytest.mark.parametrize(
    ("tag", "release"),
    [
        ("1.17", "bullseye"),
        ("1.20.4", "bullseye"),
        ("1.20.6", "bookworm"),
        ("1.22", "bookworm"),
        ("1.22.3", "bookworm"),
        ("1.24.7", "trixie"),
    ],
)
def test_the_release_behind_an_older_tag_is_known(tag: str, release: str, tmp_path: Path) -> None:
    result = rewritten(tmp_path, TEXT.replace("1.25-bookworm", tag), FILES).text
    assert result.startswith(f"FROM golang:{tag}-{release} AS build\n")
    assert f"FROM debian:{release}-slim\n" in result


@pytest.mark.parametrize("tag", ["1.15", "1.19.10", "1.16.3", "1.22rc1"])
def test_an_uncertain_release_is_rejected(tag: str, tmp_path: Path) -> None:
    assert "a known Debian release" in refusal(tmp_path, TEXT.replace("1.25-bookworm", tag), FILES)


@pytest.mark.parametrize(
    ("old", "new", "packages"),
    [
        ("go build -o", "go build -trimpath -o", "        ca-certificates \\\n        tzdata \\\n"),
        ("EXPOSE 8080", "HEALTHCHECK CMD curl -f localhost", "        ca-certificates \\\n        curl \\\n"),
    ],
)
def test_packages_where_files_are_not_enough(old: str, new: str, packages: str, tmp_path: Path) -> None:
    result = rewritten(tmp_path, TEXT.replace(old, new), FILES).text
    assert packages in result
    assert "COPY --from=build /etc" not in result


@pytest.mark.parametrize(
    ("start", "files"),
    [
        ('ENTRYPOINT ["./server"]\nCMD ["go", "run"]\n', {}),
        ('ENTRYPOINT ["./start.sh"]\nCMD ["./server"]\n', {"start.sh": '#!/bin/sh\nexec "$@"\n'}),
        ('CMD ["./start.sh"]\n', {"start.sh": "#!/bin/sh\n./server -v\n"}),
    ],
)
def test_a_script_and_arguments_lead_to_the_program(start: str, files: dict[str, str], tmp_path: Path) -> None:
    text = TEXT.replace('CMD ["./server"]\n', start)
    assert rewritten(tmp_path, text, {**FILES, **files}).text.endswith(f"EXPOSE 8080\n{start}")


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"main.go": 'exec.Command("go", "build")'}, "`main.go` starts `go`, which only the builder has"),
        ({"start.sh": "#!/bin/sh\ngo version\n./server\n"}, "the image starts `go`"),
    ],
)
def test_the_toolchain_at_run_time_is_rejected(files: dict[str, str], why: str, tmp_path: Path) -> None:
    assert why in refusal(
        tmp_path, ALPINE.replace("./server", "./start.sh"), {**FILES, "start.sh": "#!/bin/sh\n./server\n", **files}
    )


def test_a_program_elsewhere_is_brought_over_too(tmp_path: Path) -> None:
    text = TEXT.replace("-o server", "-o /bin/server").replace("./server", "/bin/server")
    assert "COPY --from=build /bin/server /bin/server\n" in rewritten(tmp_path, text, FILES).text


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"./server"', '"go", "run", "."', "7: the image starts `go`"),
        ('"./server"', '"./other"', "0: neither CMD nor ENTRYPOINT starts the compiled program"),
        ("WORKDIR /src\n", "", "1: no WORKDIR is set"),
        ("WORKDIR /src\n", "WORKDIR /\n", "5: the program is compiled in `/`"),
        ("RUN go build -o server .", "RUN make", "0: no RUN runs `go build`"),
        ("RUN go build", "RUN ./generate && go build", "5: `./generate` is in the same RUN as the build"),
        ("RUN go build", "RUN ./generate\nRUN go build", "5: the build may need the result of `./generate`"),
    ],
)
def test_unsupported_files_are_rejected(old: str, new: str, why: str, tmp_path: Path) -> None:
    found = refusal(tmp_path, TEXT.replace(old, new, 1), FILES)
    assert found.startswith(why) or (why.startswith("0: one") and "no `go build`" in found)


def test_a_download_with_the_build_in_one_run_waits_for_the_source(tmp_path: Path) -> None:
    text = TEXT.replace("RUN go mod download\nRUN go build", "RUN go mod download && go build")
    builder = rewritten(tmp_path, text, FILES).text.partition("\n\n")[0]
    assert builder.endswith("RUN go mod download\nCOPY . .\nRUN go mod download && go build -o server .")


def test_a_variable_that_the_build_names_is_in_the_builder(tmp_path: Path) -> None:
    text = TEXT.replace("COPY . .", "ENV VERSION=1 TOKEN_KEY=x\nCOPY . .").replace(
        "build -o", 'build -ldflags "-X main.v=$VERSION" -o'
    )
    builder, _, final = rewritten(tmp_path, text, FILES).text.partition("\n\n")
    assert "ENV VERSION=1\n" in builder
    assert "ENV VERSION=1 TOKEN_KEY=x\n" in final


ALPINE = TEXT.replace("golang:1.25-bookworm", "golang:1.25-alpine3.21")


def test_on_alpine_the_program_is_made_without_c(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, ALPINE, FILES).text
        == """\
FROM golang:1.25-alpine3.21 AS build
# the image has no C compiler, so the program is built without cgo and needs no C library
ENV CGO_ENABLED=0
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -o server .

FROM alpine:3.21
WORKDIR /src
COPY --from=build /src/server /src/server
# time zones, where the program looks for them
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /usr/local/go/lib/time/zoneinfo.zip
EXPOSE 8080
CMD ["./server"]
"""
    )


def test_what_downloads_modules_on_alpine_is_only_in_the_builder(tmp_path: Path) -> None:
    text = ALPINE.replace("WORKDIR", "RUN apk add --no-cache git\nWORKDIR")
    builder, _, final = rewritten(tmp_path, text, FILES).text.partition("\n\n")
    assert "RUN apk add --no-cache git\n" in builder
    assert "apk" not in final


@pytest.mark.parametrize(
    ("package", "files"),
    [
        ("git", {"main.go": 'package main\n\nvar c = exec.Command("git", "log")\n'}),
        ("git", {"go.sum": "github.com/hashicorp/go-getter v1.7.0 h1:x=\n"}),
        ("sqlite", {}),
    ],
)
def test_packages_of_alpine_that_the_program_may_use_are_in_both_stages(
    package: str, files: dict[str, str], tmp_path: Path
) -> None:
    text = ALPINE.replace("WORKDIR", f"RUN apk add --no-cache {package}\nWORKDIR")
    assert rewritten(tmp_path, text, {**FILES, **files}).text.count(f"RUN apk add --no-cache {package}\n") == 2


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("WORKDIR", "RUN apk add --no-cache gcc musl-dev\nWORKDIR", "2: a C compiler"),
        ("WORKDIR", "ENV CGO_ENABLED=1\nWORKDIR", "0: `CGO_ENABLED` is set to a value other than 0"),
        (
            "golang:1.25-alpine3.21",
            "golang:1.19-alpine\nRUN apk add --no-cache git=2.36.2-r0",
            "2: the Alpine release of `golang:1.19-alpine` is unknown",
        ),
    ],
)
def test_possible_use_of_c_on_alpine_is_rejected(old: str, new: str, why: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, ALPINE.replace(old, new, 1), FILES).startswith(why)


def test_sources_with_c_are_refused_on_alpine(tmp_path: Path) -> None:
    files = {**FILES, "c.go": 'package main\n\nimport "C"\n'}
    assert "imports C" in refusal(tmp_path, ALPINE, files)


def test_manifests_that_the_file_copies_first_are_copied_once(tmp_path: Path) -> None:
    text = TEXT.replace(
        "COPY . .\nRUN go mod download\n",
        "# what it needs\nCOPY go.mod go.sum ./\nRUN go mod download\n\n# the rest\nCOPY . .\n",
    )
    result = rewritten(tmp_path, text, FILES).text
    assert result.count("COPY go.mod go.sum ./") == 1
    assert "# what it needs\nCOPY go.mod go.sum ./\nRUN go mod download\n" in result


def test_a_tag_that_moves_is_answered_by_one_that_moves(tmp_path: Path) -> None:
    result = rewritten(tmp_path, TEXT.replace("golang:1.25-bookworm", "golang:alpine"), FILES).text
    assert result.startswith("FROM golang:alpine AS build\n")
    assert "\n\nFROM alpine:3\n" in result


@pytest.mark.parametrize("start", ['CMD ["server"]', "CMD server", 'ENTRYPOINT ["/bin/sh", "-c", "exec server"]'])
def test_a_program_that_is_found_by_its_name(start: str, tmp_path: Path) -> None:
    text = TEXT.replace("-o server", "-o /usr/local/bin/server").replace('CMD ["./server"]', start)
    assert "COPY --from=build /usr/local/bin/server /usr/local/bin/server" in rewritten(tmp_path, text, FILES).text


def test_a_cache_mount_stays_in_the_builder(tmp_path: Path) -> None:
    text = TEXT.replace("RUN go build", "RUN --mount=type=cache,target=/root/.cache/go-build go build")
    builder = rewritten(tmp_path, text, FILES).text.partition("\n\n")[0]
    assert builder.endswith("\nRUN --mount=type=cache,target=/root/.cache/go-build go build -o server .")
    secret = text.replace("type=cache,target", "type=secret,id=x,target")
    assert "this RUN has the option" in refusal(tmp_path, secret, FILES)


MAKEFILE = """\
OUT := bin/api
all: tidy
	go build -o $(OUT) .
tidy:
	go mod tidy
"""


def final_copies(text: str) -> list[str]:
    """The paths that the final stage gets from the builder, besides certificates and time zones."""
    lines = text.rpartition("\nFROM ")[2].splitlines()
    paths = [line.split()[2] for line in lines if line.startswith("COPY --from=build ")]
    return [path for path in paths if not path.startswith(("/etc/", "/usr/local/go/"))]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"README.md": "", "Makefile": "", ".github/x.yml": "", "handlers/users.go": "package handlers\n"}, []),
        (
            {"templates/a.html": "", "config.yaml": "", "db/schema.sql": "", "db/db.go": ""},
            ["config.yaml", "db", "templates"],
        ),
        ({"README.md": "", "main.go": 'os.ReadFile("README.md")'}, ["README.md"]),
        ({"README.md": "", "main.go": 'filepath.Glob("./*.md")'}, ["README.md"]),
        ({"plugins/a.go": "", "main.go": 'os.ReadDir("./plugins")'}, ["plugins"]),
        ({"plugins/a.go": "", "main.go": 'import (\n\t"./plugins"\n)\n'}, []),
        ({"docs/README.md": ""}, ["docs"]),
        ({"LICENSE": "", "dockerfile": "", "main.go": 'allow("*")'}, []),
        ({".gitignore": "*.exe\n/bin/\n.idea\n"}, []),
        ({".gitignore": ".env\n", ".dockerignore": ".env\n"}, []),
    ],
)
def test_the_final_stage_gets_data_without_the_source(
    more: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    copies = final_copies(rewritten(tmp_path, TEXT, {**FILES, **more}).text)
    assert copies == [*(f"/src/{name}" for name in expected), "/src/server"]


@pytest.mark.parametrize(
    ("old", "new", "more"),
    [
        ("EXPOSE 8080", "RUN ./setup.sh", {"setup.sh": "#!/bin/sh\n"}),
        ("EXPOSE 8080", "RUN rm *.go", {}),
        ("RUN go mod", "RUN chmod +x start.sh\nRUN go mod", {"start.sh": "#!/bin/sh\n"}),
        ("EXPOSE 8080", "EXPOSE 8080", {f"{number}.txt": "" for number in range(11)}),
    ],
)
def test_the_whole_directory_stays_where_more_may_be_read(
    old: str, new: str, more: dict[str, str], tmp_path: Path
) -> None:
    assert final_copies(rewritten(tmp_path, TEXT.replace(old, new, 1), {**FILES, **more}).text) == ["/src"]


@pytest.mark.parametrize(
    ("commands", "start", "more", "expected"),
    [
        ("RUN go get -d -v ./...\nRUN go install -v ./...", "server", {}, ["/go/bin/server"]),
        ("RUN go install ./cmd/api", "api", {"cmd/api/main.go": ""}, ["/go/bin/api"]),
        ("RUN go install ./...", "/go/bin/api", {"cmd/api/main.go": "", "cmd/b/main.go": ""}, ["/go/bin/api"]),
        ("RUN go build ./cmd/api", "./api", {"cmd/api/main.go": ""}, ["/src/api"]),
        ("RUN go build main.go", "./main", {}, ["/src/main"]),
        (
            "RUN go build -o /bin/a ./cmd/a && go build -o b ./cmd/b",
            "./b",
            {"cmd/a/main.go": "", "cmd/b/main.go": ""},
            ["/bin/a", "/src/b"],
        ),
        (
            "RUN make",
            "bin/api",
            {"Makefile": MAKEFILE},
            ["/src/bin/api"],
        ),
    ],
)
def test_programs_that_are_built_in_other_ways(
    commands: str, start: str, more: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    text = TEXT.replace("RUN go mod download\nRUN go build -o server .", commands).replace("./server", start)
    result = rewritten(tmp_path, text, {**FILES, **more}).text
    assert final_copies(result) == expected
    assert ('ENV PATH="/go/bin:$PATH"' in result) == expected[0].startswith("/go/bin")


@pytest.mark.parametrize(
    ("commands", "more", "why"),
    [
        ("", {}, "0: no RUN runs `go build`"),
        (
            "RUN go get github.com/x/y\nRUN go build -o server",
            {},
            "4: the effect of `go get github.com/x/y` is unknown",
        ),
        ("ENV GOBIN=/x\nRUN go install", {}, "5: the effect of `go install` is unknown"),
        ("RUN go build ./...", {}, "4: `go build` has no `-o`"),
        (
            "RUN make build",
            {"Makefile": "build: x\n\tgo build -o server\nx:\n\tcurl -O http://a\n"},
            "0: no RUN runs `go build`",
        ),
        ("RUN make build", {"Makefile": "include a.mk\nbuild:\n\tgo build -o server\n"}, "0: no RUN runs `go build`"),
        ("RUN go build -o server\nWORKDIR x\nRUN go build -o y", {}, "6: programs are compiled in several"),
    ],
)
def test_other_builds_are_rejected(commands: str, more: dict[str, str], why: str, tmp_path: Path) -> None:
    text = TEXT.replace("RUN go mod download\nRUN go build -o server .", commands)
    assert refusal(tmp_path, text, {**FILES, **more}).startswith(why)


def test_a_program_compiled_at_every_start_is_named(tmp_path: Path) -> None:
    text = TEXT.replace("RUN go build -o server .\n", "").replace('["./server"]', "go run main.go")
    assert "add `RUN go build -o NAME`" in refusal(tmp_path, text, FILES)


def test_files_that_git_ignores_may_be_in_the_context(tmp_path: Path) -> None:
    """The checkout lacks `.env`, which the user has, and the program loads it."""
    assert final_copies(rewritten(tmp_path, TEXT, {**FILES, ".gitignore": "/bin\n.env\n"}).text) == ["/src"]
