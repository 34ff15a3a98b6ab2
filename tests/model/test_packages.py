from __future__ import annotations

import subprocess
import sys

import pytest
from dockerfile_dlint.model.packages import managers
from dockerfile_dlint.model.packages.calls import (
    PackageCall,
    cache_directories,
    cleans_cache,
    cleans_lists,
    is_mounted,
    is_pinned,
    package_calls,
    parse_package_call,
)
from dockerfile_dlint.model.packages.managers import MANAGER_BY_PROGRAM, MANAGERS, PackageManager
from dockerfile_dlint.syntax.command import Command, Script
from dockerfile_dlint.syntax.shell import parse_script
from dockerfile_dlint.syntax.source import MappedText
from hypothesis import given, settings
from hypothesis import strategies as st

APT, APK, DNF, YUM, ZYPPER = managers.APT, managers.APK, managers.DNF, managers.YUM, managers.ZYPPER


def script(text: str) -> Script:
    return parse_script(MappedText(text, (0,), (0,)))


def command(text: str) -> Command:
    return script(text).commands[-1]


def call(text: str) -> PackageCall:
    found = package_calls(script(text))
    assert len(found) == 1, f"{text}: {found}"
    return found[0]


def packages(text: str) -> list[tuple[str, str, str, bool | None]]:
    read = call(text)
    return [(p.kind, p.name, p.version, is_pinned(p, read)) for p in read.packages]


