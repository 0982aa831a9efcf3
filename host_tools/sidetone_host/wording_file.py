"""`data/zh.po`, made from the code's texts by `make docs`: every `tr("...")`, every text of the commands' help, and every fault and notice that the
code words in English where it is found and `wording.said` translates where it is shown.

Translations that are there are kept, texts that are gone are dropped, new ones come in empty.
"""

from __future__ import annotations

import argparse
import ast
import io
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from sidetone_host.cli import build_parser
from sidetone_host.wording import CHINESE, OWN_LETTERS, own_words

HOST = Path(__file__).resolve().parent
FIRMWARE = HOST.parents[1] / "firmware" / "sidetone"
HEADER = "# What the commands say in Chinese. `make docs` brings this file in step with the code; translate what is empty.\n\n"
ARGPARSE = (  # what it says of a wrong call, and on every page of help
    "usage: ",
    "options",
    "positional arguments",
    "show this help message and exit",
    "the following arguments are required: %s",
    "unrecognized arguments: %s",
    "not allowed with argument %s",
    "expected one argument",
    "expected at least one argument",
    "invalid %(type)s value: %(value)r",
    "invalid choice: %(value)r (choose from %(choices)s)",
    "argument %(argument_name)s: %(message)s",
    "ambiguous option: %(option)s could match %(matches)s",
    "ignored explicit argument %r",
)
# Faults of the page's own interface, of bugs, and of what programs read.
NOT_SAID = ("dashboard/api.py", "dashboard/query.py", "dashboard/rows.py", "dashboard/app.py", "dashboard/openapi.py", "schemas/", "wording_file.py",
            "calls_page.py", "judging_page.py", "coverage.py", "on_cpython/frontend.py", "on_cpython/kernels.py")  # fmt: skip
DEVICE = (  # whose faults reach the commands
    "core/etiquette/profile.py", "core/etiquette/site_phrases.py", "core/telemetry/received.py", "core/telemetry/commands.py", "on_cpython/*.py",
)
# Files in which a fault is what a function returns.
RETURNED = ("/profile.py", "/site_phrases.py", "/broker_address.py", "/serial_port.py", "phrases/site.py")
TELLING = re.compile(
    r"(^|[._])(faults?(\.append)?|notes\.append|notice|say|tell|announce|Fault|garbage|CannotDo|JudgedBad|(?!Runtime)[A-Z]\w*Error|\w+Unavailable)$"
)
PROGRAM = re.compile(r"sidetone (\w+|\{\w+\})")  # who tells it
TOLD = ("note", "warning", "count", "counted", "fault", "_ORDERED")  # variables that are shown


def wanted() -> dict[str, str]:
    """Every text that can be said in Chinese: the text -> the file it stands in, in the files' order."""
    found: dict[str, str] = {}
    texts = extract_from_dir(str(HOST), method_map=[("**.py", "python")], keywords={"tr": None, "marked": None}, directory_filter=lambda _: True)
    for name, _line, message, _comments, _context in sorted((Path(text[0]).as_posix(), *text[1:]) for text in texts):
        found.setdefault(str(message), name)
    for text in (*_help(build_parser()), *ARGPARSE):
        found.setdefault(text, "--help")
    for root, patterns in ((HOST, ("**/*.py",)), (FIRMWARE, DEVICE)):
        for path in sorted(path for pattern in patterns for path in root.glob(pattern)):
            name = path.relative_to(root).as_posix()
            if not name.startswith(NOT_SAID):
                for text in worded(path):
                    found.setdefault(text, name)
    return found


def worded(path: Path) -> Iterator[str]:
    """The texts that a file raises, notes as a fault or tells, places in braces for their values."""
    tree = ast.parse(path.read_text("utf-8"))
    known = _texts(tree)
    returned = path.as_posix().endswith(RETURNED)
    for node in ast.walk(tree):
        texts = _told(node, returned)
        for parts in itertools.chain.from_iterable(_shapes(text, known) for text in texts):
            text = _named(parts)
            if len(own_words(text)) >= OWN_LETTERS and " " in text and not PROGRAM.fullmatch(text):
                yield text


