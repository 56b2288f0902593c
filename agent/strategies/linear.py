"""The linear strategy: ask, do what was asked, tell what came of it, until the proposer ends."""

from __future__ import annotations

from speedwright.agent.context import SYSTEM, is_repeat, masked
from speedwright.agent.interfaces import Model
from speedwright.agent.messages import AssistantMessage, ModelRequest, ToolResult, UserMessage
from speedwright.agent.search import Search
from speedwright.agent.tools import tool_specs
from speedwright.errors import ContextOverflow

MAX_STEPS = 400
MAX_SILENT = 2
NUDGE = "Use the tools: edit files and submit, or finish if nothing more can be gained."
REPEATED = "You asked for exactly this several times in a row. Do something else, or finish."


class LinearStrategy:
    """One conversation, one change after another, each on top of the best so far."""

    def run(self, search: Search, model: Model) -> None:
        """Work until the proposer finishes or falls silent.

        Raises:
            BudgetExhausted: The gate closed.
            ModelError: The model could not answer.
        """
        silent = 0
        for _ in range(MAX_STEPS):
            reply = self._ask(search, model)
            repeats = is_repeat(search.trajectory.messages(), reply)
            search.trajectory.say(reply)
            for call in reply.tool_calls:
                if repeats:
                    text, name = REPEATED, call.name
                    result = ToolResult(call_id=call.id, name=name, text=text, is_error=True)
                else:
                    result = search.toolbox.run(call)
                search.trajectory.say(result)
                search.save()
            if search.is_finished:
                return
            silent = 0 if reply.tool_calls else silent + 1
            if silent > MAX_SILENT:
                return
            if silent:
                search.trajectory.say(UserMessage(text=NUDGE))
            search.save()

    def _ask(self, search: Search, model: Model) -> AssistantMessage:
        messages = search.trajectory.messages()
        request = ModelRequest(
            system=SYSTEM,
            messages=tuple(messages),
            tools=tool_specs(),
            situation=search.situation(),
        )
        try:
            return model.complete(request).message
        except ContextOverflow:
            shorter = tuple(masked(messages))
            if shorter == tuple(messages):
                raise
            search.progress.note("the conversation was too long: older results were left out")
            return model.complete(
                ModelRequest(
                    system=SYSTEM,
                    messages=shorter,
                    tools=request.tools,
                    situation=request.situation,
                )
            ).message
