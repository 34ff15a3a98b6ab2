"""Image references, the catalog of official images, and the tool that writes it."""

from __future__ import annotations

import functools
import gzip
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from dockerfile_dlint.model.images import catalog as catalog_module
from dockerfile_dlint.model.images import slimmer as slim_module
from dockerfile_dlint.model.images.base_image import base_facts, usual_command
from dockerfile_dlint.model.images.catalog import catalog_source, is_known_tag, is_official
from dockerfile_dlint.model.images.reference import ImageRef, InvalidReferenceError, parse_reference
from dockerfile_dlint.model.images.slimmer import find_slim_variant
from dockerfile_dlint.model.images.tags import split_tag
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conformance.shared import shared

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
DIGEST = "sha256:" + "0123456789abcdef" * 4
RUNTIME = "runtime"


@functools.cache
def load_tool() -> ModuleType:
    """tools/make_catalog.py, which no package holds."""
    spec = importlib.util.spec_from_file_location("make_catalog", ROOT / "tools" / "make_catalog.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def official_images() -> dict[str, list[dict[str, Any]]]:
    return json.loads(shared("reference/official-images.json").read_text("utf-8"))["images"]


# ---- references -----------------------------------------------------------------------------------------------------

# text: registry, repository, short name of an official image, tag, digest
ACCEPTED: dict[str, tuple[str, str, str, str | None, str | None]] = {
    "python": ("docker.io", "library/python", "python", None, None),
    "python:3.12-slim": ("docker.io", "library/python", "python", "3.12-slim", None),
    "library/python": ("docker.io", "library/python", "python", None, None),
    "docker.io/python:3": ("docker.io", "library/python", "python", "3", None),
    "docker.io/library/python": ("docker.io", "library/python", "python", None, None),
    "index.docker.io/python": ("docker.io", "library/python", "python", None, None),
    "index.docker.io/bitnami/git": ("docker.io", "bitnami/git", "", None, None),
    "library/python/x": ("docker.io", "library/python/x", "", None, None),
    "bitnami/python:3": ("docker.io", "bitnami/python", "", "3", None),
    "localhost/x": ("localhost", "x", "", None, None),
    "localhost:5000/x:1": ("localhost:5000", "x", "", "1", None),
    "localhost:5000/library/python": ("localhost:5000", "library/python", "", None, None),
    "example.com/python": ("example.com", "python", "", None, None),
    "example.com:8080/a/b/c:v1": ("example.com:8080", "a/b/c", "", "v1", None),
    "registry:5000": ("docker.io", "library/registry", "registry", "5000", None),
    "192.168.0.1:80": ("docker.io", "library/192.168.0.1", "192.168.0.1", "80", None),
    "[fc00::1]:5000/a/b": ("[fc00::1]:5000", "a/b", "", None, None),
    "[fc00::1]/a": ("[fc00::1]", "a", "", None, None),
    "Foo/bar": ("Foo", "bar", "", None, None),
    "foo_bar/baz": ("docker.io", "foo_bar/baz", "", None, None),
    "foo_bar.com/baz": ("", "foo_bar.com/baz", "", None, None),
    "a__b/c---d.e": ("docker.io", "a__b/c---d.e", "", None, None),
    "x:_T.a-G_": ("docker.io", "library/x", "x", "_T.a-G_", None),
    "x:" + "t" * 128: ("docker.io", "library/x", "x", "t" * 128, None),
    f"python@{DIGEST}": ("docker.io", "library/python", "python", None, DIGEST),
    f"python:3.12@{DIGEST}": ("docker.io", "library/python", "python", "3.12", DIGEST),
    "x@sha512:" + "a" * 128: ("docker.io", "library/x", "x", None, "sha512:" + "a" * 128),
    "g" * 64: ("docker.io", "library/" + "g" * 64, "g" * 64, None, None),
    "docker.io/" + "a" * 64: ("docker.io", "library/" + "a" * 64, "a" * 64, None, None),
    "x/" + "a" * 253: ("docker.io", "x/" + "a" * 253, "", None, None),
    "scratch": ("docker.io", "library/scratch", "scratch", None, None),
}

FORMAT = "invalid reference format"
REFUSED = {
    "": FORMAT,
    ":": FORMAT,
    "golang:": FORMAT,
    "golang:-alpine3.23": FORMAT,
    "/node:12": FORMAT,
    "node/": FORMAT,
    "gcr.io//az": FORMAT,
    "a@sha256:abc": FORMAT,
    "a@" + "a" * 64: FORMAT,
    "a@1sha:" + "a" * 64: FORMAT,
    "-a": FORMAT,
    "b-": FORMAT,
    "a_-b": FORMAT,
    "a..b": FORMAT,
    "a___b": FORMAT,
    "a:b:c": FORMAT,
    "a:b/c": FORMAT,
    "a b": FORMAT,
    "a:1 ": FORMAT,
    "a\n": FORMAT,
    "é": FORMAT,
    "x:" + "t" * 129: FORMAT,
    "https://example.com/x": FORMAT,
    "[fc00::1]": FORMAT,
    "[fe80::1%eth0]:5000/x": FORMAT,
    "fc00::1:5000/x": FORMAT,
    "-host.com/x": FORMAT,
    "host.com:/x": FORMAT,
    "A": FORMAT + ": repository name (library/A) must be lowercase",
    "docker/Docker:V1": FORMAT + ": repository name (docker/Docker) must be lowercase",
    "Foo_bar/baz": "repository name must be lowercase",
    "a" * 64: f"invalid repository name ({'a' * 64}), cannot specify 64-byte hexadecimal strings",
    "x/" + "a" * 254: "repository name must not be more than 255 characters",
    "a@md5:" + "a" * 32: "unsupported digest algorithm",
    "a@SHA256:" + "a" * 64: FORMAT + ": repository name (library/a@SHA256) must be lowercase",
    "a:1@SHA256:" + "a" * 64: "invalid checksum digest format",
    "a@sha256:" + "A" * 64: "invalid checksum digest format",
    "a@sha256:" + "a" * 63: "invalid checksum digest length",
}


@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted_references(text: str) -> None:
    ref = parse_reference(text)
    assert (ref.registry, ref.repository, ref.name, ref.tag, ref.digest) == ACCEPTED[text]
    assert ref.text == str(ref) == text


@pytest.mark.parametrize("text", REFUSED)
def test_refused_references(text: str) -> None:
    with pytest.raises(InvalidReferenceError) as error:
        parse_reference(text)
    assert error.value.reason == REFUSED[text]
    assert error.value.text == text


@pytest.mark.parametrize(
    ("text", "quoted"),
    [('"node:8"', r'"\"node:8\""'), ("a\tb", r'"a\tb"'), ("a\\b", r'"a\\b"'), ("é ", '"é "'), ("\x7f", r'"\x7f"')],
)
def test_the_message_quotes_as_go_does(text: str, quoted: str) -> None:
    with pytest.raises(InvalidReferenceError) as error:
        parse_reference(text)
    assert str(error.value) == f"failed to parse stage name {quoted}: invalid reference format"


def recorded_answers() -> list[tuple[list[str], str]]:
    """For every recorded Dockerfile the bases of its stages, and the message when one is refused."""
    answers: list[tuple[list[str], str]] = []
    with gzip.open(shared("conformance/buildkit_dev.json.gz")) as file:
        for answer in json.load(file):
            error = answer.get("error") or answer.get("lint_error") or {"message": ""}
            answers.append(([stage[1] for stage in answer.get("stages") or ()], error["message"]))
    for case in json.loads(shared("conformance/buildkit_edge_cases.json").read_text("utf-8")):
        error = (case["answer"].get("lint") or {}).get("error") or {"message": ""}
        answers.append(([], error["message"]))
    return answers


def test_buildkit_refuses_the_same() -> None:
    refused = 0
    for _, message in recorded_answers():
        found = re.match(r'failed to parse stage name "([^"]*)": ', message)
        if found:
            refused += 1
            with pytest.raises(InvalidReferenceError) as error:
                parse_reference(found[1])
            assert str(error.value) == message
    assert refused > 20


def test_buildkit_accepts_the_same() -> None:
    accepted = 0
    for bases, message in recorded_answers():
        for base in bases:
            if message or "$" in base or '"' in base:
                continue  # expanded or unquoted before it is parsed
            assert str(parse_reference(base)) == base
            accepted += 1
    assert accepted > 1000


@given(st.text(max_size=80) | st.text("abAB09._-/:@[]", max_size=40))
def test_parsing_raises_nothing_else(text: str) -> None:
    try:
        ref = parse_reference(text)
    except InvalidReferenceError as error:
        assert str(error).endswith(error.reason)
    else:
        assert str(ref) == text
        built = "/".join(part for part in (ref.registry, ref.repository) if part)
        built += (f":{ref.tag}" if ref.tag else "") + (f"@{ref.digest}" if ref.digest else "")
        again = parse_reference(built)
        assert parts(again) == parts(ref)


COMPONENT = st.from_regex(r"[a-z0-9]{1,5}((\.|_|__|-{1,3})[a-z0-9]{1,5}){0,2}", fullmatch=True)
TAG = st.from_regex(r"[a-zA-Z0-9_][a-zA-Z0-9_.\-]{0,30}", fullmatch=True)
HOST = st.from_regex(r"(localhost|[a-z0-9]{1,5}\.[A-Za-z0-9]{1,5})(:[0-9]{1,5})?", fullmatch=True)


def parts(ref: ImageRef) -> tuple[str | None, ...]:
    return ref.registry, ref.repository, ref.name, ref.tag, ref.digest


@given(HOST, st.lists(COMPONENT, min_size=1, max_size=3), st.none() | TAG, st.none() | st.just(DIGEST))
def test_what_the_grammar_builds_is_taken_apart(
    host: str, path: list[str], tag: str | None, digest: str | None
) -> None:
    text = f"{host}/{'/'.join(path)}" + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
    assert parts(parse_reference(text)) == (host, "/".join(path), "", tag, digest)


# ---- tags -----------------------------------------------------------------------------------------------------------

TAGS: dict[str, tuple[str, str, set[str]]] = {
    "python:latest": ("", "", set()),
    "python:3.12.4": ("3.12.4", "", set()),
    "python:3.15.0rc1": ("3.15.0rc1", "", set()),
    "python:3.15-rc-slim-trixie": ("3.15-rc", "trixie", {"slim"}),
    "python:3.12-alpine3.20": ("3.12", "alpine3.20", set()),
    "golang:1-windowsservercore-ltsc2022": ("1", "windowsservercore-ltsc2022", set()),
    "golang:1-nanoserver-1809": ("1", "nanoserver-1809", set()),
    "golang:tip-20260815-trixie": ("tip-20260815", "trixie", set()),
    "node:20-bookworm-slim": ("20", "bookworm", {"slim"}),
    "node:lts-krypton": ("lts-krypton", "", set()),
    "node:current-alpine": ("current", "alpine", set()),
    "debian:bookworm-20260803-slim": ("20260803", "bookworm", {"slim"}),
    "debian:stable": ("", "stable", set()),
    "nginx:stable-alpine": ("stable", "alpine", set()),
    "nginx:1.31-alpine3.24-perl": ("1.31", "alpine3.24", {"perl"}),
    "ubuntu:jammy-20260810": ("20260810", "jammy", set()),
    "php:8.3-fpm-alpine": ("8.3", "alpine", {"fpm"}),
    "php:8.3-apache": ("8.3", "", {"apache"}),
    "perl:5.40-slim-threaded-bookworm": ("5.40", "bookworm", {"slim", "threaded"}),
    "elixir:1.20.3-otp-29-slim": ("1.20.3", "", {"otp-29", "slim"}),
    "pypy:3.11-7.3.23-slim": ("3.11-7.3.23", "", {"slim"}),
    "eclipse-temurin:17.0.9_9-jdk-alpine-3.24": ("17.0.9_9", "alpine3.24", {"jdk"}),
    "eclipse-temurin:8u412-b08-jdk-focal": ("8u412-b08", "focal", {"jdk"}),
    "eclipse-temurin:21-jre-ubi9-minimal": ("21", "ubi9-minimal", {"jre"}),
    "openjdk:28-ea-11-jdk-slim-trixie": ("28-ea-11", "trixie", {"jdk", "slim"}),
    "openjdk:17-jdk-oraclelinux8": ("17", "oraclelinux8", {"jdk"}),
    "sapmachine:21-jre-ubuntu-24.04": ("21", "noble", {"jre"}),
    "sapmachine:21-ubuntu-jammy": ("21", "jammy", set()),
    "amazoncorretto:17-al2023-headful": ("17", "al2023", {"headful"}),
    "swift:6.3-rhel-ubi9-slim": ("6.3", "rhel-ubi9", {"slim"}),
    "tomcat:10.1-jdk21-temurin-noble": ("10.1", "noble", {"jdk21", "temurin"}),
    "maven:3.9-amazoncorretto-17-debian-trixie": ("3.9", "trixie", {"amazoncorretto", "17"}),
    "haxe:5.0.0-preview.1-trixie": ("5.0.0-preview.1", "trixie", set()),
}


@pytest.mark.parametrize("text", TAGS)
def test_tags_are_taken_apart(text: str) -> None:
    name, _, tag = text.partition(":")
    taken = split_tag(name, tag)
    assert (taken.version, taken.suite, set(taken.variant)) == TAGS[text]


# ---- slimmer variants -----------------------------------------------------------------------------------------------

# What lies behind an answer: the catalog of 2026-08-21, else the tag lists of docker-library/docs, docker-library/
# repo-info and official-images of their time.
SLIMMER: dict[str, str | None] = {
    # python: slim before the suite
    "python:3.12": "python:3.12-slim",
    "python:3.12-bookworm": "python:3.12-slim-bookworm",
    "python:3.12.14-trixie": "python:3.12.14-slim-trixie",
    "python": "python:slim",
    "python:latest": "python:slim",
    "python:3": "python:3-slim",
    "python:trixie": "python:slim-trixie",
    "python:3.15-rc": "python:3.15-rc-slim",
    "python:3.9": "python:3.9-slim",  # older than the catalog
    "python:3.12.4": "python:3.12.4-slim",
    "python:3.8-buster": "python:3.8-slim-buster",
    "python:3.6.8-stretch": "python:3.6.8-slim-stretch",
    "python:2.7": "python:2.7-slim",
    "python:2": "python:2-slim",
    "python:3.5": "python:3.5-slim",
    "python:3.3": None,
    "python:2.7.5": None,  # slim came with 2.7.8
    "python:3.6.2-stretch": None,  # with a suite it came with 3.6.4
    "python:3.6-onbuild": None,  # no such pair
    "python:3.7-rc": None,  # a pre-release that nobody recorded
    "python:3.12-slim": None,  # is slim
    "python:3.11-slim-buster": None,
    "python:3.12-alpine": None,
    "python:3.12-windowsservercore": None,
    "python:3.13-windowsservercore-ltsc2022": None,
    "python:3.10-windowsservercore-1809": None,  # older, and Windows
    f"python:3.12@{DIGEST}": None,  # the digest says which image it is
    f"python@{DIGEST}": None,
    "python:foo": None,
    "python:3.8-buster-bookworm": None,
    "docker.io/library/python:3.12": "docker.io/library/python:3.12-slim",
    "index.docker.io/python": "index.docker.io/python:slim",
    "library/python:3.12": "library/python:3.12-slim",
    "example.com/python:3.12": None,  # somebody's python
    "bitnami/python:3.12": None,
    # node: slim behind the suite
    "node:20": "node:20-slim",
    "node:20-bookworm": "node:20-bookworm-slim",
    "node:24": "node:24-slim",
    "node": "node:slim",
    "node:lts": "node:lts-slim",
    "node:krypton-trixie": "node:krypton-trixie-slim",
    "node:carbon": "node:carbon-slim",
    "node:lts-buster": "node:lts-buster-slim",
    "node:0.12.9": "node:0.12.9-slim",
    "node:10.16.0-stretch": "node:10.16.0-stretch-slim",
    "node:8.11-stretch": None,  # 8.11 had slim for jessie only
    "node:8-jessie": None,
    "node:0.8": None,
    "node:6-onbuild": None,
    "node:lts-alpine": None,
    # debian
    "debian:bookworm": "debian:bookworm-slim",
    "debian:12": "debian:12-slim",
    "debian:12.5": "debian:12.5-slim",
    "debian:bookworm-20260803": "debian:bookworm-20260803-slim",
    "debian:stable": "debian:stable-slim",
    "debian:sid": "debian:sid-slim",
    "debian:jessie": "debian:jessie-slim",
    "debian:8": "debian:8-slim",
    "debian:8.5": None,  # numbers got a slim name with 8.10 and 9.4
    "debian:jessie-20160104": None,
    "debian:wheezy": None,
    "debian:7": None,
    "debian": None,  # a versionless slim does not exist
    "debian:bookworm-backports": None,
    "debian:experimental": None,
    "ubuntu:22.04": None,
    # ruby, perl, rust, haskell, pypy
    "ruby:3.3": "ruby:3.3-slim",
    "ruby:3.3-bookworm": "ruby:3.3-slim-bookworm",
    "ruby:2.7.8-buster": "ruby:2.7.8-slim-buster",
    "ruby:2.1.2": None,
    "perl:5.40": "perl:5.40-slim",
    "perl:5.40-threaded-bookworm": "perl:5.40-slim-threaded-bookworm",
    "perl:5.28-threaded": "perl:5.28-slim-threaded",
    "perl:5.20": None,
    "rust:1.80": "rust:1.80-slim",
    "rust:1.98-bullseye": "rust:1.98-slim-bullseye",
    "rust:buster": "rust:slim-buster",
    "rust:1.20": None,
    "haskell:9.8": "haskell:9.8-slim",
    "haskell:9.14": "haskell:9.14-slim-bookworm",  # 9.14-slim does not exist
    "haskell:9.10": "haskell:9.10-slim-bullseye",  # 9.10 is bullseye, though 9.10-bookworm exists
    "haskell:9": "haskell:9-slim",
    "haskell:9.4.7-buster": "haskell:9.4.7-slim-buster",
    "haskell:9.10.1": None,  # which suite?
    "haskell:8.8": None,
    "pypy:3.11-7.3.23": "pypy:3.11-7.3.23-slim",
    "pypy:3.9-7.3.11-bullseye": "pypy:3.9-7.3.11-slim-bullseye",
    # erlang, elixir: no tag names a suite; both images of a version are built on the same one
    "erlang:28": "erlang:28-slim",
    "erlang:23.3": "erlang:23.3-slim",
    "elixir:1.20": "elixir:1.20-slim",
    "elixir:1.20-otp-27": "elixir:1.20-otp-27-slim",
    "elixir:1.14.3-otp-24": "elixir:1.14.3-otp-24-slim",
    "elixir:1.6-otp-21": None,  # had alpine only
    "elixir:otp-25": None,  # which elixir?
    "elixir:1": None,  # tags name two numbers at least
    # java
    "openjdk:8": "openjdk:8-slim",
    "openjdk:11-jre": "openjdk:11-jre-slim",
    "openjdk:8u332-jdk": "openjdk:8u332-jdk-slim",
    "openjdk:17-jdk-bullseye": "openjdk:17-jdk-slim-bullseye",
    "openjdk:27-rc-trixie": "openjdk:27-rc-slim-trixie",
    "openjdk:17": None,  # Oracle Linux, and 17-slim is Debian
    "openjdk:27-rc": None,  # as the catalog says
    "openjdk:8u181": None,  # the suites differed at times
    "openjdk:17-oraclelinux8": None,
    "eclipse-temurin:17-jdk": "eclipse-temurin:17-jre",
    "eclipse-temurin:17": "eclipse-temurin:17-jre",
    "eclipse-temurin:21-jammy": "eclipse-temurin:21-jre-jammy",
    "eclipse-temurin:21-jdk-alpine": "eclipse-temurin:21-jre-alpine",
    "eclipse-temurin:17.0.9_9-jdk-focal": "eclipse-temurin:17.0.9_9-jre-focal",
    "eclipse-temurin:8u412-b08-jdk": "eclipse-temurin:8u412-b08-jre",
    "eclipse-temurin:17-jdk-focal": "eclipse-temurin:17-jre-focal",
    "eclipse-temurin:19": "eclipse-temurin:19-jre",
    "eclipse-temurin": None,  # `jre` alone does not exist
    "eclipse-temurin:16": None,
    "eclipse-temurin:17-jre": None,
    "eclipse-temurin:17-jdk-nanoserver": None,
    "eclipse-temurin:17-jdk-windowsservercore-ltsc2022": None,
    "eclipse-temurin:17-jdk-windowsservercore-1809": None,
    "amazoncorretto:8": "amazoncorretto:8-al2023-jre",
    "amazoncorretto:17": "amazoncorretto:17-al2023-headful",
    "amazoncorretto:21-al2023-jdk": "amazoncorretto:21-al2023-headful",
    "amazoncorretto:17-al2-native-jdk": "amazoncorretto:17-al2-native-headful",
    "amazoncorretto:8-alpine": "amazoncorretto:8-alpine-jre",
    "amazoncorretto:21-alpine": None,
    "amazoncorretto:17-al2": None,
    "sapmachine:21-jdk-headless-ubuntu": "sapmachine:21-jre-headless-ubuntu",
    "sapmachine:21": "sapmachine:21-jre",
    "ibm-semeru-runtimes:open-17-jdk-jammy": "ibm-semeru-runtimes:open-17-jre-jammy",
    "ibm-semeru-runtimes:open-jdk-25.0.4.0-jdk": "ibm-semeru-runtimes:open-jdk-25.0.4.0-jre",
    "clojure:temurin-21-lein-bookworm": "clojure:temurin-21-lein-bookworm-slim",
    "clojure:temurin-21-lein": None,  # only tags with a suite have one
    # swift: the slim image has no compiler
    "swift:6.3": "swift:6.3-slim",
    "swift:6.3-amazonlinux2": "swift:6.3-amazonlinux2-slim",
    "swift:5.9-jammy": "swift:5.9-jammy-slim",
    "swift:6.1-bookworm": None,
    "swift:5.1.5-bionic": None,  # its slim tag was misspelt
    "swift:4.2": None,
    "swift:5": None,  # tags name two numbers at least
    # no slim at all, or another kind of slim
    "php:8.3": None,
    "php:8.3-fpm": None,
    "golang:1.25": None,
    "nginx:alpine": None,
    "nginx": None,
    "tomcat:10-jdk17": None,
    "maven:3.9-eclipse-temurin-17": None,
    "gradle:8-jdk17": None,
    "postgres:16": None,
    "redis": None,
    "httpd": None,
    "alpine:3.20": None,
    "busybox": None,
    "buildpack-deps:bookworm": None,
    "gcc:14": None,
    "julia": None,
    "dart": None,
    "r-base": None,
    "oraclelinux:9": None,  # 9-slim has microdnf in the place of dnf
    "almalinux:9": None,
    "solr:9": None,
    "scratch": None,
    "java:8": None,
}
RUNTIME_IMAGES = ("eclipse-temurin", "amazoncorretto", "sapmachine", "ibm-semeru-runtimes", "swift")


@pytest.mark.parametrize("text", SLIMMER)
def test_slimmer_variants(text: str) -> None:
    slim = find_slim_variant(parse_reference(text))
    assert (slim.text if slim else None) == SLIMMER[text]
    if slim is not None:
        ref = parse_reference(slim.text)
        assert ref.tag == slim.tag
        assert slim.kind == (RUNTIME if ref.name in RUNTIME_IMAGES else "slim")


def test_a_suite_that_no_tag_names_is_no_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = catalog_module._Catalog()
    catalog.texts["official-images.txt"] = (
        "\npython\t3.99;3.99-slim;4.0,4.0-forky;4.0-slim,4.0-slim-forky\nerlang\t99;99-slim\n"
    )
    monkeypatch.setattr(slim_module, "CATALOG", catalog)
    monkeypatch.setattr(catalog_module, "CATALOG", catalog)
    answers = [find_slim_variant(parse_reference(text)) for text in ("python:3.99", "python:4.0", "erlang:99")]
    assert [slim and slim.tag for slim in answers] == [None, "4.0-slim", "99-slim"]


def test_a_slim_image_has_no_slimmer_one() -> None:
    for text in SLIMMER.values():
        if text is not None:
            assert find_slim_variant(parse_reference(text)) is None, text


@pytest.mark.parametrize(
    ("text", "saved"),
    [
        ("python:3.12", 410908459 - 43188023),
        ("python:3.12-trixie", 410908459 - 43188023),  # another name of the same image
        ("debian:12", 48497091 - 28232590),
        ("python:3.9", 350453206 - 47237550),  # older than the catalog
        ("python:3.8", None),  # only 3.8-slim is recorded
        ("swift:6.3", None),
    ],
)
def test_saved_bytes(text: str, saved: int | None) -> None:
    slim = find_slim_variant(parse_reference(text))
    assert slim is not None
    assert slim.saved_bytes == saved


SUITES = re.compile(
    r"bullseye|bookworm|trixie|forky|sid\b|jammy|noble|resolute|alpine-?3\.\d+|al2023|al2(?!\d)|amazonlinux2(?!\d)|"
    r"amazonlinux2023|ubi\d+|(?:old)*stable|testing|oraclelinux\d+"
)


def test_every_answer_for_the_catalog_is_the_same_version_on_the_same_suite() -> None:
    answers = 0
    for name, groups in official_images().items():
        linux = [group for group in groups if not group["windows"]]
        for group in groups:
            for tag in (*group["tags"], *group["shared"]):
                slim = find_slim_variant(parse_reference(f"{name}:{tag}"))
                if slim is None:
                    continue
                answers += 1
                sources = [one for one in linux if tag in (*one["tags"], *one["shared"])]
                targets = [one for one in linux if slim.tag in (*one["tags"], *one["shared"])]
                assert len(sources) == len(targets) == 1, (name, tag, slim)
                source, target = sources[0], targets[0]
                assert source is not target
                assert marks(SUITES, source) == marks(SUITES, target), (name, tag, slim)
                assert numbers(source) == numbers(target), (name, tag, slim)
                assert target["amd64"] >= source["amd64"] and target["arm64"] >= source["arm64"], (name, tag, slim)
    assert answers > 1000


def marks(pattern: re.Pattern[str], group: dict[str, Any]) -> set[str]:
    names = " ".join((*group["tags"], *group["shared"]))
    return {mark.replace("-", "") for mark in pattern.findall(names)}


def numbers(group: dict[str, Any]) -> set[str]:
    """The most exact version numbers in the tags of a group."""
    found = {tuple(re.findall(r"\d+", re.sub(SUITES, "", tag))) for tag in (*group["tags"], *group["shared"])}
    longest = max(map(len, found))
    return {".".join(number) for number in found if len(number) == longest}


def test_images_with_slim_tags_are_answered() -> None:
    """No tag of these goes without an answer for a reason that nobody wrote down."""
    complete = ("elixir", "erlang", "haskell", "ibm-semeru-runtimes", "perl", "pypy", "python", "ruby", "rust")
    catalog = official_images()
    for name in complete:
        for group in catalog[name]:
            for tag in () if group["windows"] else group["tags"]:
                small = re.search(r"slim|alpine|jre", tag)
                assert (find_slim_variant(parse_reference(f"{name}:{tag}")) is None) == bool(small), (name, tag)


# ---- the catalog ----------------------------------------------------------------------------------------------------


def test_source_and_names() -> None:
    assert catalog_source() == "docker-library/official-images, 2026-08-21"
    assert is_official("python") and is_official("clefos")
    for name in ("", "centos", "pytho", "python:3.12", "scratch", "\n", "python\t"):
        assert not is_official(name), name


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("python:3.12", True),
        ("python", True),
        ("python:3.12-windowsservercore-ltsc2022", None),
        ("golang:1-windowsservercore-ltsc2022", True),
        ("python:3.6", None),
        ("python:nonsense", None),
        ("centos:7", None),
        ("example.com/python:3.12", None),
        (f"python@{DIGEST}", None),
        (f"python:3.12@{DIGEST}", True),
    ],
)
def test_known_tags(text: str, known: bool | None) -> None:
    assert is_known_tag(parse_reference(text)) is known


