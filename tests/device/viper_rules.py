"""What may not stand in a viper function: things that some word size or some compiler gets wrong, silently or on the device only.

    faults(source) -> ["line 12: ...", ...]

Known traps (measured; docs/dual-runtime.md): mpy-cross and the firmware's own compiler, 1.26 to 1.29, clobber a register on Xtensa
when a store has a constant index of 256 or more; constants from 2**30 on are not small integers where a word has 32 bits; default
arguments fail; `//`, `%`, `/` and `**` are not there; an argument without a type is a Python object and every use of it a call.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

LARGEST_STORE_INDEX = 255
SMALL = 1 << 30
_MISSING = (ast.FloorDiv, ast.Mod, ast.Div, ast.Pow, ast.MatMult)


def viper_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """The functions of a module that are decorated with @micropython.viper, in order."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if ast.unparse(decorator).endswith("viper"):
                    found.append(node)
    return sorted(found, key=lambda node: node.lineno)


def _constants(tree: ast.Module) -> dict[str, int]:
    """Names that the module sets to `const(...)`, which viper sees as plain integers."""
    values: dict[str, int] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        if isinstance(node.value, ast.Call) and ast.unparse(node.value.func).endswith("const"):
            value = _value(node.value.args[0], values)
            if value is not None:
                values[node.targets[0].id] = value
    return values


def _value(node: ast.expr, constants: dict[str, int]) -> int | None:
    """The integer an expression of constants stands for, as the compiler folds it; None where it is not constant."""
    names = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    if not names <= constants.keys() or any(isinstance(part, (ast.Call, ast.Subscript, ast.Attribute)) for part in ast.walk(node)):
        return None
    try:
        value = eval(compile(ast.Expression(node), "constant", "eval"), {"__builtins__": {}}, dict(constants))
    except (ArithmeticError, NameError, TypeError, ValueError):
        return None
    return value if isinstance(value, int) else None


def faults(source: str) -> list[str]:
    tree = ast.parse(source)
    constants = _constants(tree)
    return [f"line {line}: {text}" for function in viper_functions(tree) for line, text in _function_faults(function, constants)]


def _function_faults(function: ast.FunctionDef, constants: dict[str, int]) -> Iterator[tuple[int, str]]:
    arguments = function.args
    if arguments.defaults or arguments.kw_defaults or arguments.vararg or arguments.kwarg:
        yield function.lineno, "a viper function takes plain arguments, without defaults"
    for argument in arguments.args:
        if argument.annotation is None:
            yield argument.lineno, f"argument {argument.arg} has no type"
    for statement in function.body:
        for node in ast.walk(statement):
            if isinstance(node, (ast.Assign, ast.AugAssign)):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Subscript):
                        index = _value(target.slice, constants)
                        if index is not None and index > LARGEST_STORE_INDEX:
                            yield node.lineno, f"a store with the constant index {index}: compute the pointer (Xtensa compiler bug)"
            if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, _MISSING):
                yield node.lineno, f"viper has no {type(node.op).__name__}"
            if isinstance(node, ast.expr) and not isinstance(node, ast.Name):
                value = _value(node, constants)
                if value is not None and abs(value) >= SMALL:
                    yield node.lineno, f"the constant {value} is not under 2**30"
            if isinstance(node, ast.Name) and abs(constants.get(node.id, 0)) >= SMALL:
                yield node.lineno, f"the constant {node.id} is not under 2**30"
            if isinstance(node, (ast.JoinedStr, ast.List, ast.Dict, ast.ListComp, ast.Lambda)):
                yield node.lineno, "makes an object: viper here is for arithmetic without allocation"
            if isinstance(node, ast.Constant) and isinstance(node.value, (float, str, bytes)) and not isinstance(statement, ast.Expr):
                yield node.lineno, f"{node.value!r} is an object"


def modules() -> list[Path]:
    """Every module of the device's folder that holds a viper function."""
    folder = Path(__file__).resolve().parents[2] / "firmware/sidetone/on_micropython"
    return [path for path in sorted(folder.rglob("*.py")) if viper_functions(ast.parse(path.read_text("utf-8")))]
