"""The tools on offer to a model, and running one; arguments are hostile until validated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.json_schema import SkipJsonSchema

from speedwright.agent.messages import ToolCall, ToolResult, ToolSpec
from speedwright.agent.workbench import Workbench
from speedwright.errors import SpeedwrightError

MAX_RESULT_CHARS = 24_000
MAX_ROWS = 200
PATH = "Path from the repository's folder, as list_files shows it"

Glob = Annotated[str, Field(max_length=1000)]


class _Arguments(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ListFiles(_Arguments):
    """List the repository's files, 200 at most."""

    glob: Glob = Field(default="*", description="Glob over whole paths; `*` also matches `/`")


class Search(_Arguments):
    """Find the lines that contain a text: path:line: text.

    200 lines at most. The text is literal, not a regular expression.
    """

    text: str = Field(min_length=1, max_length=1000, description="Literal text, case-sensitive")
    glob: Glob = Field(default="*", description="Glob over whole paths; `*` also matches `/`")


class ReadFile(_Arguments):
    """Read a file as it is now, with your edits, each line with its number; long files in parts."""

    path: str = Field(description=PATH)
    first: int = Field(default=1, ge=1, description="First line")
    last: int | None = Field(
        default=None, ge=1, description="Last line; all to the end if left out"
    )


class EditFile(_Arguments):
    """Replace one passage of a file.

    Nothing is judged before `submit`, so one change may take several edits.
    """

    path: str = Field(description=PATH)
    old: str = Field(
        min_length=1,
        description="Text that occurs exactly once in the file, whitespace and all, without the "
        "line numbers",
    )
    new: str = Field(description="Text to put in its place")


class WriteFile(_Arguments):
    """Write a new file, or the whole text of an old one."""

    path: str = Field(description=PATH)
    text: str


class RunTests(_Arguments):
    """Run the repository's tests on the files as they are now. Costs no attempt."""


class ProfileNow(_Arguments):
    """Profile the workload on the files as they are now, compared with the base.

    Costs no attempt.
    """


class DropEdits(_Arguments):
    """Drop the edits since the last submission: back to the best version so far."""


class Submit(_Arguments):
    """Have the files as they are now judged: tests, output, time against the best version so far.

    If faster they are the new best version, else the edits are dropped. Costs one attempt.
    """

    summary: str = Field(description="One sentence: what was changed and why it is faster")
    fingerprint: SkipJsonSchema[str] = ""
    """For proposers that are programs: they mark what they have tried."""


class Finish(_Arguments):
    """End the work, when nothing more can be gained.

    Edits that were not submitted are lost; the best version so far is measured once more and
    handed over.
    """

    summary: str = Field(default="", description="What was gained, and what else was tried")


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
            description=" ".join((kind.__doc__ or "").split()),
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
    """Lines as editors and tracebacks count them; whole lines only, and how to go on."""
    lines = text.removesuffix("\n").split("\n")
    chosen = lines[first - 1 : last]
    if not chosen:
        return f"the file has {len(lines)} lines"
    rows: list[str] = []
    size = 0
    for number, line in enumerate(chosen, start=first):
        row = f"{number:5d}  {line}"
        size += len(row) + 1
        if rows and size > MAX_RESULT_CHARS - 100:
            rows.append(f"… more: read on with first={number} (of {len(lines)} lines)")
            break
        rows.append(row)
    return "\n".join(rows)


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
