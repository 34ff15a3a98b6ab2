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
# the standard library, compiled once and not after every change
RUN go build std
COPY . .
RUN go build -o server .

FROM debian:bookworm-slim
WORKDIR /src
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        ca-certificates \\
        tzdata \\
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /src /src
EXPOSE 8080
CMD ["./server"]
"""
    )


def test_builder_and_runtime_stay_on_one_release(tmp_path: Path) -> None:
    result = rewritten(tmp_path, TEXT.replace("golang:1.25-bookworm", "golang:1.25"), FILES).text
    release = result.partition("FROM debian:")[2].partition("-slim")[0]
    assert release
    assert result.startswith(f"FROM golang:1.25-{release} AS build\n")


def test_a_program_elsewhere_is_brought_over_too(tmp_path: Path) -> None:
    text = TEXT.replace("-o server", "-o /bin/server").replace("./server", "/bin/server")
    assert "COPY --from=build /bin/server /bin/server\n" in rewritten(tmp_path, text, FILES).text


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"./server"', '"go", "run", "."', "7: the image starts `go`"),
        ('"./server"', '"./other"', "0: the image does not start the program"),
        ("WORKDIR /src\n", "", "1: no WORKDIR is set"),
        ("golang:1.25-bookworm", "golang:1.25-alpine", "1: the base is no official Go image"),
        ("RUN go build -o server .", "RUN make", "0: one `go build`"),
        ("RUN go build", "RUN ./generate && go build", "5: `./generate` stands in one RUN"),
    ],
)
def test_what_cannot_be_proved_is_refused(old: str, new: str, why: str, tmp_path: Path) -> None:
    found = refusal(tmp_path, TEXT.replace(old, new, 1), FILES)
    assert found.startswith(why) or (why.startswith("0: one") and "no `go build`" in found)


def test_the_standard_library_is_compiled_as_the_program_is(tmp_path: Path) -> None:
    text = TEXT.replace("go build -o", "CGO_ENABLED=0 go build -trimpath -tags a,b -o")
    assert "RUN CGO_ENABLED=0 go build -trimpath -tags a,b std\n" in rewritten(tmp_path, text, FILES).text