# The line, "manager meaning: verb as typed", and the packages: `name`, `name version` (bounded), `name version?` (not),
# with the kind in front when it is no name: `file:./x.deb`.
CALLS = [
    # apt
    ("apt-get update", "apt update-index: update", []),
    ("apt-get install -y curl", "apt install: install", ["curl?"]),
    ("apt-get -y -q install curl git", "apt install: install", ["curl?", "git?"]),
    ("apt-get -yq --no-install-recommends install curl", "apt install: install", ["curl?"]),
    ("env DEBIAN_FRONTEND=noninteractive apt-get install curl", "apt install: install", ["curl?"]),
    ("DEBIAN_FRONTEND=noninteractive apt-get install curl", "apt install: install", ["curl?"]),
    ("sudo -E apt-get install curl", "apt install: install", ["curl?"]),
    ("/usr/bin/apt-get install curl", "apt install: install", ["curl?"]),
    ("$SUDO apt-get install curl", "apt install: install", ["curl?"]),
    ("apt install curl=7.88.1-10", "apt install: install", ["curl 7.88.1-10"]),
    ("aptitude install -y curl", "apt install: install", ["curl?"]),
    ("xx-apt install -y binutils", "apt install: install", ["binutils?"]),
    ("apt-get install curl=7.* git=$GIT g++ libc6:i386=2.3", "apt install: install",
     ["curl 7.*", "git $GIT", "g++?", "libc6:i386 2.3"]),
    ("apt-get install curl/bookworm-backports", "apt install: install", ["curl bookworm-backports"]),
    ("apt-get install -t bookworm-backports curl", "apt install: install", ["curl?"]),
    ("apt-get install -t=sid -o Dpkg::Options::=--force-confold curl", "apt install: install", ["curl?"]),
    ("apt-get install -oDpkg::Use-Pty=0 curl", "apt install: install", ["curl?"]),
    ("apt-get install -qqy curl", "apt install: install", ["curl?"]),
    ("apt-get -c /apt.conf install curl", "apt install: install", ["curl?"]),
    ("apt-get install ./x.deb /tmp/y.deb z.deb https://a.org/b.deb", "apt install: install",
     ["file:./x.deb", "file:/tmp/y.deb", "file:z.deb", "url:https://a.org/b.deb"]),
    ("apt-get install curl- lamp-server^ '?essential' 'php7.4-*'", "apt install: install",
     ["group:lamp-server^", "group:?essential", "php7.4-*?"]),
    ("apt-get install $PACKAGES ${A} $(cat list) php$V php${V}-cli pg-$V $DIR/x.deb", "apt install: install",
     ["variable:$PACKAGES", "variable:${A}", "variable:$(cat list)", "variable:php$V", "php${V}-cli?", "pg-$V?",
      "file:$DIR/x.deb"]),
    ("apt-get install 'curl=${V:-1=2}'", "apt install: install", ["curl ${V:-1=2}"]),
    ("apt-get install -- curl", "apt install: install", ["curl?"]),
    ("apt-get install -f", "apt install: install", []),
    ("apt-get upgrade -y", "apt upgrade: upgrade", []),
    ("apt-get dist-upgrade -y", "apt dist-upgrade: dist-upgrade", []),
    ("apt full-upgrade", "apt dist-upgrade: full-upgrade", []),
    ("apt-get build-dep -y nginx", "apt build-deps: build-dep", []),
    ("apt-get autoremove --purge -y", "apt remove: autoremove", []),
    ("apt-get purge -y --auto-remove gcc", "apt remove: purge", ["gcc?"]),
    ("apt-get clean", "apt clean: clean", []),
    ("apt-get autoclean", "apt other: autoclean", []),
    ("apt-get download curl", "apt download: download", ["curl?"]),
    ("apt-get --version", "apt other: ", []),
    ("cat pkgs | xargs apt-get install -y", "apt install: install", ["variable:{}"]),
    ("sh -c 'apt-get install -y curl'", "apt install: install", ["curl?"]),
    # apk
    ("apk add --no-cache curl", "apk install: add", ["curl?"]),
    ("apk --no-cache --update add curl", "apk install: add", ["curl?"]),
    ("apk add curl=8.1-r0 'a~=1.2' 'b~1' 'c<2' 'd>1' 'e>=1' f@edge g@edge=1", "apk install: add",
     ["curl 8.1-r0", "a ~=1.2", "b ~1", "c <2", "d >1?", "e >=1?", "f?", "g 1"]),
    ("apk add -U -t .deps --repository http://x/edge gcc", "apk install: add", ["gcc?"]),
    ("apk add --virtual .deps gcc", "apk install: add", ["gcc?"]),
    ("apk add --virtual=.deps -X http://x gcc", "apk install: add", ["gcc?"]),
    ("apk add --root /x --arch x86 curl !git ./x.apk", "apk install: add", ["curl?", "file:./x.apk"]),
    ("apk add curl>8", "apk install: add", ["curl?"]),  # the shell writes a file named 8
    ("apk del .deps", "apk remove: del", [".deps?"]),
    ("apk update", "apk update-index: update", []),
    ("apk upgrade --no-cache", "apk upgrade: upgrade", []),
    ("apk cache clean", "apk clean: cache clean", []),
    ("apk cache sync", "apk other: cache", []),
    # yum, dnf and their kin
    ("yum install -y java-1.8.0-openjdk", "yum install: install", ["java-1.8.0-openjdk?"]),
    ("yum install -y java-1.8.0-openjdk-1.8.0.412", "yum install: install", ["java-1.8.0-openjdk 1.8.0.412"]),
    ("yum -y install httpd-2.4.6 httpd-2.4.6-97.el7 httpd-2.4.6-97.el7.x86_64 glibc.i686", "yum install: install",
     ["httpd 2.4.6", "httpd 2.4.6-97.el7", "httpd 2.4.6-97.el7", "glibc.i686?"]),
    ("dnf install -y tzdata-2024a-1.el9 vim-minimal-2:8.0.1763-19.el8 libuv-1.44*", "dnf install: install",
     ["tzdata 2024a-1.el9", "vim-minimal 2:8.0.1763-19.el8", "libuv 1.44*"]),
    ("dnf install -y gcc-toolset-12 cuda-toolkit-12-4 dotnet-sdk-6.0 dotnet-sdk-6.0-6.0.1-1.el8 gcc-c++",
     "dnf install: install",
     ["gcc-toolset-12?", "cuda-toolkit-12-4?", "dotnet-sdk-6.0?", "dotnet-sdk-6.0 6.0.1-1.el8", "gcc-c++?"]),
    ("dnf install -y couchdb-${COUCHDB_VERSION} php-$EXT $PKGS", "dnf install: install",
     ["couchdb ${COUCHDB_VERSION}", "php-$EXT?", "variable:$PKGS"]),
    ("dnf --enablerepo crb install -y libx", "dnf install: install", ["libx?"]),
    ("dnf -y --enablerepo=crb --setopt install_weak_deps=0 install libx", "dnf install: install", ["libx?"]),
    ("dnf install -y @development '@nodejs:18' x.rpm https://a.org/y.rpm /usr/bin/gcc 'perl(JSON)' 'a >= 1'",
     "dnf install: install",
     ["group:development", "group:nodejs 18", "file:x.rpm", "url:https://a.org/y.rpm", "file:/usr/bin/gcc",
      "perl(JSON)?", "a >= 1?"]),
    ("yum groupinstall -y 'Development Tools'", "yum install: groupinstall", ["group:Development Tools"]),
    ("dnf group install -y dev", "dnf install: group install", ["group:dev"]),
    ("dnf module install -y nodejs:18 php", "dnf install: module install", ["nodejs 18", "php?"]),
    ("dnf -y swap curl-minimal curl", "dnf install: swap", ["curl?"]),
    ("dnf module enable -y nodejs:18", "dnf config: module enable", []),
    ("dnf config-manager --set-enabled crb", "dnf config: config-manager", []),
    ("yum-config-manager --add-repo x; yum makecache", "yum update-index: makecache", []),
    ("yum update -y", "yum upgrade: update", []),
    ("dnf distro-sync -y", "dnf dist-upgrade: distro-sync", []),
    ("dnf clean all", "dnf clean: clean", []),
    ("microdnf install -y --nodocs tar", "microdnf install: install", ["tar?"]),
    ("tdnf install -y tar-1.35", "tdnf install: install", ["tar 1.35"]),
    # zypper
    ("zypper -n in -t pattern devel_basis", "zypper install: in", ["group:devel_basis"]),
    ("zypper --non-interactive install --from repo vim=8 'git>=2' tar-1.30 pattern:x -- -emacs",
     "zypper install: install", ["vim 8", "git >=2?", "tar 1.30", "group:x"]),
    ("zypper in -y vim = 8 curl", "zypper install: in", ["vim 8", "curl?"]),
    ("zypper -D /repos in vim", "zypper install: in", ["vim?"]),
    ("zypper in -D vim", "zypper install: in", ["vim?"]),
    ("zypper ref", "zypper update-index: ref", []),
    ("zypper up -y", "zypper upgrade: up", []),
    ("zypper dup -y", "zypper dist-upgrade: dup", []),
    ("zypper cc -a", "zypper clean: cc", []),
    # pacman
    ("pacman -Syu --noconfirm git base-devel", "pacman install: -Syu", ["git?", "base-devel?"]),
    ("pacman --noconfirm -S 'git=2.4-1' $PKGS", "pacman install: -S", ["git 2.4-1", "variable:$PKGS"]),
    ("pacman -U ./x.pkg.tar.zst", "pacman install: -U", ["file:./x.pkg.tar.zst"]),
    ("pacman -Sy", "pacman update-index: -Sy", []),
    ("pacman -Syu --noconfirm", "pacman upgrade: -Syu", []),
    ("pacman -Rns gcc", "pacman remove: -Rns", ["gcc?"]),
    ("pacman -Ss gcc", "pacman other: -Ss", []),
    ("yes | pacman -Scc", "pacman clean: -Scc", []),
    ("pacman -Scc --noconfirm", "pacman other: -Scc", []),
    # pip
    ("pip install flask", "pip install: install", ["flask?"]),
    ("pip3 install flask==2.0", "pip install: install", ["flask 2.0"]),
    ("pip3.12 install flask", "pip install: install", ["flask?"]),
    ("pip-3.6 install flask", "pip install: install", ["flask?"]),
    ("python -m pip install flask", "pip install: install", ["flask?"]),
    ("python3.12 -u -m pip install flask", "pip install: install", ["flask?"]),
    ("python3 -mpip install flask", "pip install: install", ["flask?"]),
    ("/venv/bin/python -W ignore -m pip install flask", "pip install: install", ["flask?"]),
    ("$PYTHON -m pip install flask", "pip install: install", ["flask?"]),
    ("${VENV}/bin/pip install flask", "pip install: install", ["flask?"]),
    ("uv run pip install flask", "pip install: install", ["flask?"]),
    ("poetry run pip install flask", "pip install: install", ["flask?"]),
    ("conda run -n env pip install flask", "pip install: install", ["flask?"]),
    ("pip --no-cache-dir install -U pip setuptools==57.4.0", "pip install: install", ["pip?", "setuptools 57.4.0"]),
    ("pip install 'a>=1' 'b<2' 'c~=1.2' 'd!=1' 'e>=1,<2' 'f[x]==1.*' 'g===1' h=1 'i==1; python_version<\"3\"'",
     "pip install: install",
     ["a >=1?", "b <2", "c ~=1.2", "d !=1?", "e >=1,<2", "f 1.*", "g 1", "h?", "i 1"]),
    ("pip install -r requirements.txt", "pip install: install", []),
    ("pip install -i https://x/simple --extra-index-url y -t /lib flask", "pip install: install", ["flask?"]),
    ("pip install . .[dev] -e . -e ./src ./dir /opt/app dist/x.whl *.whl x.tar.gz", "pip install: install",
     ["project:.", "project:.[dev]", "file:./dir", "file:/opt/app", "file:dist/x.whl", "file:*.whl", "file:x.tar.gz",
      "project:.", "project:./src"]),
    ("pip install git+https://github.com/a/b git+ssh://git@github.com/a/b.git@v1 https://a.org/b.zip",
     "pip install: install",
     ["repository:git+https://github.com/a/b?", "repository:git+ssh://git@github.com/a/b.git@v1 v1",
      "url:https://a.org/b.zip"]),
    ("pip install 'a @ git+https://github.com/a/b@1.0' -e git+https://github.com/c/d.git@main#egg=d",
     "pip install: install", ["repository:a 1.0", "repository:git+https://github.com/c/d.git@main#egg=d main?"]),
    ("pip install flask==$V dc${V:+==}${V}", "pip install: install", ["flask $V", "variable:dc${V:+==}${V}"]),
    ("pip download flask", "pip download: download", ["flask?"]),
    ("pip uninstall -y flask", "pip remove: uninstall", ["flask?"]),
    ("pip cache purge", "pip clean: cache purge", []),
    ("pip config set global.no-cache-dir true", "pip config: config", []),
    # uv and the other Python tools
    ("uv pip install --system flask", "uv install: pip install", ["flask?"]),
    ("uv pip --quiet install -r requirements.txt", "uv install: pip install", []),
    ("uv pip sync requirements.txt", "uv restore: pip sync", []),
    ("uv sync --locked --no-dev --extra a", "uv restore: sync", []),
    ("uv add --group dev 'ruff>=0.5' httpx@0.2", "uv install: add", ["ruff >=0.5?", "httpx 0.2"]),
    ("uv tool install ruff@0.5 --with x", "uv install: tool install", ["ruff 0.5"]),
    ("uv tool install ruff@latest", "uv install: tool install", ["ruff latest?"]),
    ("uv run main.py", "uv exec: run", []),
    ("uv python install 3.12", "uv other: python", []),
    ("pipx install --pip-args=-q poetry==1.8", "pipx install: install", ["poetry 1.8"]),
    ("python3 -m pipx inject poetry poetry-plugin-export", "pipx install: inject", ["poetry-plugin-export?"]),
    ("poetry install --no-root --only main", "poetry restore: install", []),
    ("poetry add requests@^2.1 a@latest 'b==1'", "poetry install: add", ["requests ^2.1", "a latest?", "b 1"]),
    ("poetry self add poetry-plugin-export", "poetry install: self add", ["poetry-plugin-export?"]),
    ("pipenv install --system --deploy", "pipenv restore: install", []),
    ("pipenv install flask", "pipenv install: install", ["flask?"]),
    ("pipenv install -r requirements.txt", "pipenv install: install", []),
    ("conda install -y -c conda-forge numpy=1.2 'scipy>=1' pandas==2=py39_0 conda-forge::x", "conda install: install",
     ["numpy 1.2", "scipy >=1?", "pandas 2=py39_0", "x?"]),
    ("mamba create -n env python=3.9", "conda install: create", ["python 3.9"]),
    ("micromamba install -y -f env.yml", "conda install: install", []),
    ("conda env update -n base -f environment.yml", "conda restore: env update", []),
    ("conda clean -afy", "conda clean: clean", []),
    # node
    ("npm i", "npm restore: i", []),
    ("npm ci --omit=dev", "npm restore: ci", []),
    ("npm install --omit dev", "npm restore: install", []),
    ("npm --prefix app install", "npm restore: install", []),
    ("npm --prefix app install express", "npm install: install", ["express?"]),
    ("npm add -g express@4.18.2 @a/b@^1 @c/d e@latest f@1.x 'g@>=1' h@next-8 i@* j@$V", "npm install: add",
     ["express 4.18.2", "@a/b ^1", "@c/d?", "e latest?", "f 1.x", "g >=1?", "h next-8?", "i *?", "j $V"]),
    ("npm install a@npm:b@1 ./dir ../x x.tgz https://a.org/x.tgz file:lib .", "npm install: install",
     ["b 1", "file:./dir", "file:../x", "file:x.tgz", "url:https://a.org/x.tgz", "file:file:lib", "project:."]),
    ("npm install user/repo user/repo#v1 github:u/r#main git+https://a.org/b.git https://a.org/c.git#1f",
     "npm install: install",
     ["repository:user/repo?", "repository:user/repo v1", "repository:github:u/r#main main?",
      "repository:git+https://a.org/b.git?", "repository:https://a.org/c.git#1f 1f"]),
    ("npm install --audit false --loglevel error express", "npm install: install", ["express?"]),
    ("npm run build -- --prod", "npm run: run", []),
    ("npm t", "npm run: t", []),
    ("npm -v", "npm other: ", []),
    ("npm cache clean --force", "npm clean: cache clean", []),
    ("yarn", "yarn restore: ", []),
    ("yarn --frozen-lockfile --cwd app", "yarn restore: ", []),
    ("yarn --version", "yarn other: ", []),
    ("yarn install --production true", "yarn restore: install", []),
    ("yarn add express@4", "yarn install: add", ["express 4"]),
    ("yarn global add serve", "yarn install: global add", ["serve?"]),
    ("yarn workspace web add react@18", "yarn install: workspace * add", ["react 18"]),
    ("yarn workspaces focus --production", "yarn restore: workspaces focus", []),
    ("yarn build", "yarn run: build", []),
    ("yarn cache clean", "yarn clean: cache clean", []),
    ("node .yarn/releases/yarn-4.1.0.cjs install", "yarn restore: install", []),
    ("corepack yarn install", "yarn restore: install", []),
    ("npx --yes pnpm@8 add react", "pnpm install: add", ["react?"]),
    ("pnpm i -g serve", "pnpm install: i", ["serve?"]),
    ("pnpm --filter web install --frozen-lockfile", "pnpm restore: install", []),
    ("pnpm fetch --prod", "pnpm restore: fetch", []),
    ("pnpm build", "pnpm run: build", []),
    ("bun install", "bun restore: install", []),
    ("bun a react", "bun install: a", ["react?"]),
    ("bun run build", "bun run: run", []),
    # ruby
    ("gem install --no-document rails", "gem install: install", ["rails?"]),
    ("gem install rails -v 7.0", "gem install: install", ["rails 7.0"]),
    ("gem i rails --version '>= 7'", "gem install: i", ["rails >= 7?"]),
    ("gem install rails:7.0 bundler ./x.gem", "gem install: install", ["rails 7.0", "bundler?", "file:./x.gem"]),
    ("gem install nokogiri -- --use-system-libraries lib", "gem install: install", ["nokogiri?"]),
    ("gem3.1 install -N foo -v $V", "gem install: install", ["foo $V"]),
    ("bundle", "bundle restore: ", []),
    ("bundle _2.1.4_ install --jobs 4 --without development test", "bundle restore: install", []),
    ("bundle exec rake assets:precompile", "bundle exec: exec", []),
    ("bundle add rails --version 7", "bundle install: add", ["rails 7"]),
    # go
    ("go install golang.org/x/lint/golint@v0.1", "go install: install", ["golang.org/x/lint/golint v0.1"]),
    ("go install a.io/b@latest c.io/d@main e.io/f@$V g.io/h@1f2e3d", "go install: install",
     ["a.io/b latest?", "c.io/d main?", "e.io/f $V", "g.io/h 1f2e3d"]),
    ("go get -u github.com/a/b", "go install: get", ["github.com/a/b?"]),
    ("go get -d ./...", "go install: get", ["project:./..."]),
    ("go install -ldflags '-s -w' ./cmd/x .", "go install: install", ["project:./cmd/x", "project:."]),
    ("go install", "go build: install", []),
    ("go run main.go -v x", "go run: run", ["file:main.go"]),
    ("go run a.io/b@v1 arg", "go run: run", ["a.io/b v1"]),
    ("go run . serve", "go run: run", ["project:."]),
    ("go build -o /app -ldflags='-s' ./cmd", "go build: build", []),
    ("go mod download", "go restore: mod download", []),
    ("go clean -modcache", "go clean: clean", []),
    # rust, php, .NET, java, windows
    ("cargo install ripgrep --version 13.0", "cargo install: install", ["ripgrep 13.0"]),
    ("cargo +nightly install --locked a@1 b", "cargo install: install", ["a 1", "b?"]),
    ("cargo install --path . --root /usr", "cargo install: install", ["project:."]),
    ("cargo install --git https://a.org/b --tag v1", "cargo install: install", ["repository:https://a.org/b v1"]),
    ("cargo install --git https://a.org/b --branch main", "cargo install: install", ["repository:https://a.org/b?"]),
    ("cargo build --release -p app", "cargo build: build", []),
    ("cargo fetch", "cargo restore: fetch", []),
    ("cargo chef cook --release", "cargo restore: chef cook", []),
    ("composer require a/b:^1 c/d=2.* e/f 1.0 g/h i/j:dev-main", "composer install: require",
     ["a/b ^1", "c/d 2.*", "e/f 1.0", "g/h?", "i/j dev-main?"]),
    ("composer create-project a/b dir 1.2", "composer install: create-project", ["a/b 1.2"]),
    ("composer global require -d x a/b", "composer install: global require", ["a/b?"]),
    ("php -d memory_limit=-1 /usr/bin/composer install --no-dev", "composer restore: install", []),
    ("php composer.phar update", "composer upgrade: update", []),
    ("dotnet restore src/x.csproj", "dotnet restore: restore", []),
    ("dotnet publish -c Release -o /app", "dotnet build: publish", []),
    ("dotnet tool install -g dotnet-ef --version 8.0", "dotnet install: tool install", ["dotnet-ef 8.0"]),
    ("dotnet add src/x.csproj package Foo", "dotnet install: add * package", ["Foo?"]),
    ("dotnet add package Foo -v 1.0", "dotnet install: add package", ["Foo 1.0"]),
    ("dotnet nuget locals all --clear", "dotnet clean: nuget locals", []),
    ("mvn -B -f pom.xml clean package -DskipTests", "mvn build: package", []),
    ("./mvnw dependency:go-offline", "mvn restore: dependency:go-offline", []),
    ("sh ./mvnw -T 4 verify", "mvn build: verify", []),
    ("mvn a.b:dependency-plugin:3.6:resolve", "mvn restore: a.b:dependency-plugin:3.6:resolve", []),
    ("mvn clean", "mvn other: clean", []),
    ("mvn install", "mvn build: install", []),
    ("./gradlew :app:bootJar -x test --no-daemon", "gradle build: :app:bootJar", []),
    ("gradle dependencies", "gradle restore: dependencies", []),
    ("gradle wrapper", "gradle other: wrapper", []),
    ("choco install -y git --version 2.4", "choco install: install", ["git 2.4"]),
    ("nuget restore x.sln", "nuget restore: restore", []),
]  # fmt: skip


