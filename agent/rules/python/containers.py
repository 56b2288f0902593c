"""Containers built only to be asked or walked once."""

from __future__ import annotations

from speedwright.agent.rules.python.forms import Form, finder
from speedwright.agent.rules.python.rule import PythonRule

MEMBERSHIP_COPY = PythonRule(
    id="py-membership-copy",
    detects="A membership test on a fresh copy, `x in list(d)` or `x in d.keys()`.",
    explanation=(
        "`list(d)` copies every key and then searches the copy from the front; even `d.keys()` "
        "builds a view. `x in d` asks the container itself, for dicts and sets one hash lookup."
    ),
    odds=0.5,
    find=finder(
        tuple(
            Form(
                pattern=f"X {word} {copy}",
                template=f"X {word} D",
                builtins=tuple(n for n in ("list", "tuple", "set", "sorted") if f"{n}(" in copy),
                odds=0.1 if copy == "D.keys()" else None,
            )
            for word in ("in", "not in")
            for copy in (
                "D.keys()", "list(D.keys())", "set(D.keys())", "list(D)", "tuple(D)", "set(D)",
                "sorted(D)",
            )
        ),
        "asked the container itself instead of a copy of it",
    ),
)  # fmt: skip


WASTED_CONTAINER = PythonRule(
    id="py-wasted-container",
    detects="A list made only to be consumed at once, `any([...])`, `sorted(list(x))`.",
    explanation=(
        "The list in between is built in full, copied and thrown away. `any` and `all` stop at the "
        "first answer if they get a generator; the others take any iterable."
    ),
    odds=0.3,
    find=finder(
        (
            *(
                Form(pattern=f"{f}([E {c}])", template=f"{f}(E {c})", builtins=(f,), odds=0.5)
                for f in ("any", "all")
                for c in ("for T in X", "for T in X if C")
            ),
            *(
                Form(pattern=f"set([E {c}])", template=f"{{E {c}}}", builtins=("set",))
                for c in ("for T in X", "for T in X if C")
            ),
            *(
                Form(pattern=f"dict([(K, E) {c}])", template=f"{{K: E {c}}}", builtins=("dict",))
                for c in ("for T in X", "for T in X if C")
            ),
            *(
                Form(pattern=f"{f}(list(X))", template=f"{f}(X)", builtins=(f, "list"))
                for f in ("sorted", "set", "frozenset", "tuple", "list", "sum", "min", "max", "any")
            ),
        ),
        "dropped a list that was built only to be consumed at once",
    ),
)

MAP_LAMBDA = PythonRule(
    id="py-map-lambda",
    detects="`map` or `filter` with a lambda, collected into a list, set or sum.",
    explanation=(
        "A lambda in `map` or `filter` costs a Python call for every element. "
        "A comprehension evaluates the same expression in place."
    ),
    odds=0.3,
    find=finder(
        tuple(
            Form(
                pattern=f"{f}({walk})",
                template=f"{opened}{result}{closed}",
                builtins=(f, walk.split("(")[0]),
            )
            for f, opened, closed in (
                ("list", "[", "]"),
                ("set", "{", "}"),
                ("sum", "sum([", "])"),
                ("sorted", "sorted([", "])"),
                ("tuple", "tuple([", "])"),
            )
            for walk, result in (
                ("map(lambda V: E, X)", "E for V in X"),
                ("filter(lambda V: E, X)", "V for V in X if E"),
            )
        ),
        "evaluated the expression in a comprehension instead of calling a lambda per element",
    ),
)

SUM_OF_LISTS = PythonRule(
    id="py-sum-of-lists",
    detects="Lists added up with `sum(lists, [])`.",
    explanation=(
        "Every addition copies everything gathered so far, so the cost grows with the square of "
        "the result. `itertools.chain.from_iterable` touches each element once."
    ),
    odds=0.7,
    find=finder(
        (
            Form(
                pattern="sum(X, [])",
                template="list(CALL.from_iterable(X))",
                builtins=("sum", "list"),
                call=("itertools", "chain"),
            ),
            Form(
                pattern="sum(X, start=[])",
                template="list(CALL.from_iterable(X))",
                builtins=("sum", "list"),
                call=("itertools", "chain"),
            ),
        ),
        "chained the lists instead of adding them up, which copied them again and again",
    ),
)


RULES = (MEMBERSHIP_COPY, WASTED_CONTAINER, MAP_LAMBDA, SUM_OF_LISTS)
