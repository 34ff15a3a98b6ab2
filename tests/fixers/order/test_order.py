"""Manifests before the source, and the slim base, where no second stage is made."""

from __future__ import annotations

from pathlib import Path

import pytest
from dockerfile_dlint.fixers.optimize.order.cache_order import relative_to_workdir

from ..rewrites.cases import refusal, rewritten

FILES = {
    "requirements.txt": "-c limits.txt\nflask\n",
    "limits.txt": "flask<4\n",
    "pyproject.toml": '[project]\nname = "a"\nversion = "1"\n',
    "uv.lock": "",
    "package.json": "{}",
    "yarn.lock": "",
}


@pytest.mark.parametrize(
    ("install", "manifests"),
    [
        ("pip install -r requirements.txt", "requirements.txt limits.txt"),
        ("yarn install", "package.json yarn.lock"),
        ("uv sync --locked", "pyproject.toml uv.lock"),
    ],
)
def test_manifests_come_first(install: str, manifests: str, tmp_path: Path) -> None:
    text = f"FROM example.org/base:1\nWORKDIR /app\n# all of it\nCOPY . .\nENV A=1\nRUN {install}\nCMD run\n"
    assert rewritten(tmp_path, text, FILES, "order").text == (
        f"FROM example.org/base:1\nWORKDIR /app\nCOPY {manifests} ./\n"
        f"ENV A=1\nRUN {install}\n# all of it\nCOPY . .\nCMD run\n"
    )


@pytest.mark.parametrize(
    ("text", "files", "why"),
    [
        ("COPY . .\nRUN make\nRUN pip install -r requirements.txt", {}, "a RUN between"),
        ("COPY . .\nRUN pip install -e .", {}, "installs the project itself"),
        ("COPY . .\nRUN yarn", {"package.json": '{"scripts": {"postinstall": "x"}}'}, "the script `postinstall`"),
        ("COPY . .\nRUN yarn", {"package.json": '{"workspaces": ["{a,b}"]}'}, "the workspace pattern `{a,b}`"),
        (
            "COPY . .\nRUN yarn",
            {"package.json": '{"dependencies": {"a": "file:a"}}'},
            "`a` in package.json is a local package",
        ),
        ("COPY . .\nRUN uv sync", {"pyproject.toml": "[build-system]\n"}, "`uv sync` installs the project itself"),
        ("COPY . .\nRUN poetry install", {}, "`poetry install` installs the project itself"),
        (
            "COPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .",
            {},
            "no dependency install follows",
        ),
    ],
)
def test_order_is_left_alone_where_the_source_may_be_needed(
    text: str, files: dict[str, str], why: str, tmp_path: Path
) -> None:
    text = f"FROM example.org/base:1\nWORKDIR /app\n{text}\n"
    assert why in refusal(tmp_path, text, {**FILES, **files}, "order")


def test_a_locked_install_needs_no_compilers(tmp_path: Path) -> None:
    lock = '[[package]]\nname = "a"\nfiles = [{file = "a-1-cp312-cp312-manylinux_2_17_x86_64.whl"}]\n'
    text = "FROM python:3.12\nRUN pip install poetry\nWORKDIR /a\nCOPY . .\nRUN poetry install --no-root\nCMD run\n"
    files = {**FILES, "poetry.lock": lock}
    assert rewritten(tmp_path, text, files, "slim-base").text == text.replace("3.12", "3.12-slim")
    files["poetry.lock"] = lock.replace("manylinux_2_17_x86_64", "win32")
    assert "no wheel for `a`" in refusal(tmp_path, text, files, "slim-base")


def test_what_is_there_already_is_not_copied_again(tmp_path: Path) -> None:
    text = (
        "FROM example.org/base:1\nWORKDIR /app\n\nCOPY package.json yarn.lock ./\nRUN yarn install\n\n"
        "# the source\nCOPY . .\n\nRUN yarn install\n\nCMD run\n"
    )
    assert rewritten(tmp_path, text, FILES, "order").text == (
        "FROM example.org/base:1\nWORKDIR /app\n\nCOPY package.json yarn.lock ./\nRUN yarn install\n\n"
        "RUN yarn install\n\n# the source\nCOPY . .\n\nCMD run\n"
    )


def test_the_install_of_the_project_stays_after_the_source(tmp_path: Path) -> None:
    text = (
        "FROM example.org/base:1\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\n"
        "RUN uv sync --locked --no-install-project\n"
        "COPY . .\nRUN uv sync --locked\nCMD run\n"
    )
    files = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "uv.lock": "version = 1\n", "a.py": ""}
    assert "no dependency install follows" in refusal(tmp_path, text, files, "order")