def shown(text: str) -> list[str]:
    out: list[str] = []
    for kind, name, version, bound in packages(text):
        front = "" if kind == "name" else kind + ":"
        stated = f" {version}" if version else ""
        out.append(front + name + stated + ("?" if bound is False else ""))
    return out


@pytest.mark.parametrize(("line", "what", "named"), CALLS, ids=[line for line, _, _ in CALLS])
def test_call(line: str, what: str, named: list[str]) -> None:
    read = call(line)
    assert f"{read.manager.name} {read.verb}: {read.path}" == what
    assert shown(line) == named


@pytest.mark.parametrize(
    "line",
    [
        "echo apt-get install curl",
        "apt-key add key",
        "apt-mark hold curl",
        "apt-cache search x",
        "rm -rf /var/lib/apt/lists/*",
        "install -m 755 a b",
        "python setup.py install",
        "python3 -c 'import pip'",
        "python3 -m venv /venv",
        "corepack enable",
        "npx create-react-app x",
        "bash script.sh",
        "sh -x build.sh apt-get",
        "pipeline install x",
        "go2 install x",
        "npm2 install x",
        "A=1",
        "$CMD install x",
    ],
)
def test_is_no_call(line: str) -> None:
    assert package_calls(script(line)) == []


def test_every_call_of_a_script_is_found() -> None:
    found = package_calls(script("apt-get update && (pip install a; npm i) || bash -c 'yum -y install b'"))
    assert [f"{c.program} {c.verb}" for c in found] == [
        "apt-get update-index",
        "pip install",
        "npm restore",
        "yum install",
    ]


