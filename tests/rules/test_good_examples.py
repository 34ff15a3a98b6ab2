"""Dockerfiles in the form that documentation recommends, with their files: the default rules report nothing but what
is named here, with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from dockerfile_dlint import fix_text, lint_text, optimize_text
from dockerfile_dlint.rules import RULES

IGNORE = ".git\nnode_modules\n**/__pycache__\n.env*\nDockerfile\n.dockerignore\n"
"""A .dockerignore that leaves out what no build needs."""

RAILS = """\
# syntax=docker/dockerfile:1
# check=error=true

ARG RUBY_VERSION=4.0.6
FROM docker.io/library/ruby:$RUBY_VERSION-slim AS base

WORKDIR /shop

# Packages that the running application needs
RUN apt-get update -qq && \\
    apt-get install --no-install-recommends -y curl libjemalloc2 libvips postgresql-client && \\
    ln -s /usr/lib/$(uname -m)-linux-gnu/libjemalloc.so.2 /usr/local/lib/libjemalloc.so && \\
    rm -rf /var/lib/apt/lists /var/cache/apt/archives

ENV RAILS_ENV="production" \\
    BUNDLE_DEPLOYMENT="1" \\
    BUNDLE_PATH="/usr/local/bundle" \\
    BUNDLE_WITHOUT="development" \\
    LD_PRELOAD="/usr/local/lib/libjemalloc.so"

FROM base AS gems

RUN apt-get update -qq && \\
    apt-get install --no-install-recommends -y build-essential git libpq-dev libyaml-dev pkg-config && \\
    rm -rf /var/lib/apt/lists /var/cache/apt/archives

COPY vendor/* ./vendor/
COPY Gemfile Gemfile.lock ./

RUN bundle install && \\
    rm -rf ~/.bundle/ "${BUNDLE_PATH}"/ruby/*/cache "${BUNDLE_PATH}"/ruby/*/bundler/gems/*/.git && \\
    bundle exec bootsnap precompile -j 1 --gemfile

COPY . .

RUN bundle exec bootsnap precompile -j 1 app/ lib/
RUN SECRET_KEY_BASE_DUMMY=1 ./bin/rails assets:precompile

FROM base

RUN groupadd --system --gid 1000 shop && \\
    useradd shop --uid 1000 --gid 1000 --create-home --shell /bin/bash
USER 1000:1000

COPY --chown=shop:shop --from=gems "${BUNDLE_PATH}" "${BUNDLE_PATH}"
COPY --chown=shop:shop --from=gems /shop /shop

ENTRYPOINT ["/shop/bin/docker-entrypoint"]

EXPOSE 80
CMD ["./bin/thrust", "./bin/rails", "server"]
"""
RAILS_FILES = {
    ".dockerignore": "/.git/\n/.bundle\n/.env*\n/config/master.key\n/log/*\n/tmp/*\n/Dockerfile*\n/.dockerignore\n",
    "Gemfile": 'source "https://rubygems.org"\ngem "rails"\n',
    "Gemfile.lock": "GEM\n",
    "vendor/.keep": "",
    "app/models/order.rb": "class Order; end\n",
    "lib/tasks.rb": "",
    "bin/rails": "#!/usr/bin/env ruby\n",
    "bin/thrust": "#!/usr/bin/env ruby\n",
    "bin/docker-entrypoint": '#!/bin/bash -e\n./bin/rails db:prepare\nexec "${@}"\n',
}

UV = """\
# syntax=docker/dockerfile:1
FROM ghcr.io/astral-sh/uv:0.11-python3.14-trixie-slim

RUN groupadd --system --gid 999 worker \\
    && useradd --system --gid 999 --uid 999 --create-home worker

WORKDIR /srv

ENV UV_COMPILE_BYTECODE=1
ENV UV_LINK_MODE=copy
ENV UV_NO_DEV=1
ENV UV_TOOL_BIN_DIR=/usr/local/bin

RUN --mount=type=cache,target=/root/.cache/uv \\
    --mount=type=bind,source=uv.lock,target=uv.lock \\
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\
    uv sync --locked --no-install-project

COPY . /srv
RUN --mount=type=cache,target=/root/.cache/uv \\
    uv sync --locked

ENV PATH="/srv/.venv/bin:$PATH"