def test_what_reads_the_source_in_one_run_with_the_install_comes_behind_it(tmp_path: Path) -> None:
    text = "FROM example.org/base:1\nWORKDIR /app\nCOPY . .\nRUN yarn install && yarn build\nCMD run\n"
    assert rewritten(tmp_path, text, FILES, "order").text == (
        "FROM example.org/base:1\nWORKDIR /app\nCOPY package.json yarn.lock ./\n"
        "RUN yarn install\nCOPY . .\nRUN yarn build\nCMD run\n"
    )


def test_manifests_come_behind_the_folder_that_they_belong_to(tmp_path: Path) -> None:
    text = "FROM example.org/base:1\nCOPY . /app\nWORKDIR /app\n# install\nRUN yarn install\nCMD run\n"
    assert rewritten(tmp_path, text, FILES, "order").text == (
        "FROM example.org/base:1\nWORKDIR /app\nCOPY package.json yarn.lock ./\n# install\nRUN yarn install\n"
        "COPY . /app\nCMD run\n"
    )


def test_settings_of_the_manager_stay_before_the_install(tmp_path: Path) -> None:
    text = "FROM example.org/base:1\nWORKDIR /app\nCOPY . .\nRUN npm config set loglevel error\nRUN yarn install\n"
    assert rewritten(tmp_path, text, FILES, "order").text == (
        "FROM example.org/base:1\nWORKDIR /app\nCOPY package.json yarn.lock ./\nRUN npm config set loglevel error\n"
        "RUN yarn install\nCOPY . .\n"
    )
    local = text.replace("npm config set", "npm config --location=project set")
    assert "a RUN between" in refusal(tmp_path, local, FILES, "order")


def test_a_copy_to_a_folder_that_changes_is_not_moved(tmp_path: Path) -> None:
    text = "FROM example.org/base:1\nWORKDIR /a\nCOPY . .\nWORKDIR /a/b\nRUN pip install -r ../requirements.txt\n"
    assert "3: WORKDIR changes" in refusal(tmp_path, text, FILES, "order")


def test_the_owner_of_the_source_owns_the_manifests(tmp_path: Path) -> None:
    text = "FROM example.org/base:1\nWORKDIR /app\nUSER node\nCOPY --chown=node . .\nRUN yarn install\n"
    assert "COPY --chown=node package.json yarn.lock ./\n" in rewritten(tmp_path, text, FILES, "order").text


def test_every_stage_gets_its_order(tmp_path: Path) -> None:
    text = (
        "FROM example.org/a:1 AS assets\nWORKDIR /a\nCOPY . .\nRUN yarn install\nRUN yarn build\n\n"
        "FROM example.org/b:1\nWORKDIR /b\nCOPY . .\nRUN pip install -r requirements.txt\n"
        "COPY --from=assets /a/dist dist\nCMD run\n"
    )
    assert rewritten(tmp_path, text, FILES, "order").text == (
        "FROM example.org/a:1 AS assets\nWORKDIR /a\nCOPY package.json yarn.lock ./\nRUN yarn install\nCOPY . .\n"
        "RUN yarn build\n\n"
        "FROM example.org/b:1\nWORKDIR /b\nCOPY requirements.txt limits.txt ./\nRUN pip install -r requirements.txt\n"
        "COPY . .\nCOPY --from=assets /a/dist dist\nCMD run\n"
    )


NET = '<Project><ItemGroup><ProjectReference Include="..\\Lib\\Lib.csproj" /></ItemGroup></Project>'
BUILDERS = {
    "go.mod": "module example.org/a\n",
    "go.sum": "",
    "Gemfile": 'source "https://rubygems.org"\ngem "puma"\n',
    "Gemfile.lock": "",
    ".ruby-version": "3.3\n",
    "composer.json": "{}",
    "composer.lock": "{}",
    "pom.xml": "<project/>",
    "build.gradle": "plugins { id 'java' }\n",
    "settings.gradle": "rootProject.name = 'a'\n",
    "App/App.csproj": NET,
    "Lib/Lib.csproj": "<Project/>",
    "Directory.Build.props": "<Project/>",
}