def test_the_verb_word_is_where_a_flag_goes() -> None:
    text = "uv --quiet pip install flask"
    read = call(text)
    assert read.verb_word is not None
    assert text[: read.verb_word.end] == "uv --quiet pip install"
    assert text[read.packages[0].word.start : read.packages[0].word.end] == "flask"


@pytest.mark.parametrize(
    ("line", "yes"),
    [
        ("apt-get install curl", False),
        ("apt-get install -y curl", True),
        ("apt-get -y install curl", True),
        ("apt-get install curl -y", True),
        ("apt-get install --yes curl", True),
        ("apt-get install --assume-yes curl", True),
        ("apt-get install -yq curl", True),
        ("apt-get install -q curl", False),
        ("apt-get install -qq curl", True),
        ("apt-get install -q -q curl", True),
        ("apt-get install -q=2 curl", True),
        ("apt-get install -q=1 curl", False),
        ("aptitude install -qq curl", False),
        ("apt-get install --force-yes curl", False),
        ("apt-get install --yes=false curl", False),
        ("apt-get -o APT::Get::Assume-Yes=true install curl", True),
        ("apt-get -oAPT::Get::Assume-Yes=false install curl", False),
        ("DEBIAN_FRONTEND=noninteractive apt-get install curl", False),
        ("yes | apt-get install curl", True),
        ("echo y | apt-get install curl", True),
        ("yes n | apt-get install curl", False),
        ("echo y && apt-get install curl", False),
        ("yum install curl", False),
        ("yum -y install curl", True),
        ("dnf install --assumeyes curl", True),
        ("dnf install --setopt=assumeyes=1 curl", True),
        ("microdnf install curl", False),
        ("zypper install curl", False),
        ("zypper -n install curl", True),
        ("zypper --non-interactive install curl", True),
        ("zypper install -y curl", True),
        ("zypper install -n curl", False),  # behind the verb it is --name
        ("zypper install --no-confirm curl", True),
        ("pacman -S curl", False),
        ("pacman -S --noconfirm curl", True),
        ("conda install curl", False),
        ("conda install -qy curl", True),
        ("CONDA_ALWAYS_YES=true conda install curl", True),
        ("apk add curl", True),  # never asks
        ("npm install curl", True),
    ],
)
def test_assumes_yes(line: str, yes: bool) -> None:
    assert call(line).assumes_yes() is yes


