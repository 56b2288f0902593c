"""Recording real calls: the changed functions are decorated as their modules are compiled.

The decorator sits innermost and the function stays itself underneath, so other decorators, `super`
and tracebacks work as before. A function that has filled its share is called straight through.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib.machinery
import importlib.util
import inspect
import os
import runpy
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from speedwright.eval.differential.inside.cannot import CannotEncode
from speedwright.eval.differential.inside.channel import Channel, Watch
from speedwright.eval.differential.inside.encode import Encoder, text_of

MARK = "__speedwright_record__"
PER_SHAPE = 12
PATIENCE = 20_000


class Book:
    """What is recorded of one function.

    Args:
        calls: Most calls kept.
        size: Most characters kept.
        call_size: Most parts of one call.
        main_name: Name of module `__main__`.
    """

    def __init__(self, calls: int, size: int, call_size: int, main_name: str) -> None:
        self.calls: list[dict[str, Any]] = []
        self.refused: dict[str, int] = {}
        self.seen = 0
        self.is_full = False
        self.module = ""
        self._most = calls
        self._left = size
        self._call_size = call_size
        self._main_name = main_name
        self._shapes: dict[Any, int] = {}
        self._texts: set[str] = set()

    def take(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, Any] | None:
        """Note a call, unless many like it are known."""
        self.seen += 1
        shape = tuple(map(_shape, args)) + tuple((k, _shape(v)) for k, v in keywords.items())
        count = self._shapes.get(shape, 0)
        if count >= PER_SHAPE:
            if self.seen > PATIENCE:
                self.is_full = True
            return None
        self._shapes[shape] = count + 1
        try:
            text = self._encoded(args, keywords)
        except CannotEncode as error:
            self.refused[str(error)] = self.refused.get(str(error), 0) + 1
            self.is_full = sum(self.refused.values()) > 10 * self._most
            return None
        if text in self._texts or len(text) > self._left:
            return None
        self._texts.add(text)
        self._left -= len(text)
        entry = {"text": text, "raised": None}
        self.calls.append(entry)
        self.is_full = len(self.calls) >= self._most
        return entry

    def _encoded(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> str:
        encoder = Encoder(self._call_size, main_name=self._main_name)
        try:
            return text_of([encoder.items(args, 1), encoder.pairs(keywords.items(), 1)])
        except (RecursionError, ValueError, TypeError, AttributeError) as error:
            raise CannotEncode(f"{type(error).__name__} while it was read") from None


def _shape(value: Any) -> Any:
    """A cheap word for what kind of argument this is."""
    kind = type(value)
    if kind in (list, tuple, dict, set, frozenset, str, bytes):
        return kind, len(value).bit_length()
    if kind is int:
        return kind, (value > 0) - (value < 0), min(value.bit_length(), 40) // 4
    if kind is float:
        return kind, (value > 0) - (value < 0), abs(value) < 1
    return kind if kind not in (bool, type(None)) else (kind, value)


class _Decorate(ast.NodeTransformer):
    """Puts the mark on functions by qualified name."""

    def __init__(self, file: str, names: set[str]) -> None:
        self._file = file
        self._names = names
        self._path: list[str] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self._path.append(node.name)
        self.generic_visit(node)
        self._path.pop()
        return node

    def visit_FunctionDef(self, node: Any) -> Any:
        name = ".".join((*self._path, node.name))
        if name in self._names:
            words: list[ast.expr] = [ast.Constant(self._file), ast.Constant(name)]
            call = ast.Call(func=ast.Name(MARK, ast.Load()), args=words, keywords=[])
            node.decorator_list.append(ast.copy_location(call, node))
            ast.fix_missing_locations(node)
        return node

    # The mark itself says that it leaves these alone.
    visit_AsyncFunctionDef = visit_FunctionDef


def marked(source: bytes, file: str, path: str, names: set[str]) -> types.CodeType:
    """Code of a module with the mark on its functions."""
    tree = _Decorate(file, names).visit(ast.parse(source))
    return compile(tree, path, "exec", dont_inherit=True)


class _Loader(importlib.machinery.SourceFileLoader):
    names: set[str]
    file: str

    def get_code(self, fullname: str) -> types.CodeType:
        path = self.get_filename(fullname)
        return marked(self.get_data(path), self.file, path, self.names)


class _Finder:
    """Finds the modules that hold changed functions."""

    def __init__(self, source: str, files: dict[str, set[str]]) -> None:
        self._files = {os.path.realpath(Path(source, f)): (f, n) for f, n in files.items()}

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        """The ordinary spec, with our loader where it is one of the files."""
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or not spec.origin:
            return None
        found = self._files.get(os.path.realpath(spec.origin))
        if found is None:
            return None
        loader = _Loader(fullname, spec.origin)
        loader.file, loader.names = found
        spec.loader = loader
        return spec


def run(task: dict[str, Any], channel: Channel) -> None:
    """Run the workload or the tests with the functions recorded; answer with the calls."""
    files: dict[str, set[str]] = {}
    books: dict[tuple[str, str], Book] = {}
    limits = task["limits"]
    for file, name in task["functions"]:
        files.setdefault(file, set()).add(name)
        main_name = task["run"].get("main_name", "")
        books[file, name] = Book(limits["calls"], limits["size"], limits["call_size"], main_name)
    setattr(builtins, MARK, functools.partial(_decorator, books))
    sys.meta_path.insert(0, _Finder(task["source"], files))
    sys.setrecursionlimit(2 * sys.getrecursionlimit() + 1000)
    started = list(sys.path)

    def finish(ended: str) -> None:
        paths = [p for p in dict.fromkeys(map(str, sys.path)) if p.startswith(task["source"])]
        calls = {i: _report(books[tuple(f)]) for i, f in enumerate(task["functions"])}
        channel.finish({"functions": calls, "paths": paths, "ended": ended})

    Watch(task["wall_s"], lambda: finish("late"))
    ended = "done"
    try:
        _start(task["run"], task["source"], files)
    except SystemExit as error:
        ended = "done" if not error.code else f"exit status {error.code}"
    except BaseException as error:  # noqa: BLE001 (the target's own failure, reported as such)
        ended = f"{type(error).__name__}: {error}"[:500]
    sys.path += [p for p in started if p not in sys.path]
    finish(ended)


def _report(book: Book) -> dict[str, Any]:
    return {
        "module": book.module,
        "calls": list(book.calls),
        "seen": book.seen,
        "refused": dict(book.refused),
    }


def _decorator(books: dict[tuple[str, str], Book], file: str, name: str) -> Callable[..., Any]:
    book = books[file, name]

    def decorate(function: Any) -> Any:
        if function.__module__ != "__main__":
            book.module = function.__module__
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            book.refused["an async function"] = 1
            return function

        @functools.wraps(function)
        def recorded(*args: Any, **keywords: Any) -> Any:
            entry = None if book.is_full else book.take(args, keywords)
            if entry is None:
                return function(*args, **keywords)
            try:
                return function(*args, **keywords)
            except BaseException as error:
                entry["raised"] = type(error).__name__
                raise

        return recorded

    return decorate


def _start(how: dict[str, Any], source: str, files: dict[str, set[str]]) -> None:
    sys.argv = how["argv"]
    if how["kind"] == "pytest":
        sys.path[0:0] = how["folders"]
        import pytest

        pytest.main(["-p", "no:cacheprovider", *how["argv"][1:]])
    elif how["kind"] == "module":
        sys.path.insert(0, source)
        runpy.run_module(how["name"], run_name="__main__", alter_sys=True)
    elif how["kind"] == "function":
        sys.path[0:0] = how["folders"]
        namespace = runpy.run_path(how["file"], run_name="__speedwright__")
        if "setup" in namespace:
            namespace["setup"](**how["setup"])
        namespace["workload"]()
    else:
        _script(how["file"], source, files)


def _script(path: str, source: str, files: dict[str, set[str]]) -> None:
    sys.path.insert(0, str(Path(path).parent))
    file = os.path.relpath(path, source)
    code = marked(Path(path).read_bytes(), file, path, files.get(file, set()))
    module = types.ModuleType("__main__")
    module.__file__ = path
    sys.modules["__main__"] = module
    exec(code, module.__dict__)