@pytest.mark.parametrize(
    ("install", "copies"),
    [
        ("go mod download", "COPY go.mod go.sum ./"),
        ("bundle install --jobs 4", "COPY Gemfile Gemfile.lock .ruby-version ./"),
        ("composer install --no-scripts --no-autoloader", "COPY composer.json composer.lock ./"),
        ("mvn -B dependency:go-offline", "COPY pom.xml ./"),
        ("gradle dependencies", "COPY build.gradle settings.gradle ./"),
        (
            "dotnet restore App/App.csproj",
            "COPY App/App.csproj App/\nCOPY Lib/Lib.csproj Lib/\nCOPY Directory.Build.props ./",
        ),
    ],
)
def test_manifests_of_build_tools_come_first(install: str, copies: str, tmp_path: Path) -> None:
    text = f"FROM example.org/base:1\nWORKDIR /app\nCOPY . .\nRUN {install}\nCMD run\n"
    assert rewritten(tmp_path, text, BUILDERS, "order").text == (
        f"FROM example.org/base:1\nWORKDIR /app\n{copies}\nRUN {install}\nCOPY . .\nCMD run\n"
    )


@pytest.mark.parametrize(
    ("command", "fetching"),
    [
        ("go build -o /app .", "COPY go.mod go.sum ./\nRUN go mod download"),
        (
            "mvn -B -Pprod clean package -DskipTests",
            "COPY pom.xml ./\nRUN mvn -B -Pprod dependency:go-offline",
        ),
        (
            "composer install --no-dev",
            "COPY composer.json composer.lock ./\nRUN composer install --no-dev --no-scripts --no-autoloader",
        ),
        (
            "dotnet publish -c Release -o out App/App.csproj",
            "COPY App/App.csproj App/\nCOPY Lib/Lib.csproj Lib/\nCOPY Directory.Build.props ./\n"
            "RUN dotnet restore App/App.csproj",
        ),
    ],
)
def test_what_a_build_fetches_comes_before_the_source(command: str, fetching: str, tmp_path: Path) -> None:
    text = f"FROM golang:1.22\nWORKDIR /app\n# all of it\nCOPY . .\nRUN {command}\nCMD run\n"
    wanted = f"FROM golang:1.22\nWORKDIR /app\n{fetching}\n# all of it\nCOPY . .\nRUN {command}\nCMD run\n"
    assert rewritten(tmp_path, text, BUILDERS, "order").text == wanted
    assert rewritten(tmp_path, wanted, BUILDERS, "order").text == wanted


def test_the_project_itself_follows_what_it_needs(tmp_path: Path) -> None:
    project = '[project]\nname = "a"\nversion = "1"\n\n[build-system]\nbuild-backend = "hatchling.build"\n'
    text = "FROM example.org/base:1\nWORKDIR /app\nCOPY . .\nRUN pip install uv && uv sync --locked\nCMD run\n"
    assert rewritten(tmp_path, text, {"pyproject.toml": project, "uv.lock": ""}, "order").text == (
        "FROM example.org/base:1\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\n"
        "RUN pip install uv && uv sync --locked --no-install-project\nCOPY . .\nRUN uv sync --locked\nCMD run\n"
    )


@pytest.mark.parametrize(
    ("lines", "files", "why"),
    [
        ("RUN bundle install", {"Gemfile": "gemspec\n"}, "the Gemfile reads other files of the project"),
        ("RUN bundle install", {"Gemfile": 'gem "a", path: "lib/a"\n'}, "the Gemfile reads other files of the project"),
        ("RUN go build", {"go.mod": "module a\nreplace b => ./b\n"}, "`b/go.mod` is not in the build context"),
        ("RUN go mod download", {"vendor/modules.txt": ""}, "go.mod uses a vendor directory"),
        ("RUN go build", {}, "cannot determine whether this Go version uses modules"),
        ("RUN go mod tidy", {}, "cannot determine which files `go mod tidy` reads"),
        ("RUN make\nRUN go build", {}, "a RUN between the copy and the install"),
        ("RUN composer install", {"vendor/autoload.php": ""}, "`composer install` runs scripts"),
        ("RUN mvn -o package", {}, "cannot determine what `mvn -o package` downloads"),
        (
            "RUN mvn package",
            {"pom.xml": "<modules><module>a</module></modules>"},
            "pom.xml uses modules or local files",
        ),
        (
            "RUN mvn dependency:go-offline",
            {"pom.xml": "<modules><module>a</module></modules>"},
            "pom.xml uses modules or local files",
        ),
        ("RUN gradle dependencies", {"settings.gradle": "include 'a'\n"}, "the Gradle build includes other files"),
        (
            "RUN dotnet restore App/App.csproj",
            {"Lib/Lib.csproj": '<Import Project="a.props" />'},
            "imports other files",
        ),
        ("RUN dotnet publish -r linux-x64 App/App.csproj", {}, "restores for specific platforms"),
    ],
)
def test_build_tools_that_need_more_are_left_alone(lines: str, files: dict[str, str], why: str, tmp_path: Path) -> None:
    text = f"FROM golang:{'1.12' if 'Go version' in why else '1.22'}\nWORKDIR /app\nCOPY . .\n{lines}\nCMD run\n"
    assert why in refusal(tmp_path, text, {**BUILDERS, **files}, "order")


