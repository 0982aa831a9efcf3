"""The house's rules that a machine can check: who imports whom, what core may be written in, lengths, papers, and what never goes in."""

from __future__ import annotations

import argparse
import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from programs import TREE
from sidetone_host import cli

FIRMWARE = TREE / "firmware/sidetone"
CORE = FIRMWARE / "core"
PORTS = ("on_cpython", "on_micropython")
# Of the standard library, what both runtimes have alike and what neither touches the machine nor the clock.
PURE = ("array", "binascii", "json", "struct")
LONGEST_MODULE = 450


BUILT = {"__pycache__", "build", "dist", "node_modules", "var"}


def tracked(*suffixes: str) -> list[Path]:
    """The repository's files with one of these suffixes (all of them without), as git knows them; in a bare copy, what was not built."""
    if shutil.which("git") and (TREE / ".git").exists():
        listing = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=TREE, capture_output=True, text=True, check=True)
        paths = [TREE / name for name in listing.stdout.split("\0") if name]
    else:
        paths = [
            path
            for path in TREE.rglob("*")
            if not any(part in BUILT or part.endswith(".egg-info") or part.startswith(".") for part in path.relative_to(TREE).parts)
        ]
    return [path for path in paths if path.is_file() and (not suffixes or path.suffix in suffixes)]