def test_prompts() -> None:
    assert call("apt-get install curl").prompts()
    assert call("apt-get autoremove").prompts()
    assert not call("apt-get update").prompts()
    assert not call("apk add curl").prompts()


@pytest.mark.parametrize(
    ("line", "skips"),
    [
        ("apk add curl", False),
        ("apk add --no-cache curl", True),
        ("apk --no-cache add curl", True),
        ("apk add --no-network curl", True),
        ("pip install a", False),
        ("pip install --no-cache-dir a", True),
        ("pip --no-cache-dir install a", True),
        ("pip install --no-cache a", True),  # optparse takes the beginning of a long flag
        ("PIP_NO_CACHE_DIR=1 pip install a", True),
        ("PIP_NO_CACHE_DIR=off pip install a", True),  # any value does
        ("PIP_NO_CACHE_DIR= pip install a", False),
        ("env PIP_NO_CACHE_DIR=1 pip install a", True),
        ("export PIP_NO_CACHE_DIR=1 && pip install a", True),
        ("export PIP_NO_CACHE_DIR && pip install a", False),
        ("uv pip install a", False),
        ("uv pip install --no-cache a", True),
        ("uv sync -n", True),
        ("UV_NO_CACHE=1 uv sync", True),
        ("UV_NO_CACHE=0 uv sync", False),
        ("COMPOSER_CACHE_DIR=/dev/null composer install", True),
        ("COMPOSER_CACHE_DIR=/tmp composer install", False),
        ("composer install --no-cache", True),
        ("poetry install --no-cache", True),
        ("npm ci", False),
    ],
)
def test_skips_cache(line: str, skips: bool) -> None:
    assert call(line).skips_cache() is skips


def test_the_stage_may_switch_the_cache_off() -> None:
    assert call("pip install a").skips_cache({"PIP_NO_CACHE_DIR": "1"})
    assert not call("UV_NO_CACHE=0 uv sync").skips_cache({"UV_NO_CACHE": "1"})


