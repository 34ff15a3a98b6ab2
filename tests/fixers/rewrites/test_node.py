"""A builder and a slim runtime for Node.js."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .cases import refusal, rewritten

TEXT = """\
FROM node:20
WORKDIR /app
COPY . .
RUN npm ci
EXPOSE 3000
CMD ["npm", "start"]
"""


def package(**more: object) -> str:
    data = {"scripts": {"start": "node index.js"}, "dependencies": {"express": "4"}, "devDependencies": {"jest": "29"}}
    return json.dumps({**data, **more})


FILES = {"package.json": package(), "package-lock.json": "{}", "index.js": "require('express')\n"}


def test_modules_are_installed_in_a_builder(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, TEXT, FILES).text
        == """\
FROM node:20 AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM node:20-slim
WORKDIR /app
COPY --from=build /app/node_modules /app/node_modules
COPY . .
EXPOSE 3000
CMD ["npm", "start"]
"""
    )


@pytest.mark.parametrize(
    "files",
    [
        {"index.js": "import jest from 'jest'\n"},
        {"package.json": package(scripts={"start": "nodemon index.js"})},
        {"package.json": package(scripts={"start": "node index.js", "prestart": "jest"})},
        {"package.json": package(scripts={"start": "tsc && node index.js"})},
    ],
)
def test_development_dependencies_stay_where_they_may_be_used(files: dict[str, str], tmp_path: Path) -> None:
    text = rewritten(tmp_path, TEXT, {**FILES, **files}).text
    assert "--omit=dev" not in text
    assert "FROM node:20-slim" in text


def test_what_a_build_makes_is_brought_over(tmp_path: Path) -> None:
    text = TEXT.replace("EXPOSE", "RUN npm run build\nEXPOSE")
    files = {**FILES, "package.json": package(scripts={"start": "node dist/main.js", "build": "tsc"})}
    files["tsconfig.json"] = '{"compilerOptions": {"outDir": "./dist"}}'
    assert (
        rewritten(tmp_path, text, files).text
        == """\
FROM node:20 AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

# the build has the devDependencies, too
FROM dependencies AS build
RUN npm ci
COPY . .
RUN npm run build

