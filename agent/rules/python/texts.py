"""Questions to texts and types that one call answers, and work on texts that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from speedwright.agent.rules.python.blockforms import BlockForm, block_finder
from speedwright.agent.rules.python.change import Change, become
from speedwright.agent.rules.python.forms import Form, finder
from speedwright.agent.rules.python.imports import access
from speedwright.agent.rules.python.nodes import code
from speedwright.agent.rules.python.pattern import Bindings, Filling, make, make_block
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import is_simple, statement_of, used_after
from speedwright.agent.rules.python.subject import only_line
from speedwright.agent.rules.python.view import ModuleView


def _plain_subject(view: ModuleView, node: cst.BaseExpression, found: Bindings) -> bool:
    subject = found["X"]
    tuples = any(isinstance(found[k], cst.Tuple) for k in ("A", "B"))
    return isinstance(subject, cst.BaseExpression) and is_simple(subject) and not tuples


MERGED = PythonRule(
    id="py-merged-test",
    detects="`x.startswith(a) or x.startswith(b)`, `isinstance(x, A) or isinstance(x, B)`.",
    explanation=(
        "Each alternative is a call of its own. "
        "`startswith`, `endswith` and `isinstance` take a tuple and try all in one call."
    ),
    odds=0.15,
    find=finder(
        (
            *(
                Form(
                    pattern=f"X.{name}(A) or X.{name}(B)",
                    template=f"X.{name}((A, B))",
                    guard=_plain_subject,
                )
                for name in ("startswith", "endswith")
            ),
            Form(
                pattern="isinstance(X, A) or isinstance(X, B)",
                template="isinstance(X, (A, B))",
                builtins=("isinstance",),
                guard=_plain_subject,
            ),
            Form(
                pattern='bin(X).count("1")', template="X.bit_count()", builtins=("bin",), odds=0.4
            ),
            Form(pattern="max(D, key=lambda V: D[V])", template="max(D, key=D.get)", odds=0.2),
            Form(pattern="min(D, key=lambda V: D[V])", template="min(D, key=D.get)", odds=0.2),
            Form(
                pattern="sorted(D, key=lambda V: D[V])", template="sorted(D, key=D.get)", odds=0.2
            ),
        ),
        "asked once instead of several times",
    ),
)

_LEVELS = {"debug": "DEBUG", "info": "INFO"}
_LOGGERS = frozenset({"log", "logger", "LOG", "LOGGER", "_log", "_logger", "logging"})


def _find_logging(view: ModuleView) -> Iterator[Change]:
    for line in view.hot(cst.Expr):
        call = line.value
        if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
            continue
        owner, level = call.func.value, _LEVELS.get(call.func.attr.value)
        name = code(owner).removeprefix("self.")
        if level is None or name not in _LOGGERS or not _costly(view, call):
            continue
        place = only_line(view, line)
        if place is None or _guarded(view, line):
            continue
        text, imports = access(view, "logging", level)
        logger = owner if name != "logging" else make("logging.getLogger()", {})
        filling: dict[str, Filling | str] = {"L": logger, "LEVEL": text, "C": call}
        block = make_block("if L.isEnabledFor(LEVEL):\n    C\n", filling)[0]
        yield Change(
            at=call,
            edits={place: become(block)},
            imports=imports,
            summary=f"built the {call.func.attr.value} message only if somebody will read it",
        )


def _costly(view: ModuleView, call: cst.Call) -> bool:
    """Its arguments are formatted or computed before the logger can decide."""
    kinds = (cst.FormattedStringExpression, cst.Call, cst.Modulo, cst.BaseComp)
    return any(isinstance(n, kinds) for a in call.args for n in view.nodes(a))


def _guarded(view: ModuleView, line: cst.CSTNode) -> bool:
    statement = statement_of(view, line)
    above = [statement, *view.above(line)]
    return any(isinstance(a, cst.If) and "isEnabledFor" in code(a.test) for a in above if a)


LOGGING = PythonRule(
    id="py-logging-guard",
    detects="A debug or info message that is put together in hot code before it is logged.",
    explanation=(
        "The f-string, `%` or call is evaluated even if the level is off. "
        "`isEnabledFor` is a cached lookup that skips all of it."
    ),
    odds=0.35,
    find=_find_logging,
)

ONE_SPLIT = PythonRule(
    id="py-one-split",
    detects="`text.split(sep)[0]` or `text.split(sep)[-1]`: all parts made for the sake of one.",
    explanation=(
        "The whole text is cut and every part is a new object. With a limit of one cut, from the "
        "left or from the right, only the wanted part and the rest are made."
    ),
    odds=0.4,
    find=finder(
        (
            Form(pattern="X.split(S)[-1]", template="X.rsplit(S, 1)[-1]"),
            Form(pattern="X.split(S)[0]", template="X.split(S, 1)[0]"),
            Form(pattern="X.split()[-1]", template="X.rsplit(None, 1)[-1]"),
            Form(pattern="X.split()[0]", template="X.split(None, 1)[0]"),
        ),
        "cut off one part instead of cutting the whole text",
    ),
)


def _replaced(view: ModuleView, old: Sequence[cst.BaseStatement], found: Bindings) -> bool:
    """A single character for text that does not depend on it, from a text that stays."""
    wanted, result, element = found["P"], found["V"], found["VT"]
    assert isinstance(result, cst.Name)
    assert isinstance(element, cst.Name)
    names = {result.value, element.value}
    is_one = isinstance(wanted, cst.SimpleString) and len(str(wanted.evaluated_value)) == 1
    rest = [found[hole] for hole in ("S", "Q")]
    if not is_one or any(not isinstance(n, cst.CSTNode) or not is_simple(n) for n in rest):
        return False
    if any(view.variables(n) & names for n in rest if isinstance(n, cst.CSTNode)):
        return False
    return not used_after(view, element.value, old[-1])


_CHOICE = "for VT in S:\n  if VT == P:\n    {taken}\n  else:\n    {kept}\n"
_GROWING = (
    ("V = []\n", "V.append(Q)", "V.append(VT)", 'V = "".join(V)\n'),
    ("V = []\n", "V.append(Q)", "V.append(VT)", "V = ''.join(V)\n"),
    ('V = ""\n', "V += Q", "V += VT", ""),
    ("V = ''\n", "V += Q", "V += VT", ""),
)

REPLACED = PythonRule(
    id="py-replace-loop",
    detects="A loop that copies a text character by character and exchanges one of them.",
    explanation=(
        "Every character is compared and put into the new text in bytecode. "
        "`str.replace` does it in one walk in C."
    ),
    odds=0.8,
    find=block_finder(
        tuple(
            BlockForm(
                pattern=start + _CHOICE.format(taken=taken, kept=kept) + end,
                template="V = S.replace(P, Q)\n",
                guard=_replaced,
            )
            for start, taken, kept, end in _GROWING
        ),
        "exchanged the character with `replace`",
    ),
)


def _starts(view: ModuleView, node: cst.BaseExpression, found: Bindings) -> bool:
    return all(isinstance(n, cst.CSTNode) and is_simple(n) for n in found.values())


SLICED = PythonRule(
    id="py-startswith-at",
    detects="`text[i:i + len(word)] == word`: a piece cut out to be compared.",
    explanation=(
        "Every piece is a new text that is thrown away after one comparison. "
        "`startswith` with a position compares in place."
    ),
    odds=0.4,
    find=finder(
        tuple(
            Form(
                pattern=pattern,
                template="X.startswith(T, I)",
                builtins=("len",),
                guard=_starts,
            )
            for cut in ("X[I:I + len(T)]", "X[I:len(T) + I]")
            for pattern in (f"{cut} == T", f"T == {cut}")
        ),
        "compared in place instead of cutting out a piece",
    ),
)

RULES = (MERGED, LOGGING, ONE_SPLIT, REPLACED, SLICED)
