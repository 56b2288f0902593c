"""Asking a model to write a program, and finding the program in what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass

from speedwright.agent.interfaces import Model
from speedwright.agent.messages import ModelRequest, StopReason, UserMessage
from speedwright.agent.models.spec import ModelSpec
from speedwright.errors import ContextOverflow, ModelRefused, UsageError
from speedwright.eval.batch.interfaces import Task
from speedwright.eval.progress import Progress

MAX_TOKENS = 8192
SYSTEM = """\
You write fast and correct {language} programs. Answer with one complete program in one fenced \
code block marked `{mark}`, and nothing after it. It is run on inputs that you do not see, large \
ones among them, and it is timed.
"""
MARKS = {
    "python": ("python", "py", "python3"),
    "cpp": ("cpp", "c++", "cc", "cxx"),
}
_NAMES = {"python": "Python", "cpp": "C++"}
# A last block that nobody closed ends with the text.
_FENCE = re.compile(
    r"^[ \t]*(?P<fence>`{3,}|~{3,})[ \t]*(?P<mark>[\w+#.-]*)[^\n`]*\n(?P<body>.*?)"
    r"(?:^[ \t]*(?P=fence)[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What a model wrote.

    Attributes:
        samples: One text for every time it was asked; empty where there was no program.
        notes: What was odd, one sentence each.
    """

    samples: tuple[str, ...]
    notes: tuple[str, ...] = ()


def check_can_write(spec: ModelSpec) -> None:
    """Refuse a model that only rewrites code there is.

    Raises:
        UsageError: It is one.
    """
    if spec.provider == "rules":
        raise UsageError(
            "model `rules` cannot write a program from a prompt: it only rewrites code there is",
            hint="use --model openai:NAME or anthropic:NAME, "
            "or let it make given solutions faster with --from SAMPLES",
        )


def generate(task: Task, model: Model, *, samples: int, progress: Progress) -> Generated:
    """Ask once for every sample.

    A refusal or a prompt that is too long is an answer without a program, not the end of a batch.

    Raises:
        KeyMissing: No key, or it was refused.
        ModelError: The service does not answer.
        BudgetExhausted: The next answer may cost more than is left.
    """
    language = task.language
    request = ModelRequest(
        system=SYSTEM.format(
            language=_NAMES.get(language, language), mark=MARKS.get(language, (language,))[0]
        ),
        messages=(UserMessage(text=task.prompt),),
        max_tokens=MAX_TOKENS,
    )
    found, notes = [], []
    for number in range(1, samples + 1):
        progress.step("ask", f"{model.spec}, sample {number} of {samples}")
        text, note = _asked(model, request, language)
        found.append(text)
        if note:
            notes.append(f"sample {number}: {note}")
    return Generated(samples=tuple(found), notes=tuple(notes))


def _asked(model: Model, request: ModelRequest, language: str) -> tuple[str, str]:
    try:
        reply = model.complete(request)
    except (ModelRefused, ContextOverflow) as error:
        return "", error.message
    text = program_in(reply.message.text, language)
    if text is None:
        return "", "no code block in the answer"
    is_cut = reply.stop_reason is StopReason.MAX_TOKENS
    return text, "cut off at the length limit" if is_cut else ""


def program_in(text: str, language: str) -> str | None:
    r"""The first fenced block marked as of that language, else the first one; `None` without any.

    >>> program_in("Look:\n```text\na\n```\n```python\nb = 1\n```\n", "python")
    'b = 1\n'
    """
    blocks = [(found["mark"].lower(), found["body"]) for found in _FENCE.finditer(text)]
    marks = MARKS.get(language, (language,))
    labelled = [body for mark, body in blocks if mark in marks]
    return (labelled or [body for _, body in blocks] or [None])[0]