def test_every_tag_of_the_source_is_known() -> None:
    catalog = official_images()
    for name, groups in catalog.items():
        assert is_official(name)
        for group in groups:
            for tag in (*group["tags"], *group["shared"]):
                assert is_known_tag(parse_reference(f"{name}:{tag}")), (name, tag)
    assert is_known_tag(parse_reference("adminer:6-nonsense")) is None


def data_lines() -> list[str]:
    return (ROOT / "model" / "data" / "official-images.txt").read_text("utf-8").split("\n")


def test_form_of_the_data() -> None:
    lines = data_lines()
    assert lines.pop() == ""
    head = [line for line in lines if line.startswith("#")]
    assert head == lines[: len(head)]
    assert any(re.fullmatch(r"# source: [\w/-]+, \d{4}-\d\d-\d\d", line) for line in head)
    keys = [line.split("\t")[0] for line in lines[len(head) :]]
    names = [key for key in keys if ":" not in key]
    assert names == sorted(set(names)) and len(names) == 144
    records = [key for key in keys if ":" in key]
    assert records == sorted(set(records), key=lambda key: key.split(":")) and set(keys) == {*names, *records}
    assert {record.split(":")[0] for record in records} <= set(names)
    assert sum(len(line) + 1 for line in lines) < 150_000


