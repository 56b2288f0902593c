"""Arguments whose content lies outside of Python's attributes: taken apart and made again.

Covers, where the target has loaded them: DataFrame, Series, Index and points and spans of time
(pandas); tensors, parameters, dtypes, devices and sizes (torch); masked and structured arrays,
matrices and random generators (numpy).
Does not cover: subclasses of them, tensors in the middle of a gradient or on another device,
types of a column that their own name does not tell in full.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from speedwright.eval.differential.inside.cannot import CannotDecode, CannotEncode

TYPE_CHECKING = False  # the box may have Python 3.8, which cannot make such a type
if TYPE_CHECKING:
    Recipe = tuple[str, list[Any]]


def recipe_of(value: Any, kind: type) -> Recipe | None:
    """Name of the recipe and what goes in; `None` if it is nothing of the kind.

    Raises:
        CannotEncode: It is, but could not be made again as it is.
    """
    library = kind.__module__.partition(".")[0]
    find = LIBRARIES.get(library)
    module = sys.modules.get(library)
    if find is None or module is None:
        return None
    try:
        found: Recipe | None = find(value, kind, module)
    except CannotEncode:
        raise
    except Exception as error:  # noqa: BLE001 (another version of the library, or a broken value)
        raise CannotEncode(f"a {kind.__qualname__} ({type(error).__name__})") from None
    return found


def made(name: str, parts: list[Any]) -> Any:
    """The value.

    Raises:
        CannotDecode: There is no such recipe, or its library is missing or refuses.
    """
    make = MAKERS.get(name)
    if make is None:
        raise CannotDecode(f"no recipe for {name!r}")
    library = name.partition(".")[0]
    try:
        return make(importlib.import_module(library), *parts)
    except Exception as error:  # noqa: BLE001 (whatever another version of the library raises)
        raise CannotDecode(f"a {name}: {type(error).__name__}: {error}"[:300]) from None


def _numpy(value: Any, kind: type, numpy: Any) -> Recipe | None:
    if kind is numpy.ma.MaskedArray:
        return "numpy.masked", [value.data, numpy.ma.getmaskarray(value), value.fill_value]
    if kind is numpy.ndarray and value.dtype.fields is not None:
        fields = [[name, value[name]] for name in value.dtype.names]
        if numpy.dtype(_fields(fields, value.ndim)) != value.dtype:
            raise CannotEncode(f"a numpy array of {value.dtype}")
        return "numpy.structured", [list(value.shape), fields]
    if kind in (numpy.matrix, getattr(numpy, "recarray", None)):
        return f"numpy.{kind.__name__}", [value.view(numpy.ndarray)]
    random = numpy.random
    if kind is random.Generator:
        bits = value.bit_generator
        return "numpy.Generator", [type(bits).__name__, bits.state]
    if kind is random.RandomState:
        return "numpy.RandomState", [value.get_state(legacy=False)]
    return None


def _fields(fields: list[Any], ndim: int) -> list[Any]:
    return [(name, array.dtype, array.shape[ndim:]) for name, array in fields]


def _structured(numpy: Any, shape: list[int], fields: list[Any]) -> Any:
    array = numpy.empty(shape, dtype=_fields(fields, len(shape)))
    for name, values in fields:
        array[name] = values
    return array


def _generator(numpy: Any, bits: str, state: Any) -> Any:
    source = getattr(numpy.random, bits)()
    source.state = state
    return numpy.random.Generator(source)


def _random_state(numpy: Any, state: Any) -> Any:
    found = numpy.random.RandomState()
    found.set_state(state)
    return found


def _pandas(value: Any, kind: type, pandas: Any) -> Recipe | None:
    if value is pandas.NaT or value is pandas.NA:
        return f"pandas.{value!r}".replace("<", "").replace(">", ""), []
    if kind is pandas.Timestamp:
        moment = value.tz_localize(None) if value.tz is None else value.tz_convert(None)
        zone = None if value.tz is None else _zone(pandas, value.tz)
        return "pandas.Timestamp", [moment.to_datetime64(), zone]
    if kind is pandas.Timedelta:
        return "pandas.Timedelta", [value.to_timedelta64()]
    if kind is pandas.Period:
        return "pandas.Period", [value.ordinal, value.freqstr]
    if kind is pandas.Interval:
        return "pandas.Interval", [value.left, value.right, value.closed]
    if kind is pandas.DataFrame:
        columns = [_column(pandas, value.iloc[:, at]) for at in range(value.shape[1])]
        return "pandas.DataFrame", [value.index, value.columns, columns, value.attrs]
    if kind is pandas.Series:
        column = _column(pandas, value)
        return "pandas.Series", [value.index, value.name, column, value.attrs]
    if kind is pandas.RangeIndex:
        return "pandas.RangeIndex", [value.start, value.stop, value.step, value.name]
    if kind is pandas.MultiIndex:
        codes = [numpy_of(part) for part in value.codes]
        return "pandas.MultiIndex", [list(value.levels), codes, list(value.names)]
    if issubclass(kind, pandas.Index) and kind.__name__ in INDEXES:
        frequency = getattr(value, "freqstr", None) if kind.__name__ in WITH_STEP else None
        return "pandas.Index", [_column(pandas, value), value.name, frequency]
    return None


INDEXES = ("Index", "DatetimeIndex", "TimedeltaIndex", "PeriodIndex", "CategoricalIndex",
           "IntervalIndex")  # fmt: skip
WITH_STEP = ("DatetimeIndex", "TimedeltaIndex")


def numpy_of(values: Any) -> Any:
    """As a plain array."""
    return importlib.import_module("numpy").asarray(values)


def _column(pandas: Any, values: Any) -> list[Any]:
    """Content of a Series or an Index: how it is kept, then what it holds."""
    dtype = values.dtype
    if isinstance(dtype, importlib.import_module("numpy").dtype):
        return ["plain", values.to_numpy()]
    if isinstance(dtype, pandas.CategoricalDtype):
        column = pandas.Categorical(values)
        return ["category", numpy_of(column.codes), column.categories, bool(column.ordered)]
    if pandas.api.types.pandas_dtype(str(dtype)) != dtype:
        raise CannotEncode(f"a column of {dtype}")
    if isinstance(dtype, pandas.DatetimeTZDtype):
        plain = pandas.DatetimeIndex(values).tz_convert(None).to_numpy()
        return ["zoned", plain, _zone(pandas, dtype.tz)]
    return ["listed", list(values.astype(object)), str(dtype)]


def _zone(pandas: Any, zone: Any) -> str:
    """Name of a time zone that leads back to it."""
    name = str(zone)
    if pandas.Timestamp(0, tz=name).tz != zone:
        raise CannotEncode(f"the time zone {name}")
    return name


def _kept(pandas: Any, how: str, content: Any, *rest: Any) -> Any:
    """The array of a column."""
    if how == "plain":
        return content
    if how == "category":
        return pandas.Categorical.from_codes(content, categories=rest[0], ordered=rest[1])
    if how == "zoned":
        return pandas.DatetimeIndex(content).tz_localize("UTC").tz_convert(rest[0]).array
    return pandas.array(content, dtype=rest[0])


def _timestamp(pandas: Any, moment: Any, zone: str | None) -> Any:
    found = pandas.Timestamp(moment)
    return found if zone is None else found.tz_localize("UTC").tz_convert(zone)


def _frame(pandas: Any, index: Any, columns: Any, kept: list[Any], notes: Any) -> Any:
    parts = [_kept(pandas, *column) for column in kept]
    series = {at: pandas.Series(p, index=index, dtype=p.dtype) for at, p in enumerate(parts)}
    found = pandas.DataFrame(series, index=index)
    found.columns = columns
    found.attrs.update(notes)
    return found


def _series(pandas: Any, index: Any, name: Any, kept: list[Any], notes: Any) -> Any:
    part = _kept(pandas, *kept)
    found = pandas.Series(part, index=index, dtype=part.dtype, name=name)
    found.attrs.update(notes)
    return found


def _index(pandas: Any, kept: list[Any], name: Any, frequency: str | None) -> Any:
    part = _kept(pandas, *kept)
    found = pandas.Index(part, dtype=part.dtype, name=name)
    if frequency is not None:
        found.freq = frequency
    return found


def _torch(value: Any, kind: type, torch: Any) -> Recipe | None:
    if kind is torch.dtype:
        return "torch.dtype", [str(value).partition(".")[2]]
    if kind is torch.device:
        return "torch.device", [str(value)]
    if kind is torch.Size:
        return "torch.Size", [list(value)]
    if kind not in (torch.Tensor, torch.nn.Parameter):
        return None
    if value.device.type != "cpu" or value.layout != torch.strided or value.is_quantized:
        raise CannotEncode(f"a tensor that is {value.layout} on {value.device}")
    if value.grad_fn is not None:
        raise CannotEncode("a tensor in the middle of a gradient")
    plain = value.detach()
    is_short = plain.dtype == torch.bfloat16  # numpy has none
    content = (plain.contiguous().view(torch.int16) if is_short else plain).numpy()
    is_parameter = kind is torch.nn.Parameter
    return "torch.Tensor", [content, is_short, value.requires_grad, is_parameter, value.grad]


def _tensor(
    torch: Any, content: Any, is_short: bool, has_gradient: bool, is_parameter: bool, grad: Any
) -> Any:
    found = torch.from_numpy(content)
    found = found.view(torch.bfloat16) if is_short else found
    if is_parameter:
        found = torch.nn.Parameter(found, requires_grad=has_gradient)
    elif has_gradient:
        found.requires_grad_()
    found.grad = grad
    return found


LIBRARIES: dict[str, Any] = {"numpy": _numpy, "pandas": _pandas, "torch": _torch}
MAKERS: dict[str, Any] = {
    "numpy.masked": lambda n, data, mask, fill: n.ma.MaskedArray(data, mask=mask, fill_value=fill),
    "numpy.structured": _structured,
    "numpy.matrix": lambda n, content: content.view(n.matrix),
    "numpy.recarray": lambda n, content: content.view(n.recarray),
    "numpy.Generator": _generator,
    "numpy.RandomState": _random_state,
    "pandas.NaT": lambda p: p.NaT,
    "pandas.NA": lambda p: p.NA,
    "pandas.Timestamp": _timestamp,
    "pandas.Timedelta": lambda p, span: p.Timedelta(span),
    "pandas.Period": lambda p, ordinal, step: p.Period(ordinal=ordinal, freq=step),
    "pandas.Interval": lambda p, left, right, closed: p.Interval(left, right, closed),
    "pandas.DataFrame": _frame,
    "pandas.Series": _series,
    "pandas.RangeIndex": lambda p, *words: p.RangeIndex(*words[:3], name=words[3]),
    "pandas.MultiIndex": lambda p, levels, codes, names: p.MultiIndex(levels, codes, names=names),
    "pandas.Index": _index,
    "torch.dtype": lambda t, name: getattr(t, name),
    "torch.device": lambda t, name: t.device(name),
    "torch.Size": lambda t, sizes: t.Size(sizes),
    "torch.Tensor": _tensor,
}