FROM node:20-slim
WORKDIR /app
COPY --from=dependencies /app/node_modules /app/node_modules
COPY . .
COPY --from=build /app/dist /app/dist
EXPOSE 3000
CMD ["npm", "start"]
"""
    )


def test_packages_that_a_build_writes_among_come_from_the_build(tmp_path: Path) -> None:
    text = TEXT.replace("EXPOSE", "RUN npx prisma generate && npm run build\nEXPOSE")
    data = package(
        scripts={"start": "node dist/main.js", "build": "tsc"}, dependencies={"@prisma/client": "5", "express": "4"}
    )
    result = rewritten(tmp_path, text, {**FILES, "package.json": data}).text
    assert "RUN npm ci\n" in result
    assert "--omit=dev" not in result


def test_the_whole_folder_is_brought_over_when_a_build_may_write_anywhere(tmp_path: Path) -> None:
    text = TEXT.replace("EXPOSE", "RUN npm run build\nEXPOSE")
    files = {**FILES, "package.json": package(scripts={"start": "node x.js", "build": "node build.js"})}
    builder, _, final = rewritten(tmp_path, text, files).text.partition("\n\nFROM node:20-slim\n")
    assert builder.endswith(
        "RUN npm run build\n# the image gets the packages without devDependencies instead\nRUN rm -rf /app/node_modules"
    )
    assert final.startswith(
        "WORKDIR /app\nCOPY --from=build /app /app\n"
        "COPY --from=dependencies /app/node_modules /app/node_modules\nEXPOSE"
    )


def test_an_addon_of_the_project_is_compiled_from_its_own_files(tmp_path: Path) -> None:
    files = {**FILES, "binding.gyp": '{"targets": [{"target_name": "a", "sources": ["src/a.cc"]}]}', "src/a.cc": ""}
    builder, _, final = rewritten(tmp_path, TEXT, files).text.partition("\n\n")
    assert (
        "COPY package.json package-lock.json binding.gyp ./\nCOPY src src/\nRUN npm ci --omit=dev\nCOPY . ." in builder
    )
    assert "COPY --from=build /app /app\n" in final


def test_what_is_built_in_one_run_with_the_install_comes_behind_the_source(tmp_path: Path) -> None:
    text = TEXT.replace("node:20", "node:20-alpine").replace(
        "RUN npm ci", "RUN npm ci && npm install -g typescript && tsc"
    )
    first, builder, final = rewritten(tmp_path, text, {**FILES, "index.ts": ""}).text.split("\n\n")
    assert first.endswith("RUN npm ci --omit=dev")
    assert "AS build\nRUN npm ci && npm install -g typescript\nCOPY . .\nRUN tsc\n" in builder
    assert final.startswith("FROM node:20-alpine\nWORKDIR /app\nCOPY --from=build /app /app\n")


def test_a_build_in_the_run_of_the_install_waits_for_the_source(tmp_path: Path) -> None:
    text = TEXT.replace("RUN npm ci", "RUN npm ci && npm run build")
    files = {**FILES, "package.json": package(scripts={"start": "nodemon x.js", "build": "vite build"})}
    builder = rewritten(tmp_path, text, files).text.partition("\n\n")[0]
    assert builder.endswith("RUN npm ci\nCOPY . .\nRUN npm run build")


def test_a_global_program_that_is_started_stays(tmp_path: Path) -> None:
    text = TEXT.replace("RUN npm ci", "RUN npm install -g pm2 && npm ci").replace('"npm", "start"', '"pm2", "start"')
    assert "RUN npm install -g pm2\n" in rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]


@pytest.mark.parametrize(
    ("old", "new", "files", "why"),
    [
        ("node:20", "example.org/node:20", {}, "1: splitting is not supported"),
        ("RUN npm ci", "RUN cd /app && npm ci", {}, "4: `cd /app` affects the commands after it"),
        ("RUN npm ci", "RUN npm install express", {}, "4: `npm install express` adds packages"),
        ("RUN npm ci", "RUN cd web && (npm ci || npm install)", {}, "4: "),
        ("RUN npm ci", "RUN export NODE_ENV=production && npm ci", {}, "4: "),
        ("RUN npm ci", "RUN (npm ci && npm cache clean --force) || true", {}, "4: "),
        ("RUN npm ci", "USER node\nRUN npm ci", {}, "5: the dependencies are installed as `node`"),
        (
            "",
            "",
            {"package.json": package(dependencies={"puppeteer": "1"})},
            "0: the run-time system dependencies of `puppeteer` are unknown",
        ),
        (
            "",
            "",
            {"node_modules/a/index.js": ""},
            "0: node_modules in the build context overwrites the installed one",
        ),
        ("", "", {"package.json": "[]"}, "4: `package.json` is not a valid JSON object"),
    ],
)
def test_unsupported_files_are_rejected(old: str, new: str, files: dict[str, str], why: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, TEXT.replace(old, new, 1) if old else TEXT, {**FILES, **files}).startswith(why)


def test_comments_of_the_file_stay_where_their_instruction_goes(tmp_path: Path) -> None:
    text = """\
FROM node:20
# the folder
WORKDIR /app
# manifests
COPY package*.json ./
# install
RUN npm install
# the rest
COPY . .
CMD ["node", "index.js"]
"""
    files = {"package.json": '{"dependencies": {"express": "4"}}', "index.js": "require('express')\n"}
    assert (
        rewritten(tmp_path, text, files).text
        == """\
FROM node:20 AS build
WORKDIR /app
# manifests
COPY package*.json ./
# install
RUN npm install

