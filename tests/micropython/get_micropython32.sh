#!/bin/sh
# Prints the path of a MicroPython whose words are 32 bits wide, like the ESP32's, and fetches it the first time.
#
# It is Debian trixie's i386 package with the libraries it needs, unpacked into a folder of the user's cache and started through
# its own dynamic linker: nothing is installed, neither the system's apt lists nor dpkg's state is touched, and no root is needed.
# The mirror is the one that this machine's own apt is set to; signatures are checked with the Debian keyring that is installed.
# Where it cannot be had: one line on standard error, exit code 3.
set -eu
LC_ALL=C
export LC_ALL

packages="micropython libc6 libffi8 libmbedcrypto16 libmbedtls21 libmbedx509-7 libgcc-s1"
home=${XDG_CACHE_HOME:-$HOME/.cache}/sidetone/micropython32
program=$home/micropython

cannot() {
    echo "32-bit MicroPython: $1" >&2
    exit 3
}

runs() {
    [ "$("$program" -c 'import sys; print(sys.maxsize)' 2>/dev/null)" = 2147483647 ]
}

if [ -x "$program" ] && runs; then
    echo "$program"
    exit 0
fi

[ "$(uname -s) $(uname -m)" = "Linux x86_64" ] || cannot "only x86-64 Linux can run it"
for tool in apt-get dpkg-deb timeout; do
    command -v $tool >/dev/null || cannot "$tool is not there (the package is Debian's)"
done
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || cannot "the Debian keyring is not installed"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | sed -n '\,/debian/*$,{s,/*$,,;p;q;}')
[ -n "$mirror" ] || cannot "this machine's apt names no Debian mirror"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/debs" "$work/root"
echo "deb [arch=i386 signed-by=$keyring] $mirror trixie main" >"$work/sources.list"
apt() {
    timeout 120 apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::Lists=$work/lists" \
        -o Dir::State::status=/dev/null -o "Dir::Cache=$work/cache" -o APT::Architecture=i386 -o APT::Architectures=i386 \
        -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=2 "$@" >"$work/log" 2>&1 ||
        cannot "apt-get $1 failed: $(grep -m1 '^E:' "$work/log" || echo "no answer in two minutes")"
}
apt update
# shellcheck disable=SC2086
(cd "$work/debs" && apt download $packages) || exit 3
for deb in "$work"/debs/*.deb; do
    dpkg-deb -x "$deb" "$work/root"
done

# Built beside its place and moved there whole, so that two test runs at once cannot see half of it.
mkdir -p "$(dirname "$home")"
fresh=$(mktemp -d "$(dirname "$home")/fresh.XXXXXX")
cp -a "$work/root" "$fresh/root"
cat >"$fresh/micropython" <<'EOF'
#!/bin/sh
root=$(dirname "$0")/root
exec "$root/usr/lib/ld-linux.so.2" --library-path "$root/usr/lib/i386-linux-gnu:$root/lib/i386-linux-gnu" "$root/usr/bin/micropython" "$@"
EOF
chmod +x "$fresh/micropython"
rm -rf "$home"
mv -T "$fresh" "$home" 2>/dev/null || rm -rf "$fresh"
runs || cannot "it was fetched into $home but does not run"
echo "$program"
