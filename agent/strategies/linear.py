"""The linear strategy: ask, do what was asked, tell what came of it, until the proposer ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from speedwright.agent.context import KEEP_RESULTS, SYSTEM, is_repeat, masked
from speedwright.agent.interfaces import Model
from speedwright.agent.messages import (
    AssistantMessage,
    Message,
    ModelReply,
    ModelRequest,
    StopReason,
    ToolCall,
    ToolResult,
    UserMessage,
)
from speedwright.agent.search import Search
from speedwright.agent.tools import tool_specs
from speedwright.errors import ContextOverflow

MAX_STEPS = 400
MAX_SILENT = 2
MAX_REFUSED_REPEATS = 3
NUDGE = "Use the tools: edit files and submit, or finish if nothing more can be gained."
CUT = "Your answer was cut off at its length limit. Say less, and make smaller edits."
REPEATED = "You asked for exactly this several times in a row. Do something else, or finish."
NOT_AFTER_FAILED_EDIT = "not submitted: an edit before it failed; mend that first"
NOT_AFTER_FINISH = "not done: you have finished"
EDITS = ("edit_file", "write_file")


class LinearStrategy:
    """One conversation, one change after another, each on top of the best so far."""

    def run(self, search: Search, model: Model) -> None:
        """Work until the proposer finishes, falls silent or goes round in circles.

        Raises:
            BudgetExhausted: The gate closed.
            ModelError: The model could not answer.
        """
        silent = repeated = 0
        _go_on(search)
        for _ in range(MAX_STEPS):
            if search.is_finished:
                return
            messages = search.trajectory.messages()
            reply = self._ask(search, model)
            is_again = is_repeat(messages, reply.message)
            search.trajectory.say(reply.message)
            search.save()  # it is paid for
            _answer(search, reply.message.tool_calls, is_again=is_again)
            repeated = repeated + 1 if is_again else 0
            silent = 0 if reply.message.tool_calls else silent + 1
            if silent > MAX_SILENT or repeated >= MAX_REFUSED_REPEATS:
                return
            if reply.stop_reason is StopReason.MAX_TOKENS:
                search.trajectory.say(UserMessage(text=CUT))
            elif silent:
                search.trajectory.say(UserMessage(text=NUDGE))
            search.save()

    def _ask(self, search: Search, model: Model) -> ModelReply:
        request = ModelRequest(
            system=SYSTEM,
            messages=tuple(search.trajectory.messages()),
            tools=tool_specs(),
            situation=search.situation(),
        )
        while True:
            try:
                return model.complete(request)
            except ContextOverflow:
                shorter = _shorter(request.messages)
                if shorter is None:
                    raise
                search.progress.note("the conversation was too long: older results were left out")
                # For good: asking again with all of it would fail again, each time.
                search.trajectory.replace(shorter)
                request = replace(request, messages=shorter)


def _shorter(messages: tuple[Message, ...]) -> tuple[Message, ...] | None:
    """The same conversation with fewer results in full, `None` if nothing is left to leave out."""
    versions = (tuple(masked(messages, keep=keep)) for keep in KEEP_RESULTS)
    return next((version for version in versions if version != messages), None)


def _go_on(search: Search) -> None:
    """Where an earlier session broke off: calls without a result, or a reply without calls."""
    _answer(search, search.trajectory.unanswered(), is_again=False)
    messages = search.trajectory.messages()
    if messages and isinstance(messages[-1], AssistantMessage) and not search.is_finished:
        search.trajectory.say(UserMessage(text=NUDGE))


def _answer(search: Search, calls: Sequence[ToolCall], *, is_again: bool) -> None:
    """Run the calls in order, each result written down before the next one runs."""
    has_failed_edit = False
    for call in calls:
        refusal = ""
        if is_again:
            refusal = REPEATED
        elif search.is_finished:
            refusal = NOT_AFTER_FINISH
        elif call.name == "submit" and has_failed_edit:
            refusal = NOT_AFTER_FAILED_EDIT
            search.note_tried(call)
        if refusal:
            result = ToolResult(call_id=call.id, name=call.name, text=refusal, is_error=True)
        else:
            result = search.toolbox.run(call)
        has_failed_edit = has_failed_edit or (call.name in EDITS and result.is_error)
        search.trajectory.say(result)
        search.save()
