#!/bin/sh
# Prints the folder of two programs that `make bench` counts with, and builds them the first time:
#   micropython  counts the bytecodes it executes: micropython.opcodes()
#   mpy-cross    gives viper's locals three registers, as the compiler on a device does (the usual one keeps a register for .mpy's names)
#
# Both are Debian trixie's source of MicroPython 1.25 with a few lines changed here; that version stores the wrong register at a constant
# index on Xtensa, which is put right as well, so that the code can be run and compared. Fetched through this machine's own apt mirror into
# the user's cache; no root, nothing installed. Where it cannot be had: one line on standard error, exit code 3.
set -eu
LC_ALL=C
export LC_ALL

home=${XDG_CACHE_HOME:-$HOME/.cache}/sidetone/counting-micropython-1

cannot() {
    echo "counting MicroPython: $1" >&2
    exit 3
}

if [ -x "$home/micropython" ] && [ -x "$home/mpy-cross" ]; then
    echo "$home"
    exit 0
fi
for tool in apt-get gcc make python3 tar timeout; do
    command -v $tool >/dev/null || cannot "$tool is not there"
done
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || cannot "the Debian keyring is not installed"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | sed -n '\,/debian/*$,{s,/*$,,;p;q;}')
[ -n "$mirror" ] || cannot "this machine's apt names no Debian mirror"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/source"
echo "deb-src [signed-by=$keyring] $mirror trixie main" >"$work/sources.list"
apt() {
    timeout 300 apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::Lists=$work/lists" \
        -o Dir::State::status=/dev/null -o "Dir::Cache=$work/cache" -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none "$@" \
        >"$work/log" 2>&1 || cannot "apt-get $1 failed: $(grep -m1 '^E:' "$work/log" || echo "no answer in five minutes")"
}
apt update
(cd "$work/source" && apt source --download-only micropython) || exit 3
tar -xf "$work"/source/*.orig.tar.* -C "$work/source"
tree=$(echo "$work"/source/micropython-*/)

python3 - "$tree" <<'EOF' || cannot "the source is not the one that these changes are for"
import sys
from pathlib import Path

def change(path, *pairs):
    path = Path(sys.argv[1], path)
    text = path.read_text()
    for old, new in pairs:
        assert old in text, (path, old)
        text = text.replace(old, new)
    path.write_text(text)

change(
    "py/vm.c",
    ("    #define DISPATCH() do { \\\n", "    #define DISPATCH() do { mp_opcodes++; \\\n"),
    ("mp_vm_return_kind_t MICROPY_WRAP_MP_EXECUTE_BYTECODE", "unsigned mp_opcodes;\nmp_vm_return_kind_t MICROPY_WRAP_MP_EXECUTE_BYTECODE"),
)
change(
    "py/modmicropython.c",
    (
        "static mp_obj_t mp_micropython_opt_level(",
        "extern unsigned mp_opcodes;\n"
        "static mp_obj_t mp_micropython_opcodes(void) { return mp_obj_new_int_from_uint(mp_opcodes); }\n"
        "static MP_DEFINE_CONST_FUN_OBJ_0(mp_micropython_opcodes_obj, mp_micropython_opcodes);\n"
        "static mp_obj_t mp_micropython_opt_level(",
    ),
    (
        "    { MP_ROM_QSTR(MP_QSTR_opt_level),",
        "    { MP_ROM_QSTR(MP_QSTR_opcodes), MP_ROM_PTR(&mp_micropython_opcodes_obj) },\n    { MP_ROM_QSTR(MP_QSTR_opt_level),",
    ),
)
change(
    "py/emitnative.c",
    ("#define MAX_REGS_FOR_LOCAL_VARS (2)", "#define MAX_REGS_FOR_LOCAL_VARS (3)"),
    ("= {REG_LOCAL_1, REG_LOCAL_2};", "= {REG_LOCAL_1, REG_LOCAL_2, REG_LOCAL_3};"),
    ("ASM_LOAD_REG_REG_OFFSET(emit->as, REG_QSTR_TABLE, REG_FUN_TABLE, OFFSETOF_MODULE_CONTEXT_QSTR_TABLE);", ""),
    ("ASM_LOAD_REG_REG_OFFSET(emit->as, REG_QSTR_TABLE, REG_TEMP0, OFFSETOF_MODULE_CONTEXT_QSTR_TABLE);", ""),
    ("asm_xtensa_op_s8i(emit->as, REG_RET, reg_base", "asm_xtensa_op_s8i(emit->as, reg_value, reg_base"),
    ("asm_xtensa_op_s16i(emit->as, REG_RET, reg_base", "asm_xtensa_op_s16i(emit->as, reg_value, reg_base"),
    ("asm_xtensa_s32i_optimised(emit->as, REG_RET, reg_base", "asm_xtensa_s32i_optimised(emit->as, reg_value, reg_base"),
)
EOF
{
    make -C "$tree/mpy-cross" -j2 &&
        make -C "$tree/ports/unix" -j2 VARIANT=standard MICROPY_PY_SSL=0 MICROPY_PY_BTREE=0 MICROPY_PY_FFI=0 MICROPY_USE_READLINE=0 FROZEN_MANIFEST=
} >"$work/log" 2>&1 || cannot "it does not build: $(tail -n 1 "$work/log")"
mkdir -p "$home"
cp "$tree/mpy-cross/build/mpy-cross" "$tree/ports/unix/build-standard/micropython" "$home/"
echo "$home"