@pytest.mark.parametrize(
    ("line", "skips"),
    [
        ("apt-get install curl", False),
        ("apt-get install --no-install-recommends curl", True),
        ("apt-get --no-install-recommends install curl", True),
        ("apt-get install --no-install-recommends=false curl", False),
        ("apt-get install --no-install-suggests curl", False),
        ("apt-get install -o APT::Install-Recommends=0 curl", True),
        ("apt-get install -o 'Apt::Install-Recommends=false' curl", True),
        ("apt-get install -o APT::Install-Recommends=true curl", False),
        ("zypper in --no-recommends curl", True),
        ("dnf install --setopt=install_weak_deps=False curl", True),
        ("dnf --setopt install_weak_deps=0 install curl", True),
        ("dnf install --setopt=install_weak_deps=1 curl", False),
    ],
)
def test_skips_recommends(line: str, skips: bool) -> None:
    assert call(line).skips_recommends() is skips


@pytest.mark.parametrize(
    ("line", "lists", "cache"),
    [
        ("apt-get update", True, False),
        ("apt-get install -y curl", False, True),
        ("apt-get install -U -y curl", True, True),
        ("apt-get clean", False, False),
        ("apk add curl", True, True),
        ("apk add --no-cache curl", False, False),
        ("apk update", True, False),
        ("dnf install -y curl", True, True),
        ("yum makecache", True, False),
        ("pacman -Sy git", True, True),
        ("pacman -S git", False, True),
        ("pip install a", False, True),
        ("pip install --no-cache-dir a", False, False),
        ("pip freeze", False, False),
        ("npm ci", False, True),
        ("npm run build", False, False),
        ("mvn package", False, True),
    ],
)
def test_what_it_leaves(line: str, lists: bool, cache: bool) -> None:
    read = call(line)
    assert (read.leaves_lists(), read.leaves_cache()) == (lists, cache)


@pytest.mark.parametrize(
    ("line", "frozen"),
    [
        ("npm ci", True),
        ("npm install", False),
        ("yarn --frozen-lockfile", True),
        ("yarn install --immutable", True),
        ("pnpm i", False),
        ("uv sync --locked", True),
        ("cargo build --locked", True),
        ("pipenv install --deploy", True),
        ("bundle install", False),
    ],
)
def test_frozen(line: str, frozen: bool) -> None:
    assert call(line).frozen() is frozen


@pytest.mark.parametrize(
    ("line", "requirements", "constraints"),
    [
        ("pip install -r a.txt --requirement=b.txt -rc.txt", ("a.txt", "b.txt", "c.txt"), ()),
        ("pip install -qr a.txt -c c.txt", ("a.txt",), ("c.txt",)),
        ("uv pip install -r pyproject.toml --constraint c.txt", ("pyproject.toml",), ("c.txt",)),
        ("conda env create --file=env.yml", ("env.yml",), ()),
        ("conda clean -f", (), ()),
        ("npm ci", (), ()),
    ],
)
def test_requirements(line: str, requirements: tuple[str, ...], constraints: tuple[str, ...]) -> None:
    read = call(line)
    assert (read.requirements, read.constraints) == (requirements, constraints)


def test_a_constraints_file_may_pin() -> None:
    read = call("pip install -c constraints.txt flask 'a>=1'")
    assert [is_pinned(package, read) for package in read.packages] == [None, False]


@pytest.mark.parametrize(
    ("line", "unsure"),
    [
        ("apt-get $APT_OPTS install curl", True),
        ("apt-get ${X} install curl", True),
        ("apt-get install $APT_FLAGS curl", True),
        ("apt-get install ${APT_ARGS} curl", True),
        ("apt-get install $PACKAGES", False),
        ("apt-get install $OPTIONAL_PACKAGES", False),
        ("apt-get install curl=$V", False),
    ],
)
def test_unsure(line: str, unsure: bool) -> None:
    read = call(line)
    assert read.verb == "install"
    assert read.uncertain is unsure


def test_options_are_read_with_their_values() -> None:
    read = call("apt-get -yqt sid -o A=1 install -o B=2 --default-release=stable curl")
    assert [(flag, value) for flag, value, _ in read.options] == [
        ("-y", None),
        ("-q", None),
        ("-t", "sid"),
        ("-o", "A=1"),
        ("-o", "B=2"),
        ("--default-release", "stable"),
    ]
    assert read.values("-o") == ["A=1", "B=2"]
    assert read.value("-t", "--default-release") == "stable"
    assert read.value("--solver") is None
    assert read.has("-q")
    assert not read.has("-x")