@pytest.mark.parametrize(
    ("path", "workdir", "written"),
    [
        ("/app", "/", "/app"),
        ("/", "/", "/"),
        ("/app", "/app", "."),
        ("/app/a", "/app", "a"),
        ("/application", "/app", "/application"),
        ("/x", "/app", "/x"),
    ],
)
def test_a_path_as_it_is_written_below_a_workdir(path: str, workdir: str, written: str) -> None:
    assert relative_to_workdir(path, workdir) == written


def test_a_virtual_environment_that_the_copy_leaves_alone_is_made_before_it(tmp_path: Path) -> None:
    text = (
        "FROM python:3.12-alpine\nWORKDIR /app\nCOPY . .\nENV V=/app/venv\nRUN python -m venv $V\n"
        "ENV PATH=$V/bin:$PATH\nRUN export A=1\nRUN pip install -r requirements.txt\nCMD python app.py\n"
    )
    files = {"requirements.txt": "flask\n", "app.py": ""}
    new = rewritten(tmp_path, text, files, "order").text
    assert "COPY requirements.txt ./\nENV V=/app/venv\nRUN python -m venv $V\n" in new
    assert "RUN pip install -r requirements.txt\nCOPY . .\n" in new
    again = rewritten(tmp_path / "b", text, {**files, "venv/pyvenv.cfg": ""}, "order")
    assert again.text == text
    assert "a RUN between" in str(again.outcomes[-1].rejection)


BASE = "FROM example.org/base:1\nWORKDIR /app\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "COPY package.json yarn.lock ./\n# the code\nCOPY src ./src\nCOPY tsconfig.json ./\nRUN yarn install\n",
            "COPY package.json yarn.lock ./\nCOPY tsconfig.json ./\nRUN yarn install\n# the code\nCOPY src ./src\n",
        ),
        (
            "# for the cache\nCOPY package.json server.js ./\nRUN yarn\n",
            "# for the cache\nCOPY package.json ./\nRUN yarn\nCOPY server.js ./\n",
        ),
        (
            "COPY . /web\nCOPY package.json yarn.lock ./\nRUN yarn\n",
            "COPY package.json yarn.lock ./\nRUN yarn\nCOPY . /web\n",
        ),
        (
            "COPY api ./\nENV A=1\nRUN pip install -r requirements.txt\n",
            "COPY api/requirements.txt ./\nENV A=1\nRUN pip install -r requirements.txt\nCOPY api ./\n",
        ),
        (
            "COPY . .\nCOPY docs/.env .env\nRUN yarn\n",
            "COPY package.json yarn.lock ./\nRUN yarn\nCOPY . .\nCOPY docs/.env .env\n",
        ),
        (
            "COPY --from=example.org/uv:1 /uv /bin/\nCOPY web .\nARG V=1\nRUN yarn && yarn build\n",
            "COPY --from=example.org/uv:1 /uv /bin/\nCOPY web/package.json ./\nARG V=1\nRUN yarn\nCOPY web .\n"
            "RUN yarn build\n",
        ),
    ],
)
def test_source_directories_and_files_follow_the_install(before: str, after: str, tmp_path: Path) -> None:
    files = {
        **FILES, "src/a.ts": "", "tsconfig.json": "", "server.js": "", "docs/.env": "",
        "api/requirements.txt": "flask\n", "api/a.py": "", "web/package.json": "{}", "web/a.js": "",
    }  # fmt: skip
    assert rewritten(tmp_path, BASE + before, files, "order").text == BASE + after
    assert rewritten(tmp_path, BASE + after, files, "order").text == BASE + after


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("COPY . .\nCOPY conf/package.json ./\nRUN yarn", "this copy writes to a directory of an earlier copy"),
        ("COPY . .\nCOPY --from=x:1 /src ./src\nRUN yarn", "this copy writes to a directory of an earlier copy"),
        ("ARG D=a\nCOPY . $D\nARG D=b\nRUN yarn --cwd a", "the install runs in another directory"),
        ("COPY <<E package.json\n{}\nE\nRUN yarn", "no dependency install follows a copy of the source"),
        ("COPY src src\nRUN make\nCOPY package.json ./\nRUN yarn", "no dependency install follows a copy"),
        ("COPY package.json tsconfig.json ./\nRUN yarn", "no dependency install follows a copy"),
        ("COPY package.json ./\nCOPY rootfs /\nRUN yarn", "no dependency install follows a copy"),
    ],
)
def test_copies_that_may_matter_to_the_install_stay(lines: str, why: str, tmp_path: Path) -> None:
    files = {**FILES, "src/a.ts": "", "tsconfig.json": "", "conf/package.json": "{}", "rootfs/etc/a": ""}
    assert why in refusal(tmp_path, f"{BASE}{lines}\nCMD run\n", files, "order")