ENTRYPOINT []
USER worker
CMD ["fastapi", "run", "--host", "0.0.0.0", "src/orders"]
"""
UV_MULTI_STAGE = """\
FROM ghcr.io/astral-sh/uv:0.11-python3.14-trixie-slim AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
ENV UV_NO_DEV=1
ENV UV_PYTHON_DOWNLOADS=0

WORKDIR /srv
RUN --mount=type=cache,target=/root/.cache/uv \\
    --mount=type=bind,source=uv.lock,target=uv.lock \\
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\
    uv sync --locked --no-install-project
COPY . /srv
RUN --mount=type=cache,target=/root/.cache/uv \\
    uv sync --locked

FROM python:3.14-slim-trixie

RUN groupadd --system --gid 999 worker \\
    && useradd --system --gid 999 --uid 999 --create-home worker

COPY --from=build --chown=worker:worker /srv /srv

ENV PATH="/srv/.venv/bin:$PATH"

USER worker
WORKDIR /srv
CMD ["fastapi", "run", "--host", "0.0.0.0", "/srv/src/orders"]
"""
UV_STANDALONE = """\
FROM ghcr.io/astral-sh/uv:0.11-trixie-slim AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
ENV UV_NO_DEV=1
ENV UV_PYTHON_INSTALL_DIR=/python
ENV UV_PYTHON_PREFERENCE=only-managed

RUN uv python install 3.14

WORKDIR /srv
RUN --mount=type=cache,target=/root/.cache/uv \\
    --mount=type=bind,source=uv.lock,target=uv.lock \\
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\
    uv sync --locked --no-install-project
COPY . /srv
RUN --mount=type=cache,target=/root/.cache/uv \\
    uv sync --locked

FROM debian:trixie-slim

RUN groupadd --system --gid 999 worker \\
    && useradd --system --gid 999 --uid 999 --create-home worker

COPY --from=build /python /python
COPY --from=build --chown=worker:worker /srv /srv

ENV PATH="/srv/.venv/bin:$PATH"

USER worker
WORKDIR /srv
CMD ["fastapi", "run", "--host", "0.0.0.0", "/srv/src/orders"]
"""
UV_FILES = {
    ".dockerignore": IGNORE + ".venv\n",
    "pyproject.toml": '[project]\nname = "orders"\nversion = "1.0"\ndependencies = ["fastapi[standard]"]\n',
    "uv.lock": "version = 1\n",
    "src/orders/__init__.py": "from fastapi import FastAPI\napp = FastAPI()\n",
}

NEXT = """\
# syntax=docker/dockerfile:1
ARG NODE_VERSION=24.11.1-slim

FROM node:${NODE_VERSION} AS dependencies
WORKDIR /site
COPY package.json yarn.lock* package-lock.json* pnpm-lock.yaml* .npmrc* ./
RUN --mount=type=cache,target=/root/.npm \\
    --mount=type=cache,target=/usr/local/share/.cache/yarn \\
    --mount=type=cache,target=/root/.local/share/pnpm/store \\
    if [ -f package-lock.json ]; then \\
        npm ci --no-audit --no-fund; \\
    elif [ -f yarn.lock ]; then \\
        corepack enable yarn && yarn install --frozen-lockfile --production=false; \\
    elif [ -f pnpm-lock.yaml ]; then \\
        corepack enable pnpm && pnpm install --frozen-lockfile; \\
    else \\
        echo "no lock file" && exit 1; \\
    fi

FROM node:${NODE_VERSION} AS builder
WORKDIR /site
COPY --from=dependencies /site/node_modules ./node_modules
COPY . .
ENV NODE_ENV=production
RUN --mount=type=cache,target=/site/.next/cache \\
    if [ -f package-lock.json ]; then \\
        npm run build; \\
    elif [ -f yarn.lock ]; then \\
        corepack enable yarn && yarn build; \\
    else \\
        corepack enable pnpm && pnpm build; \\
    fi

