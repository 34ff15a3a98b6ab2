# Completion for dlint in fish. Written by `dlint completions fish`.
function __dlint_command
    set -l words (commandline -opc)
    if set -q words[2]; and contains -- $words[2] check format optimize dockerignore explain rules config baseline server tree completions help
        echo $words[2]
    else if set -q words[2]
        echo check
    else
        echo check none
    end
end
function __dlint_is
    contains -- $argv[1] (string split ' ' -- (__dlint_command))
end
function __dlint_rules
    printf '%s\n' \
        'SYN001'\t'The file cannot be read as a Dockerfile, or linting it takes too long.' \
        'SYN002'\t'A check crashed on this file because of a bug in dlint.' \
        'SYN003'\t'The Dockerfile has a syntax error.' \
        'SYN004'\t'BuildKit rejects the value of an argument, although the syntax is valid.' \
        'DL1001'\t'A comment suppresses findings for an instruction.' \
        'DL3000'\t'WORKDIR is a relative path.' \
        'DL3001'\t'A command has no effect in a build.' \
        'DL3002'\t'The last USER of the final image is root.' \
        'DL3003'\t'A RUN ends with `cd`, or several RUNs start with the same `cd`.' \
        'DL3004'\t'`sudo` is used in a build.' \
        'DL3006'\t'The base image has neither a tag nor a digest, so `latest` is used.' \
        'DL3007'\t'The base image uses the tag `latest`.' \
        'DL3008'\t'`apt-get install` installs a package without a pinned version.' \
        'DL3009'\t'`apt-get update` leaves its package lists in the layer.' \
        'DL3010'\t'An archive is copied into the image and then extracted.' \
        'DL3011'\t'EXPOSE contains a port above 65535.' \
        'DL3012'\t'A stage has several HEALTHCHECK instructions; only the last one takes effect.' \
        'DL3013'\t'`pip install` (uv, pipx, Poetry, Pipenv) installs a package without a pinned version.' \
        'DL3014'\t'`apt-get install` without `-y` prompts for confirmation.' \
        'DL3015'\t'`apt-get install` without `--no-install-recommends` also installs recommended packages.' \
        'DL3016'\t'`npm install` (yarn, pnpm, bun) installs a named package without a pinned version.' \
        'DL3018'\t'`apk add` installs a package without a pinned version.' \
        'DL3019'\t'`apk` leaves its package index in the layer.' \
        'DL3020'\t'ADD is used where COPY does the same.' \
        'DL3021'\t'Several files are copied to a destination without a trailing slash.' \
        'DL3022'\t'`COPY --from` references neither an earlier stage nor an image with a version.' \
        'DL3023'\t'`COPY --from` references its own stage.' \
        'DL3024'\t'Two stages have the same name.' \
        'DL3025'\t'CMD or ENTRYPOINT is in shell form.' \
        'DL3026'\t'An image comes from a registry that is not in `trusted-registries`.' \
        'DL3027'\t'`apt` is used instead of `apt-get`.' \
        'DL3028'\t'`gem install` installs a gem without a pinned version.' \
        'DL3029'\t'FROM pins the platform with `--platform`.' \
        'DL3030'\t'`yum install` without `-y` prompts for confirmation.' \
        'DL3032'\t'`yum install` leaves its cache in the layer.' \
        'DL3033'\t'`yum install` installs a package without a pinned version.' \
        'DL3034'\t'`zypper install` without `--non-interactive` or `-y` prompts for confirmation.' \
        'DL3035'\t'`zypper dist-upgrade` upgrades the whole base image.' \
        'DL3036'\t'`zypper install` leaves its cache in the layer.' \
        'DL3037'\t'`zypper install` installs a package without a pinned version.' \
        'DL3038'\t'`dnf install`, `microdnf install` or `tdnf install` without `-y` prompts for confirmation.' \
        'DL3040'\t'`dnf install`, `microdnf install` or `tdnf install` leaves its cache in the layer.' \
        'DL3041'\t'`dnf`, `microdnf` or `tdnf install` installs a package without a pinned version.' \
        'DL3042'\t'`pip install` leaves its download cache in the layer.' \
        'DL3043'\t'ONBUILD is followed by an instruction that cannot be a trigger.' \
        'DL3044'\t'ENV uses a variable that is only set by the same ENV.' \
        'DL3045'\t'The destination of COPY or ADD is relative, but no WORKDIR is set.' \
        'DL3046'\t'`useradd` with a high user ID creates a very large lastlog file.' \
        'DL3047'\t'`wget` writes its progress bar to the build log.' \
        'DL3048'\t'A label key does not follow Docker\'s guidelines.' \
        'DL3049'\t'The final image lacks a label listed in `label-schema`.' \
        'DL3050'\t'The final image has a label that is not listed in `label-schema`.' \
        'DL3051'\t'A label listed in `label-schema` is empty.' \
        'DL3052'\t'A label that should be a URL is not a valid URL.' \
        'DL3053'\t'A label that should be a time is not a valid RFC 3339 time.' \
        'DL3054'\t'A label that should be an SPDX license is not a valid SPDX expression.' \
        'DL3055'\t'A label that should be a Git commit is not a valid commit hash.' \
        'DL3056'\t'A label that should be a semantic version is not a valid semantic version.' \
        'DL3057'\t'The final image has no HEALTHCHECK.' \
        'DL3058'\t'A label that should be an email address is not a valid address.' \
        'DL3059'\t'Three or more consecutive RUN instructions make small changes.' \
        'DL3060'\t'`yarn install` leaves its download cache in the layer.' \
        'DL3061'\t'An instruction other than ARG appears before the first FROM.' \
        'DL3062'\t'`go install`, `go get` or `go run` uses a module without a pinned version.' \
        'DL3063'\t'A stage is named `scratch` or `context`.' \
        'DL3064'\t'ARG or ENV holds a secret.' \
        'DL3065'\t'FROM has `--platform=$TARGETPLATFORM`, which is the default.' \
        'DL3066'\t'USER is a name instead of a numeric ID.' \
        'DL3067'\t'The whole file system of a build stage is copied over that of another stage.' \
        'DL4000'\t'MAINTAINER is deprecated.' \
        'DL4001'\t'A stage downloads with both `wget` and `curl`.' \
        'DL4003'\t'A stage has several CMD instructions; only the last one takes effect.' \
        'DL4004'\t'A stage has several ENTRYPOINT instructions; only the last one takes effect.' \
        'DL4005'\t'`/bin/sh` is replaced to use another shell for RUN.' \
        'DL4006'\t'A failure before a pipe is ignored, because the shell only checks the last command.' \
        'BK001'\t'A stage name contains uppercase letters.' \
        'BK002'\t'`AS` is not written in the same case as `FROM`.' \
        'BK003'\t'A multi-line instruction contains an empty line.' \
        'BK004'\t'An instruction keyword is not in the same case as most others in the file.' \
        'BK009'\t'FROM uses a variable that no ARG before the first FROM declares.' \
        'BK011'\t'An instruction uses a variable that nothing before it sets, so its value is empty.' \
        'BK013'\t'ENV or LABEL uses the legacy format `key value`, without `=`.' \
        'BK014'\t'`--platform` does not match the platform of the base image.' \
        'BK016'\t'The name of an ARG or ENV triggers BuildKit\'s secret check, although its value is probably not a secret.' \
        'BK017'\t'The base image name is invalid unless a build argument is given.' \
        'BK019'\t'COPY or ADD references a file that `.dockerignore` excludes from the build context.' \
        'BK020'\t'The comment before an ARG or a named stage does not start with its name.' \
        'BK021'\t'EXPOSE has an uppercase protocol.' \
        'BK022'\t'EXPOSE contains an IP address or a host port.' \
        'SEC001'\t'The final image never sets USER, so its program runs as root.' \
        'SEC002'\t'TLS certificate verification is disabled.' \
        'SEC003'\t'A package manager installs packages without verifying signatures.' \
        'SEC004'\t'A password is set or removed during the build.' \
        'SEC005'\t'`apt-get dist-upgrade` may remove packages of the base image.' \
        'SEC006'\t'All packages of the base image are upgraded.' \
        'SEC007'\t'A downloaded script is run without verification.' \
        'SEC009'\t'Files are made world-writable.' \
        'SEC010'\t'The setuid bit is set on a program.' \
        'SEC011'\t'The Dockerfile contains a secret in plain text.' \
        'SEC013'\t'A file that usually contains secrets is copied into the image.' \
        'SEC015'\t'The SSH port 22 is exposed.' \
        'SEC016'\t'A kernel directory is used as the working directory or a volume, or the Docker socket as a volume.' \
        'SEC017'\t'ADD downloads a file without verifying its checksum.' \
        'SEC018'\t'The base image is not pinned to a digest.' \
        'SEC019'\t'A user or group may get an ID that is already in use.' \
        'SEC030'\t'`COPY --from` or `RUN --mount=from` uses an image whose tag moves, such as `latest`.' \
        'SEC031'\t'A program or an archive is downloaded and used without verifying its checksum.' \
        'SEC032'\t'A file is downloaded without encryption, over `http://` or `ftp://`, and not verified.' \
        'SEC033'\t'A download names no version: its URL has `latest`, `nightly` or a branch.' \
        'SEC040'\t'curl stores or executes an error page as if it were the file, because it runs without `--fail`.' \
        'CTX001'\t'The whole build context is copied without a `.dockerignore`.' \
        'CTX002'\t'Files that do not belong in an image are copied because `.dockerignore` does not exclude them.' \
        'CTX003'\t'COPY or ADD references a file that is not in the build context.' \
        'CTX010'\t'The whole build context is copied, with the local settings that `.gitignore` lists but `.dockerignore` does not.' \
        'OPT001'\t'The package lists are updated in one RUN and used in another.' \
        'OPT002'\t'Consecutive RUN instructions call the same package manager.' \
        'OPT003'\t'Files or packages are removed in a later layer than the one that added them.' \
        'OPT004'\t'A RUN changes the owner or mode of large files or directories that an earlier COPY added.' \
        'OPT005'\t'Consecutive COPY instructions copy to the same directory with the same options.' \
        'OPT010'\t'The final image uses a full base image although a slimmer variant of the same version exists.' \
        'OPT020'\t'Source code is copied before the dependencies are installed.' \
        'OPT021'\t'An ARG that changes with every build is declared before expensive steps that do not need it.' \
        'OPT022'\t'The final image contains compilers and headers that only the build needs.' \
        'OPT024'\t'A RUN does nothing, such as `RUN true` between two COPYs.' \
        'OPT025'\t'A cache mount is useless for the user of the RUN: it is in the home directory of another user, or not writable.' \
        'OPT026'\t'The cache mount of apt is always empty, because the base image deletes downloaded packages after each install.' \
        'OPT027'\t'PyTorch is installed with its own CUDA libraries in an image that already contains CUDA.' \
        'OPT030'\t'The image ships a compiler and the source code, but only starts the program that was built with them.' \
        'COR001'\t'A stage without a name is not used by any other stage and is not the final stage.' \
        'COR002'\t'A RUN uses a build argument that its stage does not declare, or only declares later.' \
        'COR003'\t'The script that the container starts is not executable or has Windows line endings.' \
        'COR004'\t'A shell-form ENTRYPOINT ignores CMD and the arguments of `docker run`.' \
        'COR005'\t'HEALTHCHECK uses a program that is not installed in the image.' \
        'COR006'\t'An install command lists the same package twice.' \
        'COR007'\t'The shell form is used in an image without a shell.' \
        'COR008'\t'A RUN heredoc with several commands does not stop at the first failure.' \
        'COR009'\t'An install updates the lock file instead of following it.' \
        'COR010'\t'The first string of an exec form is a whole command line.' \
        'COR011'\t'The exec form uses variables, operators or patterns, which only a shell understands.' \
        'COR012'\t'An instruction other than RUN, or a mount, uses `$(…)`, `~` or a variable of the shell.' \
        'COR013'\t'A RUN ends with a command that only affects the shell, such as `export`.' \
        'COR014'\t'A system package manager runs as a user who is not root.' \
        'COR015'\t'USER, `chown` or `--chown` names an account that does not exist in the image.' \
        'COR016'\t'A version such as `flask>=2` is not quoted, so the shell takes `>` as a redirection.' \
        'COR017'\t'A comment follows an instruction on the same line, so it becomes part of the instruction.' \
        'COR018'\t'A default hides the value that BuildKit sets for an argument of the target platform.' \
        'COR019'\t'ENV replaces PATH without the directories of the system.' \
        'COR020'\t'The final image starts a development server, or sets a framework to development.' \
        'COR021'\t'A program is copied to a stage that lacks the C library or the Python that it was built with.' \
        'COR022'\t'The container starts its program through npm, Yarn or pnpm.' \
        'COR023'\t'The entrypoint script starts its program without `exec`, or ignores its arguments.' \
        'COR024'\t'COPY copies the contents of several directories into one.' \
        'COR025'\t'SHELL sets pipefail for a `sh` that does not know it, so every RUN fails.' \
        'COR026'\t'An ENV or LABEL sets the same key twice.' \
        'COR027'\t'The container builds its program each time that it starts.' \
        'COR030'\t'An instruction is part of the one before it, whose last line ends with a backslash.' \
        'COR031'\t'A line of text that `echo` or `printf` writes starts with `#`, so the build removes it as a comment.' \
        'COR032'\t'A shell comment at the end of a continued line comments out all lines after it.' \
        'COR033'\t'`COPY --link` gives the files to a user or group by name.' \
        'COR040'\t'A build argument that the project passes is not declared by any ARG.' \
        'COR041'\t'The arguments look like a JSON array but are not one, because of single quotes or a comma at the end.' \
        'COR042'\t'An instruction uses a feature that is newer than the version in `# syntax`.' \
        'COR043'\t'`npm install -g`, `yarn global add` or `corepack enable` runs as a user who is not root.' \
        'COR044'\t'A program or library for one architecture is used in an image that is built for several.' \
        'COR050'\t'HEALTHCHECK calls curl without `--fail`, so an error of the server counts as healthy.' \
        'COR051'\t'An ARG has no default, and an instruction that cannot work with an empty value uses it.' \
        'COR052'\t'`cargo build` or `cargo install --path` runs without `--locked`, although Cargo.lock is there.' \
        'COR053'\t'The tag of the base image names no version, such as `lts`, `stable` or `alpine`, so it moves to new major ones.' \
        'COR054'\t'`adduser -g` of busybox sets a comment, not the group of the account.' \
        'COR055'\t'`sed -ie` keeps a copy of each file whose name ends with `e`: what follows `-i` is a suffix, not an option.' \
        'COR057'\t'COPY uses a flag that only recent builders have, and no `# syntax` line asks for a frontend that has it.' \
        'COR058'\t'A line of `.dockerignore` is meant as a comment or as several patterns, but is one pattern that matches nothing.' \
        'COR059'\t'`|| true` at the end of a chain of `&&` hides the failure of every command in it, such as an install.' \
        'COR060'\t'An install enforces the lock file, but the lock file of the project is not copied before it.' \
        'COR061'\t'The RUN ends with `[ ! -d dir ] && mkdir dir`, so it fails if the directory exists.' \
        'COR062'\t'LC_ALL or LANG names a locale that is not in the image.' \
        'PKG001'\t'`cargo`, `conda`, `composer`, `dotnet` or `bundle` installs a package without a pinned version.' \
        'PKG002'\t'npm, Poetry, Pipenv, conda, Composer, Cargo, gem, Bundler or pacman leaves its cache in the layer.' \
        'PKG003'\t'`conda` or `pacman` prompts for confirmation.' \
        'PKG004'\t'A list of packages is not sorted with one package per line.' \
        'PKG005'\t'pip, uv, npm, pnpm or Yarn installs a package from a branch, which moves.' \
        'PKG006'\t'`apt-key` adds a key that apt trusts for every repository.' \
        'PKG010'\t'ENV sets DEBIAN_FRONTEND, which then applies to the container as well.' \
        'PKG011'\t'The final image contains the devDependencies of a Node.js project.' \
        'PKG012'\t'npm is called with `--production` or `--only=production`, which are deprecated.' \
        'PKG020'\t'`uv sync` installs the dependency group `dev` into an image that is shipped.' \
        'PKG021'\t'An image for production contains the gems of the groups development and test.' \
        'PKG030'\t'Corepack installs the latest version of Yarn or pnpm.' \
        'PKG031'\t'The final image contains the packages of `require-dev` of a PHP project.' \
        'IGN001'\t'A `# dlint: ignore[…]` comment suppresses nothing.' \
        'IGN002'\t'A `# hadolint ignore=…` comment suppresses nothing that dlint reports.' \
        'BAS001'\t'The final image is based on a release that has reached end of life.' \
        'BAS002'\t'The support of a base image ends soon, or a builder stage uses one that has reached end of life.' \
        'BAS003'\t'The final image is based on a `devel` image of CUDA, although nothing is compiled in it.'
