"""Tables and tensors that a call left behind, as the parts in which two of them can differ.

Covers: DataFrame, Series, Index, points and spans of time (pandas); tensors, sizes, dtypes (torch);
masked and structured arrays and other subclasses (numpy), where the target has loaded them. Their
content lies outside of Python's attributes.
Does not cover: arguments (`recipes.py`); categories that no value has.
"""

from __future__ import annotations

import sys
from typing import Any

TYPE_CHECKING = False  # the box may have Python 3.8, which cannot make such a type
if TYPE_CHECKING:
    Parts = list[tuple[str, Any]]


def name_of(kind: type) -> str:
    """The type's name; a RangeIndex is an Index, since which of the two depends on how it came."""
    name = kind.__qualname__
    return "Index" if name == "RangeIndex" and "pandas" in sys.modules else name


def parts_of(value: Any, kind: type) -> Parts | None:
    """Name and content of each part; `None` if it is nothing of the kind."""
    pandas, torch = sys.modules.get("pandas"), sys.modules.get("torch")
    numpy = sys.modules.get("numpy")
    if numpy is not None and issubclass(kind, getattr(numpy, "ndarray", ())):
        return _array(value, kind, numpy)
    if pandas is not None and hasattr(pandas, "DataFrame"):
        found = _pandas(value, kind, pandas)
        if found is not None:
            return found
    if torch is not None and hasattr(torch, "Tensor"):
        return _torch(value, kind, torch)
    return None


def _array(value: Any, kind: type, numpy: Any) -> Parts | None:
    if value.dtype.fields is not None:
        return [(name, value[name]) for name in value.dtype.names]
    if kind is numpy.ndarray:
        return None
    if not issubclass(kind, numpy.ma.MaskedArray):
        return [("values", value.view(numpy.ndarray))]
    mask = numpy.ma.getmaskarray(value)
    return [("mask", mask), ("values", numpy.where(mask, value.dtype.type(), value.data))]


def _pandas(value: Any, kind: type, pandas: Any) -> Parts | None:
    if issubclass(kind, pandas.DataFrame):
        columns = [value.iloc[:, place] for place in range(value.shape[1])]
        return [
            ("index", value.index),
            ("columns", value.columns),
            ("dtypes", [str(column.dtype) for column in columns]),
            ("values", [column.to_numpy() for column in columns]),
        ]
    if issubclass(kind, pandas.Series):
        parts = [("index", value.index), ("name", value.name)]
        return [*parts, ("dtype", str(value.dtype)), ("values", value.to_numpy())]
    if issubclass(kind, pandas.Index):
        parts = [("names", list(value.names)), ("dtype", str(value.dtype))]
        return [*parts, ("values", value.to_numpy())]
    if issubclass(kind, (pandas.Timestamp, pandas.Timedelta, pandas.Period, pandas.Interval)):
        return [("text", repr(value))]
    return None


def _torch(value: Any, kind: type, torch: Any) -> Parts | None:
    if issubclass(kind, torch.Size):
        return [("sizes", list(value))]
    if issubclass(kind, (torch.dtype, torch.device)):
        return [("text", str(value))]
    return _tensor(value, torch) if issubclass(kind, torch.Tensor) else None


def _tensor(value: Any, torch: Any) -> Parts:
    plain = value.detach().cpu()
    plain = plain.to_dense() if plain.is_sparse else plain
    plain = plain.float() if plain.dtype == torch.bfloat16 else plain  # numpy has none; it is exact
    return [
        ("dtype", str(value.dtype)),
        ("device", str(value.device)),
        ("requires_grad", value.requires_grad),
        ("values", plain.numpy()),
    ]
