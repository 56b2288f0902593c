import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from speedwright.profiler.callgraph import GraphNode, expanded


def graph(own: list[float], calls: dict[tuple[int, int], float]) -> dict[int, GraphNode]:
    """Nodes whose one place is the frame of their own number."""
    nodes = {number: GraphNode() for number in range(len(own))}
    for number, weight in enumerate(own):
        nodes[number].own[(number,)] = weight
    for (caller, callee), weight in calls.items():
        nodes[caller].calls[((caller,), callee)] = weight
    return nodes


def test_chain_is_exact() -> None:
    stacks = expanded(graph([1.0, 2.0, 7.0], {(0, 1): 9.0, (1, 2): 7.0}))
    assert stacks == pytest.approx({(0,): 1.0, (0, 1): 2.0, (0, 1, 2): 7.0})


def test_shared_callee_is_split_by_what_the_calls_cost() -> None:
    stacks = expanded(graph([0, 0, 0, 8.0], {(0, 1): 2.0, (0, 2): 6.0, (1, 3): 2.0, (2, 3): 6.0}))
    assert stacks == pytest.approx({(0, 1, 3): 2.0, (0, 2, 3): 6.0})


def test_direct_recursion_ends() -> None:
    stacks = expanded(graph([1.0, 5.0], {(0, 1): 5.0, (1, 1): 40.0}))
    assert stacks == pytest.approx({(0,): 1.0, (0, 1): 5.0})


def test_indirect_recursion_keeps_own_weights() -> None:
    calls = {(0, 1): 10.0, (1, 2): 9.0, (2, 1): 7.0}
    stacks = expanded(graph([0.0, 6.0, 4.0], calls))
    for number, own in ((1, 6.0), (2, 4.0)):
        assert sum(w for stack, w in stacks.items() if stack[-1] == number) == pytest.approx(own)


def test_nothing_counted() -> None:
    assert expanded({}) == {}
    assert expanded(graph([0.0], {})) == {}


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=6),
    st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 5)), st.floats(0, 1e6)),
)
@example([1e-10, 5e-324], {(0, 1): 1.0})  # the quotient of the call and its callee overflows
@example([5e-324, 1e-10, 1e-310], {(0, 2): 1e6, (2, 0): 1e6})
def test_own_weights_are_kept_whatever_the_calls_claim(
    own: list[float], calls: dict[tuple[int, int], float]
) -> None:
    known = {ends: weight for ends, weight in calls.items() if max(ends) < len(own)}
    stacks = expanded(graph(own, known))
    for number, weight in enumerate(own):
        found = sum(w for stack, w in stacks.items() if stack[-1] == number)
        assert found == pytest.approx(weight, rel=1e-6, abs=1e-6)
