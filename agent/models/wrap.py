"""The order in which a model is wrapped.

From the inside out: `Retrying` sees every failure of the service; `Recording` sees what the
strategy sees, one exchange for a call whatever the number of tries, so that a replay needs no
failures; `Budgeted` stands outermost, so that a call the gate refuses is neither made nor recorded.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from speedwright.agent.budget import Budget
from speedwright.agent.interfaces import Model
from speedwright.agent.models.budgeted import Budgeted, Priced
from speedwright.agent.models.recording import Recording
from speedwright.agent.models.retrying import Retrying, RetryPolicy

# Their replies cost neither money nor tokens.
_FREE = ("rules", "scripted:", "replay:", "replay@")


def wrap(
    model: Model,
    *,
    budget: Budget,
    cassette_path: Path | None,
    retry: RetryPolicy | None = None,
    environ: Mapping[str, str] | None = None,
) -> Model:
    """A model with retries, a record and the budget's gate.

    Args:
        model: The bare model.
        budget: Gate; retries never wait past its time limit.
        cassette_path: Where to record; `None` for no record.
        retry: How often and how patiently to ask again.
        environ: Environment whose keys must not be recorded; the process's own by default.
    """
    wrapped: Model = Retrying(
        model, policy=retry, may_wait=lambda pause_s: pause_s < budget.wall_left_s
    )
    if cassette_path is not None:
        keys = os.environ if environ is None else environ
        wrapped = Recording(wrapped, cassette_path, environ=keys)
    return Budgeted(
        wrapped,
        budget,
        priced=model if isinstance(model, Priced) else None,
        is_free=model.spec.startswith(_FREE),
    )
