"""What a model is told of a problem."""

from __future__ import annotations

from speedwright.benchmarks.enamel.problems import Problem

_TEXT = """\
Complete this Python function. Answer with the whole function, imports included, in one block of
Python code and nothing else.

The function is tested for correct results and then timed on large inputs, up to tens of thousands
of elements or digits, against an expert's solution: prefer the algorithm with the best running time
to the shortest code. Use the standard library only. Do not print and do not read input.

```python
{prompt}
```
"""


def prompt_of(problem: Problem) -> str:
    """The task in words: nothing of tests, sizes of single levels, answers or times."""
    return _TEXT.format(prompt=problem.prompt.rstrip())
