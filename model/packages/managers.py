"""The table of package managers: one entry per manager, used by model/packages/calls.py to read commands.

Flags are written with their dashes. Verbs of several words are joined by one blank, `*` stands for any word
(`add * package`). A verb means one of

    install       installs the named packages         restore      installs what manifest and lock file name
    update-index  fetches the package lists           upgrade      newer versions within the release
    dist-upgrade  a newer release, or close to it     remove       removes packages
    build-deps    build dependencies of a package     download     fetches packages, installs none
    clean         empties caches or lists             build        compiles, restoring first if necessary
    run           runs a script of the project        exec         runs the command that follows
    config        changes settings                    other        anything else

Sources: the help of apt 2.6, pip 26, uv 0.13, poetry 2.5, pipenv 2026, pipx 1.18, npm 11 and cargo 1.95, the manual
pages of apk-tools 3 and zypper 1.14, the source of microdnf; the reference documentation of the others.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    Strings = tuple[str, ...]


class Verbs:
    """The verbs of a manager.

    `by_name`: meaning of each verb; "" is the call without a verb
    `default`: meaning of an unknown verb
    `bare_install`: meaning of an install that names no package ("restore" for npm), "" if it stays an install
    `prefixes`: what verbs of several words begin with: "workspace" and "workspace *" for "workspace * add"
    `are_goals`: a call may have several verbs (mvn clean package); the one that builds decides
    `are_flags`: the verb is a flag (pacman -S)
    `resolving`: verbs that download no dependencies (poetry lock)
    """

    __slots__ = ("are_flags", "are_goals", "bare_install", "by_name", "default", "prefixes", "resolving")

    def __init__(
        self,
        by_meaning: Mapping[str, Strings],
        *,
        default: str = "other",
        bare_install: str = "",
        are_goals: bool = False,
        are_flags: bool = False,
        resolving: Strings = (),
    ) -> None:
        self.resolving = resolving
        self.by_name = {verb: meaning for meaning, verbs in by_meaning.items() for verb in verbs}
        self.default = default
        self.bare_install = bare_install
        self.prefixes = _prefixes(self.by_name)
        self.are_goals = are_goals
        self.are_flags = are_flags


class Options:
    """How the options of a manager are read. Lists of flags are long, so they are given as one string with blanks.

    `valued`: flags with a value
    `before_verb`: flags that have a value only before the verb
    `by_verb`: flags that have a value only after a verb of that meaning
    `single_dash`: long flags have one dash (-ldflags x), and short ones do not cluster
    `packages_after_dashes`: arguments after `--` are packages (apt), not arguments for another program (gem)
    """

    __slots__ = ("before_verb", "by_verb", "packages_after_dashes", "single_dash", "valued")

    def __init__(
        self,
        valued: str,
        *,
        before_verb: str = "",
        by_verb: Mapping[str, frozenset[str]] | None = None,
        single_dash: bool = False,
        packages_after_dashes: bool = True,
    ) -> None:
        self.valued = frozenset(valued.split())
        self.before_verb = frozenset(before_verb.split())
        self.by_verb = by_verb or {}
        self.single_dash = single_dash
        self.packages_after_dashes = packages_after_dashes


class Flags:
    """What flags mean.

    `yes`: assume yes, the usual flag first; empty if the manager never prompts
    `yes_before_verb`: assume yes, only before the verb
    `no_cache`: keep the cache empty
    `no_recommends`: skip recommended packages
    `refresh`: fetch the package lists first (apk add -U)
    `frozen`: verbs and flags that follow the lock file or fail
    """

    __slots__ = ("frozen", "no_cache", "no_recommends", "refresh", "yes", "yes_before_verb")

    def __init__(
        self,
        *,
        yes: Strings = (),
        yes_before_verb: Strings = (),
        no_cache: Strings = (),
        no_recommends: Strings = (),
        refresh: Strings = (),
        frozen: Strings = (),
    ) -> None:
        self.yes = yes
        self.yes_before_verb = yes_before_verb
        self.no_cache = no_cache
        self.no_recommends = no_recommends
        self.refresh = refresh
        self.frozen = frozen


class Inputs:
    """Flags with a value that says what to install.

    `version`: a version (gem -v)
    `requirements`, `constraints`: a file
    `editable`: a project
    `repository`: a URL, `reference` a tag or commit in it (cargo --git, --tag)
    """

    __slots__ = ("constraints", "editable", "reference", "repository", "requirements", "version")

    def __init__(
        self,
        *,
        version: Strings = (),
        requirements: Strings = (),
        constraints: Strings = (),
        editable: Strings = (),
        repository: Strings = (),
        reference: Strings = (),
    ) -> None:
        self.version = version
        self.requirements = requirements
        self.constraints = constraints
        self.editable = editable
        self.repository = repository
        self.reference = reference


class ManagerSettings:
    """Configuration items and environment variables.

    `flags`: set a configuration item (-o, --setopt)
    `yes`, `recommends`: names of the items; an upper-case name is an environment variable
    `no_cache_variables`: environment variables that keep the cache empty: NAME, NAME=* for any value that is not
    empty, NAME=value
    """

    __slots__ = ("flags", "no_cache_variables", "recommends", "yes")

    def __init__(
        self, *, flags: Strings = (), yes: str = "", recommends: str = "", no_cache_variables: Strings = ()
    ) -> None:
        self.flags = flags
        self.yes = yes
        self.recommends = recommends
        self.no_cache_variables = no_cache_variables


class PackageLists:
    """Where package lists are stored.

    `directories`: absolute paths
    `samples`: file names in them, if the directories hold plain files: a pattern that matches all of them empties them
    `fetched_on_install`: every install fetches the lists
    """

    __slots__ = ("directories", "fetched_on_install", "samples")

    def __init__(self, directories: Strings = (), *, samples: Strings = (), fetched_on_install: bool = False) -> None:
        self.directories = directories
        self.samples = samples
        self.fetched_on_install = fetched_on_install


class Cache:
    """A cache of downloads.

    `directories`: where it may be, `~` is the home directory. A cache mount goes to the first one; if one directory
    contains another, the inner one has the files.
    `variable`: the variable that moves the cache, with the path in it (CARGO_HOME/git); "" for none
    `samples`: as in `PackageLists`
    """

    __slots__ = ("directories", "samples", "variable")

    def __init__(self, *directories: str, variable: str = "", samples: Strings = ()) -> None:
        self.directories = directories
        self.variable = variable
        self.samples = samples


class Cleaning:
    """What a call with a `clean` verb empties, by its arguments.

    `lists`, `cache`, `everything`: verbs, flags and operands that empty these
    `default`: what a call with none of them empties ("cache"), "" for nothing
    """

    __slots__ = ("cache", "default", "everything", "lists")

    def __init__(
        self, *, lists: Strings = (), cache: Strings = (), everything: Strings = (), default: str = ""
    ) -> None:
        self.lists = lists
        self.cache = cache
        self.everything = everything
        self.default = default


_NO_FLAGS = Flags()
_NO_INPUTS = Inputs()
_NO_SETTINGS = ManagerSettings()
_NO_LISTS = PackageLists()
_NO_CLEANING = Cleaning()


class PackageManager:
    """What is known about one package manager. Immutable; compared by identity.

    `name`: what messages call it
    `family`: shared by managers that clean up for each other (yum, dnf)
    `ecosystem`: os, python, node, ruby, go, rust, php, java, dotnet or conda
    `programs`: base names; pip, gem and the like also with a version at the end (pip3.12)
    `version_syntax`: how versions are written, see `specs.parse_package_word`
    `manifests`, `locks`: file names, `*` allowed
    """

    __slots__ = (
        "caches",
        "clean",
        "ecosystem",
        "family",
        "flags",
        "inputs",
        "lists",
        "locks",
        "manifests",
        "name",
        "options",
        "programs",
        "settings",
        "verbs",
        "version_syntax",
    )

    def __init__(
        self,
        name: str,
        *,
        ecosystem: str,
        programs: Strings,
        version_syntax: str,
        verbs: Verbs,
        options: Options,
        family: str = "",
        flags: Flags = _NO_FLAGS,
        inputs: Inputs = _NO_INPUTS,
        settings: ManagerSettings = _NO_SETTINGS,
        lists: PackageLists = _NO_LISTS,
        caches: tuple[Cache, ...] = (),
        clean: Cleaning = _NO_CLEANING,
        manifests: Strings = (),
        locks: Strings = (),
    ) -> None:
        self.name = name
        self.ecosystem = ecosystem
        self.programs = programs
        self.family = family or name
        self.version_syntax = version_syntax
        self.verbs = verbs
        self.options = options
        self.flags = flags
        self.inputs = inputs
        self.settings = settings
        self.lists = lists
        self.caches = caches
        self.clean = clean
        self.manifests = manifests
        self.locks = locks

    def __repr__(self) -> str:
        return f"PackageManager({self.name})"


def _prefixes(verbs: Mapping[str, str]) -> frozenset[str]:
    found: set[str] = set()
    for verb in verbs:
        while " " in verb:
            verb = verb.rpartition(" ")[0]
            found.add(verb)
    return frozenset(found)


def _words(text: str) -> Strings:
    """`"a b c"` as ("a", "b", "c"), for long lists."""
    return tuple(text.split())


APT = PackageManager(
    "apt",
    ecosystem="os",
    programs=("apt-get", "apt", "aptitude", "xx-apt-get", "xx-apt"),
    version_syntax="apt",
    verbs=Verbs(
        {
            "install": ("install", "reinstall", "satisfy"),
            "update-index": ("update",),
            "upgrade": ("upgrade", "safe-upgrade"),
            "dist-upgrade": ("dist-upgrade", "full-upgrade", "dselect-upgrade"),
            "remove": ("remove", "purge", "autoremove", "auto-remove", "autopurge"),
            "build-deps": ("build-dep",),
            "download": ("download", "source"),
            "clean": ("clean", "distclean", "dist-clean"),
        },
    ),
    options=Options(
        # -a is the host architecture, -P the build profiles, -e what is treated as an error.
        "-o --option -c --config-file -t --target-release --default-release -a --host-architecture -P"
        " --build-profiles -e --error-on --with-source --solver --planner --format --comment",
    ),
    flags=Flags(
        yes=("-y", "--yes", "--assume-yes"),
        no_recommends=("--no-install-recommends", "--without-recommends", "-R"),
        refresh=("--update", "-U"),
    ),
    settings=ManagerSettings(
        flags=("-o", "--option"), yes="apt::get::assume-yes", recommends="apt::install-recommends"
    ),
    lists=PackageLists(
        ("/var/lib/apt/lists",),
        samples=(
            "deb.debian.org_debian_dists_bookworm_InRelease",
            "archive.ubuntu.com_ubuntu_dists_noble_main_binary-amd64_Packages.lz4",
            "security.debian.org_dists_bookworm-security_main_binary-amd64_Packages",
        ),
    ),
    caches=(Cache("/var/cache/apt", "/var/cache/apt/archives", samples=("curl_7.88.1-10+deb12u5_amd64.deb",)),),
    # `clean` empties only /var/cache/apt. `distclean` (apt 2.9) keeps the small Release files of the lists.
    clean=Cleaning(cache=("clean",), everything=("distclean", "dist-clean")),
)

APK = PackageManager(
    "apk",
    ecosystem="os",
    programs=("apk", "xx-apk"),
    version_syntax="apk",
    verbs=Verbs(
        {
            "install": ("add",),
            "update-index": ("update",),
            "upgrade": ("upgrade", "fix"),
            "remove": ("del",),
            "download": ("fetch", "cache download"),
            "clean": ("cache clean", "cache purge"),
        },
    ),
    options=Options(
        "-p --root -X --repository -t --virtual --arch --cache-dir --cache-max-age --keys-dir --progress-fd"
        " --repositories-file --repository-config --timeout --wait -o --output",
    ),
    # --no-network downloads nothing that could stay in the cache.
    flags=Flags(no_cache=("--no-cache", "--no-network"), refresh=("-U", "--update-cache", "--update")),
    lists=PackageLists(
        ("/var/cache/apk",), samples=("APKINDEX.066df28d.tar.gz", "APKINDEX.b53994b4.tar.gz"), fetched_on_install=True
    ),
    caches=(
        Cache("/var/cache/apk", "/etc/apk/cache", samples=("APKINDEX.066df28d.tar.gz", "curl-8.14.1-r1.ab12cd34.apk")),
    ),
    # Neither verb touches the index, and both fail unless /etc/apk/cache is set up.
    clean=Cleaning(default="cache"),
)

_RPM_VERBS = Verbs(
    {
        "install": (
            *_words(
                "install in reinstall rei localinstall groupinstall group-install swap downgrade dg install-n"
                " install-na install-nevra"
            ),
            "group install",
            "grp install",
            "module install",
        ),
        "update-index": ("makecache", "mc"),
        "upgrade": (
            *_words("upgrade update up upgrade-minimal update-minimal up-min groupupdate localupdate"),
            "group upgrade",
            "module update",
        ),
        "dist-upgrade": ("distro-sync", "distrosync", "dsync", "distribution-synchronization", "system-upgrade"),
        "remove": ("remove", "erase", "rm", "autoremove", "groupremove", "group remove"),
        "build-deps": ("builddep",),
        "download": ("download",),
        "clean": ("clean",),
        "config": (
            *_words("config-manager copr versionlock mark"),
            "module enable",
            "module disable",
            "module reset",
        ),
    },
)
_RPM_OPTIONS = Options(
    "-c --config -d --debuglevel -e --errorlevel --rpmverbosity -R --randomwait --releasever --setopt"
    " --enablerepo --disablerepo --repo --repoid --from-repo --repofrompath --installroot -x --exclude"
    " --excludepkgs --disableexcludes --disableexcludepkgs --enableplugin --disableplugin --advisory"
    " --advisories --bz --bzs --cve --cves --sec-severity --secseverity --forcearch --arch --destdir"
    " --downloaddir --comment --color --add-repo --from-repofile --metadata-dir",
)
_RPM_CLEANING = Cleaning(lists=("metadata",), cache=("packages",), everything=("all",))
_RPM_FLAGS = Flags(yes=("-y", "--assumeyes"), refresh=("--refresh",))
_RPM_SETTINGS = ManagerSettings(flags=("--setopt",), yes="assumeyes", recommends="install_weak_deps")

DNF = PackageManager(
    "dnf",
    ecosystem="os",
    programs=("dnf", "dnf-3", "dnf4", "dnf5"),
    version_syntax="rpm",
    verbs=_RPM_VERBS,
    options=_RPM_OPTIONS,
    flags=_RPM_FLAGS,
    settings=_RPM_SETTINGS,
    lists=PackageLists(("/var/cache/dnf", "/var/cache/libdnf5"), fetched_on_install=True),
    caches=(Cache("/var/cache/dnf", "/var/cache/libdnf5"),),
    clean=_RPM_CLEANING,
)

# It writes to /var/cache/yum (dnf/dnf-main.c), and never prompted before it became dnf5 in Fedora 38.
MICRODNF = PackageManager(
    "microdnf",
    ecosystem="os",
    programs=("microdnf",),
    family="dnf",
    version_syntax="rpm",
    verbs=_RPM_VERBS,
    options=_RPM_OPTIONS,
    flags=_RPM_FLAGS,
    settings=_RPM_SETTINGS,
    lists=PackageLists(("/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5"), fetched_on_install=True),
    caches=(Cache("/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5"),),
    clean=_RPM_CLEANING,
)

# Since RHEL 8, yum is dnf under its old name.
YUM = PackageManager(
    "yum",
    ecosystem="os",
    programs=("yum",),
    family="dnf",
    version_syntax="rpm",
    verbs=_RPM_VERBS,
    options=_RPM_OPTIONS,
    flags=Flags(yes=("-y", "--assumeyes")),
    settings=_RPM_SETTINGS,
    lists=PackageLists(("/var/cache/yum", "/var/cache/dnf"), fetched_on_install=True),
    caches=(Cache("/var/cache/yum", "/var/cache/dnf"),),
    clean=_RPM_CLEANING,
)

TDNF = PackageManager(
    "tdnf",
    ecosystem="os",
    programs=("tdnf",),
    version_syntax="rpm",
    verbs=_RPM_VERBS,
    options=_RPM_OPTIONS,
    flags=_RPM_FLAGS,
    settings=ManagerSettings(flags=("--setopt",), yes="assumeyes"),
    lists=PackageLists(("/var/cache/tdnf",), fetched_on_install=True),
    caches=(Cache("/var/cache/tdnf"),),
    clean=_RPM_CLEANING,
)

ZYPPER = PackageManager(
    "zypper",
    ecosystem="os",
    programs=("zypper",),
    version_syntax="zypper",
    verbs=Verbs(
        {
            "install": ("install", "in", "install-new-recommends", "inr"),
            "update-index": ("refresh", "ref", "refresh-services", "refs"),
            "upgrade": ("update", "up", "patch"),
            "dist-upgrade": ("dist-upgrade", "dup"),
            "remove": ("remove", "rm"),
            "build-deps": ("source-install", "si"),
            "download": ("download",),
            "clean": ("clean", "cc"),
            "config": ("addrepo", "ar", "removerepo", "rr", "modifyrepo", "mr", "addservice", "as", "addlock", "al"),
        },
    ),
    options=Options(
        "-r --repo --from -t --type --download --config --reposd-dir --cache-dir --raw-cache-dir --solv-cache-dir"
        " --pkg-cache-dir --plus-repo --plus-content --releasever --root --installroot --userdata --table-style",
        # After the verb these letters mean something else (-D --dry-run, -C --capability, -R no recommends …).
        before_verb="-C -D -R -c -p -s",
    ),
    flags=Flags(
        yes=("-y", "--no-confirm", "--non-interactive"), yes_before_verb=("-n",), no_recommends=("--no-recommends",)
    ),
    lists=PackageLists(("/var/cache/zypp", "/var/cache/zypp/raw"), fetched_on_install=True),
    caches=(Cache("/var/cache/zypp", "/var/cache/zypp/packages"),),
    clean=Cleaning(lists=("-m", "--metadata", "-M", "--raw-metadata"), everything=("-a", "--all"), default="cache"),
)

PACMAN = PackageManager(
    "pacman",
    ecosystem="os",
    programs=("pacman",),
    version_syntax="pacman",
    verbs=Verbs(
        {},
        are_flags=True,
    ),
    options=Options(
        "-b --dbpath -r --root --config --cachedir --arch --ignore --ignoregroup --assume-installed --overwrite"
        " --color --gpgdir --hookdir --logfile --sysroot --print-format",
    ),
    flags=Flags(yes=("--noconfirm",), refresh=("-y", "--refresh")),
    lists=PackageLists(("/var/lib/pacman/sync",)),
    caches=(
        Cache(
            "/var/cache/pacman/pkg",
            "/var/cache/pacman",
            samples=("bash-5.2.037-1-x86_64.pkg.tar.zst", "glibc-2.41-2-x86_64.pkg.tar.zst.sig"),
        ),
    ),
    clean=Cleaning(default="cache"),
)

PIP = PackageManager(
    "pip",
    ecosystem="python",
    programs=("pip",),
    version_syntax="pip",
    verbs=Verbs(
        {
            "install": ("install",),
            "remove": ("uninstall",),
            "download": ("download", "wheel"),
            "clean": ("cache purge",),
            "config": ("config",),
        },
    ),
    options=Options(
        "-r --requirement -c --constraint --build-constraint -e --editable -t --target --platform"
        " --python-version --implementation --abi --root --prefix --src --source --source-dir --source-directory"
        " --upgrade-strategy -C --config-settings --config-setting --install-option --global-option --build-option"
        " --no-binary --only-binary --progress-bar --root-user-action --report --group --requirements-from-script"
        " -i --index-url --pypi-url --extra-index-url -f --find-links --log --log-file --local-log --proxy"
        " --retries --resume-retries --timeout --default-timeout --exists-action --trusted-host --cert"
        " --client-cert --cache-dir --use-feature --use-deprecated --python --keyring-provider -d --dest"
        " --destination-dir --destination-directory -w --wheel-dir --all-releases --only-final --uploaded-prior-to"
        " --refresh-package -b --build --build-dir",
    ),
    # optparse accepts any unambiguous beginning of a long flag, so --no-cache is --no-cache-dir.
    flags=Flags(no_cache=("--no-cache-dir", "--no-cache")),
    inputs=Inputs(
        requirements=("-r", "--requirement", "--requirements-from-script"),
        constraints=("-c", "--constraint"),
        editable=("-e", "--editable"),
    ),
    # pip disables the cache for any value, "false" and "0" too (see cli/cmdoptions.py).
    settings=ManagerSettings(no_cache_variables=("PIP_NO_CACHE_DIR=*",)),
    caches=(Cache("~/.cache/pip", variable="PIP_CACHE_DIR"),),
    clean=Cleaning(default="cache"),
    manifests=("requirements.txt", "requirements*.txt", "constraints*.txt", "pyproject.toml", "setup.py", "setup.cfg"),
    locks=("requirements.txt",),
)

UV = PackageManager(
    "uv",
    ecosystem="python",
    programs=("uv",),
    version_syntax="pip",
    verbs=Verbs(
        {
            "install": ("pip install", "add", "tool install"),
            "restore": ("sync", "pip sync"),
            "upgrade": ("tool upgrade", "self update"),
            "remove": ("pip uninstall", "remove", "tool uninstall"),
            "download": ("lock", "export", "pip compile"),
            "build": ("build",),
            "exec": ("run", "tool run"),
            "clean": ("cache clean", "clean"),
        },
    ),
    # The value of -e and -b is optional in some verbs: `uv pip install -e .` has one, `uv add --editable` has none.
    options=Options(
        "--allow-insecure-host --trusted-host --annotation-style --bounds --branch -b --build-constraint"
        " --build-constraints --cache-dir --cert --color --config-file -C --config-setting --config-settings"
        " --config-settings-package -c --constraint --constraints --default-index --directory -e --editable"
        " --env-file --exclude-newer --exclude-newer-package --excludes --extra --extra-index-url -f --find-links"
        " --fork-strategy --format --from --group --index --index-strategy -i --index-url --install-dir"
        " --keyring-provider --link-mode -m --marker --mirror --no-binary --no-binary-package"
        " --no-build-isolation-package --no-build-package --no-editable-package --no-emit-package --no-extra"
        " --no-group --no-install-package --no-sources-package --only-binary --only-group --optional -o --out-dir"
        " --output-file --output-format --override --overrides --package --prefix --prerelease"
        " --prerelease-package --project --prompt --prune -p --python --python-fetch --python-platform"
        " --python-preference --python-version --refresh-package --reinstall-package -r --requirement --requirements"
        " --resolution --rev --tag -t --target --torch-backend --upgrade-group -P --upgrade-package -w --with"
        " --with-editable --with-executables-from --with-requirements",
    ),
    flags=Flags(no_cache=("--no-cache", "-n", "--no-cache-dir"), frozen=("--locked", "--frozen")),
    inputs=Inputs(
        requirements=("-r", "--requirement", "--requirements"),
        constraints=("-c", "--constraint", "--constraints"),
        editable=("-e", "--editable"),
    ),
    settings=ManagerSettings(no_cache_variables=("UV_NO_CACHE",)),
    caches=(Cache("~/.cache/uv", variable="UV_CACHE_DIR"),),
    clean=Cleaning(default="cache"),
    manifests=("pyproject.toml", "uv.toml", "requirements.txt", "requirements*.txt", ".python-version"),
    locks=("uv.lock",),
)

PIPX = PackageManager(
    "pipx",
    ecosystem="python",
    programs=("pipx",),
    version_syntax="pip",
    verbs=Verbs(
        {
            "install": ("install", "inject"),
            "restore": ("install-all",),
            "upgrade": ("upgrade", "upgrade-all", "reinstall", "reinstall-all"),
            "remove": ("uninstall", "uninstall-all"),
            "exec": ("run",),
        },
    ),
    options=Options(
        "--python -i --index-url --pip-args --suffix --preinstall --spec --backend --cooldown --fetch-python"
        " --output -r --requirement --with-suffix --skip --lock --upgrade-strategy",
    ),
    inputs=Inputs(requirements=("-r", "--requirement")),
    settings=ManagerSettings(no_cache_variables=("PIP_NO_CACHE_DIR=*",)),
    caches=(Cache("~/.cache/pip", variable="PIP_CACHE_DIR"),),
)

POETRY = PackageManager(
    "poetry",
    ecosystem="python",
    programs=("poetry",),
    version_syntax="pip",
    verbs=Verbs(
        {
            "install": ("add", "self add"),
            "restore": ("install", "sync", "self install"),
            "upgrade": ("update", "self update"),
            "remove": ("remove", "self remove"),
            "download": ("lock", "export"),
            "build": ("build",),
            "exec": ("run",),
            "clean": ("cache clear",),
            "config": ("config",),
        },
        resolving=("lock", "export", "build"),
    ),
    options=Options(
        "-C --directory -P --project --with --without --only -E --extras -G --group --source --python --platform"
        " --markers --optional -f --format -o --output",
    ),
    flags=Flags(no_cache=("--no-cache",)),
    # The virtual environments in the same directory are not a cache.
    caches=(
        Cache("~/.cache/pypoetry/cache", variable="POETRY_CACHE_DIR/cache"),
        Cache("~/.cache/pypoetry/artifacts", variable="POETRY_CACHE_DIR/artifacts"),
    ),
    clean=Cleaning(default="cache"),
    manifests=("pyproject.toml", "poetry.toml"),
    locks=("poetry.lock",),
)

PIPENV = PackageManager(
    "pipenv",
    ecosystem="python",
    programs=("pipenv",),
    version_syntax="pip",
    verbs=Verbs(
        {
            "install": ("install",),
            "restore": ("sync",),
            "upgrade": ("update", "upgrade"),
            "remove": ("uninstall",),
            "download": ("lock", "requirements"),
            "exec": ("run",),
        },
        bare_install="restore",
    ),
    options=Options(
        "-r --requirements -e --editable -i --index --pypi-mirror --python --extra-pip-args --categories --extras"
        " --config-settings --resolver",
    ),
    flags=Flags(frozen=("sync", "--deploy", "--ignore-pipfile")),
    inputs=Inputs(requirements=("-r", "--requirements"), editable=("-e", "--editable")),
    settings=ManagerSettings(no_cache_variables=("PIP_NO_CACHE_DIR=*",)),
    caches=(
        Cache("~/.cache/pipenv", variable="PIPENV_CACHE_DIR"),
        Cache("~/.cache/pip", variable="PIP_CACHE_DIR"),
    ),
    manifests=("Pipfile",),
    locks=("Pipfile.lock",),
)

_CONDA_VALUED = frozenset(("-n", "-p", "-c", "-f"))

CONDA = PackageManager(
    "conda",
    ecosystem="conda",
    programs=("conda", "mamba", "micromamba"),
    version_syntax="conda",
    verbs=Verbs(
        {
            "install": ("install", "create"),
            "restore": ("env create", "env update"),
            "upgrade": ("update", "upgrade"),
            "remove": ("remove", "uninstall", "env remove"),
            "exec": ("run",),
            "clean": ("clean",),
            "config": ("config", "init"),
        },
    ),
    options=Options(
        "--name --prefix --root-prefix --channel --file --solver --experimental-solver --repodata-fn --subdir"
        " --platform --revision --clone --rc-file --cwd --log-level --channel-priority --category --lockfile",
        # `conda clean -afy` has three switches; in `conda install -c x`, -c has a value.
        by_verb={
            "install": _CONDA_VALUED,
            "restore": _CONDA_VALUED,
            "upgrade": _CONDA_VALUED,
            "remove": _CONDA_VALUED,
            "exec": _CONDA_VALUED,
            "config": frozenset(("--add", "--append", "--prepend", "--set", "--remove", "--remove-key", "--get")),
        },
    ),
    flags=Flags(yes=("-y", "--yes")),
    inputs=Inputs(requirements=("-f", "--file")),
    settings=ManagerSettings(yes="CONDA_ALWAYS_YES"),
    lists=PackageLists((), fetched_on_install=True),
    caches=(
        Cache(
            "/opt/conda/pkgs",
            "/opt/miniconda3/pkgs",
            "/opt/miniconda/pkgs",
            "/opt/mamba/pkgs",
            "/root/miniconda3/pkgs",
            "~/miniconda3/pkgs",
            "~/.conda/pkgs",
            variable="CONDA_PKGS_DIRS",
        ),
    ),
    clean=Cleaning(cache=("-a", "--all", "-t", "--tarballs", "-p", "--packages", "-f", "--force-pkgs-dirs")),
    manifests=("environment.yml", "environment.yaml", "environment*.yml", "conda*.yml"),
    locks=("conda-lock.yml", "conda-linux-64.lock", "pixi.lock"),
)

NPM = PackageManager(
    "npm",
    ecosystem="node",
    programs=("npm",),
    version_syntax="npm",
    verbs=Verbs(
        {
            "install": _words("install i in ins inst insta instal isnt isnta isntal isntall add install-test it"),
            "restore": _words(
                "ci clean-install ic install-clean isntall-clean install-ci-test cit clean-install-test sit"
            ),
            "upgrade": ("update", "up", "upgrade", "udpate", "u"),
            "remove": ("uninstall", "unlink", "remove", "rm", "r", "un", "prune"),
            "build": ("rebuild", "rb"),
            "run": ("run", "run-script", "rum", "urn", "test", "tst", "t", "start", "stop", "restart"),
            "exec": ("exec", "x"),
            "clean": ("cache clean", "cache clear", "cache rm"),
            "config": ("config", "c", "set"),
        },
        bare_install="restore",
    ),
    options=Options(
        "--access --also --arch --audit-level --auth-type --before --ca --cache --cache-max --cache-min --cafile"
        " -c --call --cert --cidr --cpu --depth --editor --fetch-retries --fetch-retry-factor"
        " --fetch-retry-maxtimeout --fetch-retry-mintimeout --fetch-timeout --git --globalconfig --heading"
        " --https-proxy --include --install-strategy --jobs --key --libc --local-address -L --location"
        " --lockfile-version --loglevel --logs-dir --logs-max --maxsockets -m --message --min-release-age"
        " --node-gyp --node-options --noproxy --omit --only --os --otp --package --platform --pack-destination -C"
        " --prefix --preid --proxy --python --reg --registry --replace-registry-host --save-prefix --scope"
        " --script-shell --searchlimit --searchopts --shell --tag --tag-version-prefix --target --target_arch"
        " --target_platform --umask --user --user-agent --userconfig --viewer -w --workspace",
    ),
    flags=Flags(
        frozen=_words("ci clean-install ic install-clean isntall-clean install-ci-test cit clean-install-test sit")
    ),
    caches=(Cache("~/.npm", "~/.npm/_cacache", variable="NPM_CONFIG_CACHE"),),
    clean=Cleaning(default="cache"),
    manifests=("package.json", ".npmrc"),
    locks=("package-lock.json", "npm-shrinkwrap.json"),
)

YARN = PackageManager(
    "yarn",
    ecosystem="node",
    programs=("yarn", "yarnpkg"),
    version_syntax="npm",
    verbs=Verbs(
        {
            "install": ("add", "global add", "workspace * add"),
            "restore": ("", "install", "workspaces focus", "workspace * install"),
            "upgrade": ("upgrade", "up", "upgrade-interactive", "global upgrade"),
            "remove": ("remove", "global remove", "workspace * remove"),
            "build": ("rebuild",),
            "run": ("run", "workspace * run", "workspaces run", "workspaces foreach"),
            "exec": ("dlx", "exec", "create"),
            "clean": ("cache clean",),
            "config": ("config", "set", "plugin"),
            "other": _words(
                "info list why audit check init link unlink login logout outdated owner pack publish version"
                " versions help bin import licenses npm dedupe constraints explain patch stage workspace"
                " workspaces global cache policies"
            ),
        },
        default="run",
    ),
    options=Options(
        "--cwd --modules-folder --cache-folder --preferred-cache-folder --mutex --network-timeout"
        " --network-concurrency --registry --prefix --global-folder --link-folder --use-yarnrc --proxy"
        " --https-proxy --otp --cafile --child-concurrency --loglevel --mode --jobs",
    ),
    flags=Flags(frozen=("--frozen-lockfile", "--immutable")),
    caches=(
        Cache(
            "/usr/local/share/.cache/yarn",
            "~/.cache/yarn",
            "~/.yarn/berry/cache",
            "~/.yarn/berry",
            variable="YARN_CACHE_FOLDER",
        ),
    ),
    clean=Cleaning(default="cache"),
    manifests=("package.json", ".yarnrc", ".yarnrc.yml", ".yarn/**", ".npmrc"),
    locks=("yarn.lock",),
)

PNPM = PackageManager(
    "pnpm",
    ecosystem="node",
    programs=("pnpm",),
    version_syntax="npm",
    verbs=Verbs(
        {
            "install": ("install", "i", "add"),
            "restore": ("ci", "fetch", "install-test", "it", "deploy"),
            "upgrade": ("update", "up", "upgrade"),
            "remove": ("remove", "rm", "uninstall", "un", "prune"),
            "build": ("rebuild", "rb"),
            "run": ("run", "run-script", "test", "t", "start"),
            "exec": ("exec", "dlx", "create"),
            "clean": ("store prune",),
            "config": ("config", "c", "set", "setup", "env"),
            "other": _words(
                "audit outdated list ls ll why pack publish link ln unlink import init licenses patch server"
                " store bin root help dedupe approve-builds self-update get"
            ),
        },
        default="run",
        bare_install="restore",
    ),
    options=Options(
        "-C --dir -F --filter --filter-prod --store-dir --registry --reporter --loglevel --modules-dir"
        " --virtual-store-dir --lockfile-dir --network-concurrency --child-concurrency --workspace-concurrency"
        " --fetch-retries --fetch-timeout --package-import-method --node-linker --cpu --os --libc"
        " --changed-files-ignore-pattern --test-pattern --global-dir --prefix --cache-dir --resolution-mode"
        " --package --allow-build",
    ),
    flags=Flags(frozen=("ci", "--frozen-lockfile")),
    caches=(Cache("/pnpm/store", "~/.local/share/pnpm/store", "~/.local/share/pnpm", "~/.pnpm-store"),),
    clean=Cleaning(default="cache"),
    manifests=("package.json", "pnpm-workspace.yaml", ".npmrc", ".pnpmfile.cjs"),
    locks=("pnpm-lock.yaml",),
)

BUN = PackageManager(
    "bun",
    ecosystem="node",
    programs=("bun",),
    version_syntax="npm",
    verbs=Verbs(
        {
            "install": ("install", "i", "add", "a"),
            "restore": ("ci",),
            "upgrade": ("update",),
            "remove": ("remove", "rm", "uninstall"),
            "build": ("build",),
            "run": ("run", "test", "exec"),
            "exec": ("x",),
            "clean": ("pm cache rm",),
            "other": _words("create c init link unlink pm outdated audit publish patch upgrade repl info why"),
        },
        default="run",
        bare_install="restore",
    ),
    options=Options(
        "--cwd --cache-dir -c --config --backend --registry --network-concurrency --concurrent-scripts --filter"
        " -F --env-file --cafile --ca --omit --linker --target --outdir --outfile --define -d --external -e --cpu"
        " --os",
    ),
    flags=Flags(no_cache=("--no-cache",), frozen=("ci", "--frozen-lockfile")),
    caches=(Cache("~/.bun/install/cache", variable="BUN_INSTALL_CACHE_DIR"),),
    clean=Cleaning(default="cache"),
    manifests=("package.json", "bunfig.toml", ".npmrc"),
    locks=("bun.lock", "bun.lockb"),
)

GEM = PackageManager(
    "gem",
    ecosystem="ruby",
    programs=("gem", "jgem"),
    version_syntax="gem",
    verbs=Verbs(
        {
            "install": ("install", "i", "ins", "inst", "insta", "instal"),
            "upgrade": ("update", "up"),
            "remove": ("uninstall", "un"),
            "download": ("fetch",),
            "build": ("build",),
            "exec": ("exec",),
            "config": ("sources",),
        },
    ),
    options=Options(
        "-v --version -i --install-dir -n --bindir --document --build-root --platform -P --trust-policy -p"
        " --http-proxy -s --source -B --bulk-threshold -g --file --without --config-file --target-rbconfig --key"
        " --cert",
        packages_after_dashes=False,
    ),
    inputs=Inputs(version=("-v", "--version")),
    caches=(
        Cache("/usr/local/bundle/cache", "~/.gem", "~/.local/share/gem", "$GEM_HOME/cache", variable="GEM_HOME/cache"),
    ),
    manifests=("Gemfile", "gems.rb"),
    locks=("Gemfile.lock", "gems.locked"),
)

BUNDLE = PackageManager(
    "bundle",
    ecosystem="ruby",
    programs=("bundle", "bundler"),
    version_syntax="gem",
    verbs=Verbs(
        {
            "install": ("add",),
            "restore": ("", "install", "i"),
            "upgrade": ("update",),
            "remove": ("remove",),
            "download": ("lock", "package", "pack", "cache"),
            "exec": ("exec", "e"),
            "config": ("config",),
        },
    ),
    options=Options(
        # Thor's array flags (--without development test) swallow what follows, but a restore names no package.
        "--gemfile --path -j --jobs --retry --without --with --only --trust-policy --shebang --target-rbconfig"
        " --version -v --source --git --group -g",
    ),
    flags=Flags(frozen=("--frozen", "--deployment")),
    inputs=Inputs(version=("-v", "--version")),
    caches=(
        Cache("/usr/local/bundle/cache", "~/.bundle/cache", "~/.bundle", "$GEM_HOME/cache", variable="GEM_HOME/cache"),
    ),
    manifests=("Gemfile", "gems.rb", "*.gemspec", ".ruby-version"),
    locks=("Gemfile.lock", "gems.locked"),
)

GO = PackageManager(
    "go",
    ecosystem="go",
    programs=("go", "xx-go"),
    version_syntax="go",
    verbs=Verbs(
        {
            "install": ("install", "get"),
            "restore": ("mod download", "mod vendor", "mod tidy", "work sync", "work vendor"),
            "build": ("build", "test", "vet", "generate"),
            "run": ("run",),
            "clean": ("clean",),
            "config": ("env",),
        },
        bare_install="build",
    ),
    options=Options(
        "-o -p -C -asmflags -buildmode -compiler -covermode -coverpkg -coverprofile -count -exec -gccgoflags"
        " -gcflags -installsuffix -ldflags -mod -modfile -overlay -pgo -pkgdir -tags -toolexec -run -bench"
        " -timeout -vettool -f -reuse",
        single_dash=True,
    ),
    caches=(
        Cache("/go/pkg/mod", "~/go/pkg/mod", "$GOPATH/pkg/mod", variable="GOMODCACHE"),
        Cache("~/.cache/go-build", variable="GOCACHE"),
    ),
    clean=Cleaning(cache=("-modcache", "-cache")),
    manifests=("go.mod", "go.work"),
    locks=("go.sum", "go.work.sum"),
)

CARGO = PackageManager(
    "cargo",
    ecosystem="rust",
    programs=("cargo", "xx-cargo"),
    version_syntax="cargo",
    verbs=Verbs(
        {
            "install": ("install", "binstall", "add"),
            "restore": ("fetch", "vendor", "chef cook"),
            "upgrade": ("update",),
            "remove": ("uninstall", "remove"),
            "build": _words(
                "build b test t check c clippy doc d bench rustc run r zigbuild nextest leptos auditable deb"
            ),
        },
    ),
    options=Options(
        "--version --vers --git --branch --tag --rev --path --root --registry --index --features -F --target"
        " --target-dir --profile -j --jobs --config -Z --color --message-format --bin --example --test --bench -p"
        " --package --exclude -C --manifest-path --lockfile-path --recipe-path --pkg-url --pkg-fmt --bin-dir"
        " --strategies",
        packages_after_dashes=False,
    ),
    flags=Flags(frozen=("--locked", "--frozen")),
    inputs=Inputs(
        version=("--version", "--vers"), reference=("--tag", "--rev"), editable=("--path",), repository=("--git",)
    ),
    caches=(
        Cache("/usr/local/cargo/registry", "~/.cargo/registry", variable="CARGO_HOME/registry"),
        Cache("/usr/local/cargo/git", "~/.cargo/git", variable="CARGO_HOME/git"),
    ),
    manifests=("Cargo.toml", "rust-toolchain", "rust-toolchain.toml", ".cargo/config.toml"),
    locks=("Cargo.lock",),
)

COMPOSER = PackageManager(
    "composer",
    ecosystem="php",
    programs=("composer", "composer.phar"),
    version_syntax="composer",
    verbs=Verbs(
        {
            "install": ("require", "r", "global require", "create-project"),
            "restore": ("install", "i", "global install"),
            "upgrade": ("update", "u", "upgrade", "global update"),
            "remove": ("remove", "rm", "uninstall", "global remove"),
            "build": ("dump-autoload", "dumpautoload"),
            "run": ("run-script", "run", "test"),
            "exec": ("exec",),
            "clean": ("clear-cache", "clearcache", "cc"),
            "config": ("config", "global config"),
        },
    ),
    options=Options(
        "-d --working-dir --prefer-install --ignore-platform-req -s --stability --repository --repository-url"
        " --apcu-autoloader-prefix --audit-format --minimal-changes-for",
    ),
    flags=Flags(no_cache=("--no-cache",), frozen=("install", "i")),
    settings=ManagerSettings(no_cache_variables=("COMPOSER_CACHE_DIR=/dev/null",)),
    caches=(
        Cache(
            "~/.composer/cache",
            "~/.cache/composer",
            "/tmp/cache",
            "$COMPOSER_HOME/cache",
            variable="COMPOSER_CACHE_DIR",
        ),
    ),
    clean=Cleaning(default="cache"),
    manifests=("composer.json", "auth.json", "symfony.lock"),
    locks=("composer.lock",),
)

DOTNET = PackageManager(
    "dotnet",
    ecosystem="dotnet",
    programs=("dotnet",),
    version_syntax="dotnet",
    verbs=Verbs(
        {
            "install": (
                *_words(""),
                "add package",
                "add * package",
                "package add",
                "tool install",
                "workload install",
                "new install",
            ),
            "restore": ("restore", "tool restore", "workload restore"),
            "upgrade": ("tool update", "workload update"),
            "remove": ("tool uninstall", "remove package", "remove * package", "package remove"),
            "build": ("build", "publish", "test", "pack", "msbuild"),
            "run": ("run",),
            "clean": ("nuget locals",),
        },
    ),
    options=Options(
        "-c --configuration -f --framework -r --runtime -o --output -v --verbosity -s --source --packages"
        " --configfile --os --arch -a --version --version-suffix --tool-path --add-source --package-directory"
        " --artifacts-path --property --lock-file-path --project --settings --logger -l",
    ),
    flags=Flags(frozen=("--locked-mode",)),
    inputs=Inputs(version=("--version", "-v")),
    caches=(
        Cache("~/.nuget/packages", variable="NUGET_PACKAGES"),
        Cache(
            "~/.local/share/NuGet/http-cache",
            "~/.local/share/NuGet/v3-cache",
            "~/.local/share/NuGet",
            variable="NUGET_HTTP_CACHE_PATH",
        ),
    ),
    clean=Cleaning(cache=("--clear", "-c")),
    manifests=_words(
        "*.csproj *.fsproj *.vbproj *.sln *.slnx Directory.Build.props Directory.Build.targets"
        " Directory.Packages.props NuGet.config nuget.config global.json"
    ),
    locks=("packages.lock.json",),
)

NUGET = PackageManager(
    "nuget",
    ecosystem="dotnet",
    programs=("nuget", "nuget.exe"),
    version_syntax="dotnet",
    verbs=Verbs(
        {
            "install": ("install",),
            "restore": ("restore",),
            "upgrade": ("update",),
            "clean": ("locals",),
        },
        bare_install="restore",
    ),
    options=Options(
        "-Version -OutputDirectory -Source -ConfigFile -PackagesDirectory -SolutionDirectory -Verbosity -Framework",
        single_dash=True,
    ),
    inputs=Inputs(version=("-Version",)),
    caches=(Cache("~/.nuget/packages", variable="NUGET_PACKAGES"),),
    clean=Cleaning(cache=("-clear",)),
    manifests=("packages.config", "*.csproj", "*.sln"),
    locks=("packages.lock.json",),
)

CHOCO = PackageManager(
    "choco",
    ecosystem="os",
    programs=("choco", "choco.exe"),
    version_syntax="dotnet",
    verbs=Verbs(
        {
            "install": ("install",),
            "upgrade": ("upgrade", "update"),
            "remove": ("uninstall",),
            "config": ("config", "feature", "source"),
        },
    ),
    options=Options(
        "--version -s --source --package-parameters --params --install-arguments --ia --execution-timeout"
        " --installargs",
    ),
    flags=Flags(yes=("-y", "--yes", "--confirm")),
    inputs=Inputs(version=("--version",)),
)

MAVEN = PackageManager(
    "mvn",
    ecosystem="java",
    programs=("mvn", "mvnw", "mvnd"),
    version_syntax="maven",
    verbs=Verbs(
        {
            "install": ("get",),
            "restore": ("go-offline", "resolve", "resolve-plugins", "resolve-dependencies", "copy-dependencies"),
            "build": _words(
                "package install verify compile test deploy process-classes process-resources test-compile"
                " prepare-package"
            ),
            "run": ("spring-boot:run", "exec:java", "jetty:run", "quarkus:dev"),
            "other": _words("clean validate initialize evaluate effective-pom effective-settings wrapper set help"),
        },
        default="build",
        are_goals=True,
    ),
    options=Options(
        "-f --file -s --settings -gs --global-settings -t --toolchains -gt --global-toolchains -P"
        " --activate-profiles -pl --projects -rf --resume-from -T --threads -D --define -b --builder -l --log-file"
        " -ep -emp --color",
        single_dash=True,
    ),
    caches=(Cache("~/.m2/repository", "~/.m2", variable="MAVEN_REPO_LOCAL"),),
    manifests=("pom.xml", ".mvn/**", "mvnw", "settings.xml"),
)

GRADLE = PackageManager(
    "gradle",
    ecosystem="java",
    programs=("gradle", "gradlew"),
    version_syntax="maven",
    verbs=Verbs(
        {
            "restore": _words(
                "dependencies downloadDependencies resolveDependencies resolveAllDependencies"
                " downloadRepos dependencyInsight"
            ),
            "run": ("run", "bootRun"),
            "other": ("clean", "wrapper", "init", "help", "tasks", "properties", "projects", "buildEnvironment"),
        },
        default="build",
        are_goals=True,
    ),
    options=Options(
        "-x --exclude-task -b --build-file -p --project-dir -c --settings-file -I --init-script -g"
        " --gradle-user-home -P --project-prop -D --system-prop --console --max-workers --project-cache-dir"
        " --warning-mode --priority --include-build -F --dependency-verification -M --write-verification-metadata"
        " --tests",
        single_dash=True,
    ),
    caches=(
        Cache(
            "~/.gradle/caches",
            "~/.gradle",
            "/home/gradle/.gradle/caches",
            "/home/gradle/.gradle",
            variable="GRADLE_USER_HOME/caches",
        ),
    ),
    manifests=_words(
        "build.gradle build.gradle.kts settings.gradle settings.gradle.kts gradle.properties gradle/** gradlew"
        " gradle/libs.versions.toml"
    ),
    locks=("gradle.lockfile",),
)

MANAGERS: tuple[PackageManager, ...] = (
    APT,
    APK,
    DNF,
    MICRODNF,
    YUM,
    TDNF,
    ZYPPER,
    PACMAN,
    PIP,
    UV,
    PIPX,
    POETRY,
    PIPENV,
    CONDA,
    NPM,
    YARN,
    PNPM,
    BUN,
    GEM,
    BUNDLE,
    GO,
    CARGO,
    COMPOSER,
    DOTNET,
    NUGET,
    CHOCO,
    MAVEN,
    GRADLE,
)

MANAGER_BY_PROGRAM: dict[str, PackageManager] = {
    program: manager for manager in MANAGERS for program in manager.programs
}