def test_a_second_run_gives_the_same_bytes() -> None:
    tool = load_tool()
    sources = shared("reference/official-images.json"), shared("reference/base-images.json")
    assert tool.render(*sources) == "\n".join(data_lines())


def test_the_tool_writes_the_file(tmp_path: Path) -> None:
    group = {"tags": ["1.2", "1", "latest"], "shared": [], "amd64": True, "arm64": True, "windows": False}
    image = dict.fromkeys(("date", "compressed_bytes", "suite", "user", "workdir", "shell", "entrypoint"))
    image |= {"image": "a", "tag": "1", "date": "2026-01-01", "compressed_bytes": 7, "suite": "alpine-3.24.2"}
    image |= {"cmd": ["x", "-y"], "env": {"A": "b\tc"}}
    (tmp_path / "tags.json").write_text(json.dumps({"source": "here, 2026-01-01", "images": {"a": [group]}}))
    (tmp_path / "base.json").write_text(json.dumps({"source": "there", "images": [image]}))
    arguments = [tmp_path / "tags.json", tmp_path / "base.json", "--output", tmp_path / "out.txt"]
    subprocess.run([sys.executable, ROOT / "tools" / "make_catalog.py", *arguments], check=True)
    assert (tmp_path / "out.txt").read_text("utf-8").split("\n")[2:] == [
        "# source: here, 2026-01-01",
        "# configurations: there",
        "a\t1,1.2,latest",
        "a:1\t2026-01-01\t7\talpine3.24\t-\t-\t-\t-\tx|-y\tA=b\\tc",
        "",
    ]