def name_of(path: Path) -> str:
    return str(path.relative_to(TREE))


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """(module, line) of every import, whether at the top or inside a function."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno}: relative import; write the whole name"
            yield node.module or "", node.lineno
            # `from sidetone.core import call` imports a module too
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def both_runtimes() -> list[Path]:
    """The modules that run on either Python: core, and what joins it to a port."""
    return sorted(CORE.rglob("*.py")) + sorted(FIRMWARE.glob("*.py"))


def foreign(path: Path, allowed: tuple[str, ...]) -> list[str]:
    return [
        f"{name_of(path)}:{line}: imports {module}"
        for module, line in imports(path)
        if not any(module == home or module.startswith(home + ".") for home in allowed)
    ]


def test_core_imports_only_core() -> None:
    faults = [fault for path in CORE.rglob("*.py") for fault in foreign(path, ("sidetone.core", *PURE))]
    assert not faults, "\n".join(faults)


def test_record_and_wire_know_nothing_of_sound() -> None:
    faults = [
        f"{name_of(path)}:{line}: imports {module}"
        for folder in ("telemetry", "call")
        for path in (CORE / folder).rglob("*.py")
        for module, line in imports(path)
        if re.match(r"sidetone\.core\.(speech|network)\b", module)
    ]
    assert not faults, "\n".join(faults)


def test_only_the_ports_touch_the_machine() -> None:
    """Hardware, sockets, threads, numpy and the name of the running Python belong to on_cpython and on_micropython."""
    faults = []
    for path in both_runtimes():
        faults += foreign(path, ("sidetone", *PURE))
        faults += [f"{name_of(path)}:{line}: imports a port" for module, line in imports(path) if set(module.split(".")) & set(PORTS)]
    assert not faults, "\n".join(faults)


def test_the_ports_are_twins() -> None:
    cpython, micropython = ({path.name for path in (FIRMWARE / port).glob("*.py")} for port in PORTS)
    cpython.add("pipe.py")  # how tests and `--runtime micropython` reach this runtime from the other
    # what a computer's operating system, its host tools or a person does there
    cpython |= {"start.py", "selftest.py", "heartbeat.py", "logbook.py", "wifi.py", "nvs.py", "updates.py", "profile_command.py", "stand_ins.py"}
    cpython |= {"meter.py", "spotter.py"}  # core/speech's meter and phrases in viper; a computer runs core as it is
    tables = {name.replace(".py", "_tables.py") for name in cpython}  # computed once for a device that computes no logarithms
    assert micropython <= cpython | tables, f"only in on_micropython: {sorted(micropython - cpython - tables)}"


class _Subset(ast.NodeVisitor):
    """What MicroPython does not know, or computes otherwise, or the device must not do: (line, what) of each."""

    def __init__(self) -> None:
        self.faults: list[tuple[int, str]] = []

    def note(self, node: ast.AST, what: str) -> None:
        self.faults.append((getattr(node, "lineno", 0), what))

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, float | complex):
            self.note(node, f"the number {node.value}: core computes in integers")

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Div):
            self.note(node, "true division makes a float")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.op, ast.Div):
            self.note(node, "true division makes a float")
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in ("float", "open", "print", "input", "eval", "exec", "globals"):
            self.note(node, f"{node.id}: no floats, no I/O and no globals in core")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr in ("bit_length", "bit_count", "removeprefix", "removesuffix", "cast"):
            self.note(node, f".{node.attr} is unknown to MicroPython")
        if node.attr in ("dumps", "dump"):
            self.note(node, f".{node.attr}: the runtimes print JSON differently; core/telemetry/messages.py is the encoder")
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> None:
        self.note(node, "a global that changes")

    def visit_Match(self, node: ast.Match) -> None:
        self.note(node, "match is a syntax error in MicroPython")

    def visit_Dict(self, node: ast.Dict) -> None:
        if None in node.keys:
            self.note(node, "{**a} is a syntax error in MicroPython")
        self.generic_visit(node)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        if node.conversion != -1 or node.format_spec is not None:
            self.note(node, "an f-string with a conversion or a format: MicroPython's differ")
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.note(node, "an annotation; say it in the docstring")

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        args = node.args
        if args.posonlyargs:
            self.note(node, "positional-only arguments are a syntax error in MicroPython")
        if node.returns or any(arg.annotation for arg in args.args + args.kwonlyargs):
            self.note(node, "an annotation; say it in the docstring")
        self.generic_visit(node)


def subset_faults(source: str) -> list[tuple[int, str]]:
    visitor = _Subset()
    visitor.visit(ast.parse(source))
    return visitor.faults


def test_both_runtimes_can_read_it() -> None:
    faults = [
        f"{name_of(path)}:{line}: {what}" for path in both_runtimes() for line, what in subset_faults(path.read_text(encoding="utf-8"))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "source",
    [
        "a = 1.5",
        "a = b / c",
        "a /= 2",
        "a = float(b)",
        "a.bit_length()",
        "json.dumps(a)",
        "a = {**b}",
        "def f(a, /): pass",
        "def f(a: int): pass",
        "f'{a!r}'",
        "match a:\n  case 1: pass",
    ],
)
def test_the_subset_check_sees_each_fault(source: str) -> None:
    assert len(subset_faults(source)) == 1


def viper_faults(source: str) -> list[str]:
    """What viper accepts and compiles wrongly, or refuses only on the device."""
    faults = []
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef) or not any(ast.unparse(mark).endswith("viper") for mark in function.decorator_list):
            continue
        if function.args.defaults:
            faults.append(f"{function.lineno}: viper knows no default arguments")
        for node in ast.walk(function):
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.slice, ast.Constant):
                if isinstance(node.slice.value, int) and node.slice.value >= 256:
                    faults.append(f"{node.lineno}: a store at a constant index of 256 or more clobbers a register (MicroPython 1.26-1.29)")
            elif isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value >= 1 << 30:
                faults.append(f"{node.lineno}: a constant of 2**30 or more is no small integer on 32 bits")
    return faults


def test_viper_is_used_as_it_works() -> None:
    faults = [
        f"{name_of(path)}:{fault}"
        for path in sorted((FIRMWARE / "on_micropython").rglob("*.py"))
        for fault in viper_faults(path.read_text(encoding="utf-8"))
    ]
    assert not faults, "\n".join(faults)
    assert len(viper_faults("@micropython.viper\ndef f(a: ptr32, b=1):\n    a[256] = 1 << 3\n    a[255] = 0x40000000\n")) == 3


def test_modules_are_short() -> None:
    faults = []
    for path in tracked(".py"):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_MODULE and not path.name.endswith("_tables.py"):
            faults.append(f"{name_of(path)}: {lines} lines, more than {LONGEST_MODULE}")
    assert not faults, "\n".join(faults)


def test_every_module_says_what_it_is() -> None:
    faults = [
        name_of(path)
        for folder in ("firmware", "host_tools", "model")
        for path in tracked(".py")
        if path.is_relative_to(TREE / folder) and path.name != "__init__.py" and not ast.get_docstring(parse(path))
    ]
    assert not faults, f"no docstring at the top of {', '.join(faults)}"


def commands_of(parser: argparse.ArgumentParser) -> Iterator[tuple[argparse.ArgumentParser, str]]:
    """(command, its line in its parent's --help) of every subcommand, however deep."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            lines = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, command in action.choices.items():
                yield command, lines.get(name, "")
                yield from commands_of(command)


def test_every_command_has_help_and_an_example() -> None:
    faults = []
    for command, line in commands_of(cli.build_parser()):
        if not line:
            faults.append(f"{command.prog}: no line in its parent's --help")
        if command.prog not in (command.epilog or ""):
            faults.append(f"{command.prog}: no example in its --help")
    assert not faults, "\n".join(faults)


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        declared += extra
    training = (TREE / "model/requirements.in").read_text(encoding="utf-8")
    declared += [line for line in training.splitlines() if line and not line.startswith(("#", "-"))]
    names = sorted({re.split(r"[\[<>=~!; ]", line, maxsplit=1)[0].lower() for line in declared})
    reasons = (TREE / "docs/decisions/0001-dependencies.md").read_text(encoding="utf-8")
    faults = [name for name in names if f"| `{name}` |" not in reasons]
    assert not faults, f"no line in docs/decisions/0001-dependencies.md for {', '.join(faults)}"


def test_the_two_readmes_have_one_shape() -> None:
    def headings(name: str) -> list[str]:
        text = re.sub(r"```.*?```", "", (TREE / name).read_text(encoding="utf-8"), flags=re.DOTALL)
        return re.findall(r"^(#+) ", text, flags=re.MULTILINE)

    assert headings("README.md") == headings("README.zh.md")


def test_links_in_documents_lead_somewhere() -> None:
    faults = []
    for path in tracked(".md"):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8")):
            if "://" not in target and not (path.parent / target).exists():
                faults.append(f"{name_of(path)}: {target}")
    assert not faults, "\n".join(faults)


# Written in pieces, so that this file does not hold what it looks for.
NEVER = ["/ro" + "ot/", "/ho" + "me/", "/wo" + "rk/", "/op" + "t/", "pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org",
         "debian" + ".org", "index" + "-url =", "find-links" + " "]  # fmt: skip


def test_no_machine_paths_and_no_package_hosts() -> None:
    faults = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for word in NEVER:
            if word in text and path.name != "lock.sh":
                faults.append(f"{name_of(path)}: {word}")
    assert not faults, "\n".join(faults)


def test_no_recordings() -> None:
    """Sound in the repository is synthesized: the played demonstration call and an English one, and nothing that a person said."""
    sounds = {name_of(path) for path in tracked(".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a")}
    assert sounds <= {"host_tools/sidetone_host/data/demo_call.flac", "tests/host/english_call.flac"}


def test_generated_documents_are_fresh() -> None:
    done = subprocess.run([sys.executable, str(TREE / "docs/generate.py"), "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