def test_what_the_install_writes_is_not_overwritten_by_the_context(tmp_path: Path) -> None:
    text = f"{BASE}COPY . .\nRUN yarn\n"
    files = {**FILES, "node_modules/a/index.js": ""}
    assert "`node_modules` of the build context would overwrite" in refusal(tmp_path, text, files, "order")
    assert rewritten(tmp_path / "b", text, {**files, ".dockerignore": "node_modules\n"}, "order").text != text


WORKSPACE = {
    "package.json": '{"workspaces": ["packages/*", "!packages/old"]}',
    "yarn.lock": "",
    ".yarnrc.yml": "",
    ".yarn/releases/yarn-4.cjs": "",
    "packages/a/package.json": '{"dependencies": {"b": "workspace:*"}, "bin": "cli.js"}',
    "packages/a/cli.js": "",
    "packages/b/package.json": "{}",
    "packages/old/package.json": '{"scripts": {"postinstall": "make"}}',
}
WORKSPACE_COPIES = (
    "COPY package.json yarn.lock .yarnrc.yml ./\nCOPY packages/a/package.json packages/a/cli.js packages/a/\n"
    "COPY packages/b/package.json packages/b/\nCOPY .yarn/releases .yarn/releases/\n"
)


def test_the_manifests_of_a_workspace_come_first(tmp_path: Path) -> None:
    text = f"{BASE}COPY . .\nRUN yarn install --immutable\nRUN yarn build\n"
    assert "the install makes `packages/a/cli.js` executable" in refusal(tmp_path, text, WORKSPACE, "order")
    (tmp_path / "packages/a/cli.js").chmod(0o755)
    new = rewritten(tmp_path, text, WORKSPACE, "order").text
    assert new == f"{BASE}{WORKSPACE_COPIES}RUN yarn install --immutable\nCOPY . .\nRUN yarn build\n"
    assert rewritten(tmp_path, new, WORKSPACE, "order").text == new


@pytest.mark.parametrize("syntax", ["docker/dockerfile:1.20", "docker/dockerfile:1", "docker/dockerfile:labs"])
def test_a_syntax_with_parents_needs_one_copy(syntax: str, tmp_path: Path) -> None:
    text = f"# syntax={syntax}\n{BASE}COPY . .\nRUN yarn install --immutable\n"
    (tmp_path / "packages/a").mkdir(parents=True)
    (tmp_path / "packages/a/cli.js").touch(0o755)
    assert (
        "WORKDIR /app\nCOPY --parents package.json yarn.lock .yarnrc.yml .yarn/releases \\\n"
        "    packages/a/package.json packages/a/cli.js packages/b/package.json ./\nRUN yarn"
    ) in rewritten(tmp_path, text, WORKSPACE, "order").text
    old = text.replace(syntax, "docker/dockerfile:1.7")
    assert WORKSPACE_COPIES in rewritten(tmp_path, old, WORKSPACE, "order").text


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"packages/a/package.json": '{"scripts": {"prepare": "tsc"}}'}, "the script `prepare`"),
        ({"packages/a/package.json": '{"dependencies": {"b": "file:../b"}}'}, "`b` in package.json is a local package"),
        ({"package.json": '{"workspaces": ["*"], "resolutions": {"b": "portal:b"}}'}, "overrides a package"),
        ({"packages/b/package.json": "[]"}, "`packages/b/package.json` is not a valid JSON object"),
        ({"package.json": '{"workspaces": ["../x"]}'}, "the workspace pattern `../x`"),
        ({"pnpm-workspace.yaml": "packages: &a\n  - {x: y}\n"}, "cannot determine the packages"),
        ({"packages/b/package.json": '{"dependencies": {"@prisma/client": "5"}}', "prisma.config.ts": ""}, "Prisma"),
    ],
)
def test_a_workspace_that_needs_more_is_left_alone(files: dict[str, str], why: str, tmp_path: Path) -> None:
    text = f"{BASE}COPY . .\nRUN yarn install\n"
    assert why in refusal(tmp_path, text, {**WORKSPACE, **files}, "order")