@pytest.mark.parametrize("value", ["a\nb", "a\\b", "a|b", "-", "?", ""])
def test_the_tool_refuses_what_the_format_cannot_hold(value: str) -> None:
    with pytest.raises(ValueError, match="cannot represent"):
        load_tool().field(value)


SMALL_TAG = st.from_regex(r"(1|1\.2|a|b|slim)(-(a|b|slim|x\.y)){0,3}", fullmatch=True)
GROUP = st.builds(
    lambda tags, windows: {"tags": sorted(tags), "shared": [], "windows": windows},
    st.sets(SMALL_TAG, min_size=1, max_size=12),
    st.booleans(),
)


@settings(max_examples=60)
@given(st.lists(GROUP, max_size=4))
def test_groups_survive_the_format(groups: list[dict[str, Any]]) -> None:
    line = load_tool().image_line("x", groups).removeprefix("x\t")
    unfolded = [(sorted(set(group.tags)), group.is_windows) for group in catalog_module._unfold(line)]
    assert unfolded == [(group["tags"], group["windows"]) for group in groups]


# ---- what an image brings along -------------------------------------------------------------------------------------

# family, suite, libc, manager, bash
FACTS: dict[str, tuple[str, str | None, str | None, str | None, bool | None] | None] = {
    "python:3.12": ("debian", "trixie", "glibc", "apt", True),
    "python:3.6": ("debian", None, "glibc", "apt", True),
    "python:3.12-slim-bookworm": ("debian", "bookworm", "glibc", "apt", True),
    "python:3.12-alpine": ("alpine", "alpine3.24", "musl", "apk", False),
    "python:3.6-alpine3.7": ("alpine", "alpine3.7", "musl", "apk", False),
    f"python:3.12@{DIGEST}": ("debian", None, "glibc", "apt", True),
    f"python:3.12-alpine@{DIGEST}": ("alpine", "alpine", "musl", "apk", False),
    f"python@{DIGEST}": None,
    f"alpine@{DIGEST}": ("alpine", None, "musl", "apk", False),
    "golang:1.25": ("debian", "trixie", "glibc", "apt", True),  # recorded, not in the catalog
    "golang:1.25-nanoserver": ("windows", "nanoserver", None, None, None),
    "postgres:16-alpine": ("alpine", "alpine3.24", "musl", "apk", True),
    "eclipse-temurin:21-jdk": ("ubuntu", "resolute", "glibc", "apt", True),
    "eclipse-temurin:21-jre-alpine": ("alpine", "alpine3.24", "musl", "apk", None),
    "eclipse-temurin:21-jdk-ubi9-minimal": ("rhel", "ubi9-minimal", "glibc", None, True),
    "openjdk:8-jre": ("debian", None, "glibc", "apt", True),
    "openjdk:17": ("oraclelinux", None, "glibc", None, True),
    "openjdk:17-slim": ("debian", None, "glibc", "apt", True),
    "openjdk:17-oraclelinux7": ("oraclelinux", "oraclelinux7", "glibc", "yum", True),
    "debian": ("debian", "trixie", "glibc", "apt", True),
    "debian:11.6": ("debian", "bullseye", "glibc", "apt", True),
    "ubuntu:14.04.5": ("ubuntu", "trusty", "glibc", "apt", True),
    "ubuntu:noble-20240101": ("ubuntu", "noble", "glibc", "apt", True),
    "alpine:3.12.1": ("alpine", "alpine3.12", "musl", "apk", False),
    "alpine": ("alpine", "alpine3.24", "musl", "apk", False),
    "alpine:edge": ("alpine", None, "musl", "apk", False),
    "buildpack-deps:jammy-curl": ("ubuntu", "jammy", "glibc", "apt", True),
    "amazonlinux": ("amazonlinux", None, "glibc", "dnf", True),
    "amazonlinux:2023": ("amazonlinux", None, "glibc", "dnf", True),
    "amazonlinux:2": ("amazonlinux", None, "glibc", "yum", True),
    "amazonlinux:2018.03": ("amazonlinux", None, "glibc", "yum", True),
    "amazoncorretto:17": ("amazonlinux", "al2023", "glibc", "dnf", True),
    "amazoncorretto:17-al2": ("amazonlinux", "al2", "glibc", "yum", True),
    "amazoncorretto:11.0.5": ("amazonlinux", None, "glibc", None, True),
    "fedora:20": ("fedora", None, "glibc", "yum", True),
    "fedora": ("fedora", None, "glibc", "dnf", True),
    "centos:7.9.2009": ("centos", None, "glibc", "yum", True),
    "centos:centos6": ("centos", "centos6", "glibc", "yum", True),
    "centos": ("centos", None, "glibc", "dnf", True),
    "rockylinux:9": ("rockylinux", None, "glibc", "dnf", True),
    "almalinux:9-minimal": ("almalinux", None, "glibc", None, True),
    "oraclelinux:8-slim": ("oraclelinux", None, "glibc", None, True),
    "oraclelinux:7-slim": ("oraclelinux", None, "glibc", "yum", True),
    "mysql:8": ("oraclelinux", "oraclelinux9", "glibc", None, True),
    "mysql:5.7": None,  # Debian, then Oracle Linux
    "photon": ("photon", None, "glibc", None, True),
    "busybox:musl": ("busybox", None, "musl", None, False),
    "busybox:uclibc": ("busybox", None, None, None, False),
    "scratch": ("scratch", None, None, None, False),
    "tomcat:10": ("ubuntu", "noble", "glibc", "apt", True),
    "maven:3.9-amazoncorretto-17-debian": ("debian", "trixie", "glibc", "apt", True),
    "rabbitmq:3": None,
    "nobody/knows": None,
    "nobody-knows": None,
    "example.com/library/alpine": None,
}


