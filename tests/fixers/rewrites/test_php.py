"""A builder and a runtime for PHP."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cases import refusal, rewritten

TEXT = """\
FROM php:8.2-apache-bookworm
# what the extensions need
RUN apt-get update && apt-get install -y libzip-dev unzip && docker-php-ext-install -j$(nproc) zip pdo_mysql
RUN a2enmod rewrite
COPY --from=composer:2 /usr/bin/composer /usr/bin/composer
WORKDIR /var/www/html
COPY . .
RUN composer install --no-dev
RUN chown -R www-data storage
EXPOSE 80
CMD ["apache2-foreground"]
"""
FILES = {"composer.json": '{"require": {"slim/slim": "4"}}', "composer.lock": "{}", "index.php": "<?php\n"}


def test_extensions_and_packages_are_made_in_a_builder(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, TEXT, FILES).text
        == """\
FROM php:8.2-apache-bookworm AS build
# what the extensions need
RUN apt-get update \\
    && apt-get install -y \\
        libzip-dev \\
        unzip \\
    && rm -rf /var/lib/apt/lists/*
RUN docker-php-ext-install -j$(nproc) zip pdo_mysql
COPY --from=composer:2 /usr/bin/composer /usr/bin/composer
WORKDIR /var/www/html
COPY composer.json composer.lock ./
RUN composer install --no-dev

FROM php:8.2-apache-bookworm
RUN apt-get update \\
    && apt-get install -y \\
        libzip4 \\
        unzip \\
    && rm -rf /var/lib/apt/lists/*
RUN a2enmod rewrite
WORKDIR /var/www/html
COPY --from=build /usr/local/lib/php/extensions /usr/local/lib/php/extensions
COPY --from=build /usr/local/etc/php/conf.d /usr/local/etc/php/conf.d
COPY --from=build /var/www/html/vendor /var/www/html/vendor
COPY . .
RUN chown -R www-data storage
EXPOSE 80
CMD ["apache2-foreground"]
"""
    )


def test_what_sets_apache_up_stays(tmp_path: Path) -> None:
    text = TEXT.replace("RUN a2enmod rewrite\n", "").replace("zip pdo_mysql", "zip pdo_mysql && a2enmod rewrite ssl")
    builder, _, final = rewritten(tmp_path, text, FILES).text.partition("\n\n")
    assert "a2enmod" not in builder
    assert "RUN docker-php-ext-install -j$(nproc) zip pdo_mysql\n" in builder
    assert "    && rm -rf /var/lib/apt/lists/*\nRUN a2enmod rewrite ssl\nWORKDIR" in final


@pytest.mark.parametrize("key", ["post-autoload-dump", "post-install-cmd"])
def test_scripts_of_composer_may_write_anywhere(key: str, tmp_path: Path) -> None:
    files = {**FILES, "composer.json": '{"scripts": {"' + key + '": ["@php artisan x"]}}'}
    builder, _, final = rewritten(tmp_path, TEXT, files).text.partition("\n\n")
    assert builder.endswith("WORKDIR /var/www/html\nCOPY . .\nRUN composer install --no-dev")
    assert "COPY . ." not in final
    assert "COPY --from=build /var/www/html /var/www/html\nRUN chown" in final


def test_extensions_alone(tmp_path: Path) -> None:
    text = "".join(line + "\n" for line in TEXT.splitlines() if "composer" not in line and "a2enmod" not in line)
    final = rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]
    assert "COPY --from=build /usr/local/lib/php/extensions /usr/local/lib/php/extensions\n" in final
    assert "vendor" not in final


@pytest.mark.parametrize(
    ("old", "new", "files", "why"),
    [
        ("8.2-apache-bookworm", "8.2-fpm-alpine", {}, "3: `apt` is not supported here, only apk"),
        ('"apache2-foreground"', '"composer", "start"', {}, "11: the final image runs `composer`"),
        ("RUN composer", "RUN make && composer", {}, "8: `make` is in the same RUN as an install"),
        ("RUN composer", "RUN composer install\nRUN composer", {}, "9: Composer installs more than once"),
        (
            "",
            "",
            {"composer.json": '{"repositories": [{"type": "path", "url": "x"}]}'},
            "8: composer.json uses local packages",
        ),
        ("", "", {"vendor/autoload.php": ""}, "8: `vendor` of the build context would overwrite"),
        (
            "8.2-apache-bookworm",
            "8.2-apache",
            {},
            "3: `libzip-dev` needs other libraries in other Debian releases; name the release in the tag: "
            "`php:8.2-apache-trixie`",
        ),
        ("8.2-apache-bookworm", "7.4-apache", {}, "3: the run-time libraries for `libzip-dev` are unknown"),
    ],
)
def test_unsupported_files_are_rejected(old: str, new: str, files: dict[str, str], why: str, tmp_path: Path) -> None:
    text = TEXT.replace(old, new, 1) if old else TEXT
    assert refusal(tmp_path, text, {**FILES, **files}).startswith(why)


ALPINE = """\
FROM php:8.3-fpm-alpine
# headers
RUN apk update && apk add icu-dev libzip-dev postgresql-dev bash linux-headers=1
RUN apk add --no-cache --virtual .build-deps $PHPIZE_DEPS make && pecl install redis-6.0.2 && rm -rf /tmp/pear \\
    && docker-php-ext-enable redis && apk del .build-deps && rm -rf /var/cache/apk/*
RUN docker-php-ext-install intl zip pdo_pgsql
COPY --from=composer:2 /usr/bin/composer /usr/bin/composer
COPY . .
RUN composer install --no-dev
"""


def test_alpine(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, ALPINE, FILES).text
        == """\
FROM php:8.3-fpm-alpine AS build
# headers
RUN apk add --no-cache \\
        bash \\
        icu-dev \\
        libzip-dev \\
        linux-headers=1 \\
        postgresql-dev
RUN apk add --no-cache \\
        $PHPIZE_DEPS \\
        make
RUN pecl install redis-6.0.2 && docker-php-ext-enable redis
RUN docker-php-ext-install intl zip pdo_pgsql
COPY --from=composer:2 /usr/bin/composer /usr/bin/composer
COPY composer.json composer.lock ./
RUN composer install --no-dev

FROM php:8.3-fpm-alpine
RUN apk add --no-cache \\
        bash \\
        icu-libs \\
        libpq \\
        libzip
COPY --from=build /usr/local/lib/php/extensions /usr/local/lib/php/extensions
COPY --from=build /usr/local/etc/php/conf.d /usr/local/etc/php/conf.d
COPY --from=build /var/www/html/vendor /var/www/html/vendor
COPY . .
"""
    )


@pytest.mark.parametrize(
    ("old", "new", "packages"),
    [
        ("redis-6.0.2", "swoole", ["bash", "icu-libs", "libpq", "libstdc++", "libzip"]),
        # The group is removed, but git is installed for another reason, too.
        ("DEPS make", "DEPS git vim && apk add git", ["bash", "git", "icu-libs", "libpq", "libzip"]),
        ("libzip-dev", "--virtual=x libzip-dev", ["bash", "icu-libs", "libpq", "libzip"]),
        ("apk del .build-deps", "apk del .build-deps libzip-dev", ["bash", "icu-libs", "libpq"]),
        ("libzip-dev", "openssl-dev", ["bash", "icu-libs", "libpq"]),
    ],
)
def test_packages_on_alpine(old: str, new: str, packages: list[str], tmp_path: Path) -> None:
    final = rewritten(tmp_path, ALPINE.replace(old, new), FILES).text.partition("\n\n")[2]
    _, _, names = final.partition("RUN apk add --no-cache")
    assert names.partition("\nCOPY")[0].replace("\\", "").split() == packages


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("libzip-dev", "imagemagick-dev", "3: the run-time libraries for `imagemagick-dev` are unknown"),
        ("icu-dev", "$MORE", "3: `apk add $MORE libzip-dev postgresql-dev bash linux-headers=1` does not only install"),
        ("apk update", "apk upgrade", "3: `apk upgrade` changes packages of the base image"),
    ],
)
def test_unsupported_files_on_alpine(old: str, new: str, why: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, ALPINE.replace(old, new), FILES).startswith(why)


def test_the_base_image_starts_the_server(tmp_path: Path) -> None:
    text = TEXT.replace('CMD ["apache2-foreground"]\n', "").replace("WORKDIR /var/www/html\n", "")
    final = rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]
    assert "COPY --from=build /var/www/html/vendor /var/www/html/vendor\nCOPY . .\n" in final
    cli = text.replace("-apache-", "-cli-").replace("RUN a2enmod rewrite\n", "")
    assert refusal(tmp_path, cli, FILES).startswith("0: without CMD and ENTRYPOINT")


def test_libraries_of_all_releases_need_no_release_in_the_tag(tmp_path: Path) -> None:
    text = TEXT.replace("8.2-apache-bookworm", "8.2-apache").replace("libzip-dev", "libpng-dev")
    final = rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]
    assert "        libpng16-16 \\\n        unzip \\\n" in final
    # A tag that is not in the catalog may be based on an old release.
    old = text.replace("8.2-apache", "7.1-apache")
    assert refusal(tmp_path, old, FILES).startswith("3: the run-time libraries for `libpng-dev` are unknown")


@pytest.mark.parametrize(
    "run",
    [
        "curl -sS https://getcomposer.org/installer | php -- --install-dir=/usr/bin --filename=composer",
        "curl -sS https://getcomposer.org/installer -o composer-setup.php && php composer-setup.php --quiet "
        "&& mv composer.phar /usr/local/bin/composer && rm composer-setup.php",
        "php -r \"copy('https://getcomposer.org/installer', 'composer-setup.php');\" && php composer-setup.php "
        "--install-dir=/usr/local/bin --filename=composer && php -r \"unlink('composer-setup.php');\"",
        "wget -O /usr/local/bin/composer https://getcomposer.org/composer.phar && chmod 755 /usr/local/bin/composer",
    ],
)
def test_composer_is_installed_in_many_ways(run: str, tmp_path: Path) -> None:
    copy = "COPY --from=composer:2 /usr/bin/composer /usr/bin/composer"
    builder, _, final = rewritten(tmp_path, TEXT.replace(copy, f"RUN {run}"), FILES).text.partition("\n\n")
    assert f"RUN {run}\n" in builder
    assert "getcomposer" not in final
    builder, _, final = rewritten(tmp_path, TEXT.replace("zip pdo_mysql", f"zip && {run}"), FILES).text.partition(
        "\n\n"
    )
    assert "getcomposer.org" in builder
    assert "getcomposer" not in final


def test_composer_that_installs_nothing_is_for_the_users_of_the_image(tmp_path: Path) -> None:
    text = TEXT.replace("RUN composer install --no-dev\n", "")
    final = rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]
    assert "COPY --from=composer:2 /usr/bin/composer /usr/bin/composer\n" in final
    installer = "RUN curl -sS https://getcomposer.org/installer | php -- --filename=composer\n"
    text = text.replace("RUN a2enmod rewrite\n", installer + "RUN a2enmod ssl; a2enmod rewrite\n")
    builder, _, final = rewritten(tmp_path, text + "RUN pecl install redis\n", FILES).text.partition("\n\n")
    assert installer in final
    assert installer not in builder


def test_composer_of_the_project(tmp_path: Path) -> None:
    text = TEXT.replace("composer install", "php composer.phar install")
    builder = rewritten(tmp_path, text, {**FILES, "composer.phar": "<?php\n"}).text.partition("\n\n")[0]
    assert "COPY composer.json composer.lock composer.phar ./\nRUN php composer.phar install" in builder


def test_what_composer_has_globally_is_for_the_build(tmp_path: Path) -> None:
    text = TEXT.replace("RUN composer", "RUN composer global require symfony/flex\nRUN composer")
    builder, _, final = rewritten(tmp_path, text, FILES).text.partition("\n\n")
    assert "RUN composer global require symfony/flex\n" in builder
    assert "global" not in final
    text = text.replace("global require symfony/flex", "self-update --1")
    assert "self-update" not in rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]


def test_tools_of_composer_may_be_for_the_image(tmp_path: Path) -> None:
    text = TEXT.replace("RUN composer", "RUN composer global require symfony/flex\nRUN composer")
    used = text.replace("EXPOSE 80", "ENV PATH=$PATH:/root/.composer/vendor/bin")
    assert refusal(tmp_path, used, FILES).startswith("8: the image may run the tools of `composer global require`")


@pytest.mark.parametrize(
    ("run", "in_builder", "in_final"),
    [
        ("sed -i s/80/81/ /etc/apache2/ports.conf", False, True),
        ('echo "memory_limit=1G" > $PHP_INI_DIR/conf.d/m.ini', True, False),
        ('mv "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini"', True, True),
    ],
)
def test_settings(run: str, in_builder: bool, in_final: bool, tmp_path: Path) -> None:
    for text in (TEXT.replace("a2enmod rewrite", run), TEXT.replace("zip pdo_mysql", f"zip && {run}")):
        builder, _, final = rewritten(tmp_path, text, FILES).text.partition("\n\n")
        assert (run in builder, run in final) == (in_builder, in_final)
        assert "COPY --from=build /usr/local/etc/php/conf.d /usr/local/etc/php/conf.d\n" in final
    only = TEXT.replace("-y libzip-dev", "-y zip").replace("docker-php-ext-install -j$(nproc) zip pdo_mysql", run)
    builder, _, final = rewritten(tmp_path, only, FILES).text.partition("\n\n")
    assert (run in builder, run in final) == (in_builder, in_final)
    assert ("/usr/local/lib/php/extensions" in final, "/conf.d /usr" in final) == (False, in_builder and not in_final)
    after = rewritten(tmp_path, TEXT.replace("chown -R www-data storage", run), FILES).text.partition("\n\n")[2]
    assert f"RUN {run}\n" in after


def test_without_headers_there_is_nothing_to_save(tmp_path: Path) -> None:
    text = "FROM php:8.2-apache\nRUN docker-php-ext-install pdo_mysql\nCOPY . .\n"
    assert refusal(tmp_path, text, FILES).startswith("0: no headers, packages of PECL or of Composer are installed")
