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
        ("8.2-apache-bookworm", "8.2-fpm-alpine", {}, "1: `php:8.2-fpm-alpine` is not an official PHP image on Debian"),
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
        ("8.2-apache-bookworm", "8.2-apache", {}, "3: the run-time libraries for `libzip-dev` are unknown"),
    ],
)
def test_unsupported_files_are_rejected(old: str, new: str, files: dict[str, str], why: str, tmp_path: Path) -> None:
    text = TEXT.replace(old, new, 1) if old else TEXT
    assert refusal(tmp_path, text, {**FILES, **files}).startswith(why)