def _told(node: ast.AST, returned: bool) -> list[ast.expr]:
    """The expressions of a statement or call that are told to somebody."""
    if isinstance(node, ast.Return) and node.value is not None and returned:
        return list(_parts(node.value))
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in TOLD:
        return list(_parts(node.value))
    if isinstance(node, ast.Call) and TELLING.search(ast.unparse(node.func)):
        return [part for text in node.args for part in _parts(text)]
    return []


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """What is in a tuple, or in whichever of two is taken."""
    if isinstance(node, ast.Tuple):
        for part in node.elts:
            yield from _parts(part)
    elif isinstance(node, ast.IfExp):
        yield from _parts(node.body)
        yield from _parts(node.orelse)
    else:
        yield node


def _texts(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """Names of the file that are given nothing but texts -> those texts."""
    given: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.For | ast.NamedExpr | ast.withitem | ast.arg):
            target = getattr(node, "target", None) or getattr(node, "optional_vars", None) or getattr(node, "targets", [None])[0]
            name = node.arg if isinstance(node, ast.arg) else target.id if isinstance(target, ast.Name) else None
            if name:
                given.setdefault(name, []).append(node.value if isinstance(node, ast.Assign) else ast.Constant(None))
    return {name: values for name, values in given.items() if all(map(_is_text, values))}


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_text(node.body) and _is_text(node.orelse)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _shapes(node: ast.expr, known: dict[str, list[ast.expr]]) -> list[list[str | ast.expr]]:
    """The forms that a text can take, each a list of its own words and of expressions."""
    if isinstance(node, ast.FormattedValue):
        node = node.value
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [[node.value]]
    if isinstance(node, ast.IfExp):
        return _shapes(node.body, known) + _shapes(node.orelse, known)
    if isinstance(node, ast.JoinedStr):
        return _joined([_shapes(part, known) for part in node.values])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined([_shapes(node.left, known), _shapes(node.right, known)])
    if isinstance(node, ast.Name) and node.id in known:
        others = {name: texts for name, texts in known.items() if name != node.id}
        return [shape for text in known[node.id] for shape in _shapes(text, others)]
    return [[node]]


def _joined(parts: list[list[list[str | ast.expr]]]) -> list[list[str | ast.expr]]:
    return [list(itertools.chain.from_iterable(choice)) for choice in itertools.product(*parts)]


def _named(parts: list[str | ast.expr]) -> str:
    """One text: `{path}` for the expression `path` or `args.path`, `{value}` for what has no name; the second of a name is `{path2}`."""
    seen: list[str] = []
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        name = part.id if isinstance(part, ast.Name) else part.attr if isinstance(part, ast.Attribute) else "value"
        name = name.strip("_") or "value"
        seen.append(name)
        text += "{" + name + (str(seen.count(name)) if seen.count(name) > 1 else "") + "}"
    return text


def _help(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The texts of a parser's help and of all its subcommands', without what argparse is told to hide."""
    yield from filter(None, (parser.description, parser.epilog))
    for action in parser._actions:
        if action.help not in (None, argparse.SUPPRESS):
            yield str(action.help)
        if isinstance(action, argparse._SubParsersAction):
            yield from (str(choice.help) for choice in action._choices_actions)
            for below in action.choices.values():
                yield from _help(below)


def catalogue() -> Catalog:
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh")


def text() -> str:
    """The file as it should be, with the translations that it has."""
    known, fresh = catalogue(), Catalog(locale="zh")
    for message, name in wanted().items():
        there = known.get(message)
        fresh.add(message, there.string if there else "", locations=[(name, 0)])
    out = io.BytesIO()
    write_po(out, fresh, width=0, omit_header=True, include_lineno=False)
    return HEADER + out.getvalue().decode("utf-8")