@pytest.mark.parametrize("text", FACTS)
def test_facts_that_follow_from_the_name(text: str) -> None:
    facts = base_facts(parse_reference(text))
    told = facts and (facts.family, facts.suite, facts.libc, facts.manager, facts.has_bash)
    assert told == FACTS[text]


def test_recorded_facts() -> None:
    facts = base_facts(parse_reference("php:8.3-fpm-trixie"))
    assert facts is not None
    assert (facts.recorded_on, facts.compressed_bytes) == ("2026-07-14", 172290049)
    assert (facts.user, facts.workdir, facts.shell) == ("root", "/var/www/html", ("/bin/sh", "-c"))
    assert (facts.entrypoint, facts.cmd) == (("docker-php-entrypoint",), ("php-fpm",))
    assert facts.env["PHP_INI_DIR"] == "/usr/local/etc/php"
    assert facts.env["PHPIZE_DEPS"].startswith("autoconf \t\tdpkg-dev \t\tfile")
    assert facts.path == "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def test_recorded_lists_and_users() -> None:
    nginx, gradle = base_facts(parse_reference("nginx")), base_facts(parse_reference("gradle:8-jdk17"))
    assert nginx is not None and gradle is not None
    assert nginx.cmd == ("nginx", "-g", "daemon off;")
    assert (gradle.user, gradle.workdir) == ("root", "/home/gradle")
    assert gradle.path is not None and gradle.path.startswith("/opt/java/openjdk/bin:")


