#!/bin/sh
# Makes .venv: the locked packages and this project, editable. Needs Python >= 3.11 and nothing else: no root, no compiler, no git.
# Does nothing, quickly, where nothing changed since the last time.
#   sh requirements/setup.sh [PYTHON]     PYTHON: the interpreter to build with; without it an existing .venv keeps its own
set -eu
cd "$(dirname "$0")/.."

lock=requirements/dev.lock
stamp=.venv/sidetone-setup
asked=${1:-}

cannot() {
    echo "make setup: $1" >&2
    exit 2
}

version_of() {
    "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null
}

# What .venv is made from: this folder (a venv cannot be moved), the declarations and the lock.
wanted() {
    { pwd; cat pyproject.toml "$lock" requirements/setup.sh; } | cksum
}

if [ -n "$asked" ]; then
    asked_version=$(version_of "$asked") || cannot "there is no Python called '$asked'; name another one: make setup PYTHON=..."
    [ "$(version_of .venv/bin/python || true)" = "$asked_version" ] || rm -rf .venv
fi
if [ -x .venv/bin/sidetone ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(wanted)" ]; then
    exit 0
fi

# A folder that was moved or copied holds a .venv whose programs point elsewhere.
if [ -e .venv ] && ! grep -q "^$(pwd)\$" .venv/sidetone-folder 2>/dev/null; then
    rm -rf .venv
fi

if ! version_of .venv/bin/python >/dev/null; then
    rm -rf .venv
    python=${asked:-python3}
    version=$(version_of "$python") || cannot "there is no $python; install Python 3.11 or newer"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        cannot "Python $version is too old; name one of 3.11 or newer: make setup PYTHON=python3.13"
    echo "Setting up .venv with Python $version (once; a minute or two) ..."
    if "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        "$python" -m venv .venv
    elif "$python" -c 'import venv, pip' 2>/dev/null; then
        # Debian splits ensurepip off into python3-venv; the system's pip can fill the environment as well.
        "$python" -m venv --without-pip .venv
    else
        cannot "this Python has neither venv nor pip; on Debian: apt-get install python3-venv"
    fi
    pwd >.venv/sidetone-folder
else
    echo "Bringing .venv up to date ..."
fi

if .venv/bin/python -c 'import pip' 2>/dev/null; then
    set -- .venv/bin/python -m pip
else
    set -- "${asked:-python3}" -m pip --python .venv/bin/python
fi
# The lock is complete, so nothing is resolved: --no-deps. Packages come as wheels, so no compiler is looked for; only esptool comes as
# source (pure Python): the locked setuptools builds it, so that nothing unlocked is fetched for it either.
sources=esptool
pip_install() { "$@" --quiet --quiet --disable-pip-version-check --no-deps; }
grep -v "^$sources==" "$lock" | pip_install "$@" install --only-binary :all: --requirement /dev/stdin &&
    grep "^$sources==" "$lock" | pip_install "$@" install --no-build-isolation --requirement /dev/stdin &&
    "$@" install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . ||
    cannot "pip could not install the packages (its message is above); run it again when the network is there"
wanted >"$stamp"
echo "Done: .venv/bin/sidetone --help"