FROM node:${NODE_VERSION} AS runner
WORKDIR /site
ENV NODE_ENV=production
ENV PORT=3000
ENV HOSTNAME="0.0.0.0"
COPY --from=builder --chown=node:node /site/public ./public
RUN mkdir .next && chown node:node .next
COPY --from=builder --chown=node:node /site/.next/standalone ./
COPY --from=builder --chown=node:node /site/.next/static ./.next/static
USER node
EXPOSE 3000
CMD ["node", "server.js"]
"""
NEXT_FILES = {
    ".dockerignore": IGNORE + ".next\nREADME.md\n",
    "package.json": '{"name": "site", "scripts": {"build": "next build"}, "dependencies": {"next": "16.0.0"}}',
    "package-lock.json": "{}",
    "next.config.js": 'module.exports = {output: "standalone"}\n',
    "public/robots.txt": "User-agent: *\n",
    "app/page.js": "export default () => null\n",
}

SPRING = """\
FROM bellsoft/liberica-openjre-debian:25-cds AS layers
WORKDIR /unpacked
ARG JAR_FILE=target/*.jar
COPY ${JAR_FILE} app.jar
RUN java -Djarmode=tools -jar app.jar extract --layers --destination parts

FROM bellsoft/liberica-openjre-debian:25-cds
WORKDIR /app
COPY --from=layers /unpacked/parts/dependencies/ ./
COPY --from=layers /unpacked/parts/spring-boot-loader/ ./
COPY --from=layers /unpacked/parts/snapshot-dependencies/ ./
COPY --from=layers /unpacked/parts/application/ ./
ENTRYPOINT ["java", "-jar", "app.jar"]
"""

CARGO_CHEF = """\
FROM lukemathwalker/cargo-chef:latest-rust-1 AS chef
WORKDIR /code

FROM chef AS planner
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM chef AS builder
COPY --from=planner /code/recipe.json recipe.json
RUN cargo chef cook --release --recipe-path recipe.json
COPY . .
RUN cargo build --release --bin clock

FROM debian:trixie-slim AS runtime
WORKDIR /code
COPY --from=builder /code/target/release/clock /usr/local/bin
ENTRYPOINT ["/usr/local/bin/clock"]
"""
RUST_FILES = {
    ".dockerignore": IGNORE + "target\n",
    "Cargo.toml": '[package]\nname = "clock"\nversion = "0.1.0"\nedition = "2024"\n',
    "Cargo.lock": "version = 4\n",
    "src/main.rs": "fn main() {}\n",
}

INIT_NODE = """\
# syntax=docker/dockerfile:1

ARG NODE_VERSION=24.11.1

FROM node:${NODE_VERSION}-alpine

ENV NODE_ENV production

WORKDIR /usr/src/app

RUN --mount=type=bind,source=package.json,target=package.json \\
    --mount=type=bind,source=package-lock.json,target=package-lock.json \\
    --mount=type=cache,target=/root/.npm \\
    npm ci --omit=dev

USER node

COPY . .

EXPOSE 3000

CMD node src/server.js
"""
NODE_FILES = {
    ".dockerignore": IGNORE,
    "package.json": '{"name": "notes", "dependencies": {"express": "5.1.0"}}',
    "package-lock.json": "{}",
    "src/server.js": "require('express')\n",
}

INIT_PYTHON = """\
# syntax=docker/dockerfile:1

ARG PYTHON_VERSION=3.14.0
FROM python:${PYTHON_VERSION}-slim AS base

ENV PYTHONDONTWRITEBYTECODE=1
ENV PYTHONUNBUFFERED=1

WORKDIR /notes

ARG UID=10001
RUN adduser \\
    --disabled-password \\
    --gecos "" \\
    --home "/nonexistent" \\
    --shell "/sbin/nologin" \\
    --no-create-home \\
    --uid "${UID}" \\
    notes

RUN --mount=type=cache,target=/root/.cache/pip \\
    --mount=type=bind,source=requirements.txt,target=requirements.txt \\
    python -m pip install -r requirements.txt

USER notes

COPY . .

EXPOSE 8000

CMD uvicorn 'notes:app' --host=0.0.0.0 --port=8000
"""
PYTHON_FILES = {
    ".dockerignore": IGNORE,
    "requirements.txt": "fastapi==0.121.0\nuvicorn==0.38.0\n",
    "notes.py": "from fastapi import FastAPI\napp = FastAPI()\n",
}

INIT_GO = """\
# syntax=docker/dockerfile:1

ARG GO_VERSION=1.27
FROM --platform=$BUILDPLATFORM golang:${GO_VERSION} AS build
WORKDIR /src

RUN --mount=type=cache,target=/go/pkg/mod/ \\
    --mount=type=bind,source=go.sum,target=go.sum \\
    --mount=type=bind,source=go.mod,target=go.mod \\
    go mod download -x

ARG TARGETARCH

RUN --mount=type=cache,target=/go/pkg/mod/ \\
    --mount=type=bind,target=. \\
    CGO_ENABLED=0 GOARCH=$TARGETARCH go build -o /bin/clock .

FROM alpine:3.23 AS final

RUN --mount=type=cache,target=/var/cache/apk \\
    apk --update add \\
        ca-certificates \\
        tzdata \\
        && \\
        update-ca-certificates

ARG UID=10001
RUN adduser \\
    --disabled-password \\
    --gecos "" \\
    --home "/nonexistent" \\
    --shell "/sbin/nologin" \\
    --no-create-home \\
    --uid "${UID}" \\
    clock
USER clock

COPY --from=build /bin/clock /bin/

EXPOSE 8080

ENTRYPOINT [ "/bin/clock" ]
"""
GO_FILES = {
    ".dockerignore": IGNORE,
    "go.mod": "module example.com/clock\n\ngo 1.27\n",
    "go.sum": "",
    "main.go": "package main\n\nfunc main() {}\n",
}

INIT_JAVA = """\
# syntax=docker/dockerfile:1

FROM eclipse-temurin:21-jdk-noble AS deps
WORKDIR /build
COPY --chmod=0755 mvnw mvnw
COPY .mvn/ .mvn/
RUN --mount=type=bind,source=pom.xml,target=pom.xml \\
    --mount=type=cache,target=/root/.m2 ./mvnw dependency:go-offline -DskipTests

FROM deps AS package
WORKDIR /build
COPY ./src src/
RUN --mount=type=bind,source=pom.xml,target=pom.xml \\
    --mount=type=cache,target=/root/.m2 \\
    ./mvnw package -DskipTests && \\
    mv target/$(./mvnw help:evaluate -Dexpression=project.artifactId -q -DforceStdout)-$(./mvnw help:evaluate -Dexpression=project.version -q -DforceStdout).jar target/app.jar

FROM package AS extract
WORKDIR /build
RUN java -Djarmode=layertools -jar target/app.jar extract --destination target/extracted

FROM eclipse-temurin:21-jre-noble AS final
ARG UID=10001
RUN adduser \\
    --disabled-password \\
    --gecos "" \\
    --home "/nonexistent" \\
    --shell "/sbin/nologin" \\
    --no-create-home \\
    --uid "${UID}" \\
    ledger
USER ledger
COPY --from=extract build/target/extracted/dependencies/ ./
COPY --from=extract build/target/extracted/spring-boot-loader/ ./
COPY --from=extract build/target/extracted/snapshot-dependencies/ ./
COPY --from=extract build/target/extracted/application/ ./
EXPOSE 8080
ENTRYPOINT [ "java", "org.springframework.boot.loader.launch.JarLauncher" ]
"""  # noqa: E501 - as long as it is there
JAVA_FILES = {
    ".dockerignore": IGNORE + "target\n",
    "pom.xml": "<project/>\n",
    "mvnw": "#!/bin/sh\nexec java\n",
    ".mvn/wrapper/maven-wrapper.properties": "a=b\n",
    "src/main/java/Ledger.java": "class Ledger {}\n",
}

INIT_RUST = """\
# syntax=docker/dockerfile:1

ARG RUST_VERSION=1.98.0
ARG APP_NAME=clock

FROM rust:${RUST_VERSION}-alpine AS build
ARG APP_NAME
WORKDIR /code

RUN apk add --no-cache clang lld musl-dev git

RUN --mount=type=bind,source=src,target=src \\
    --mount=type=bind,source=Cargo.toml,target=Cargo.toml \\
    --mount=type=bind,source=Cargo.lock,target=Cargo.lock \\
    --mount=type=cache,target=/code/target/ \\
    --mount=type=cache,target=/usr/local/cargo/git/db \\
    --mount=type=cache,target=/usr/local/cargo/registry/ \\
    cargo build --locked --release && \\
    cp ./target/release/$APP_NAME /bin/server

FROM alpine:3.23 AS final

ARG UID=10001
RUN adduser \\
    --disabled-password \\
    --gecos "" \\
    --home "/nonexistent" \\
    --shell "/sbin/nologin" \\
    --no-create-home \\
    --uid "${UID}" \\
    clock
USER clock

COPY --from=build /bin/server /bin/

EXPOSE 8000

CMD ["/bin/server"]
"""

INIT_PHP = """\
# syntax=docker/dockerfile:1

FROM composer:lts AS deps

WORKDIR /code

RUN --mount=type=bind,source=composer.json,target=composer.json \\
    --mount=type=bind,source=composer.lock,target=composer.lock \\
    --mount=type=cache,target=/tmp/cache \\
    composer install --no-dev --no-interaction

FROM php:8.5-apache AS final

RUN docker-php-ext-install pdo pdo_mysql

RUN mv "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini"

COPY --from=deps code/vendor/ /var/www/html/vendor
COPY ./src /var/www/html

USER www-data
"""
PHP_FILES = {
    ".dockerignore": IGNORE + "vendor\n",
    "composer.json": "{}",
    "composer.lock": "{}",
    "src/index.php": "<?php\n",
}

INIT_ASP_NET = """\
# syntax=docker/dockerfile:1

FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-alpine AS build

COPY . /source

WORKDIR /source/web

ARG TARGETARCH

RUN --mount=type=cache,id=nuget,target=/root/.nuget/packages \\
    dotnet publish -a ${TARGETARCH/amd64/x64} --use-current-runtime --self-contained false -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0-alpine AS final
WORKDIR /app

COPY --from=build /app .

USER $APP_UID

ENTRYPOINT ["dotnet", "Web.dll"]
"""

DOCS_GO = """\
# syntax=docker/dockerfile:1
FROM golang:1.27 AS build
WORKDIR /src
COPY <<EOF ./main.go
package main

import "fmt"

func main() {
  fmt.Println("good day")
}
EOF
RUN go build -o /bin/day ./main.go

FROM scratch
COPY --from=build /bin/day /bin/day
CMD ["/bin/day"]
"""
DOCS_GO_CACHE = """\
# syntax=docker/dockerfile:1
FROM golang:1.27-alpine AS base
WORKDIR /src
RUN --mount=type=cache,target=/go/pkg/mod/ \\
    --mount=type=bind,source=go.sum,target=go.sum \\
    --mount=type=bind,source=go.mod,target=go.mod \\
    go mod download -x

FROM base AS build-client
RUN --mount=type=cache,target=/go/pkg/mod/ \\
    --mount=type=bind,target=. \\
    go build -o /bin/client ./cmd/client

FROM base AS build-server
RUN --mount=type=cache,target=/go/pkg/mod/ \\
    --mount=type=bind,target=. \\
    go build -o /bin/server ./cmd/server

FROM scratch AS client
COPY --from=build-client /bin/client /bin/
ENTRYPOINT [ "/bin/client" ]

FROM scratch AS server
COPY --from=build-server /bin/server /bin/
ENTRYPOINT [ "/bin/server" ]
"""

PNPM = """\
FROM node:24-slim AS base
ENV PNPM_HOME="/pnpm"
ENV PATH="$PNPM_HOME:$PATH"
RUN corepack enable
COPY . /app
WORKDIR /app

FROM base AS prod-deps
RUN --mount=type=cache,id=pnpm,target=/pnpm/store pnpm install --prod --frozen-lockfile

FROM base AS build
RUN --mount=type=cache,id=pnpm,target=/pnpm/store pnpm install --frozen-lockfile
RUN pnpm run build

FROM base
COPY --from=prod-deps /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
EXPOSE 8000
CMD [ "pnpm", "start" ]
"""
PNPM_FETCH = """\
FROM node:24-slim AS base
RUN corepack enable
WORKDIR /srv
ENV PNPM_HOME="/pnpm"
ENV PATH="$PNPM_HOME:$PATH"

FROM base AS prod
COPY pnpm-lock.yaml /srv
RUN --mount=type=cache,id=pnpm,target=/pnpm/store pnpm fetch --prod
COPY . /srv
RUN pnpm run build

FROM base
COPY --from=prod /srv/node_modules /srv/node_modules
COPY --from=prod /srv/dist /srv/dist
USER node
EXPOSE 8000
CMD [ "node", "dist/main.js" ]
"""
PNPM_FILES = {
    ".dockerignore": IGNORE + "dist\n",
    "package.json": '{"name": "web", "scripts": {"start": "node dist/main.js", "build": "tsc"}}',
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    "src/main.ts": "console.log(1)\n",
}

BUN = """\
FROM oven/bun:1.3 AS base
WORKDIR /usr/src/app

FROM base AS install
RUN mkdir -p /temp/dev
COPY package.json bun.lock /temp/dev/
RUN cd /temp/dev && bun install --frozen-lockfile

RUN mkdir -p /temp/prod
COPY package.json bun.lock /temp/prod/
RUN cd /temp/prod && bun install --frozen-lockfile --production

FROM base AS prerelease
COPY --from=install /temp/dev/node_modules node_modules
COPY . .

ENV NODE_ENV=production
RUN bun test
RUN bun run build

FROM base AS release
COPY --from=install /temp/prod/node_modules node_modules
COPY --from=prerelease /usr/src/app/index.ts .
COPY --from=prerelease /usr/src/app/package.json .

USER bun
EXPOSE 3000/tcp
ENTRYPOINT [ "bun", "run", "index.ts" ]
"""
BUN_FILES = {
    ".dockerignore": IGNORE,
    "package.json": '{"name": "web", "scripts": {"build": "bun build index.ts"}}',
    "bun.lock": "{}",
    "index.ts": "Bun.serve({fetch: () => new Response()})\n",
}

DENO = """\
FROM denoland/deno:2.5.6

EXPOSE 8000

WORKDIR /srv

USER deno

COPY deps.ts .
RUN deno install --entrypoint deps.ts

COPY . .
RUN deno cache main.ts

CMD ["run", "--allow-net", "main.ts"]
"""
DENO_FILES = {".dockerignore": IGNORE, "deno.json": "{}", "deps.ts": "export {}\n", "main.ts": "Deno.serve()\n"}

POETRY = """\
FROM python:3.14-slim AS builder

RUN pip install --no-cache-dir poetry==2.2.1

ENV POETRY_NO_INTERACTION=1 \\
    POETRY_VIRTUALENVS_IN_PROJECT=1 \\
    POETRY_VIRTUALENVS_CREATE=1 \\
    POETRY_CACHE_DIR=/tmp/poetry_cache

WORKDIR /srv

COPY pyproject.toml poetry.lock ./

RUN --mount=type=cache,target=$POETRY_CACHE_DIR poetry install --only main --no-root

FROM python:3.14-slim AS runtime

ENV VIRTUAL_ENV=/srv/.venv \\
    PATH="/srv/.venv/bin:$PATH"

COPY --from=builder ${VIRTUAL_ENV} ${VIRTUAL_ENV}

COPY orders ./orders

USER 1000
ENTRYPOINT ["python", "-m", "orders.main"]
"""
POETRY_FILES = {
    ".dockerignore": IGNORE + ".venv\n",
    "pyproject.toml": '[project]\nname = "orders"\nversion = "1.0"\n[build-system]\nbuild-backend = "poetry.core"\n',
    "poetry.lock": "",
    "orders/__init__.py": "",
    "orders/main.py": "print(1)\n",
}

PDM = """\
ARG PYTHON_BASE=3.14-slim
FROM python:$PYTHON_BASE AS builder

RUN pip install -U pdm
ENV PDM_CHECK_UPDATE=false
COPY pyproject.toml pdm.lock README.md /project/
COPY src/ /project/src

WORKDIR /project
RUN pdm install --check --prod --no-editable

FROM python:$PYTHON_BASE

COPY --from=builder /project/.venv/ /project/.venv
ENV PATH="/project/.venv/bin:$PATH"
COPY src /project/src
USER 1000
CMD ["python", "/project/src/orders/__main__.py"]
"""
PDM_FILES = {
    ".dockerignore": IGNORE + ".venv\n",
    "pyproject.toml": '[project]\nname = "orders"\nversion = "1.0"\n',
    "pdm.lock": "",
    "README.md": "# Orders\n",
    "src/orders/__main__.py": "print(1)\n",
}

PHOENIX = """\
ARG ELIXIR_VERSION=1.19.3
ARG OTP_VERSION=28.1.1
ARG DEBIAN_VERSION=trixie-20251117-slim

ARG BUILDER_IMAGE="docker.io/hexpm/elixir:${ELIXIR_VERSION}-erlang-${OTP_VERSION}-debian-${DEBIAN_VERSION}"
ARG RUNNER_IMAGE="docker.io/debian:${DEBIAN_VERSION}"

FROM ${BUILDER_IMAGE} AS builder

RUN apt-get update \\
  && apt-get install -y --no-install-recommends build-essential git \\
  && rm -rf /var/lib/apt/lists/*

WORKDIR /app

RUN mix local.hex --force \\
  && mix local.rebar --force

ENV MIX_ENV="prod"

COPY mix.exs mix.lock ./
RUN mix deps.get --only $MIX_ENV
RUN mkdir config

COPY config/config.exs config/${MIX_ENV}.exs config/
RUN mix deps.compile

RUN mix assets.setup

COPY priv priv

COPY lib lib

RUN mix compile

COPY assets assets

RUN mix assets.deploy

COPY config/runtime.exs config/

COPY rel rel
RUN mix release

FROM ${RUNNER_IMAGE} AS final

RUN apt-get update \\
  && apt-get install -y --no-install-recommends libstdc++6 openssl libncurses6 locales ca-certificates \\
  && rm -rf /var/lib/apt/lists/*

RUN sed -i '/en_US.UTF-8/s/^# //g' /etc/locale.gen \\
  && locale-gen

ENV LANG=en_US.UTF-8
ENV LANGUAGE=en_US:en
ENV LC_ALL=en_US.UTF-8

WORKDIR "/app"
RUN chown nobody /app

ENV MIX_ENV="prod"

COPY --from=builder --chown=nobody:root /app/_build/${MIX_ENV}/rel/garden ./

USER nobody

CMD ["/app/bin/server"]
"""
PHOENIX_FILES = {
    ".dockerignore": IGNORE + "/_build/\n/deps/\n",
    "mix.exs": "defmodule Garden.MixProject do\nend\n",
    "mix.lock": "%{}\n",
    "config/config.exs": "import Config\n",
    "config/prod.exs": "import Config\n",
    "config/runtime.exs": "import Config\n",
    "priv/static/robots.txt": "",
    "lib/garden.ex": "defmodule Garden do\nend\n",
    "assets/js/app.js": "",
    "rel/overlays/bin/server": "#!/bin/sh\n",
}

FRANKENPHP = """\
FROM dunglas/frankenphp:1.10-php8.4

RUN install-php-extensions \\
    pcntl \\
    intl \\
    opcache

COPY . /app

ENTRYPOINT ["php", "artisan", "octane:frankenphp"]
"""
FRANKENPHP_USER = """\
FROM dunglas/frankenphp:1.10-php8.4

ARG USER=garden

RUN \\
    useradd ${USER}; \\
    setcap CAP_NET_BIND_SERVICE=+eip /usr/local/bin/frankenphp; \\
    chown -R ${USER}:${USER} /config/caddy /data/caddy

USER ${USER}
"""
FRANKENPHP_FILES = {
    ".dockerignore": IGNORE + "vendor\n",
    "composer.json": "{}",
    "composer.lock": "{}",
    "artisan": "#!/usr/bin/env php\n",
}

NGINX_STATIC = """\
FROM nginx:1.30-alpine
COPY public /usr/share/nginx/html
COPY nginx.conf /etc/nginx/conf.d/default.conf
"""
NGINX_BUILD = """\
# syntax=docker/dockerfile:1
ARG NODE_VERSION=24.11.1-alpine
ARG NGINX_VERSION=alpine3.22

FROM node:${NODE_VERSION} AS builder
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build

FROM nginxinc/nginx-unprivileged:${NGINX_VERSION} AS runner
USER nginx
COPY nginx.conf /etc/nginx/nginx.conf
COPY --chown=nginx:nginx --from=builder /app/dist /usr/share/nginx/html
EXPOSE 8080
ENTRYPOINT ["nginx", "-c", "/etc/nginx/nginx.conf"]
CMD ["-g", "daemon off;"]
"""
NGINX_FILES = {
    ".dockerignore": IGNORE + "dist\n",
    "nginx.conf": "events {}\n",
    "public/index.html": "<p>hello</p>\n",
    "package.json": '{"name": "page", "scripts": {"build": "vite build"}}',
    "package-lock.json": "{}",
    "src/main.js": "",
}

CASES: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "rails": (RAILS, RAILS_FILES, {}),
    "uv": (UV, UV_FILES, {}),
    "uv multi-stage": (UV_MULTI_STAGE, UV_FILES, {}),
    "uv standalone": (UV_STANDALONE, UV_FILES, {}),
    "next": (NEXT, NEXT_FILES, {}),
    "spring layers": (SPRING, {".dockerignore": IGNORE, "target/ledger.jar": "PK"}, {}),
    "cargo chef": (CARGO_CHEF, RUST_FILES, {"SEC001:14": "it runs as root"}),
    "docker init node": (
        INIT_NODE,
        NODE_FILES,
        {
            "BK013:7": "Docker's reference calls this form of ENV legacy",
        },
    ),
    "docker init python": (INIT_PYTHON, PYTHON_FILES, {"DL3025:31": "the shell does not pass signals on"}),
    "docker init go": (INIT_GO, GO_FILES, {}),
    "docker init java": (
        INIT_JAVA,
        JAVA_FILES,
        {f"DL3045:{line}": "the application is unpacked to the root directory" for line in range(33, 37)},
    ),
    "docker init rust": (INIT_RUST, RUST_FILES, {}),
    "docker init php": (INIT_PHP, PHP_FILES, {}),
    "docker init asp.net": (
        INIT_ASP_NET,
        {".dockerignore": IGNORE + "**/bin\n**/obj\n", "web/Web.csproj": "<Project/>\n", "web/Program.cs": ""},
        {},
    ),
    "docker docs go": (DOCS_GO, {}, {}),
    "docker docs cache mounts": (DOCS_GO_CACHE, GO_FILES | {"cmd/client/main.go": "", "cmd/server/main.go": ""}, {}),
    "pnpm": (
        PNPM,
        PNPM_FILES,
        {"SEC001:15": "it runs as root", "COR022:19": "pnpm is the parent of the server (a preview)"},
    ),
    "pnpm fetch": (PNPM_FETCH, PNPM_FILES, {}),
    "bun": (BUN, BUN_FILES, {}),
    "deno": (DENO, DENO_FILES, {}),
    "poetry": (POETRY, POETRY_FILES, {"DL3045:23": "the runtime stage has no WORKDIR"}),
    "pdm": (PDM, PDM_FILES, {"DL3013:4": "the version of pdm is left to the day of the build"}),
    "phoenix": (PHOENIX, PHOENIX_FILES, {}),
    "frankenphp": (FRANKENPHP, FRANKENPHP_FILES, {}),
    "frankenphp user": (FRANKENPHP_USER, {}, {}),
    "nginx": (NGINX_STATIC, NGINX_FILES, {}),
    "nginx build": (NGINX_BUILD, NGINX_FILES, {}),
}
"""Dockerfile, files of its context, and the findings that are right: `CODE:line` and the reason."""


OPTIMIZED = {"bun"}
"""Those that `dlint optimize` changes: two files of another stage in one COPY."""


@pytest.mark.parametrize("name", CASES)
def test_there_is_nothing_to_fix_or_optimize(name: str, tmp_path: Path) -> None:
    text, files, expected = CASES[name]
    _write(tmp_path, files)
    if not expected:
        assert fix_text(text, context=tmp_path, config={"preview": True}, unsafe=True) == text
    assert (optimize_text(text, context=tmp_path) != text) == (name in OPTIMIZED)


def _write(folder: Path, files: dict[str, str]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, "utf-8")


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_only_what_is_wrong_is_reported(name: str, preview: bool, tmp_path: Path) -> None:
    text, files, expected = CASES[name]
    _write(tmp_path, files)
    found = lint_text(text, context=tmp_path if files else None, config={"preview": preview})
    seen = {f"{each.code}:{each.start[0]}": each.message for each in found}
    previews = {rule.code for rule in RULES if rule.preview}
    wanted = {place for place in expected if preview or place.partition(":")[0] not in previews}
    assert seen.keys() == wanted, seen
