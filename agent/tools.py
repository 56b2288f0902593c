"""The tools on offer to a model, and running one; arguments are hostile until validated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from speedwright.agent.messages import ToolCall, ToolResult, ToolSpec
from speedwright.agent.workbench import Workbench
from speedwright.errors import SpeedwrightError

MAX_RESULT_CHARS = 24_000
MAX_ROWS = 200


class _Arguments(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ListFiles(_Arguments):
    """List the target's files."""

    glob: str = Field(default="*", description="Glob over whole paths; `*` also matches `/`")


class Search(_Arguments):
    """Find lines that contain a literal text."""

    text: str = Field(min_length=1, description="Literal text, case-sensitive")
    glob: str = Field(default="*", description="Glob over whole paths")


class ReadFile(_Arguments):
    """Read a file, with line numbers."""

    path: str
    first: int = Field(default=1, ge=1, description="First line")
    last: int | None = Field(default=None, ge=1, description="Last line")


class EditFile(_Arguments):
    """Replace one passage that occurs exactly once in a file."""

    path: str
    old: str = Field(min_length=1, description="Exact text, without the line numbers")
    new: str


class WriteFile(_Arguments):
    """Set the whole text of a file."""

    path: str
    text: str


class RunTests(_Arguments):
    """Run the target's tests on the files as they are now."""


class ProfileNow(_Arguments):
    """Profile the workload on the files as they are now, compared with the base."""


class DropEdits(_Arguments):
    """Go back to the best version so far."""


class Submit(_Arguments):
    """Have the files as they are now judged: tests, then timed against the best so far."""

    summary: str = Field(description="One sentence: what was changed and why it is faster")
    fingerprint: str = Field(default="", description="Leave empty")


class Finish(_Arguments):
    """End the work; the best version so far is confirmed and handed over."""

    summary: str = ""


TOOLS: Mapping[str, type[_Arguments]] = {
    "list_files": ListFiles,
    "search": Search,
    "read_file": ReadFile,
    "edit_file": EditFile,
    "write_file": WriteFile,
    "run_tests": RunTests,
    "profile": ProfileNow,
    "drop_edits": DropEdits,
    "submit": Submit,
    "finish": Finish,
}


class Actions(Protocol):
    """What the tools need beside the files."""

    def run_tests(self) -> str:
        """Outcome of the tests on the pending files."""

    def profile(self) -> str:
        """Profile of the pending files as text."""

    def submit(self, summary: str, fingerprint: str) -> str:
        """Judge the pending files; the verdict as text."""

    def finish(self, summary: str) -> str:
        """End the search."""


def tool_specs() -> tuple[ToolSpec, ...]:
    """The tools as a model is told of them."""
    return tuple(
        ToolSpec(
            name=name,
            description=(kind.__doc__ or "").strip(),
            parameters=_schema(kind),
        )
        for name, kind in TOOLS.items()
    )


@dataclass(frozen=True, slots=True)
class Toolbox:
    """Runs tool calls.

    Attributes:
        workbench: The files.
        actions: Everything else.
    """

    workbench: Workbench
    actions: Actions

    def run(self, call: ToolCall) -> ToolResult:
        """The result of one call; a bad call is an error for the model to read, never raised.

        Raises:
            BudgetExhausted: A submission would exceed the budget.
        """
        kind = TOOLS.get(call.name)
        if kind is None:
            return _error(call, f"no tool `{call.name}`; there are: {', '.join(TOOLS)}")
        if call.arguments is None:
            return _error(call, "the arguments are no valid JSON object; send the call again")
        try:
            arguments = kind.model_validate(dict(call.arguments))
        except ValidationError as error:
            return _error(call, _problems(error))
        try:
            text = self._answer(arguments)
        except SpeedwrightError as error:
            if error.exit_code not in (2,):
                raise
            return _error(call, str(error))
        return ToolResult(call_id=call.id, name=call.name, text=_capped(text))

    def _answer(self, arguments: _Arguments) -> str:
        bench = self.workbench
        match arguments:
            case ListFiles():
                return _lines(bench.paths(arguments.glob))
            case Search():
                found = bench.search(arguments.text, arguments.glob)
                return _lines(f"{path}:{number}: {line[:300]}" for path, number, line in found)
            case ReadFile():
                return _numbered(bench.read(arguments.path), arguments.first, arguments.last)
            case EditFile():
                bench.replace(arguments.path, arguments.old, arguments.new)
                return f"edited {arguments.path}"
            case WriteFile():
                bench.write(arguments.path, arguments.text)
                return f"wrote {arguments.path}"
            case DropEdits():
                bench.reset()
                return "back at the best version so far"
            case _:
                return self._act(arguments)

    def _act(self, arguments: _Arguments) -> str:
        match arguments:
            case RunTests():
                return self.actions.run_tests()
            case ProfileNow():
                return self.actions.profile()
            case Submit():
                return self.actions.submit(arguments.summary, arguments.fingerprint)
            case Finish():
                return self.actions.finish(arguments.summary)
            case _:
                raise AssertionError(f"no handler for {type(arguments).__name__}")


def _lines(rows: Iterable[str]) -> str:
    listed = list(islice(rows, MAX_ROWS + 1))
    if not listed:
        return "nothing found"
    more = "\n… more; narrow it down" if len(listed) > MAX_ROWS else ""
    return "\n".join(listed[:MAX_ROWS]) + more


def _numbered(text: str, first: int, last: int | None) -> str:
    lines = text.splitlines()
    chosen = lines[first - 1 : last]
    if not chosen:
        return f"the file has {len(lines)} lines"
    return "\n".join(f"{n:5d}  {line}" for n, line in enumerate(chosen, start=first))


def _capped(text: str) -> str:
    if len(text) <= MAX_RESULT_CHARS:
        return text
    return text[:MAX_RESULT_CHARS] + f"\n… cut after {MAX_RESULT_CHARS} characters"


def _error(call: ToolCall, text: str) -> ToolResult:
    return ToolResult(call_id=call.id, name=call.name, text=_capped(text), is_error=True)


def _problems(error: ValidationError) -> str:
    rows = [f"{'.'.join(str(p) for p in e['loc']) or 'call'}: {e['msg']}" for e in error.errors()]
    return "wrong arguments: " + "; ".join(rows[:5])


def _schema(kind: type[_Arguments]) -> dict[str, Any]:
    schema = kind.model_json_schema()
    schema.pop("title", None)
    schema.pop("description", None)
    for field in schema.get("properties", {}).values():
        field.pop("title", None)
    return schema
