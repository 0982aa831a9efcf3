#!/bin/sh
# Writes the lock files anew from pyproject.toml: one for every platform and Python the project runs on (`make lock`).
# No hashes: Raspberry Pi OS's pip takes its own builds of the same versions from an index of its own.
set -eu
cd "$(dirname "$0")/.."
compile() {
    out=$1
    shift
    "${UV:-uv}" pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
        "$@" --output-file "requirements/$out"
}
compile dev.lock --extra live --extra pi --extra dashboard --extra plot --extra dev pyproject.toml
compile pi.lock --extra pi --extra dashboard pyproject.toml
# What training needs, but for torch (its build is the machine's choice) and for what is installed without what it asks for.
train=$(mktemp --suffix=.in)
trap 'rm -f "$train"' EXIT
{ grep -vE '^(#|torch==|kokoro|misaki|ordered-set|silero-vad)' model/requirements.in; echo "setuptools>=77"; } >"$train"
compile train.lock "$train"
