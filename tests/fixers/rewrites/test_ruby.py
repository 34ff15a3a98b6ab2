"""A builder and a slim runtime for Ruby."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cases import refusal, rewritten

TEXT = """\
FROM ruby:3.2-bookworm
RUN apt-get update -qq && apt-get install -y build-essential libpq-dev nodejs
WORKDIR /app
ENV RAILS_ENV=production
# the gems
COPY Gemfile Gemfile.lock ./
RUN gem install bundler -v 2.4.1 && bundle install --jobs 4
COPY . .
RUN bundle exec rake assets:precompile
EXPOSE 3000
CMD ["bundle", "exec", "rails", "server", "-b", "0.0.0.0"]
"""
FILES = {
    "Gemfile": 'source "https://rubygems.org"\ngem "rails"\ngem "pg"\n',
    "Gemfile.lock": "GEM\n  remote: https://rubygems.org/\n  specs:\n    pg (1.5.4)\n    tzinfo (2.0.6)\n",
    "app.rb": "system('git log')\n",
}


def test_gems_are_installed_in_a_builder(tmp_path: Path) -> None:
    assert (
        rewritten(tmp_path, TEXT, FILES).text
        == """\
FROM ruby:3.2-bookworm AS build
RUN apt-get update \\
    && apt-get install -y \\
        build-essential \\
        libpq-dev \\
        nodejs \\
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# the gems
COPY Gemfile Gemfile.lock ./
RUN gem install bundler -v 2.4.1 && bundle install --jobs 4

FROM ruby:3.2-slim-bookworm
RUN apt-get update \\
    && apt-get install -y \\
        ca-certificates \\
        git \\
        libpq5 \\
        nodejs \\
        tzdata \\
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV RAILS_ENV=production
COPY --from=build /usr/local/bundle /usr/local/bundle
COPY . .
RUN bundle exec rake assets:precompile
EXPOSE 3000
CMD ["bundle", "exec", "rails", "server", "-b", "0.0.0.0"]
"""
    )


def test_gems_in_the_project_come_along(tmp_path: Path) -> None:
    text = TEXT.replace("&& bundle install", "&& bundle config set --local deployment true && bundle install")
    final = rewritten(tmp_path, text, FILES).text.partition("\n\n")[2]
    assert "COPY --from=build /app/vendor/bundle /app/vendor/bundle\nCOPY . .\n" in final


def test_the_source_comes_behind_the_gems(tmp_path: Path) -> None:
    text = TEXT.replace("COPY . .\n", "").replace("# the gems\nCOPY Gemfile Gemfile.lock ./", "COPY . .")
    builder = rewritten(tmp_path, text, FILES).text.partition("\n\n")[0]
    assert "COPY Gemfile Gemfile.lock ./\nRUN gem" in builder
    assert "COPY . ." not in builder


LATE = """\
FROM ruby:3.2-bookworm
WORKDIR /app
COPY . .
RUN bundle install
USER nobody
CMD ["bundle", "exec", "rackup"]
"""


@pytest.mark.parametrize(
    ("lock", "install", "comes_along"),
    [
        (None, "bundle install", True),
        ("PLATFORMS\n  arm64-darwin-22\n", "bundle install", True),
        ("PLATFORMS\n  ruby\n  x86_64-linux\n", "bundle install", False),
        ("PLATFORMS\n  ruby\n", "bundle config set frozen true && bundle install", False),
        ("PLATFORMS\n  ruby\n", "bundle install --frozen", False),
    ],
)
def test_a_lock_file_that_the_install_writes_comes_along(
    lock: str | None, install: str, *, comes_along: bool, tmp_path: Path
) -> None:
    files = {"Gemfile": 'gem "rack"\n'} | ({} if lock is None else {"Gemfile.lock": lock})
    final = rewritten(tmp_path, LATE.replace("bundle install", install), files).text.partition("\n\n")[2]
    written = "COPY --from=build /app/Gemfile.lock /app/Gemfile.lock\n"
    assert f"COPY . .\n{written if comes_along else ''}USER nobody\n" in final


def test_a_lock_file_that_is_copied_after_the_install_stays(tmp_path: Path) -> None:
    assert "/app/Gemfile.lock" not in rewritten(tmp_path, TEXT, FILES).text


def test_a_lock_file_that_does_not_exist_is_written_before_the_source(tmp_path: Path) -> None:
    text = TEXT.replace("COPY Gemfile Gemfile.lock ./", "COPY Gemfile ./")
    final = rewritten(tmp_path, text, {"Gemfile": FILES["Gemfile"]}).text.partition("\n\n")[2]
    assert "/app/Gemfile.lock\nCOPY . .\n" in final


@pytest.mark.parametrize(
    ("old", "new", "files", "why"),
    [
        ("ruby:3.2-bookworm", "ruby:3.2-alpine", {}, "1: `ruby:3.2-alpine` is not an official Ruby image"),
        ("WORKDIR", "ENV BUNDLE_PATH=/gems\nWORKDIR", {}, "8: the install location is set by `BUNDLE_PATH`"),
        (
            "&& bundle",
            "&& bundle config build.nokogiri --use-system-libraries && bundle",
            {},
            "7: the system libraries that `bundle config",
        ),
        ("RUN gem", "USER app\nRUN gem", {}, "8: the dependencies are installed as `app`"),
        ("COPY . .", "RUN bundle install\nCOPY . .", {}, "8: the gems are installed more than once"),
        ("", "", {"Gemfile": "gemspec\n"}, "7: the Gemfile reads other files of the project"),
        (
            "",
            "",
            {"Gemfile": "gem 'wkhtmltopdf-binary'\n"},
            "0: the run-time system dependencies of `wkhtmltopdf-binary` are unknown",
        ),
        (
            "-bookworm",
            "",
            {"Gemfile": "gem 'charlock_holmes'\n"},
            "0: `charlock_holmes` needs the library of `libicu-dev`",
        ),
        ("&& bundle install", "&& ./setup && bundle install", {}, "7: `./setup` is in the same RUN as an install"),
        ('CMD ["bundle", "exec", "rails", "server", "-b", "0.0.0.0"]', "CMD bash", {}, "0: the image starts a shell"),
        ('CMD ["bundle", "exec", "rails", "server", "-b", "0.0.0.0"]', "", {}, "0: without CMD and ENTRYPOINT"),
        ("CMD [", 'CMD ["make", ', {}, ""),
    ],
)
def test_unsupported_files_are_rejected(old: str, new: str, files: dict[str, str], why: str, tmp_path: Path) -> None:
    text = TEXT.replace(old, new, 1) if old else TEXT
    if why:
        assert refusal(tmp_path, text, {**FILES, **files}).startswith(why)
    else:
        assert "        make \\\n" in rewritten(tmp_path, text, FILES).text


def test_a_slim_base_without_compilers_gains_nothing(tmp_path: Path) -> None:
    text = TEXT.replace("3.2-bookworm", "3.2-slim-bookworm").replace("build-essential libpq-dev ", "")
    assert "saves nothing" in refusal(tmp_path, text, FILES)


def test_gems_are_installed_unless_they_are_there(tmp_path: Path) -> None:
    text = LATE.replace("RUN bundle install", "RUN bundle check || bundle install")
    files = {"Gemfile": 'gem "rack"\n', "Gemfile.lock": "PLATFORMS\n  x86_64-linux\n"}
    builder = rewritten(tmp_path, text, files).text.partition("\n\n")[0]
    assert builder.endswith("\nRUN bundle check || bundle install")
