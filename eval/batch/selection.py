"""Which tasks of a suite a run is about."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from speedwright.errors import UsageError
from speedwright.eval.batch.interfaces import Task

_NEAR = 3


def select(
    tasks: Sequence[Task], *, ids: Sequence[str] = (), limit: int | None = None
) -> tuple[Task, ...]:
    """The tasks with these ids, in the suite's order; of those, the first `limit`.

    Args:
        tasks: All tasks.
        ids: Wanted ids; empty for all.
        limit: At most so many; `None` for no limit.

    Raises:
        UsageError: The suite has no such task, or one id is asked for twice.
    """
    known = [task.id for task in tasks]
    check_known(ids, known)
    doubled = sorted({name for name in ids if list(ids).count(name) > 1})
    if doubled:
        raise UsageError(f"task `{doubled[0]}` is named twice")
    wanted = set(ids)
    chosen = [task for task in tasks if not wanted or task.id in wanted]
    return tuple(chosen if limit is None else chosen[:limit])


def check_known(ids: Sequence[str], known: Sequence[str], *, where: str = "") -> None:
    """Complain about the first id that no task has.

    Args:
        ids: As given.
        known: All ids of the suite.
        where: File in which they stand, for the message.

    Raises:
        UsageError: With the nearest known ids.
    """
    names = set(known)
    unknown = [name for name in ids if name not in names]
    if not unknown:
        return
    near = difflib.get_close_matches(unknown[0], known, n=_NEAR) or known[:_NEAR]
    more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
    place = f"`{where}`: " if where else ""
    raise UsageError(
        f"{place}no task has the id `{unknown[0][:200]}`{more}",
        hint=f"near: {', '.join(f'`{name}`' for name in near)} ({len(known)} tasks in all)",
    )