FROM node:20-slim
# the folder
WORKDIR /app
COPY --from=build /app/node_modules /app/node_modules
# the rest
COPY . .
CMD ["node", "index.js"]
"""
    )


@pytest.mark.parametrize("package_name, program", [("@nestjs/cli", "nest"), ("pm2", "pm2-runtime")])
def test_a_program_that_is_started_stays(package_name: str, program: str, tmp_path: Path) -> None:
    install = f"RUN npm install -g {package_name}\n"
    text = f"FROM node:20\nWORKDIR /app\n{install}COPY . .\nRUN npm install\nCMD {program} start\n"
    final = rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]
    assert install in final


def test_a_program_that_only_builds_is_left_behind(tmp_path: Path) -> None:
    text = "FROM node:20\nWORKDIR /app\nRUN npm install -g typescript\nCOPY . .\nRUN npm install\nCMD node index.js\n"
    assert "typescript" not in rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]


@pytest.mark.parametrize("command", ["cp .env.example .env", "echo registry=x > .npmrc", "curl -fO https://a.b/c.json"])
def test_what_the_builder_may_miss_is_refused(command: str, tmp_path: Path) -> None:
    text = TEXT.replace("RUN npm ci", f"RUN {command}\nRUN npm ci\nRUN npm run build")
    assert "the build may need the result of" in refusal(tmp_path, text, FILES)


def test_a_copy_to_a_folder_that_changes_keeps_its_place(tmp_path: Path) -> None:
    text = "FROM node:20\nWORKDIR /a\nCOPY . .\nWORKDIR /a/web\nRUN npm install\nRUN npm run build\nCMD node x.js\n"
    files = {f"web/{name}": content for name, content in FILES.items()}
    builder = rewritten(tmp_path, text, files).text.partition("\n\n")[0]
    assert "WORKDIR /a\nCOPY . .\nWORKDIR /a/web\nRUN npm install\n" in builder


def test_certificates_come_with_what_fetches(tmp_path: Path) -> None:
    text = TEXT.replace("EXPOSE", "HEALTHCHECK CMD curl -f http://localhost:3000/\nEXPOSE")
    final = rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]
    assert "        ca-certificates \\\n        curl \\\n" in final


def test_prisma_has_the_library_that_it_loads(tmp_path: Path) -> None:
    files = {**FILES, "package.json": package(dependencies={"@prisma/client": "5", "express": "4"})}
    assert "        openssl \\\n" in rewritten(tmp_path, TEXT, files).text.partition("\n\n")[2]


def test_nothing_is_added_to_the_base_that_it_had(tmp_path: Path) -> None:
    files = {**FILES, "package.json": package(dependencies={"@prisma/client": "5"}, devDependencies={"vite": "5"})}
    result = rewritten(tmp_path, TEXT.replace("node:20", "node:20-alpine"), files).text
    assert "RUN npm ci --omit=dev\n" in result
    assert "apt-get" not in result


def test_a_stage_that_saves_nothing_is_not_made(tmp_path: Path) -> None:
    files = {**FILES, "package.json": package(dependencies={"@prisma/client": "5"}, devDependencies={"vite": "5"})}
    text = TEXT.replace("node:20", "node:20-alpine").replace("EXPOSE", "RUN npx tsc\nEXPOSE")
    assert "a second stage saves nothing" in refusal(tmp_path, text, files)


@pytest.mark.parametrize("command", ['["serve", "-s", "dist"]', "npx serve -s dist", '["nginx", "-g", "daemon off;"]'])
def test_a_server_of_files_needs_no_development_dependencies(command: str, tmp_path: Path) -> None:
    text = TEXT.replace('["npm", "start"]', command).replace("EXPOSE", "RUN npm run build\nEXPOSE")
    files = {**FILES, "package.json": package(scripts={"build": "vite build"}), "index.js": "import 'jest'\n"}
    assert "RUN npm ci --omit=dev\n" in rewritten(tmp_path, text, files).text
    files["package.json"] = package(scripts={"build": "vite build"}, devDependencies={"serve": "14", "jest": "29"})
    if "serve" in command:
        assert "--omit=dev" not in rewritten(tmp_path, text, files).text


def test_a_lock_file_that_came_after_the_install_still_does(tmp_path: Path) -> None:
    text = "FROM node:22\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\nCOPY . .\nCMD node index.js\n"
    files = {"package.json": '{"dependencies": {"express": "4"}}', "package-lock.json": "{}", "index.js": ""}
    new = rewritten(tmp_path, text, files).text
    assert "AS build\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\n" in new


YARN = """\
FROM node:20
WORKDIR /app
COPY package.json yarn.lock ./
RUN yarn install --frozen-lockfile
COPY . .
RUN yarn build
CMD ["yarn", "start"]
"""


def test_yarn_omits_development_dependencies(tmp_path: Path) -> None:
    files = {
        "package.json": package(scripts={"start": "node dist/main.js", "build": "tsc"}),
        "yarn.lock": '# yarn lockfile v1\n\nexpress@4:\n  version "4.0.0"\n',
        "tsconfig.json": '{"compilerOptions": {"outDir": "./dist"}}',
    }
    first, builder, final = rewritten(tmp_path, YARN, files).text.split("\n\n")
    assert first.endswith("RUN yarn install --frozen-lockfile --production")
    assert builder.endswith("RUN yarn install --frozen-lockfile\nCOPY . .\nRUN yarn build")
    assert "COPY --from=build /app/dist /app/dist\n" in final
    once = rewritten(tmp_path, YARN.replace("RUN yarn build\n", ""), files).text
    assert "RUN yarn install --frozen-lockfile --production\n" in once
    other = {**files, "yarn.lock": "__metadata:\n  version: 8\n"}
    assert "--production" not in rewritten(tmp_path, YARN, other).text


READS = {"index.js": "require('express'); require('fs').readFileSync('package-lock.json')\n"}


@pytest.mark.parametrize(
    ("install", "files", "lock"),
    [
        ("npm install", READS, "package-lock.json"),
        ("npm install", {}, ""),
        ("yarn install", {}, ""),
        ("npm install", {**READS, "package-lock.json": "{}"}, ""),
        ("npm install --no-package-lock", READS, ""),
        ("npm install", {**READS, ".npmrc": "package-lock=false"}, ""),
    ],
)
def test_a_lock_file_that_the_install_writes_comes_along_if_something_reads_it(
    install: str, files: dict[str, str], lock: str, tmp_path: Path
) -> None:
    text = f"FROM node:20\nWORKDIR /app\nCOPY package.json ./\nRUN {install}\nCOPY . .\nCMD node index.js\n"
    manifest = {"package.json": '{"dependencies": {"express": "4"}}', "index.js": "require('express')\n"}
    new = rewritten(tmp_path, text, {**manifest, **files}).text
    assert "AS build" in new
    written = [line.split()[-1] for line in new.splitlines() if "--from=build" in line and "lock" in line]
    assert written == ([f"/app/{lock}"] if lock else [])


def test_a_global_program_that_only_runs_is_not_in_the_builder(tmp_path: Path) -> None:
    text = "FROM node:20\nWORKDIR /app\nRUN npm install -g pm2\nCOPY . .\nRUN npm install\nCMD pm2-runtime index.js\n"
    builder, _, final = rewritten(tmp_path, text, FILES).text.partition("\n\n")
    assert "pm2" not in builder
    assert "RUN npm install -g pm2\n" in final


def test_a_secret_that_no_build_reads_is_not_in_the_builder(tmp_path: Path) -> None:
    text = TEXT.replace("COPY . .", "ENV JWT_SECRET=x NPM_TOKEN=y NODE_OPTIONS='a b'\nCOPY . .")
    builder, _, final = rewritten(tmp_path, text, FILES).text.partition("\n\n")
    assert "ENV NPM_TOKEN=y NODE_OPTIONS='a b'\n" in builder
    assert "ENV JWT_SECRET=x NPM_TOKEN=y NODE_OPTIONS='a b'\n" in final
    named = {**FILES, ".npmrc": "//registry.example.org/:_authToken=${JWT_SECRET}\n"}
    assert "JWT_SECRET" in rewritten(tmp_path, text, named).text.partition("\n\n")[0]


def test_a_stage_that_is_called_as_the_builder_would_be(tmp_path: Path) -> None:
    result = rewritten(tmp_path, TEXT.replace("node:20", "node:20 AS build"), FILES).text
    assert result.startswith("FROM node:20 AS builder\n")
    assert "\nFROM node:20-slim AS build\n" in result
    assert "COPY --from=builder /app/node_modules" in result


@pytest.mark.parametrize(
    "install",
    ["{ npm ci || npm install; }", "if [ -f package-lock.json ]; then npm ci; else npm install; fi"],
)
def test_an_install_in_a_compound_command_stays_as_it_is(install: str, tmp_path: Path) -> None:
    text = TEXT.replace("RUN npm ci", f"RUN --mount=type=cache,target=/root/.npm {install} && npm cache clean --force")
    builder, _, final = rewritten(tmp_path, text, FILES).text.partition("\n\n")
    assert builder.endswith(f"RUN --mount=type=cache,target=/root/.npm {install}")
    assert "COPY --from=build /app" in final
    assert "omit" not in builder + final


@pytest.mark.parametrize(
    ("source", "package_name"),
    [
        ("import { execa } from 'execa'\nawait execa('git', ['log'])\n", "git"),
        ("const tool = 'unzip'\nspawn(tool, ['a.zip'])\n", "unzip"),
        ("exec('python3 report.py')\n", "python3"),
    ],
)
def test_programs_that_the_sources_start_come_along(source: str, package_name: str, tmp_path: Path) -> None:
    final = rewritten(tmp_path, TEXT, {**FILES, "index.js": source}).text.partition("\n\n")[2]
    assert f"        {package_name} \\\n" in final


def test_a_package_of_the_lock_file_that_needs_unknown_libraries_is_refused(tmp_path: Path) -> None:
    locked = {"": {"dependencies": {"express": "4"}}, "node_modules/express": {"dependencies": {"puppeteer": "1"}}}
    lock = json.dumps({"lockfileVersion": 3, "packages": {**locked, "node_modules/puppeteer": {}}})
    reason = refusal(tmp_path, TEXT, {**FILES, "package-lock.json": lock})
    assert "the run-time system dependencies of `puppeteer` are unknown" in reason


def test_a_global_package_that_stays_has_known_needs(tmp_path: Path) -> None:
    text = TEXT.replace("RUN npm ci", "RUN npm install -g puppeteer && npm ci")
    assert "the run-time system dependencies of `puppeteer` are unknown" in refusal(tmp_path, text, FILES)


def test_the_arguments_of_the_entry_point_are_not_started(tmp_path: Path) -> None:
    text = TEXT.replace('CMD ["npm", "start"]', 'ENTRYPOINT ["node", "index.js"]\nCMD ["yarn"]')
    assert "RUN npm ci --omit=dev\n" in rewritten(tmp_path, text, FILES).text


def test_a_program_that_a_script_starts_stays(tmp_path: Path) -> None:
    text = TEXT.replace("RUN npm ci", "RUN npm install -g typescript && npm ci")
    text = text.replace('CMD ["npm", "start"]', 'ENTRYPOINT ["./entrypoint.sh"]')
    files = {**FILES, "entrypoint.sh": "#!/bin/sh\ntsc --watch &\nexec node index.js\n"}
    assert "RUN npm install -g typescript\n" in rewritten(tmp_path, text, files).text.partition("\n\n")[2]


def test_a_cache_mount_stays_with_the_install(tmp_path: Path) -> None:
    mount = "--mount=type=cache,target=/root/.npm"
    text = TEXT.replace("RUN npm ci", f"RUN {mount} npm install -g typescript && npm ci && npm run build")
    files = {**FILES, "package.json": package(scripts={"start": "node dist/main.js", "build": "vite build"})}
    first, builder, final = rewritten(tmp_path, text, files).text.split("\n\n")
    assert first.endswith(f"COPY package.json package-lock.json ./\nRUN {mount} npm ci --omit=dev")
    assert f"RUN {mount} npm install -g typescript && npm ci\nCOPY . .\nRUN {mount} npm run build" in builder
    assert "--mount" not in final


@pytest.mark.parametrize("directory", ["/app/node_modules", "node_modules", "/app"])
def test_what_is_only_in_a_cache_is_not_copied(directory: str, tmp_path: Path) -> None:
    text = TEXT.replace("RUN npm ci", f"RUN --mount=type=cache,target={directory} npm ci")
    reason = refusal(tmp_path, text, FILES)
    assert reason.startswith(f"4: the final image may need what a mount keeps in the cache `{directory}`")


@pytest.mark.parametrize("option", ["--mount=type=secret,id=npm", "--network=none"])
def test_other_options_of_run_are_refused(option: str, tmp_path: Path) -> None:
    text = TEXT.replace("RUN npm ci", f"RUN {option} npm ci")
    assert refusal(tmp_path, text, FILES).startswith(f"4: this RUN has the option `{option}`")


SITE = """\
FROM node:20
WORKDIR /app
RUN npm install -g @vue/cli http-server@14
COPY . .
ENV VITE_API=https://api.example.org
RUN npm ci
RUN npm run build
RUN chown -R node:node /app
CMD ["http-server", "dist", "-p", "8080"]
"""
SITE_FILES = {**FILES, "package.json": package(scripts={"build": "vite build", "serve": "vue serve"})}


def test_a_server_of_files_gets_only_what_the_build_makes(tmp_path: Path) -> None:
    expected = """\