CLEANS_LISTS = [
    (APT, "rm -rf /var/lib/apt/lists/*", True),
    (APT, "rm -rf /var/lib/apt/lists", True),
    (APT, "rm -rf /var/lib/apt/lists/", True),
    (APT, "rm -fr /tmp/* /var/lib/apt/lists/* /var/tmp/*", True),
    (APT, "rm -rf -- /var/lib/apt/lists/*", True),
    (APT, "rm --recursive --force /var/lib/apt/lists/*", True),
    (APT, "rm -rf /var/lib/apt/lists/**", True),
    (APT, "rm -rf /var/lib/apt/*", True),
    (APT, "rm -rf /var/lib/apt", True),
    (APT, "rm -rf /var//lib/apt/lists/*", True),
    (APT, "rm /var/lib/apt/lists/*_*", True),
    (APT, "rm -rf /var/lib/apt/lists/*.*", True),
    (APT, "rm -f /var/lib/apt/lists/*", True),
    (APT, "rm -rf /var/lib/{apt,dpkg,cache,log}/", True),
    (APT, "rm -rf /var/lib/apt/{lists,mirrors}/*", True),
    (APT, "rm -rf /var/lib/apt/lists/partial/*", False),
    (APT, "rm -rf /var/lib/apt/lists/lock", False),
    (APT, "rm -rf /var/lib/apt/lists/*.lz4", False),
    (APT, "rm -rf /var/lib/apt/lists/*.deb", False),
    (APT, "rm -rf /var/lib/apt/lists/*debian*", False),
    (APT, "rm -rf '/var/lib/apt/lists/*'", False),  # quoted, the pattern is a name
    (APT, "rm -f /var/lib/apt/lists", False),  # a folder
    (APT, "rm -rf /tmp/x", False),
    (APT, "rm -rf /var/apt/lists/*", False),
    (APT, "rm -rf /var/cache/apt/*", False),
    (APT, "rm -rf /var/lib/apt/lists.old", False),
    (APT, "rm -rf /var/lib/dpkg", False),
    (APT, "sudo rm -rf /var/lib/apt/lists/*", True),
    (APT, "find /var/lib/apt/lists -type f -delete", True),
    (APT, "find /var/lib/apt/lists -mindepth 1 -delete", True),
    (APT, "find /var/lib/apt -type f -exec rm -f {} +", True),
    (APT, "find /var/lib/apt/lists -type d -delete", False),
    (APT, "find /var/lib/apt/lists -name '*.gz' -delete", False),
    (APT, "find /var/lib/apt/lists -type f", False),
    (APT, "apt-get clean", False),
    (APT, "apt-get distclean", True),
    (APT, "apt-get autoclean", False),
    (APT, "echo rm -rf /var/lib/apt/lists/*", False),
    (APK, "rm -rf /var/cache/apk/*", True),
    (APK, "rm /var/cache/apk/*", True),
    (APK, "rm -rf /var/cache/apk/*.tar.gz", True),
    (APK, "rm -rf /var/cache/*", True),
    (APK, "apk cache clean", False),
    (DNF, "dnf clean all", True),
    (DNF, "dnf -y clean all", True),
    (DNF, "dnf clean metadata", True),
    (DNF, "dnf clean packages", False),
    (DNF, "dnf clean expire-cache", False),
    (DNF, "rm -rf /var/cache/dnf", True),
    (DNF, "rm -rf /var/cache/dnf/*", True),
    (DNF, "rm -f /var/cache/dnf/*", False),
    (DNF, "rm -rf /var/cache/yum", False),
    (DNF, "rm -rf /var/cache/{dnf,yum}", True),
    (DNF, "apt-get clean all", False),
    (YUM, "yum clean all", True),
    (YUM, "dnf clean all", True),
    (YUM, "rm -rf /var/cache/yum", True),
    (managers.MICRODNF, "microdnf clean all", True),
    (managers.TDNF, "tdnf clean all", True),
    (managers.TDNF, "dnf clean all", False),
    (ZYPPER, "zypper clean", False),
    (ZYPPER, "zypper clean --all", True),
    (ZYPPER, "zypper cc -a", True),
    (ZYPPER, "zypper clean -m", True),
    (ZYPPER, "rm -rf /var/cache/zypp/*", True),
    (managers.PACMAN, "rm -rf /var/lib/pacman/sync", True),
]


@pytest.mark.parametrize(("manager", "line", "cleans"), CLEANS_LISTS, ids=[line for _, line, _ in CLEANS_LISTS])
def test_cleans_lists(manager: PackageManager, line: str, cleans: bool) -> None:
    assert any(cleans_lists(found, manager) for found in script(line).commands) is cleans


CLEANS_CACHE = [
    (APT, "apt-get clean", True),
    (APT, "apt clean", True),
    (APT, "apt-get autoclean", False),
    (APT, "rm -rf /var/cache/apt/archives/*", True),
    (APT, "rm -f /var/cache/apt/archives/*.deb", True),
    (APT, "rm -f /var/cache/apt/archives/*.lz4", False),
    (APT, "rm -rf /var/cache/apt/*", True),
    (APT, "rm -f /var/cache/apt/*", False),  # the packages are a folder below
    (APT, "rm -f /var/cache/apt/*.bin", False),
    (APT, "rm -rf /var/cache/apt", True),
    (APT, "rm -rf /var/lib/apt/lists/*", False),
    (APK, "apk cache clean", True),
    (APK, "rm -rf /var/cache/apk/*", True),
    (DNF, "dnf clean all", True),
    (DNF, "dnf clean packages", True),
    (YUM, "yum clean metadata", False),
    (ZYPPER, "zypper clean", True),
    (ZYPPER, "zypper clean -m", False),
    (managers.PACMAN, "yes | pacman -Scc", True),
    (managers.PACMAN, "pacman -Scc --noconfirm", False),
    (managers.PACMAN, "pacman -Sc --noconfirm", False),
    (managers.PIP, "pip cache purge", True),
    (managers.PIP, "python3 -m pip cache purge", True),
    (managers.PIP, "rm -rf ~/.cache/pip", True),
    (managers.PIP, "rm -rf $HOME/.cache", True),
    (managers.PIP, 'rm -rf "${HOME}/.cache/pip"', True),
    (managers.PIP, "rm -rf /root/.cache/*", True),
    (managers.PIP, "rm -rf /root/.cache", True),
    (managers.PIP, 'rm -rf "$PIP_CACHE_DIR"', True),
    (managers.PIP, "rm -rf ${PIP_CACHE_DIR}/*", True),
    (managers.PIP, "rm -rf $CACHE_DIR", False),
    (managers.PIP, "rm -f ~/.cache/pip/*", False),
    (managers.PIP, "rm -rf ~/*", False),  # * matches no dot file
    (managers.PIP, "rm -rf /home/app/.cache/pip", False),
    (managers.UV, "uv cache clean", True),
    (managers.UV, "uv cache prune", False),
    (managers.UV, "pip cache purge", False),
    (managers.POETRY, "poetry cache clear pypi --all", True),
    (managers.CONDA, "conda clean -afy", True),
    (managers.CONDA, "conda clean -tipsy", True),
    (managers.CONDA, "mamba clean --all --yes", True),
    (managers.CONDA, "conda clean -y", False),
    (managers.NPM, "npm cache clean --force", True),
    (managers.NPM, "npm cache verify", False),
    (managers.NPM, "rm -rf /root/.npm/_cacache", True),
    (managers.NPM, "rm -rf ~/.npm/_logs", False),
    (managers.NPM, "rm -rf ~/.npm/*", True),
    (managers.NPM, "rm -rf ~/.npm", True),
    (managers.YARN, "yarn cache clean", True),
    (managers.PNPM, "pnpm store prune", True),
    (managers.BUN, "bun pm cache rm", True),
    (managers.GO, "go clean -modcache", True),
    (managers.GO, "go clean -cache", True),
    (managers.GO, "go clean", False),
    (managers.GO, "rm -rf /go/pkg/mod", True),
    (managers.CARGO, "rm -rf $CARGO_HOME/registry", True),
    (managers.COMPOSER, "composer clear-cache", True),
    (managers.COMPOSER, "rm -rf ${COMPOSER_HOME}/cache", True),
    (managers.DOTNET, "dotnet nuget locals all --clear", True),
    (managers.DOTNET, "dotnet nuget locals all --list", False),
    (managers.MAVEN, "rm -rf /root/.m2", True),
    (managers.MAVEN, "mvn clean", False),
    (managers.GRADLE, "gradle clean", False),
]