def test_a_package_of_a_workspace_is_not_installed_alone(tmp_path: Path) -> None:
    text = f"{BASE}COPY . .\nWORKDIR /app/packages/b\nRUN yarn install\n"
    assert "`package.json` in a parent directory" in refusal(tmp_path, text, WORKSPACE, "order")


@pytest.mark.parametrize(
    ("files", "run", "copies"),
    [
        (
            {"package.json": "{}", "pnpm-lock.yaml": "", "pnpm-workspace.yaml": "packages:\n  - 'libs/**' # all\n"},
            "RUN pnpm install --frozen-lockfile\n",
            "COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./\nCOPY libs/x/y/package.json libs/x/y/\n",
        ),
        ({"package.json": "{}", "bun.lock": ""}, "RUN bun install\n", "COPY package.json bun.lock ./\n"),
        (
            {"package.json": '{"dependencies": {"@prisma/client": "5"}}', "prisma/schema.prisma": ""},
            "RUN npm ci\n",
            "COPY package.json ./\nCOPY prisma prisma/\n",
        ),
        (
            {"package.json": '{"scripts": {"postinstall": "patch-package"}}', "patches/a.patch": ""},
            "RUN npm ci\n",
            "COPY package.json ./\nCOPY patches patches/\n",
        ),
        (
            {"go.work": "go 1.22\nuse (\n  ./a // the program\n  ./b\n)\n", "a/go.mod": "module a\n", "a/go.sum": "",
             "b/go.mod": "module b\nreplace c => ../c\n", "c/go.mod": "module c\n"},
            "RUN go mod download\n",
            "COPY go.work ./\nCOPY a/go.mod a/go.sum a/\nCOPY b/go.mod b/\nCOPY c/go.mod c/\n",
        ),
    ],
)  # fmt: skip
def test_manifests_of_other_workspaces(files: dict[str, str], run: str, copies: str, tmp_path: Path) -> None:
    new = rewritten(tmp_path, f"{BASE}COPY . .\n{run}", {"libs/x/y/package.json": "{}", **files}, "order").text
    assert new == f"{BASE}{copies}{run}COPY . .\n"


def test_a_workspace_of_uv(tmp_path: Path) -> None:
    member = '[project]\nname = "b"\nversion = "1"\n'
    files = {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/x"]\n'
        "[tool.uv.sources]\nb = { workspace = true }\n",
        "uv.lock": "",
        "packages/b/pyproject.toml": member,
        "packages/x/pyproject.toml": "",
    }
    text = f"{BASE}COPY . .\nRUN uv sync --locked --package b\n"
    assert rewritten(tmp_path, text, files, "order").text == (
        f"{BASE}COPY pyproject.toml uv.lock ./\nCOPY packages/b/pyproject.toml packages/b/\n"
        "RUN uv sync --locked --package b --no-install-workspace\nCOPY . .\nRUN uv sync --locked --package b\n"
    )
    files["packages/b/pyproject.toml"] = member.replace('version = "1"', 'dynamic = ["version"]')
    assert "dynamic metadata" in refusal(tmp_path / "b", text, files, "order")


def test_maven_fetches_plugins_only_where_they_can_be_found(tmp_path: Path) -> None:
    plugin = "<plugin><groupId>com.example</groupId><dependencies><groupId>a</groupId></dependencies></plugin>"
    text = f"{BASE}COPY . .\nRUN mvn package\n"
    new = rewritten(tmp_path, text, {"pom.xml": f"<project>{plugin}</project>"}, "order").text
    assert "RUN mvn -B dependency:resolve\nCOPY . .\n" in new


def test_the_refusal_of_an_earlier_stage_is_named(tmp_path: Path) -> None:
    text = f"{BASE}COPY . .\nRUN uv sync\n\nFROM example.org/b:1\nCOPY . /b\n"
    assert "4: `uv sync` installs the project itself" in refusal(
        tmp_path, text, {**FILES, "pyproject.toml": "[build-system]\n"}, "order"
    )