def test_facts_that_all_recorded_tags_share() -> None:
    golang, php = base_facts(parse_reference("golang:1.22")), base_facts(parse_reference("php:7.4-apache"))
    assert golang is not None and php is not None
    assert (golang.recorded_on, golang.user, golang.workdir, golang.env) == ("", "root", "/go", {})
    assert golang.path is not None and golang.path.startswith("/go/bin:/usr/local/go/bin:")
    assert (golang.cmd, golang.compressed_bytes) == (None, None)
    assert (php.user, php.workdir) == ("root", "/var/www/html")  # of fpm and apache, while that of cli is `/`


@pytest.mark.parametrize(
    ("image", "workdir", "command"),
    [
        ("php:7.4-apache", "/var/www/html", ["apache2-foreground"]),
        ("php:8.1-fpm-alpine3.18", "/var/www/html", ["php-fpm"]),
        ("php:8.2", "/", ["php", "-a"]),  # a tag of the same image names the variant
        ("php:7.1-zts", None, None),
        ("php:7", None, None),
        ("nginx:1.24", "/", ["nginx", "-g", "daemon off;"]),
        ("httpd", "/usr/local/apache2", ["httpd-foreground"]),
        ("unknown/php:8.2-apache", None, None),
    ],
)
def test_what_an_image_usually_runs(image: str, workdir: str | None, command: list[str] | None) -> None:
    ref = parse_reference(image)
    facts, found = base_facts(ref), usual_command(ref)
    assert (facts and facts.workdir, list(found) if found else None) == (workdir, command)