FROM node:20 AS build
WORKDIR /app
RUN npm install -g @vue/cli http-server@14
ENV VITE_API=https://api.example.org
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:20-slim
WORKDIR /app
RUN npm install -g http-server@14
ENV VITE_API=https://api.example.org
COPY --from=build /app/dist /app/dist
RUN chown -R node:node /app
CMD ["http-server", "dist", "-p", "8080"]
"""
    assert rewritten(tmp_path, SITE, SITE_FILES).text == expected
    alpine = rewritten(tmp_path, SITE.replace("node:20", "node:20-alpine"), SITE_FILES).text
    assert alpine == expected.replace("node:20-slim", "node:20-alpine").replace("node:20 ", "node:20-alpine ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"dist"', '"."'),
        ('"dist"', '"assets"'),
        ('"-p", "8080"', '"-S"'),
        ('"-p", "8080"', '"-C", "cert.pem"'),
        ("RUN chown -R node:node /app", "RUN sed -i s/a/b/ dist/index.html"),
        ("RUN chown -R node:node /app", "RUN rm -rf node_modules/.cache"),
        ("RUN chown -R node:node /app", "RUN cp -r . /srv"),
        ("RUN chown -R node:node /app", "COPY --from=nginx /etc/nginx /etc/nginx"),
        ("RUN chown -R node:node /app", 'HEALTHCHECK CMD ["node", "index.js"]'),
        ("RUN chown -R node:node /app", "COPY serve.conf /etc/serve.conf"),
        ('CMD ["http', 'ENTRYPOINT ["./start.sh"]\nCMD ["http'),
        ("RUN npm install -g @vue/cli http-server@14\n", ""),
    ],
)
def test_files_of_a_site_that_something_may_read_stay(old: str, new: str, tmp_path: Path) -> None:
    assert old in SITE
    more = {"serve.conf": "root /app/index.js;\n/app\n", "start.sh": '#!/bin/sh\nexec "$@"\n'}
    text = rewritten(tmp_path, SITE.replace(old, new), {**SITE_FILES, **more}).text
    final = text.rpartition("\n\nFROM")[2]
    assert "COPY --from=build /app/dist /app/dist" not in final or "COPY . ." in final


def test_a_site_that_nginx_serves(tmp_path: Path) -> None:
    start = "RUN cp -r dist/* /var/www/html/\nCOPY site.conf /etc/nginx/sites-available/default\n"
    text = SITE.replace("RUN npm install -g @vue/cli http-server@14", "RUN apt-get update && apt-get install -y nginx")
    text = text.partition("RUN chown")[0] + start + 'CMD ["nginx", "-g", "daemon off;"]\n'
    files = {**SITE_FILES, "site.conf": "server { root /var/www/html; }\n"}
    final = rewritten(tmp_path, text, files).text.rpartition("\n\nFROM")[2]
    assert final.endswith("COPY --from=build /app/dist /app/dist\n" + start + 'CMD ["nginx", "-g", "daemon off;"]\n')
    assert "node_modules" not in final
    files["site.conf"] = "server { root /app/public; location /api { root /app/dist; } }\n"
    assert "COPY . ." in rewritten(tmp_path, text, files).text.rpartition("\n\nFROM")[2]
