#!/bin/sh
# Prints a folder that holds umqtt/simple.py, MicroPython's MQTT client, and fetches it the first time (requirements/umqtt.lock).
#   sh tests/micropython/get_umqtt.sh [PYTHON]     PYTHON: whose pip fetches it
#
# The firmware has it frozen in; MicroPython's unix port does not. The package is older than pip's idea of a package: it is one file
# without a setup.py. So pip fetches and verifies it, says that it cannot build it, and is asked not to clean up what it has unpacked.
# Where it cannot be had: one line on standard error, exit code 3.
set -eu
lock=$(dirname "$0")/../../requirements/umqtt.lock
home=${XDG_CACHE_HOME:-$HOME/.cache}/sidetone/umqtt-$(cksum <"$lock" | cut -d ' ' -f 1)

cannot() {
    echo "umqtt.simple: $1" >&2
    exit 3
}

if [ -f "$home/umqtt/simple.py" ]; then
    echo "$home"
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/unpacked"
pip=${1:-python3}
"$pip" -c 'import pip' 2>/dev/null || pip=python3
TMPDIR=$work/unpacked timeout 120 "$pip" -m pip download --quiet --disable-pip-version-check --no-deps --no-clean --require-hashes \
    --requirement "$lock" --dest "$work" >"$work/log" 2>&1 || true
found=$(find "$work/unpacked" -path '*/umqtt/simple.py' | head -n 1)
[ -n "$found" ] || cannot "pip could not fetch it: $(grep -m1 -v '^$' "$work/log" || echo "it said nothing")"

# Built beside its place and moved there whole, so that two test runs at once cannot see half of it.
mkdir -p "$(dirname "$home")"
fresh=$(mktemp -d "$(dirname "$home")/fresh.XXXXXX")
mkdir "$fresh/umqtt"
cp "$found" "$fresh/umqtt/simple.py"
mv -T "$fresh" "$home" 2>/dev/null || rm -rf "$fresh"
[ -f "$home/umqtt/simple.py" ] || cannot "it was fetched but cannot be kept in $home"
echo "$home"
