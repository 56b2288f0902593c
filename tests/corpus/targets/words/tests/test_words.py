import subprocess
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent.parent / "words"


def run(text, *arguments):
    return subprocess.run(
        [str(PROGRAM), *arguments], input=text, capture_output=True, text=True, timeout=20
    )


def test_counts():
    lines = run("Tea for two, two for tea. Anna\n").stdout.splitlines()
    assert lines[:4] == ["     2 for", "     2 tea", "     2 two", "     1 anna"]
    assert lines[4] == "mirror anna"


def test_order_and_spread():
    lines = run("ab cd ef").stdout.splitlines()
    assert lines[-2:] == ["ordered 2", "spread 2"]


def test_made_text():
    assert run("", "50", "3").stdout.count("\n") == 13