end
function __dlint_rewrites
    printf '%s\n' dockerignore layers multi-stage slim-base order cache-mounts non-root
end
function __dlint_revisions
    echo HEAD
    git for-each-ref --format='%(refname:short)' 2>/dev/null
end
complete -c dlint -n '__dlint_is none' -a help -d 'help for a command'
complete -c dlint -n '__dlint_is help' -f -a 'check format optimize dockerignore explain rules config baseline server tree completions'
complete -c dlint -n '__dlint_is none' -a check -d 'lint files and fix them'
complete -c dlint -n '__dlint_is check' -l select -x -a '(__fish_complete_list , __dlint_rules)' -d 'run only these rules'
complete -c dlint -n '__dlint_is check' -l extend-select -x -a '(__fish_complete_list , __dlint_rules)' -d 'run these rules too'
complete -c dlint -n '__dlint_is check' -l ignore -x -a '(__fish_complete_list , __dlint_rules)' -d 'do not run these rules'
complete -c dlint -n '__dlint_is check' -l profile -x -a 'default hadolint buildkit strict' -d 'default, hadolint, buildkit or strict (all rules)'
complete -c dlint -n '__dlint_is check' -l preview -d 'run new rules that are not yet on by default'
complete -c dlint -n '__dlint_is check' -l confidence -x -a 'high medium low' -d 'lowest confidence reported: high, medium or low; default: medium'
complete -c dlint -n '__dlint_is check' -l fix -d 'apply safe fixes, report remaining findings'
complete -c dlint -n '__dlint_is check' -l unsafe-fixes -d 'include fixes that may change the image'
complete -c dlint -n '__dlint_is check' -l diff -d 'show what --fix would change; write nothing'
complete -c dlint -n '__dlint_is check' -l fix-only -d 'like --fix, but do not report remaining findings'
complete -c dlint -n '__dlint_is check' -l show-fixes -d 'list the fixes that were applied'
complete -c dlint -n '__dlint_is check' -l fixable -x -a '(__fish_complete_list , __dlint_rules)' -d 'fix only these rules'
complete -c dlint -n '__dlint_is check' -l unfixable -x -a '(__fish_complete_list , __dlint_rules)' -d 'do not fix these rules'
complete -c dlint -n '__dlint_is check' -l add-ignore -d 'add a comment that ignores each finding'
complete -c dlint -n '__dlint_is check' -l format -x -a 'full concise grouped json jsonl sarif github gitlab junit checkstyle rdjson azure teamcity hadolint' -d 'full, concise, grouped, json, jsonl, sarif, github, gitlab, junit, checkstyle, rdjson, azure, teamcity or hadolint; default: full on a terminal, else concise'
complete -c dlint -n '__dlint_is check' -l output -x -a 'full= concise= grouped= json= jsonl= sarif= github= gitlab= junit= checkstyle= rdjson= azure= teamcity= hadolint=' -d 'also write the findings to a file'
complete -c dlint -n '__dlint_is check' -l statistics -d 'print the number of findings per rule'
complete -c dlint -n '__dlint_is check' -l baseline -r -F -d 'report only findings that are not in FILE'
complete -c dlint -n '__dlint_is check' -l changed-since -x -a '(__dlint_revisions)' -d 'report only findings new since this git revision'
complete -c dlint -n '__dlint_is check' -l fail-level -x -a 'error warning info style' -d 'lowest severity that fails: error, warning, info or style'
complete -c dlint -n '__dlint_is check' -l exit-zero -d 'exit with 0 even if there are findings'
complete -c dlint -n '__dlint_is check' -l exclude -x -d 'skip matching files (.gitignore syntax)'
complete -c dlint -n '__dlint_is check' -l force-exclude -d 'exclude files even if passed explicitly'
complete -c dlint -n '__dlint_is check' -l context -x -d 'the build context of the files'
complete -c dlint -n '__dlint_is check' -l stdin-filename -x -d 'name of standard input, which sets its context'
complete -c dlint -n '__dlint_is check' -l show-files -d 'list the files that would be linted'
complete -c dlint -n '__dlint_is check' -l config -x -a 'extend= profile= select= extend-select= preview= confidence= ignore= per-file-ignores= severity= fixable= unfixable= unsafe-fixes= exclude= force-exclude= extend-exclude= trusted-registries= label-schema= strict-labels= pedantic= target= build-args= context= dockerfiles= ignore-comments= baseline= rule-url= fail-level= exit-zero= format= timeout= color=' -d 'set a key (value in TOML), or use a FILE'
complete -c dlint -n '__dlint_is check' -l isolated -d 'ignore all configuration files'
complete -c dlint -n '__dlint_is check' -l no-cache -d 'no effect: dlint has no cache'
complete -c dlint -n '__dlint_is check' -l color -x -a 'auto always never' -d 'auto, always or never'
complete -c dlint -n '__dlint_is check' -s q -d 'write only findings and errors'
complete -c dlint -n '__dlint_is check' -l quiet -d 'write only findings and errors'
complete -c dlint -n '__dlint_is check' -s v -d 'write details, such as the build contexts'
complete -c dlint -n '__dlint_is check' -l verbose -d 'write details, such as the build contexts'
complete -c dlint -n '__dlint_is check' -s h -d 'show this help'
complete -c dlint -n '__dlint_is check' -l help -d 'show this help'
complete -c dlint -n '__dlint_is none' -a format -d 'format files'
complete -c dlint -n '__dlint_is format' -l check -d 'list files that would change; write nothing'
complete -c dlint -n '__dlint_is format' -l diff -d 'show what would change; write nothing'
complete -c dlint -n '__dlint_is format' -l exclude -x -d 'skip matching files (.gitignore syntax)'
complete -c dlint -n '__dlint_is format' -l stdin-filename -x -d 'name of standard input in messages'
complete -c dlint -n '__dlint_is format' -l config -x -a 'extend= profile= select= extend-select= preview= confidence= ignore= per-file-ignores= severity= fixable= unfixable= unsafe-fixes= exclude= force-exclude= extend-exclude= trusted-registries= label-schema= strict-labels= pedantic= target= build-args= context= dockerfiles= ignore-comments= baseline= rule-url= fail-level= exit-zero= format= timeout= color=' -d 'set a key (value in TOML), or use a FILE'
complete -c dlint -n '__dlint_is format' -l isolated -d 'ignore all configuration files'
complete -c dlint -n '__dlint_is format' -l no-cache -d 'no effect: dlint has no cache'
complete -c dlint -n '__dlint_is format' -l color -x -a 'auto always never' -d 'auto, always or never'
complete -c dlint -n '__dlint_is format' -s q -d 'write only findings and errors'
complete -c dlint -n '__dlint_is format' -l quiet -d 'write only findings and errors'
complete -c dlint -n '__dlint_is format' -s v -d 'write details, such as the build contexts'
complete -c dlint -n '__dlint_is format' -l verbose -d 'write details, such as the build contexts'
complete -c dlint -n '__dlint_is format' -s h -d 'show this help'
complete -c dlint -n '__dlint_is format' -l help -d 'show this help'
complete -c dlint -n '__dlint_is none' -a optimize -d 'rewrite to a multi-stage build with a slim runtime'
complete -c dlint -n '__dlint_is optimize' -l only -x -a '(__fish_complete_list , __dlint_rewrites)' -d 'make only these rewrites'
complete -c dlint -n '__dlint_is optimize' -l skip -x -a '(__fish_complete_list , __dlint_rewrites)' -d 'make all rewrites except these'
complete -c dlint -n '__dlint_is optimize' -l add -x -a '(__fish_complete_list , __dlint_rewrites)' -d 'also make these: cache-mounts, non-root'
complete -c dlint -n '__dlint_is optimize' -l write -d 'write the files'
complete -c dlint -n '__dlint_is optimize' -s i -d 'ask for each rewrite, then write'
complete -c dlint -n '__dlint_is optimize' -l interactive -d 'ask for each rewrite, then write'
complete -c dlint -n '__dlint_is optimize' -l verify -d 'build before and after, and compare the images'
complete -c dlint -n '__dlint_is optimize' -l builder -x -a 'docker podman buildah' -d 'docker, podman or buildah; default: first available'
complete -c dlint -n '__dlint_is optimize' -l smoke -x -d 'command to run in both images (shell or JSON list)'
complete -c dlint -n '__dlint_is optimize' -l touch -r -F -d 'change FILE in the context and time the rebuild'
complete -c dlint -n '__dlint_is optimize' -l keep -d 'keep the images'
complete -c dlint -n '__dlint_is optimize' -l timeout -x -d 'time limit of each build; default: 1800'
complete -c dlint -n '__dlint_is optimize' -l build-arg -x -d 'build argument for the builder'
complete -c dlint -n '__dlint_is optimize' -l diff -d 'show what would change, as a patch'
complete -c dlint -n '__dlint_is optimize' -l explain -d 'show each precondition, and where each instruction goes and why'
complete -c dlint -n '__dlint_is optimize' -l format -x -a 'text json markdown' -d 'text, json, or markdown for a pull request; default: text'
complete -c dlint -n '__dlint_is optimize' -l exclude -x -d 'skip matching files (.gitignore syntax)'
complete -c dlint -n '__dlint_is optimize' -l context -x -d 'the build context of the files'
complete -c dlint -n '__dlint_is optimize' -l config -x -a 'extend= profile= select= extend-select= preview= confidence= ignore= per-file-ignores= severity= fixable= unfixable= unsafe-fixes= exclude= force-exclude= extend-exclude= trusted-registries= label-schema= strict-labels= pedantic= target= build-args= context= dockerfiles= ignore-comments= baseline= rule-url= fail-level= exit-zero= format= timeout= color=' -d 'set a key (value in TOML), or use a FILE'
complete -c dlint -n '__dlint_is optimize' -l isolated -d 'ignore all configuration files'
complete -c dlint -n '__dlint_is optimize' -l no-cache -d 'no effect: dlint has no cache'
complete -c dlint -n '__dlint_is optimize' -l color -x -a 'auto always never' -d 'auto, always or never'
complete -c dlint -n '__dlint_is optimize' -s q -d 'write only findings and errors'
complete -c dlint -n '__dlint_is optimize' -l quiet -d 'write only findings and errors'
complete -c dlint -n '__dlint_is optimize' -s v -d 'write details, such as the build contexts'
complete -c dlint -n '__dlint_is optimize' -l verbose -d 'write details, such as the build contexts'
complete -c dlint -n '__dlint_is optimize' -s h -d 'show this help'
complete -c dlint -n '__dlint_is optimize' -l help -d 'show this help'
complete -c dlint -n '__dlint_is none' -a dockerignore -d 'propose a .dockerignore'
complete -c dlint -n '__dlint_is dockerignore' -l write -d 'create or extend the file'
complete -c dlint -n '__dlint_is dockerignore' -l diff -d 'show what would change, as a patch'
complete -c dlint -n '__dlint_is dockerignore' -l format -x -a 'text json' -d 'text or json; default: text'
complete -c dlint -n '__dlint_is dockerignore' -l exclude -x -d 'skip matching files (.gitignore syntax)'
complete -c dlint -n '__dlint_is dockerignore' -l context -x -d 'the build context of the files'
complete -c dlint -n '__dlint_is dockerignore' -l config -x -a 'extend= profile= select= extend-select= preview= confidence= ignore= per-file-ignores= severity= fixable= unfixable= unsafe-fixes= exclude= force-exclude= extend-exclude= trusted-registries= label-schema= strict-labels= pedantic= target= build-args= context= dockerfiles= ignore-comments= baseline= rule-url= fail-level= exit-zero= format= timeout= color=' -d 'set a key (value in TOML), or use a FILE'
complete -c dlint -n '__dlint_is dockerignore' -l isolated -d 'ignore all configuration files'
complete -c dlint -n '__dlint_is dockerignore' -l no-cache -d 'no effect: dlint has no cache'
complete -c dlint -n '__dlint_is dockerignore' -l color -x -a 'auto always never' -d 'auto, always or never'
complete -c dlint -n '__dlint_is dockerignore' -s q -d 'write only findings and errors'
complete -c dlint -n '__dlint_is dockerignore' -l quiet -d 'write only findings and errors'
complete -c dlint -n '__dlint_is dockerignore' -s v -d 'write details, such as the build contexts'
complete -c dlint -n '__dlint_is dockerignore' -l verbose -d 'write details, such as the build contexts'
complete -c dlint -n '__dlint_is dockerignore' -s h -d 'show this help'
complete -c dlint -n '__dlint_is dockerignore' -l help -d 'show this help'
complete -c dlint -n '__dlint_is none' -a explain -d 'explain a rule'
complete -c dlint -n '__dlint_is explain' -s h -d 'show this help'
complete -c dlint -n '__dlint_is explain' -l help -d 'show this help'
complete -c dlint -n '__dlint_is explain' -x -a '(__fish_complete_list , __dlint_rules)'
complete -c dlint -n '__dlint_is none' -a rules -d 'list all rules'
complete -c dlint -n '__dlint_is rules' -l format -x -a 'text json' -d 'text or json; default: text'
complete -c dlint -n '__dlint_is rules' -s h -d 'show this help'
complete -c dlint -n '__dlint_is rules' -l help -d 'show this help'
complete -c dlint -n '__dlint_is rules' -f
complete -c dlint -n '__dlint_is none' -a config -d 'show or convert the configuration'
complete -c dlint -n '__dlint_is config' -l stdout -d 'migrate: write to standard output, not to a file'
complete -c dlint -n '__dlint_is config' -s h -d 'show this help'
complete -c dlint -n '__dlint_is config' -l help -d 'show this help'
complete -c dlint -n '__dlint_is config' -a 'show migrate schema'
complete -c dlint -n '__dlint_is none' -a baseline -d 'record existing findings, so that only new ones are reported'
complete -c dlint -n '__dlint_is baseline' -l select -x -a '(__fish_complete_list , __dlint_rules)' -d 'run only these rules'
complete -c dlint -n '__dlint_is baseline' -l extend-select -x -a '(__fish_complete_list , __dlint_rules)' -d 'run these rules too'
complete -c dlint -n '__dlint_is baseline' -l ignore -x -a '(__fish_complete_list , __dlint_rules)' -d 'do not run these rules'
complete -c dlint -n '__dlint_is baseline' -l profile -x -a 'default hadolint buildkit strict' -d 'default, hadolint, buildkit or strict (all rules)'
complete -c dlint -n '__dlint_is baseline' -l preview -d 'run new rules that are not yet on by default'
complete -c dlint -n '__dlint_is baseline' -l confidence -x -a 'high medium low' -d 'lowest confidence reported: high, medium or low; default: medium'
complete -c dlint -n '__dlint_is baseline' -l baseline -r -F -d 'default: key `baseline`, else .dlint-baseline.json'
complete -c dlint -n '__dlint_is baseline' -l prune -d 'only remove findings that no longer exist'
complete -c dlint -n '__dlint_is baseline' -l exclude -x -d 'skip matching files (.gitignore syntax)'
complete -c dlint -n '__dlint_is baseline' -l force-exclude -d 'exclude files even if passed explicitly'
complete -c dlint -n '__dlint_is baseline' -l config -x -a 'extend= profile= select= extend-select= preview= confidence= ignore= per-file-ignores= severity= fixable= unfixable= unsafe-fixes= exclude= force-exclude= extend-exclude= trusted-registries= label-schema= strict-labels= pedantic= target= build-args= context= dockerfiles= ignore-comments= baseline= rule-url= fail-level= exit-zero= format= timeout= color=' -d 'set a key (value in TOML), or use a FILE'
complete -c dlint -n '__dlint_is baseline' -l isolated -d 'ignore all configuration files'
complete -c dlint -n '__dlint_is baseline' -l no-cache -d 'no effect: dlint has no cache'
complete -c dlint -n '__dlint_is baseline' -l color -x -a 'auto always never' -d 'auto, always or never'
complete -c dlint -n '__dlint_is baseline' -s q -d 'write only findings and errors'
complete -c dlint -n '__dlint_is baseline' -l quiet -d 'write only findings and errors'
complete -c dlint -n '__dlint_is baseline' -s v -d 'write details, such as the build contexts'
complete -c dlint -n '__dlint_is baseline' -l verbose -d 'write details, such as the build contexts'
complete -c dlint -n '__dlint_is baseline' -s h -d 'show this help'
complete -c dlint -n '__dlint_is baseline' -l help -d 'show this help'
complete -c dlint -n '__dlint_is none' -a server -d 'run the language server'
complete -c dlint -n '__dlint_is server' -l tcp -x -d 'serve one client on a local port (0: any)'
complete -c dlint -n '__dlint_is server' -l port -x -d 'same as --tcp PORT'
complete -c dlint -n '__dlint_is server' -l host -x -d '127.0.0.1 (default), ::1 or localhost'
complete -c dlint -n '__dlint_is server' -l stdio -d 'use standard input and output (default)'
complete -c dlint -n '__dlint_is server' -l verbose -d 'log every message to standard error'
complete -c dlint -n '__dlint_is server' -s h -d 'show this help'
complete -c dlint -n '__dlint_is server' -l help -d 'show this help'
complete -c dlint -n '__dlint_is server' -f
complete -c dlint -n '__dlint_is none' -a tree -d 'show how a file is parsed'
complete -c dlint -n '__dlint_is tree' -l format -x -a 'text json' -d 'text or json; default: text'
complete -c dlint -n '__dlint_is tree' -l color -x -a 'auto always never' -d 'auto, always or never'
complete -c dlint -n '__dlint_is tree' -s q -d 'write only findings and errors'
complete -c dlint -n '__dlint_is tree' -l quiet -d 'write only findings and errors'
complete -c dlint -n '__dlint_is tree' -s v -d 'write details, such as the build contexts'
complete -c dlint -n '__dlint_is tree' -l verbose -d 'write details, such as the build contexts'
complete -c dlint -n '__dlint_is tree' -s h -d 'show this help'
complete -c dlint -n '__dlint_is tree' -l help -d 'show this help'
complete -c dlint -n '__dlint_is none' -a completions -d 'print shell completions'
complete -c dlint -n '__dlint_is completions' -s h -d 'show this help'
complete -c dlint -n '__dlint_is completions' -l help -d 'show this help'
complete -c dlint -n '__dlint_is completions' -a 'bash zsh fish'
complete -c dlint -n '__dlint_is completions' -f