def test_a_digest_hides_the_configuration() -> None:
    facts = base_facts(parse_reference(f"php:8.3-fpm@{DIGEST}"))
    assert facts is not None
    assert (facts.family, facts.recorded_on, facts.entrypoint, facts.env) == ("debian", "", None, {})


def test_recorded_facts_agree_with_their_source() -> None:
    for row in json.loads(shared("reference/base-images.json").read_text("utf-8"))["images"]:
        facts = base_facts(parse_reference(f"{row['image']}:{row['tag']}"))
        assert facts is not None
        assert facts.env == row["env"]
        assert facts.compressed_bytes == row["compressed_bytes"]
        assert (list(facts.cmd) if facts.cmd else None) == row["cmd"]
        assert (list(facts.entrypoint) if facts.entrypoint else None) == row["entrypoint"]
        assert facts.workdir == (row["workdir"] or "/")


NAMES = st.sampled_from([line.split("\t")[0] for line in data_lines() if ":" not in line and "\t" in line])


@given(
    NAMES,
    TAG
    | st.from_regex(
        r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}(-(slim|jdk|jre|alpine|[a-z]{1,9}|[0-9.]{1,4})){0,4}", fullmatch=True
    ),
)
def test_any_tag_is_answered(name: str, tag: str) -> None:
    ref = parse_reference(f"{name}:{tag}")
    slim, facts = find_slim_variant(ref), base_facts(ref)
    taken = split_tag(name, tag)
    assert slim is None or parse_reference(slim.text).name == name
    assert slim is None or split_tag(name, slim.tag).suite in (taken.suite, "") or is_known_tag(ref)
    assert facts is None or facts.libc in (None, "glibc", "musl")


# ---- cost -----------------------------------------------------------------------------------------------------------

FIRST_CALL = """
import sys, time
from dockerfile_dlint.model.images import reference, slimmer
before = set(sys.modules)
start = time.perf_counter()
slim = slimmer.find_slim_variant(reference.parse_reference("python:3.12"))
print(time.perf_counter() - start, slim.text, *sorted(set(sys.modules) - before))
"""


def test_the_first_question_is_cheap() -> None:
    """Less than 2 ms in a fresh process, and nothing imported for it; the best of five runs, the machine is shared."""
    times: list[float] = []
    for _ in range(5):
        command = [sys.executable, "-c", FIRST_CALL]
        seconds, text, *imported = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        assert (text, imported) == ("python:3.12-slim", [])
        times.append(float(seconds))
    assert min(times) < 0.002


def test_a_suite_that_ends_with_a_dot_has_no_release() -> None:
    facts = base_facts(parse_reference("nginx:1.23.0-al.0-alpne"))
    assert facts is None or facts.manager != "yum"
