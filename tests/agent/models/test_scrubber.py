from __future__ import annotations

import pytest

from speedwright.agent.models.scrubber import REDACTED, Scrubber

ENVIRON = {
    "OPENAI_API_KEY": "plainkey9",
    "MY_SERVICE_TOKEN": "a-long-token-of-mine-1",
    "SECRET_KEY": "development",
    "HOME": "/home/someone-with-a-long-name",
}


def test_values_of_keys_go_and_other_values_stay():
    text = "plainkey9 a-long-token-of-mine-1 development /home/someone-with-a-long-name"
    assert Scrubber(ENVIRON).text(text) == (
        f"{REDACTED} {REDACTED} development /home/someone-with-a-long-name"
    )


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-abcdefghij0123456789",
        "sk-ant-api03-abcdefghij0123456789",
        "ghp_" + "a1" * 18,
        "github_pat_" + "a1" * 18,
        "hf_" + "a1" * 17,
        "AKIA" + "A1" * 8,
        "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_key_goes(key):
    scrubbed = Scrubber({}).text(f"x = '{key}'")
    assert scrubbed == f"x = '{REDACTED}'"


def test_ordinary_code_stays():
    code = "task-sk-1 = sk-learn; risk-adjusted-returns-and-more = desk-lamp-0123456789abcdef"
    assert Scrubber({}).text(code) == code


def test_scrubbing_twice_changes_nothing():
    scrubber = Scrubber({"A_TOKEN": "redacted redacted x"})
    once = scrubber.text("key sk-abcdefghij0123456789 Bearer abcdefghijklmnopqrstuvwxyz")
    assert "abcdefghij" not in once
    assert scrubber.text(once) == once


def test_data_is_scrubbed_everywhere():
    data = {"plainkey9": [1, None, ("plainkey9", {"a": "b plainkey9"})]}
    assert Scrubber(ENVIRON).data(data) == {REDACTED: [1, None, [REDACTED, {"a": f"b {REDACTED}"}]]}


def test_repr_shows_no_value():
    assert "plainkey9" not in repr(Scrubber(ENVIRON))
