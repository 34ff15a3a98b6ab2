"""The table of package managers: the facts, a row a manager; model/packages/calls.py reads commands by it.

A flag is written with its dashes. Verbs of several words are joined by one blank, `*` stands for any word
(`add * package`). A verb's meaning is one of

    install       puts named packages in              restore      puts in what manifest and lock file name
    update-index  fetches the package lists           upgrade      newer versions within the release
    dist-upgrade  a newer release, or as if           remove       takes packages out
    build-deps    what a source package needs         download     fetches packages, installs none
    clean         empties caches or lists             build        compiles, and restores as it goes
    run           runs a script of the project        exec         runs the command that follows
    config        changes settings                    other        anything else

Sources: the help of apt 2.6, pip 26, uv 0.13, poetry 2.5, pipenv 2026, pipx 1.18, npm 11 and cargo 1.95, the manual
pages of apk-tools 3 and zypper 1.14, the source of microdnf; the reference documentation of the others.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    Places = tuple[tuple[str, ...], ...]

_NO_FLAGS: frozenset[str] = frozenset()


class PackageManager:
    """What is known of one package manager. Immutable; compare by identity.

    name        what messages call it; `family` is shared by managers that clean up for each other (yum, dnf)
    ecosystem   os, python, node, ruby, go, rust, php, java, dotnet, conda
    programs    base names; pip, gem and the like also with a version behind (pip3.12)
    verbs       verb as typed to its meaning; "" is the call without a verb
    default     the meaning of a verb that is not in `verbs`
    groups      what verbs of several words begin with
    bare        the meaning of an install that names no package ("restore" for npm), "" for no other
    style       the version syntax, a key of packages.SYNTAX

    valued          flags that take a value; `before` those that do so only in front of the verb, `valued_for`
                    those that do so only behind a verb of that meaning
    one_dash        long flags have one dash (-ldflags x): no clusters
    tail            arguments behind `--` are packages (apt), not arguments for another program (gem, npm)
    goals           several verbs in one call (mvn clean package): the one that builds counts
    flag_verbs      the verb is a flag (pacman -S)

    yes             assume-yes flags, the usual one first; empty: it never asks. `yes_before`: only in front of the verb
    no_cache        flags that keep the cache empty; `cache_off` environment variables that do: NAME, NAME=* for any
                    value but none, NAME=value
    no_recommends   flags that leave out recommended packages
    settings        flags that set a configuration item (-o, --setopt); `yes_setting`, `weak_setting` name the items
    refreshing      flags that fetch the lists first (apk add -U)
    frozen          verbs and flags that hold to the lock file or fail
    version         flags that state the version (gem -v), `reference` of a repository (cargo --tag)
    requirements, constraints, editable, repository    flags whose value is such a file, project or URL

    index           folders of package lists; `indexed`: every install fetches them by itself
    caches          one tuple a cache: the places where it may be, `~` is the home folder; the first one is what a
                    cache mount holds, and of two places the lower one has the files
    relocated       aligned with `caches`: the variable (and what follows it) that moves the cache
    samples         names of files in `index`, `cache_samples` in `caches`, when there are plain files in the folder:
                    a pattern that matches all of them empties it
    clean           (words, what): a `clean` call with one of the words empties "lists", "cache" or "all";
                    "" is the call with none of the others

    manifests, locks    file names, * allowed
    """

    __slots__ = (
        "bare_install_verb",
        "cache_samples",
        "cache_variables",
        "caches",
        "clean",
        "constraints",
        "default",
        "ecosystem",
        "editable",
        "family",
        "flag_verbs",
        "frozen",
        "groups",
        "index",
        "index_samples",
        "locks",
        "manifests",
        "name",
        "no_cache_flags",
        "no_cache_variables",
        "no_recommends_flags",
        "packages_after_dashes",
        "programs",
        "recommends_setting",
        "reference",
        "refresh_flags",
        "refreshes_on_install",
        "repository",
        "requirements",
        "setting_flags",
        "single_dash_options",
        "style",
        "takes_goals",
        "valued_before_verb",
        "valued_by_verb",
        "valued_flags",
        "verbs",
        "version",
        "yes_flags",
        "yes_flags_before_verb",
        "yes_setting",
    )

    def __init__(
        self,
        name: str,
        ecosystem: str,
        programs: str,
        verbs: dict[str, str],
        *,
        style: str,
        family: str = "",
        default: str = "other",
        bare_install_verb: str = "",
        valued_flags: str = "",
        valued_before_verb: str = "",
        valued_by_verb: Mapping[str, frozenset[str]] | None = None,
        single_dash_options: bool = False,
        packages_after_dashes: bool = True,
        takes_goals: bool = False,
        flag_verbs: bool = False,
        yes_flags: str = "",
        yes_flags_before_verb: str = "",
        yes_setting: str = "",
        no_cache_flags: str = "",
        no_cache_variables: str = "",
        no_recommends_flags: str = "",
        setting_flags: str = "",
        recommends_setting: str = "",
        refresh_flags: str = "",
        frozen: str = "",
        version: str = "",
        reference: str = "",
        requirements: str = "",
        constraints: str = "",
        editable: str = "",
        repository: str = "",
        index: str = "",
        refreshes_on_install: bool = False,
        caches: tuple[str, ...] = (),
        cache_variables: str = "",
        index_samples: str = "",
        cache_samples: str = "",
        clean: tuple[tuple[str, str], ...] = (),
        manifests: str = "",
        locks: str = "",
    ) -> None:
        self.name = name
        self.family = family or name
        self.ecosystem = ecosystem
        self.programs = tuple(programs.split())
        self.verbs = verbs
        self.groups = _beginnings(verbs)
        self.default = default
        self.bare_install_verb = bare_install_verb
        self.style = style
        self.valued_flags = frozenset(valued_flags.split())
        self.valued_before_verb = frozenset(valued_before_verb.split()) if valued_before_verb else _NO_FLAGS
        self.valued_by_verb = valued_by_verb or {}
        self.single_dash_options = single_dash_options
        self.packages_after_dashes = packages_after_dashes
        self.takes_goals = takes_goals
        self.flag_verbs = flag_verbs
        self.yes_flags = tuple(yes_flags.split())
        self.yes_flags_before_verb = tuple(yes_flags_before_verb.split())
        self.yes_setting = yes_setting
        self.no_cache_flags = tuple(no_cache_flags.split())
        self.no_cache_variables = tuple(no_cache_variables.split())
        self.no_recommends_flags = tuple(no_recommends_flags.split())
        self.setting_flags = tuple(setting_flags.split())
        self.recommends_setting = recommends_setting
        self.refresh_flags = tuple(refresh_flags.split())
        self.frozen = tuple(frozen.split())
        self.version = tuple(version.split())
        self.reference = tuple(reference.split())
        self.requirements = tuple(requirements.split())
        self.constraints = tuple(constraints.split())
        self.editable = tuple(editable.split())
        self.repository = tuple(repository.split())
        self.index = tuple(index.split())
        self.refreshes_on_install = refreshes_on_install
        self.caches: Places = tuple([tuple(cache.split()) for cache in caches])
        self.cache_variables = tuple(cache_variables.split())
        self.index_samples = tuple(index_samples.split())
        self.cache_samples = tuple(cache_samples.split())
        self.clean = clean
        self.manifests = tuple(manifests.split())
        self.locks = tuple(locks.split())

    def __repr__(self) -> str:
        return f"Manager({self.name})"


def _beginnings(verbs: Mapping[str, str]) -> frozenset[str]:
    """What verbs of several words begin with: "workspace" and "workspace *" for "workspace * add"."""
    found: set[str] = set()
    for verb in verbs:
        while " " in verb:
            verb = verb.rpartition(" ")[0]
            found.add(verb)
    return frozenset(found)


def _verbs(**meanings: str) -> dict[str, str]:
    """`install="add, global add"` to {"add": "install", "global add": "install"}."""
    table: dict[str, str] = {}
    for meaning, words in meanings.items():
        table.update(dict.fromkeys(words.split(","), meaning.replace("_", "-")))
    return table


APT = PackageManager(
    "apt",
    "os",
    "apt-get apt aptitude xx-apt-get xx-apt",
    _verbs(
        install="install,reinstall,satisfy",
        update_index="update",
        upgrade="upgrade,safe-upgrade",
        dist_upgrade="dist-upgrade,full-upgrade,dselect-upgrade",
        remove="remove,purge,autoremove,auto-remove,autopurge",
        build_deps="build-dep",
        download="download,source",
        clean="clean,distclean,dist-clean",
    ),
    style="apt",
    # -a is the host architecture, -P the build profiles, -e what counts as an error.
    valued_flags="-o --option -c --config-file -t --target-release --default-release -a --host-architecture -P"
    " --build-profiles -e --error-on --with-source --solver --planner --format --comment",
    yes_flags="-y --yes --assume-yes",
    yes_setting="apt::get::assume-yes",
    setting_flags="-o --option",
    no_recommends_flags="--no-install-recommends --without-recommends -R",
    recommends_setting="apt::install-recommends",
    refresh_flags="--update -U",
    index="/var/lib/apt/lists",
    caches=("/var/cache/apt /var/cache/apt/archives",),
    index_samples="deb.debian.org_debian_dists_bookworm_InRelease"
    " archive.ubuntu.com_ubuntu_dists_noble_main_binary-amd64_Packages.lz4"
    " security.debian.org_dists_bookworm-security_main_binary-amd64_Packages",
    cache_samples="curl_7.88.1-10+deb12u5_amd64.deb",
    # `clean` empties /var/cache/apt alone. `distclean` (apt 2.9) keeps the small Release files of the lists.
    clean=(("clean", "cache"), ("distclean dist-clean", "all")),
)

APK = PackageManager(
    "apk",
    "os",
    "apk xx-apk",
    _verbs(
        install="add",
        update_index="update",
        upgrade="upgrade,fix",
        remove="del",
        download="fetch,cache download",
        clean="cache clean,cache purge",
    ),
    style="apk",
    valued_flags="-p --root -X --repository -t --virtual --arch --cache-dir --cache-max-age --keys-dir --progress-fd"
    " --repositories-file --repository-config --timeout --wait -o --output",
    # Without network nothing is fetched that could stay.
    no_cache_flags="--no-cache --no-network",
    refresh_flags="-U --update-cache --update",
    index="/var/cache/apk",
    refreshes_on_install=True,
    caches=("/var/cache/apk /etc/apk/cache",),
    index_samples="APKINDEX.066df28d.tar.gz APKINDEX.b53994b4.tar.gz",
    cache_samples="APKINDEX.066df28d.tar.gz curl-8.14.1-r1.ab12cd34.apk",
    # Neither touches the index, and both fail unless /etc/apk/cache is set up.
    clean=(("", "cache"),),
)

_RPM_VERBS = _verbs(
    install="install,in,reinstall,localinstall,groupinstall,group install,group-install,module install,swap,downgrade"
    ",install-n,install-na,install-nevra",
    update_index="makecache",
    upgrade="upgrade,update,up,upgrade-minimal,update-minimal,groupupdate,group upgrade,localupdate,module update",
    dist_upgrade="distro-sync,distrosync,dsync,distribution-synchronization,system-upgrade",
    remove="remove,erase,rm,autoremove,groupremove,group remove",
    build_deps="builddep",
    download="download",
    clean="clean",
    config="config-manager,copr,module enable,module disable,module reset,versionlock,mark",
)
_RPM_VALUED = (
    "-c --config -d --debuglevel -e --errorlevel --rpmverbosity -R --randomwait --releasever --setopt --enablerepo"
    " --disablerepo --repo --repoid --from-repo --repofrompath --installroot -x --exclude --excludepkgs"
    " --disableexcludes --disableexcludepkgs --enableplugin --disableplugin --advisory --advisories --bz --bzs --cve"
    " --cves --sec-severity --secseverity --forcearch --arch --destdir --downloaddir --comment --color --add-repo"
    " --from-repofile --metadata-dir"
)
_RPM_CLEAN = (("all", "all"), ("metadata", "lists"), ("packages", "cache"))
_RPM_YES = "-y --assumeyes"

DNF = PackageManager(
    "dnf",
    "os",
    "dnf dnf-3 dnf4 dnf5",
    _RPM_VERBS,
    style="rpm",
    family="dnf",
    valued_flags=_RPM_VALUED,
    yes_flags=_RPM_YES,
    yes_setting="assumeyes",
    setting_flags="--setopt",
    recommends_setting="install_weak_deps",
    refresh_flags="--refresh",
    index="/var/cache/dnf /var/cache/libdnf5",
    refreshes_on_install=True,
    caches=("/var/cache/dnf /var/cache/libdnf5",),
    clean=_RPM_CLEAN,
)

# It writes below /var/cache/yum (dnf/dnf-main.c), and never asked before it became dnf5 in Fedora 38.
MICRODNF = PackageManager(
    "microdnf",
    "os",
    "microdnf",
    _RPM_VERBS,
    style="rpm",
    family="dnf",
    valued_flags=_RPM_VALUED,
    yes_flags=_RPM_YES,
    yes_setting="assumeyes",
    setting_flags="--setopt",
    recommends_setting="install_weak_deps",
    refresh_flags="--refresh",
    index="/var/cache/yum /var/cache/dnf /var/cache/libdnf5",
    refreshes_on_install=True,
    caches=("/var/cache/yum /var/cache/dnf /var/cache/libdnf5",),
    clean=_RPM_CLEAN,
)

# From RHEL 8 on, yum is dnf under its old name.
YUM = PackageManager(
    "yum",
    "os",
    "yum",
    _RPM_VERBS,
    style="rpm",
    family="dnf",
    valued_flags=_RPM_VALUED,
    yes_flags=_RPM_YES,
    yes_setting="assumeyes",
    setting_flags="--setopt",
    recommends_setting="install_weak_deps",
    index="/var/cache/yum /var/cache/dnf",
    refreshes_on_install=True,
    caches=("/var/cache/yum /var/cache/dnf",),
    clean=_RPM_CLEAN,
)

TDNF = PackageManager(
    "tdnf",
    "os",
    "tdnf",
    _RPM_VERBS,
    style="rpm",
    valued_flags=_RPM_VALUED,
    yes_flags=_RPM_YES,
    yes_setting="assumeyes",
    setting_flags="--setopt",
    refresh_flags="--refresh",
    index="/var/cache/tdnf",
    refreshes_on_install=True,
    caches=("/var/cache/tdnf",),
    clean=_RPM_CLEAN,
)

ZYPPER = PackageManager(
    "zypper",
    "os",
    "zypper",
    _verbs(
        install="install,in,install-new-recommends,inr",
        update_index="refresh,ref,refresh-services,refs",
        upgrade="update,up,patch",
        dist_upgrade="dist-upgrade,dup",
        remove="remove,rm",
        build_deps="source-install,si",
        download="download",
        clean="clean,cc",
        config="addrepo,ar,removerepo,rr,modifyrepo,mr,addservice,as,addlock,al",
    ),
    style="zypper",
    valued_flags="-r --repo --from -t --type --download --config --reposd-dir --cache-dir --raw-cache-dir --solv-cache-dir"
    " --pkg-cache-dir --plus-repo --plus-content --releasever --root --installroot --userdata --table-style",
    # Behind the verb these letters mean something else (-D --dry-run, -C --capability, -R no-recommends …).
    valued_before_verb="-c -D -C -p -R -s",
    yes_flags="-y --no-confirm --non-interactive",
    yes_flags_before_verb="-n",
    no_recommends_flags="--no-recommends",
    index="/var/cache/zypp /var/cache/zypp/raw",
    refreshes_on_install=True,
    caches=("/var/cache/zypp /var/cache/zypp/packages",),
    clean=(("-a --all", "all"), ("-m --metadata -M --raw-metadata", "lists"), ("", "cache")),
)

PACMAN = PackageManager(
    "pacman",
    "os",
    "pacman",
    _verbs(),
    style="pacman",
    flag_verbs=True,
    valued_flags="-b --dbpath -r --root --config --cachedir --arch --ignore --ignoregroup --assume-installed --overwrite"
    " --color --gpgdir --hookdir --logfile --sysroot --print-format",
    yes_flags="--noconfirm",
    refresh_flags="-y --refresh",
    index="/var/lib/pacman/sync",
    caches=("/var/cache/pacman/pkg /var/cache/pacman",),
    cache_samples="bash-5.2.037-1-x86_64.pkg.tar.zst glibc-2.41-2-x86_64.pkg.tar.zst.sig",
    clean=(("", "cache"),),
)

_PIP_VALUED = (
    "-r --requirement -c --constraint --build-constraint -e --editable -t --target --platform --python-version"
    " --implementation --abi --root --prefix --src --source --source-dir --source-directory --upgrade-strategy"
    " -C --config-settings --config-setting --install-option --global-option --build-option --no-binary --only-binary"
    " --progress-bar --root-user-action --report --group --requirements-from-script -i --index-url --pypi-url"
    " --extra-index-url -f --find-links --log --log-file --local-log --proxy --retries --resume-retries --timeout"
    " --default-timeout --exists-action --trusted-host --cert --client-cert --cache-dir --use-feature --use-deprecated"
    " --python --keyring-provider -d --dest --destination-dir --destination-directory -w --wheel-dir --all-releases"
    " --only-final --uploaded-prior-to --refresh-package -b --build --build-dir"
)

PIP = PackageManager(
    "pip",
    "python",
    "pip",
    _verbs(
        install="install",
        remove="uninstall",
        download="download,wheel",
        clean="cache purge",
        config="config",
    ),
    style="pip",
    valued_flags=_PIP_VALUED,
    # optparse takes any unambiguous beginning of a long flag, so --no-cache is --no-cache-dir.
    no_cache_flags="--no-cache-dir --no-cache",
    # pip disables the cache for any value, "false" and "0" too (cli/cmdoptions.py says why).
    no_cache_variables="PIP_NO_CACHE_DIR=*",
    requirements="-r --requirement --requirements-from-script",
    constraints="-c --constraint",
    editable="-e --editable",
    caches=("~/.cache/pip",),
    cache_variables="PIP_CACHE_DIR",
    clean=(("", "cache"),),
    manifests="requirements.txt requirements*.txt constraints*.txt pyproject.toml setup.py setup.cfg",
    locks="requirements.txt",
)

_UV_VALUED = (
    "--allow-insecure-host --trusted-host --annotation-style --bounds --branch -b --build-constraint"
    " --build-constraints --cache-dir --cert --color --config-file -C --config-setting --config-settings"
    " --config-settings-package -c --constraint --constraints --default-index --directory -e --editable --env-file"
    " --exclude-newer --exclude-newer-package --excludes --extra --extra-index-url -f --find-links --fork-strategy"
    " --format --from --group --index --index-strategy -i --index-url --install-dir --keyring-provider --link-mode"
    " -m --marker --mirror --no-binary --no-binary-package --no-build-isolation-package --no-build-package"
    " --no-editable-package --no-emit-package --no-extra --no-group --no-install-package --no-sources-package"
    " --only-binary --only-group --optional -o --out-dir --output-file --output-format --override --overrides"
    " --package --prefix --prerelease --prerelease-package --project --prompt --prune -p --python --python-platform"
    " --python-version --refresh-package --reinstall-package -r --requirement --requirements --resolution --rev"
    " --tag -t --target --torch-backend --upgrade-group -P --upgrade-package -w --with --with-editable"
    " --with-executables-from --with-requirements"
)

UV = PackageManager(
    "uv",
    "python",
    "uv",
    _verbs(
        install="pip install,add,tool install",
        restore="sync,pip sync",
        upgrade="tool upgrade,self update",
        remove="pip uninstall,remove,tool uninstall",
        download="lock,export,pip compile",
        exec="run,tool run",
        build="build",
        clean="cache clean,clean",
    ),
    style="pip",
    valued_flags=_UV_VALUED,
    # `uv sync --no-editable`, `uv add --editable` and `uv build -b` are without a value, `uv pip install -e .` is not.
    no_cache_flags="--no-cache -n --no-cache-dir",
    no_cache_variables="UV_NO_CACHE",
    requirements="-r --requirement --requirements",
    constraints="-c --constraint --constraints",
    editable="-e --editable",
    frozen="--locked --frozen",
    caches=("~/.cache/uv",),
    cache_variables="UV_CACHE_DIR",
    clean=(("", "cache"),),
    manifests="pyproject.toml uv.toml requirements.txt requirements*.txt .python-version",
    locks="uv.lock",
)

PIPX = PackageManager(
    "pipx",
    "python",
    "pipx",
    _verbs(
        install="install,inject",
        restore="install-all",
        upgrade="upgrade,upgrade-all,reinstall,reinstall-all",
        remove="uninstall,uninstall-all",
        exec="run",
    ),
    style="pip",
    valued_flags="--python -i --index-url --pip-args --suffix --preinstall --spec --backend --cooldown --fetch-python"
    " --output -r --requirement --with-suffix --skip --lock --upgrade-strategy",
    requirements="-r --requirement",
    no_cache_variables="PIP_NO_CACHE_DIR=*",
    caches=("~/.cache/pip",),
    cache_variables="PIP_CACHE_DIR",
)

POETRY = PackageManager(
    "poetry",
    "python",
    "poetry",
    _verbs(
        install="add,self add",
        restore="install,sync,self install",
        upgrade="update,self update",
        remove="remove,self remove",
        download="lock,export",
        build="build",
        exec="run",
        clean="cache clear",
        config="config",
    ),
    style="pip",
    valued_flags="-C --directory -P --project --with --without --only -E --extras -G --group --source --python --platform"
    " --markers --optional -f --format -o --output",
    no_cache_flags="--no-cache",
    # Beside them lie the virtual environments, which are no cache.
    caches=("~/.cache/pypoetry/cache", "~/.cache/pypoetry/artifacts"),
    cache_variables="POETRY_CACHE_DIR/cache POETRY_CACHE_DIR/artifacts",
    clean=(("", "cache"),),
    manifests="pyproject.toml poetry.toml",
    locks="poetry.lock",
)

PIPENV = PackageManager(
    "pipenv",
    "python",
    "pipenv",
    _verbs(
        install="install",
        restore="sync",
        upgrade="update,upgrade",
        remove="uninstall",
        download="lock,requirements",
        exec="run",
    ),
    style="pip",
    bare_install_verb="restore",
    valued_flags="-r --requirements -e --editable -i --index --pypi-mirror --python --extra-pip-args --categories --extras"
    " --config-settings --resolver",
    requirements="-r --requirements",
    editable="-e --editable",
    no_cache_variables="PIP_NO_CACHE_DIR=*",
    frozen="sync --deploy --ignore-pipfile",
    caches=("~/.cache/pipenv", "~/.cache/pip"),
    cache_variables="PIPENV_CACHE_DIR PIP_CACHE_DIR",
    manifests="Pipfile",
    locks="Pipfile.lock",
)

_CONDA_FLAGS = frozenset(("-n", "-p", "-c", "-f"))

CONDA = PackageManager(
    "conda",
    "conda",
    "conda mamba micromamba",
    _verbs(
        install="install,create",
        restore="env create,env update",
        upgrade="update,upgrade",
        remove="remove,uninstall,env remove",
        exec="run",
        clean="clean",
        config="config,init",
    ),
    style="conda",
    valued_flags="--name --prefix --root-prefix --channel --file --solver --experimental-solver --repodata-fn --subdir"
    " --platform --revision --clone --rc-file --cwd --log-level --channel-priority --category --lockfile",
    # `conda clean -afy` is three switches, `conda install -c x` is not.
    valued_by_verb={
        "install": _CONDA_FLAGS,
        "restore": _CONDA_FLAGS,
        "upgrade": _CONDA_FLAGS,
        "remove": _CONDA_FLAGS,
        "exec": _CONDA_FLAGS,
        "config": frozenset(("--add", "--append", "--prepend", "--set", "--remove", "--remove-key", "--get")),
    },
    yes_flags="-y --yes",
    yes_setting="CONDA_ALWAYS_YES",
    requirements="-f --file",
    refreshes_on_install=True,
    caches=(
        "/opt/conda/pkgs /opt/miniconda3/pkgs /opt/miniconda/pkgs /opt/mamba/pkgs /root/miniconda3/pkgs"
        " ~/miniconda3/pkgs ~/.conda/pkgs",
    ),
    cache_variables="CONDA_PKGS_DIRS",
    clean=(("-a --all -t --tarballs -p --packages -f --force-pkgs-dirs", "cache"),),
    manifests="environment.yml environment.yaml environment*.yml conda*.yml",
    locks="conda-lock.yml conda-linux-64.lock pixi.lock",
)

NPM = PackageManager(
    "npm",
    "node",
    "npm",
    _verbs(
        install="install,i,in,ins,inst,insta,instal,isnt,isnta,isntal,isntall,add,install-test,it",
        restore="ci,clean-install,ic,install-clean,isntall-clean,install-ci-test,cit,clean-install-test,sit",
        upgrade="update,up,upgrade,udpate,u",
        remove="uninstall,unlink,remove,rm,r,un,prune",
        build="rebuild,rb",
        exec="exec,x",
        run="run,run-script,rum,urn,test,tst,t,start,stop,restart",
        clean="cache clean,cache clear,cache rm",
        config="config,c,set",
    ),
    style="npm",
    bare_install_verb="restore",
    valued_flags="--access --also --arch --audit-level --auth-type --before --ca --cache --cache-max --cache-min --cafile"
    " -c --call --cert --cidr --cpu --depth --editor --fetch-retries --fetch-retry-factor --fetch-retry-maxtimeout"
    " --fetch-retry-mintimeout --fetch-timeout --git --globalconfig --heading --https-proxy --include"
    " --install-strategy --jobs --key --libc --local-address -L --location --lockfile-version --loglevel --logs-dir"
    " --logs-max --maxsockets -m --message --min-release-age --node-gyp --node-options --noproxy --omit --only --os"
    " --otp --package --platform --pack-destination -C --prefix --preid --proxy --python --reg --registry"
    " --replace-registry-host --save-prefix --scope --script-shell --searchlimit --searchopts --shell --tag"
    " --tag-version-prefix --target --target_arch --target_platform --umask --user --user-agent --userconfig"
    " --viewer -w --workspace",
    frozen="ci clean-install ic install-clean isntall-clean install-ci-test cit clean-install-test sit",
    caches=("~/.npm ~/.npm/_cacache",),
    cache_variables="NPM_CONFIG_CACHE",
    clean=(("", "cache"),),
    manifests="package.json .npmrc",
    locks="package-lock.json npm-shrinkwrap.json",
)

YARN = PackageManager(
    "yarn",
    "node",
    "yarn yarnpkg",
    {
        "": "restore",
        **_verbs(
            install="add,global add,workspace * add",
            restore="install,workspaces focus,workspace * install",
            upgrade="upgrade,up,upgrade-interactive,global upgrade",
            remove="remove,global remove,workspace * remove",
            build="rebuild",
            exec="dlx,exec,create",
            run="run,workspace * run,workspaces run,workspaces foreach",
            clean="cache clean",
            config="config,set,plugin",
            other="info,list,why,audit,check,init,link,unlink,login,logout,outdated,owner,pack,publish,version,versions,help,bin,import,licenses,npm,dedupe,constraints,explain,patch,stage,workspace,workspaces,global,cache,policies",
        ),
    },
    style="npm",
    default="run",
    valued_flags="--cwd --modules-folder --cache-folder --preferred-cache-folder --mutex --network-timeout"
    " --network-concurrency --registry --prefix --global-folder --link-folder --use-yarnrc --proxy --https-proxy"
    " --otp --cafile --child-concurrency --loglevel --mode --jobs",
    frozen="--frozen-lockfile --immutable",
    caches=("/usr/local/share/.cache/yarn ~/.cache/yarn ~/.yarn/berry/cache ~/.yarn/berry",),
    cache_variables="YARN_CACHE_FOLDER",
    clean=(("", "cache"),),
    manifests="package.json .yarnrc .yarnrc.yml .yarn/** .npmrc",
    locks="yarn.lock",
)

PNPM = PackageManager(
    "pnpm",
    "node",
    "pnpm",
    _verbs(
        install="install,i,add",
        restore="ci,fetch,install-test,it,deploy",
        upgrade="update,up,upgrade",
        remove="remove,rm,uninstall,un,prune",
        build="rebuild,rb",
        exec="exec,dlx,create",
        run="run,run-script,test,t,start",
        clean="store prune",
        config="config,c,set,setup,env",
        other="audit,outdated,list,ls,ll,why,pack,publish,link,ln,unlink,import,init,licenses,patch,server,store,bin,root,help,dedupe,approve-builds,self-update,get",
    ),
    style="npm",
    bare_install_verb="restore",
    default="run",
    valued_flags="-C --dir -F --filter --filter-prod --store-dir --registry --reporter --loglevel --modules-dir"
    " --virtual-store-dir --lockfile-dir --network-concurrency --child-concurrency --workspace-concurrency"
    " --fetch-retries --fetch-timeout --package-import-method --node-linker --cpu --os --libc"
    " --changed-files-ignore-pattern --test-pattern --global-dir --prefix --cache-dir --resolution-mode --package"
    " --allow-build",
    frozen="ci --frozen-lockfile",
    caches=("/pnpm/store ~/.local/share/pnpm/store ~/.local/share/pnpm ~/.pnpm-store",),
    clean=(("", "cache"),),
    manifests="package.json pnpm-workspace.yaml .npmrc .pnpmfile.cjs",
    locks="pnpm-lock.yaml",
)

BUN = PackageManager(
    "bun",
    "node",
    "bun",
    _verbs(
        install="install,i,add,a",
        restore="ci",
        upgrade="update",
        remove="remove,rm,uninstall",
        build="build",
        exec="x",
        run="run,test,exec",
        clean="pm cache rm",
        other="create,c,init,link,unlink,pm,outdated,audit,publish,patch,upgrade,repl,info,why",
    ),
    style="npm",
    bare_install_verb="restore",
    default="run",
    valued_flags="--cwd --cache-dir -c --config --backend --registry --network-concurrency --concurrent-scripts --filter -F"
    " --env-file --cafile --ca --omit --linker --target --outdir --outfile --define -d --external -e --cpu --os",
    no_cache_flags="--no-cache",
    frozen="ci --frozen-lockfile",
    caches=("~/.bun/install/cache",),
    cache_variables="BUN_INSTALL_CACHE_DIR",
    clean=(("", "cache"),),
    manifests="package.json bunfig.toml .npmrc",
    locks="bun.lock bun.lockb",
)

GEM = PackageManager(
    "gem",
    "ruby",
    "gem jgem",
    _verbs(
        install="install,i,ins,inst,insta,instal",
        upgrade="update,up",
        remove="uninstall,un",
        download="fetch",
        build="build",
        exec="exec",
        config="sources",
    ),
    style="gem",
    packages_after_dashes=False,
    valued_flags="-v --version -i --install-dir -n --bindir --document --build-root --platform -P --trust-policy -p"
    " --http-proxy -s --source -B --bulk-threshold -g --file --without --config-file --target-rbconfig --key --cert",
    version="-v --version",
    caches=("/usr/local/bundle/cache ~/.gem ~/.local/share/gem $GEM_HOME/cache",),
    cache_variables="GEM_HOME/cache",
    manifests="Gemfile gems.rb",
    locks="Gemfile.lock gems.locked",
)

BUNDLE = PackageManager(
    "bundle",
    "ruby",
    "bundle bundler",
    {
        "": "restore",
        **_verbs(
            install="add",
            restore="install,i",
            upgrade="update",
            remove="remove",
            download="lock,package,pack,cache",
            exec="exec,e",
            config="config",
        ),
    },
    style="gem",
    # Thor's array flags (--without development test) swallow the words behind them; a restore names no package anyway.
    valued_flags="--gemfile --path -j --jobs --retry --without --with --only --trust-policy --shebang --target-rbconfig"
    " --version -v --source --git --group -g",
    version="-v --version",
    frozen="--frozen --deployment",
    caches=("/usr/local/bundle/cache ~/.bundle/cache ~/.bundle $GEM_HOME/cache",),
    cache_variables="GEM_HOME/cache",
    manifests="Gemfile gems.rb *.gemspec .ruby-version",
    locks="Gemfile.lock gems.locked",
)

GO = PackageManager(
    "go",
    "go",
    "go xx-go",
    _verbs(
        install="install,get",
        restore="mod download,mod vendor,mod tidy,work sync,work vendor",
        build="build,test,vet,generate",
        run="run",
        clean="clean",
        config="env",
    ),
    style="go",
    bare_install_verb="build",
    single_dash_options=True,
    valued_flags="-o -p -C -asmflags -buildmode -compiler -covermode -coverpkg -coverprofile -count -exec -gccgoflags"
    " -gcflags -installsuffix -ldflags -mod -modfile -overlay -pgo -pkgdir -tags -toolexec -run -bench -timeout"
    " -vettool -f -reuse",
    caches=("/go/pkg/mod ~/go/pkg/mod $GOPATH/pkg/mod", "~/.cache/go-build"),
    cache_variables="GOMODCACHE GOCACHE",
    clean=(("-modcache -cache", "cache"),),
    manifests="go.mod go.work",
    locks="go.sum go.work.sum",
)

CARGO = PackageManager(
    "cargo",
    "rust",
    "cargo xx-cargo",
    _verbs(
        install="install,binstall,add",
        restore="fetch,vendor,chef cook",
        upgrade="update",
        remove="uninstall,remove",
        build="build,b,test,t,check,c,clippy,doc,d,bench,rustc,run,r,zigbuild,nextest,leptos,auditable,deb",
    ),
    style="cargo",
    packages_after_dashes=False,
    valued_flags="--version --vers --git --branch --tag --rev --path --root --registry --index --features -F --target"
    " --target-dir --profile -j --jobs --config -Z --color --message-format --bin --example --test --bench -p"
    " --package --exclude -C --manifest-path --lockfile-path --recipe-path --pkg-url --pkg-fmt --bin-dir"
    " --strategies",
    version="--version --vers",
    reference="--tag --rev",
    repository="--git",
    editable="--path",
    frozen="--locked --frozen",
    caches=("/usr/local/cargo/registry ~/.cargo/registry", "/usr/local/cargo/git ~/.cargo/git"),
    cache_variables="CARGO_HOME/registry CARGO_HOME/git",
    manifests="Cargo.toml rust-toolchain rust-toolchain.toml .cargo/config.toml",
    locks="Cargo.lock",
)

COMPOSER = PackageManager(
    "composer",
    "php",
    "composer composer.phar",
    _verbs(
        install="require,r,global require,create-project",
        restore="install,i,global install",
        upgrade="update,u,upgrade,global update",
        remove="remove,rm,uninstall,global remove",
        run="run-script,run,test",
        exec="exec",
        clean="clear-cache,clearcache,cc",
        config="config,global config",
        build="dump-autoload,dumpautoload",
    ),
    style="composer",
    valued_flags="-d --working-dir --prefer-install --ignore-platform-req -s --stability --repository --repository-url"
    " --apcu-autoloader-prefix --audit-format --minimal-changes-for",
    no_cache_flags="--no-cache",
    no_cache_variables="COMPOSER_CACHE_DIR=/dev/null",
    frozen="install i",
    caches=("~/.cache/composer ~/.composer/cache /tmp/cache $COMPOSER_HOME/cache",),
    cache_variables="COMPOSER_CACHE_DIR",
    clean=(("", "cache"),),
    manifests="composer.json auth.json symfony.lock",
    locks="composer.lock",
)

DOTNET = PackageManager(
    "dotnet",
    "dotnet",
    "dotnet",
    _verbs(
        install="add package,add * package,package add,tool install,workload install,new install",
        restore="restore,tool restore,workload restore",
        upgrade="tool update,workload update",
        remove="tool uninstall,remove package,remove * package,package remove",
        build="build,publish,test,pack,msbuild",
        run="run",
        clean="nuget locals",
    ),
    style="dotnet",
    valued_flags="-c --configuration -f --framework -r --runtime -o --output -v --verbosity -s --source --packages"
    " --configfile --os --arch -a --version --version-suffix --tool-path --add-source --package-directory"
    " --artifacts-path --property --lock-file-path --project --settings --logger -l",
    version="--version -v",
    frozen="--locked-mode",
    caches=("~/.nuget/packages", "~/.local/share/NuGet/http-cache ~/.local/share/NuGet/v3-cache ~/.local/share/NuGet"),
    cache_variables="NUGET_PACKAGES NUGET_HTTP_CACHE_PATH",
    clean=(("--clear -c", "cache"),),
    manifests="*.csproj *.fsproj *.vbproj *.sln *.slnx Directory.Build.props Directory.Build.targets"
    " Directory.Packages.props NuGet.config nuget.config global.json",
    locks="packages.lock.json",
)

NUGET = PackageManager(
    "nuget",
    "dotnet",
    "nuget nuget.exe",
    _verbs(install="install", restore="restore", upgrade="update", clean="locals"),
    style="dotnet",
    bare_install_verb="restore",
    single_dash_options=True,
    valued_flags="-Version -OutputDirectory -Source -ConfigFile -PackagesDirectory -SolutionDirectory -Verbosity -Framework",
    version="-Version",
    caches=("~/.nuget/packages",),
    cache_variables="NUGET_PACKAGES",
    clean=(("-clear", "cache"),),
    manifests="packages.config *.csproj *.sln",
    locks="packages.lock.json",
)

CHOCO = PackageManager(
    "choco",
    "os",
    "choco choco.exe",
    _verbs(install="install", upgrade="upgrade,update", remove="uninstall", config="config,feature,source"),
    style="dotnet",
    valued_flags="--version -s --source --package-parameters --params --install-arguments --ia --execution-timeout"
    " --installargs",
    version="--version",
    yes_flags="-y --yes --confirm",
)

MAVEN = PackageManager(
    "mvn",
    "java",
    "mvn mvnw mvnd",
    _verbs(
        restore="go-offline,resolve,resolve-plugins,resolve-dependencies,copy-dependencies",
        install="get",
        build="package,install,verify,compile,test,deploy,process-classes,process-resources,test-compile,prepare-package",
        run="spring-boot:run,exec:java,jetty:run,quarkus:dev",
        other="clean,validate,initialize,evaluate,effective-pom,effective-settings,wrapper,set,help",
    ),
    style="maven",
    default="build",
    takes_goals=True,
    single_dash_options=True,
    valued_flags="-f --file -s --settings -gs --global-settings -t --toolchains -gt --global-toolchains -P"
    " --activate-profiles -pl --projects -rf --resume-from -T --threads -D --define -b --builder -l --log-file -ep"
    " -emp --color",
    caches=("~/.m2/repository ~/.m2",),
    cache_variables="MAVEN_REPO_LOCAL",
    manifests="pom.xml .mvn/** mvnw settings.xml",
)

GRADLE = PackageManager(
    "gradle",
    "java",
    "gradle gradlew",
    _verbs(
        restore="dependencies,downloadDependencies,resolveDependencies,resolveAllDependencies,downloadRepos,dependencyInsight",
        other="clean,wrapper,init,help,tasks,properties,projects,buildEnvironment",
        run="run,bootRun",
    ),
    style="maven",
    default="build",
    takes_goals=True,
    single_dash_options=True,
    valued_flags="-x --exclude-task -b --build-file -p --project-dir -c --settings-file -I --init-script -g"
    " --gradle-user-home -P --project-prop -D --system-prop --console --max-workers --project-cache-dir"
    " --warning-mode --priority --include-build -F --dependency-verification -M --write-verification-metadata"
    " --tests",
    caches=("~/.gradle/caches ~/.gradle /home/gradle/.gradle/caches /home/gradle/.gradle",),
    cache_variables="GRADLE_USER_HOME/caches",
    manifests="build.gradle build.gradle.kts settings.gradle settings.gradle.kts gradle.properties gradle/** gradlew"
    " gradle/libs.versions.toml",
    locks="gradle.lockfile",
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
