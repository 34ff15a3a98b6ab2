# dlint in a container: docs/ci.md says how to build and run it.

FROM python:3.13-slim AS build
WORKDIR /src
# Without pip, and compiled, as the image's user cannot write there.
RUN python -m venv --without-pip /opt/dlint
COPY pyproject.toml README.md LICENSE ./
COPY share share
COPY package package
COPY syntax syntax
COPY model model
COPY fixers fixers
COPY rules rules
COPY lint lint
RUN --mount=type=cache,target=/root/.cache/pip \
    pip --python /opt/dlint/bin/python install --compile '.[shellcheck]'

FROM python:3.13-slim
COPY --from=build /opt/dlint /opt/dlint
ENV PATH=/opt/dlint/bin:$PATH
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["dlint"]
