"""Guard: the code can be read.

Rows of the exploit table: 28 (talking to a reader), 24 (packed data), and every row that would be
hidden this way.
Covers: `eval`, `exec`, `compile`, code objects, packed strings, names put together from pieces,
`__subclasses__` and `__builtins__`, characters that do not show or that turn the text around,
terminal escapes, encodings that turn one text into another.
Does not cover: plain code that is merely hard to follow.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator

from speedwright.eval.guards.finding import Mark, Severity
from speedwright.eval.guards.module import CORE, IMPORTERS, PythonModule
from speedwright.eval.guards.references import Banned, imported, table, uses
from speedwright.eval.guards.strings import fold, is_assembled

_RUNS = Banned(rule="dynamic-code", why="it runs code that nobody can read in the patch")
_INSIDE = Banned(rule="interpreter-insides", why="it goes round the names that guards can see")
_ASSEMBLED = Banned(rule="assembled-name", why="a name that is put together hides what is used")
_PACKED = Banned(rule="packed-data", why="nobody can read what it holds")

NAMES = {
    **table(
        _RUNS, "eval", "exec", "compile", "types.CodeType", "types.FunctionType", "code.interact",
        "marshal.loads", "marshal.load", "pty.spawn", "codeop.compile_command",
        "code.InteractiveInterpreter",
    ),
    **table(_INSIDE, "__builtins__", "builtins.__dict__"),
}  # fmt: skip
MODULES = table(_RUNS, "marshal")
ATTRIBUTES = table(_INSIDE, "__subclasses__", "__builtins__", "__globals__", "co_consts", "co_code")
WRITTEN = table(_INSIDE, "__code__", "__class__", "__bases__", "__closure__", "__defaults__")
BY_NAME = frozenset(("getattr", "setattr", "delattr", "hasattr", "operator.attrgetter", *IMPORTERS))
NAMESPACES = frozenset(("globals", "locals", "vars"))
UNPACKERS = frozenset(
    ("base64.b64decode", "base64.b85decode", "base64.a85decode", "base64.b32decode",
     "base64.urlsafe_b64decode", "base64.standard_b64decode", "base64.decodebytes",
     "zlib.decompress", "bz2.decompress", "lzma.decompress", "gzip.decompress", "codecs.decode",
     "binascii.unhexlify", "binascii.a2b_base64", "pickle.loads", "bytes.fromhex")
)  # fmt: skip
PACKED = re.compile(r"[A-Za-z0-9+/=_-]{200,}")
SHORT = 16
# Nobody writes these names as text but to reach them unseen.
TELLING = frozenset(
    ("_exit", "_getframe", "__subclasses__", "__globals__", "__builtins__", "settrace", "f_back",
     "currentframe", "get_objects", "get_referrers", "pythonapi", "meta_path")
)  # fmt: skip
# Directions, joiners, invisible operators, tags, soft hyphen, and the escape that terminals obey.
UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\x1b\x08\x7f"
    "\U000e0000-\U000e007f]"
)  # fmt: skip
CODING = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
PLAIN_CODINGS = frozenset(("utf-8", "utf8", "utf_8", "latin-1", "iso-8859-1", "ascii", "us-ascii"))


def marks(module: PythonModule) -> Iterator[Mark]:
    """Code that runs unseen, packed data, assembled names."""
    yield from uses(module, NAMES)
    yield from imported(module, MODULES)
    for node in module.of(ast.Attribute):
        banned = ATTRIBUTES.get(node.attr)
        if banned is None and not isinstance(node.ctx, ast.Load):
            banned = WRITTEN.get(node.attr)
        if banned is not None:
            yield banned.mark(node.attr, node.lineno)
    for call in module.of(ast.Call):
        yield from _by_name(module, call)
        if call.args and module.is_one_of(call.func, UNPACKERS) and _is_literal(call.args[0]):
            yield _PACKED.mark("a packed literal", call.lineno, verb="unpacks")
    for item in module.of(ast.Subscript):
        if _is_namespace(module, item.value) and is_assembled(item.slice):
            yield _ASSEMBLED.mark(str(fold(item.slice)), item.lineno, verb="assembles")
    for text in module.of(ast.Constant):
        if text.value in TELLING:
            yield _INSIDE.mark(str(text.value), text.lineno, verb="names, as text,")
        value = text.value.decode("latin-1") if isinstance(text.value, bytes) else text.value
        if isinstance(value, str) and not module.is_prose(text) and PACKED.search(value):
            yield _PACKED.mark("a packed string", text.lineno, verb="holds")
    yield from _coding(module)
    yield from _foreign_names(module)


def text_marks(text: str) -> Iterator[Mark]:
    """Characters that do not show, in any text file, comments too."""
    if not UNSEEN.search(text):
        return
    for number, line in enumerate(text.split("\n"), start=1):
        start = 1 if number == 1 and line.startswith("\ufeff") else 0
        for found in UNSEEN.finditer(line, start):
            code = ord(found.group())
            yield Mark(
                rule="unseen-character", key=f"U+{code:04X}", line=number,
                sentence=f"holds the character U+{code:04X} "
                f"({unicodedata.name(found.group(), 'control character').lower()}), which does "
                "not show: the code reads otherwise than it runs",
            )  # fmt: skip


def _by_name(module: PythonModule, call: ast.Call) -> Iterator[Mark]:
    if not module.is_one_of(call.func, BY_NAME):
        return
    position = 0 if module.is_one_of(call.func, (*IMPORTERS, "operator.attrgetter")) else 1
    if position and len(call.args) > 1 and not isinstance(call.args[1], ast.Constant):
        # On these modules a computed name has no honest use; on others it is common.
        owner = module.is_one_of(call.args[0], CORE)
        if owner:
            yield _ASSEMBLED.mark(f"a computed name of {owner}", call.lineno)
            return
    if len(call.args) > position and is_assembled(call.args[position]):
        yield _ASSEMBLED.mark(str(fold(call.args[position])), call.lineno, verb="assembles")
    elif len(call.args) > position and fold(call.args[position]) in ATTRIBUTES:
        yield _INSIDE.mark(str(fold(call.args[position])), call.lineno)


def _is_namespace(module: PythonModule, node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and module.is_one_of(node.func, NAMESPACES):
        return True
    return any(n.endswith("__dict__") or n == "sys.modules" for n in module.names(node))


def _is_literal(node: ast.expr) -> bool:
    value = fold(node)
    return isinstance(value, str | bytes) and len(value) >= SHORT


def _coding(module: PythonModule) -> Iterator[Mark]:
    for number, line in enumerate(module.text.split("\n", 2)[:2], start=1):
        found = CODING.match(line)
        if found and found.group(1).lower().replace("_", "-") not in PLAIN_CODINGS:
            yield Mark(
                rule="encoding", key=found.group(1), line=number,
                sentence=f"declares the encoding `{found.group(1)}`: Python would read another "
                "text than the patch shows",
            )  # fmt: skip


def _foreign_names(module: PythonModule) -> Iterator[Mark]:
    if module.text.isascii():
        return
    for node in module.of(ast.Name):
        if not node.id.isascii():
            yield Mark(
                rule="foreign-letters", key=node.id, line=node.lineno, severity=Severity.WARN,
                sentence=f"the name `{node.id}` has letters that may look like others",
            )  # fmt: skip