@pytest.mark.parametrize(("manager", "line", "cleans"), CLEANS_CACHE, ids=[line for _, line, _ in CLEANS_CACHE])
def test_cleans_cache(manager: PackageManager, line: str, cleans: bool) -> None:
    assert any(cleans_cache(found, manager) for found in script(line).commands) is cleans


def test_dash_keeps_braces() -> None:
    line = command("rm -rf /var/lib/{apt,dpkg}/lists/*")
    assert cleans_lists(line, APT)
    assert not cleans_lists(line, APT, braces=False)


def test_the_home_folder_decides() -> None:
    assert cleans_cache(command("rm -rf /home/app/.cache/pip"), managers.PIP, home="/home/app")
    assert cleans_cache(command("rm -rf ~/.cache/pip"), managers.PIP, home="/home/app")


def test_cache_places() -> None:
    assert cache_directories(managers.PIP) == (("/root/.cache/pip",),)
    assert cache_directories(managers.PIP, "/home/a", {}) == (("/home/a/.cache/pip",),)
    assert cache_directories(managers.PIP, "/root", {"PIP_CACHE_DIR": "/c/"}) == (("/c",),)
    assert cache_directories(managers.CARGO, "/root", {"CARGO_HOME": "/c"}) == (("/c/registry",), ("/c/git",))
    assert cache_directories(managers.GO)[1] == ("/root/.cache/go-build",)


@pytest.mark.parametrize(
    ("target", "holds"),
    [
        ("/root/.cache/pip", True),
        ("/root/.cache", True),
        ("/root/.cache/", True),
        ("~/.cache", True),
        ("/root/.cache/pi", False),
        ("/root/.cache/pip/http", False),
        ("/home/a/.cache", False),
        ("", False),
    ],
)
def test_mounted(target: str, holds: bool) -> None:
    assert is_mounted(cache_directories(managers.PIP)[0], ["/x", target]) is holds


PIECES = "- -- = @ : :: / . * $V ${V} ~ ! ^ + < 1 a npm: git+ :// .deb".split()


@settings(max_examples=300, deadline=None, database=None)
@given(
    st.sampled_from(
        [f"{manager.programs[0]} {verb}" for manager in MANAGERS for verb in [*manager.verbs.by_name, "-Syu"]]
    ),
    st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join), max_size=4),
)
def test_any_words_are_read(verb: str, words: list[str]) -> None:
    text = verb.replace("*", "x") + "".join(f' "{word}"' for word in words)
    for read in package_calls(script(text)):
        for package in read.packages:
            assert package.kind in {"name", "file", "project", "url", "repository", "group", "variable"}
            assert is_pinned(package, read) in (True, False, None)
        assert read.assumes_yes() in (True, False)
        for manager in (APT, read.manager):
            assert cleans_cache(read.command, manager) in (True, False)


def test_the_table_is_sound() -> None:
    known = {
        "install",
        "restore",
        "update-index",
        "upgrade",
        "dist-upgrade",
        "remove",
        "build-deps",
        "download",
        "clean",
    }
    known |= {"build", "run", "exec", "config", "other"}
    names = [manager.name for manager in MANAGERS]
    assert len(set(names)) == len(names)
    assert len(MANAGER_BY_PROGRAM) == sum(len(manager.programs) for manager in MANAGERS)
    for manager in MANAGERS:
        assert set(manager.verbs.by_name.values()) <= known, manager
        assert {manager.verbs.default, manager.verbs.bare_install or "other"} <= known, manager
        assert all(verb == verb.strip() for verb in manager.verbs.by_name), manager
        assert not manager.options.valued & {
            *manager.flags.yes,
            *manager.flags.no_cache,
            *manager.flags.no_recommends,
            *manager.flags.refresh,
        }, manager
        assert {
            *manager.inputs.requirements,
            *manager.inputs.constraints,
            *manager.inputs.editable,
        } <= manager.options.valued | {"-f"}, manager
        assert manager.clean.default in ("", "cache"), manager
        flags = [
            *manager.options.valued,
            *manager.options.before_verb,
            *manager.flags.yes,
            *manager.flags.no_cache,
            *manager.flags.no_recommends,
        ]
        assert all(flag.startswith("-") for flag in flags), manager
        clean = manager.clean
        cleans = bool(clean.lists or clean.cache or clean.everything or clean.default)
        assert cleans == ("clean" in manager.verbs.by_name.values() or manager.verbs.are_flags), manager


def test_one_command_alone() -> None:
    read = parse_package_call(command("pip install flask"))
    assert read is not None
    assert repr(read) == "PackageCall(pip install (Package(name 'flask' ''),))"
    assert parse_package_call(command("make -j4 install")) is None
    assert parse_package_call(command("A=1")) is None


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, dockerfile_dlint.model.packages.calls;"
        "print([m for m in ('re', 'typing', 'dataclasses', 'enum', 'pathlib', 'fnmatch', 'json') if m in sys.modules])"
    )
    without = code.replace(", dockerfile_dlint.model.packages.calls", "")
    loaded, before = (
        subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout
        for text in (code, without)
    )
    assert loaded == before
