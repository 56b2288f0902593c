"""What a workload file says of its inputs, and what a proposer sees of that."""

from __future__ import annotations

import pytest

from speedwright.errors import UsageError
from speedwright.eval.inputs import HoldoutKind, as_shown, read_inputs
from speedwright.profiler import FunctionWorkload, Inputs
from speedwright.profiler.workload import FRESH_SEEDS, SEARCH_SEEDS, with_fresh_seeds

SETUP = "def setup({}):\n    pass\n\n\ndef workload():\n    return 1\n"


def held(text: str) -> list[tuple[str, int | None, tuple[int, ...]]]:
    found = read_inputs(text, "w.py").held_out
    return [(h.kind.value, h.inputs.size, h.inputs.seeds) for h in found]


@pytest.mark.parametrize(
    ("sizes", "measured", "others"),
    [
        ("(10,)", 10, []),
        ("(10, 40)", 40, [10]),
        ("[160, 10, 40]", 40, [10, 160]),
        ("(10, 40, 160, 640)", 160, [10, 40, 640]),
    ],
)
def test_a_large_size_is_measured_and_the_others_are_held_out(
    sizes: str, measured: int, others: list[int]
) -> None:
    text = f"SIZES = {sizes}\n" + SETUP.format("size")
    assert read_inputs(text, "w.py").measured == Inputs(size=measured)
    assert [size for _, size, _ in held(text)] == others


def test_seeds_are_varied_and_a_claim_has_others_than_the_search() -> None:
    workload = FunctionWorkload(
        file="w.py", inputs=read_inputs(SETUP.format("seed, *, size=3"), "w.py").measured
    )
    assert workload.inputs == Inputs(takes_seed=True), "a size with a default is left alone"
    fresh = with_fresh_seeds(workload)
    assert isinstance(fresh, FunctionWorkload)
    numbers = [1, 2, 7, 2**32 - 2]
    assert all(workload.inputs.seed(n) in SEARCH_SEEDS for n in numbers)
    assert all(fresh.inputs.seed(n) in FRESH_SEEDS for n in numbers)
    assert len({workload.words(n) for n in numbers}) == len(numbers)
    assert len({len(word) for n in numbers for word in workload.words(n)}) == 1


def test_the_last_third_of_listed_seeds_is_held_out() -> None:
    text = "SEEDS = (1, 2, 3, 4, 5, 6)\nSIZES = (5, 9)\n" + SETUP.format("size, seed")
    assert read_inputs(text, "w.py").measured.seeds == (1, 2, 3, 4)
    assert held(text) == [("size", 5, (5, 6)), ("seeds", 9, (5, 6))]
    assert held("SEEDS = [4]\n" + SETUP.format("seed")) == []


@pytest.mark.parametrize("text", ["", "x = (", SETUP.format(""), SETUP.format("height=5, width=6")])
def test_files_of_old_are_run_as_ever(text: str) -> None:
    assert FunctionWorkload(file="w.py", inputs=read_inputs(text, "w.py").measured).words(3) == ()


def test_the_names_mean_nothing_without_the_parameter() -> None:
    text = "SIZES = {'a': 1}\nSEEDS = None\n" + SETUP.format("")
    assert read_inputs(text, "w.py").held_out == ()


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ("", "takes a size, and the file names none"),
        ("SIZES = (1, 1)\n", "different whole numbers"),
        ("SIZES = (0, 1)\n", "from 1 up"),
        ("SIZES = (10**3, 2)\n", "write them out"),
        ("SIZES = ('1', '2')\n", "whole numbers"),
        ("SIZES = (True, 2)\n", "whole numbers"),
        ("SIZES = ()\n", "whole numbers"),
        ("SIZES = 5\n", "whole numbers"),
        ("SIZES = (" + "1" * 300 + ", 2)\n", "whole numbers"),
        ("SIZES = " + "(" * 150 + ")" * 150 + "\n", "whole numbers"),
    ],
)
def test_what_makes_no_sense_is_an_error_with_a_hint(sizes: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_inputs(sizes + SETUP.format("size"), "w.py")
    assert said in str(caught.value)


def test_a_proposer_sees_the_measured_size_only_and_as_many_lines() -> None:
    text = (
        "import x\nSIZES: tuple[int, ...] = (\n    10,\n    40,\n    160,\n)\nSEEDS = (1, 2, 3)\n"
    )
    text += SETUP.format("size, seed")
    other = as_shown(text, "w.py")
    assert other.splitlines()[1] == "SIZES = (40,)" and "SEEDS = (1, 2)\n" in other
    assert "160" not in other and "3" not in other
    assert len(other.splitlines()) == len(text.splitlines())
    assert other.endswith(SETUP.format("size, seed"))
    plain = SETUP.format("")
    assert as_shown(plain, "w.py") == plain


def test_kinds_are_words() -> None:
    assert [k.value for k in HoldoutKind] == ["named", "size", "seeds"]
