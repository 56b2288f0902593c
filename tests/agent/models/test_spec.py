from __future__ import annotations

import subprocess
import sys

import pytest

from speedwright.agent.models.replay import ReplayModel
from speedwright.agent.models.scripted import ScriptedModel
from speedwright.agent.models.spec import ModelSpec, create_model, parse_spec
from speedwright.errors import ConfigError, KeyMissing, UnknownName, UsageError

KEY = "sk-test-0123456789abcdefghij"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rules", ModelSpec(provider="rules")),
        ("openai:gpt-x", ModelSpec(provider="openai", name="gpt-x")),
        ("openai:ft:gpt-x:me:1", ModelSpec(provider="openai", name="ft:gpt-x:me:1")),
        (
            "openai@http://localhost:8000/v1:llama3:8b",
            ModelSpec(provider="openai", at="http://localhost:8000/v1", name="llama3:8b"),
        ),
        (
            "openai@http://localhost:8000:org/name",
            ModelSpec(provider="openai", at="http://localhost:8000", name="org/name"),
        ),
        (
            "anthropic@https://[::1]:9/a/b:c",
            ModelSpec(provider="anthropic", at="https://[::1]:9/a/b", name="c"),
        ),
        ("openai@http://host:phi", ModelSpec(provider="openai", at="http://host", name="phi")),
        ("replay:a/b.jsonl", ModelSpec(provider="replay", name="a/b.jsonl")),
        ("replay@lenient:c.jsonl", ModelSpec(provider="replay", at="lenient", name="c.jsonl")),
        ("scripted:/x y/s.json", ModelSpec(provider="scripted", name="/x y/s.json")),
    ],
)
def test_specs_are_taken_apart_and_written_back(text, expected):
    assert parse_spec(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no model spec"),
        ("openai", "needs a name"),
        ("openai:", "needs a name"),
        ("anthropic: ", "needs a name"),
        ("openai@http://localhost:8000", "name after it is missing"),
        ("openai@http://localhost:8000/v1", "name after it is missing"),
        ("openai@localhost:8000:x", "must begin with http"),
        ("openai@ftp://host:x", "address is wrong"),
        ("gpt-5", "did you mean `openai:gpt-5`"),
        ("claude-x-1", "did you mean `anthropic:claude-x-1`"),
        ("rules:fast", "takes no name"),
        ("replay@fast:c.jsonl", "no replay mode `fast`"),
    ],
)
def test_bad_specs_are_usage_errors_with_an_example(text, words):
    with pytest.raises(UsageError) as caught:
        create_model(text, environ={"OPENAI_API_KEY": KEY})
    assert words in str(caught.value)
    assert "`replay" in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_key_in_a_spec_is_refused_and_not_shown():
    with pytest.raises(UsageError) as caught:
        create_model("openai@http://me:hunter2secret@host/v1:x", environ={})
    assert "hunter2secret" not in str(caught.value)


def test_unknown_provider_lists_the_known_ones():
    with pytest.raises(UnknownName, match="did you mean `openai`"):
        create_model("opena:x", environ={})


@pytest.mark.parametrize(
    ("spec", "variable"), [("openai:x", "OPENAI_API_KEY"), ("anthropic:x", "ANTHROPIC_API_KEY")]
)
def test_no_key_names_the_variable(spec, variable):
    with pytest.raises(KeyMissing, match=variable) as caught:
        create_model(spec, environ={})
    assert caught.value.exit_code == 3
    assert "rules" in caught.value.hint


def test_the_working_directory_s_dotenv_is_not_read(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text(f"OPENAI_API_KEY={KEY}\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeyMissing):
        create_model("openai:x")


def test_a_local_server_needs_no_key(model_servers, ask):
    with model_servers.OpenAIServer([{"text": "hi"}]) as server:
        model = create_model(f"openai@{server.url}:x", environ={})
        assert model.complete(ask()).message.text == "hi"
        assert server.requests[0].headers["authorization"] == "Bearer no-key"
    assert model.spec == f"openai@{server.url}:x"


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_the_user_s_key_does_not_go_where_a_spec_points(provider, model_servers, ask, monkeypatch):
    """A spec may stand in a settings file of the target, which nobody has to trust."""
    kind = model_servers.OpenAIServer if provider == "openai" else model_servers.AnthropicServer
    variable = f"{provider.upper()}_API_KEY"
    monkeypatch.setenv(variable, KEY)
    monkeypatch.setenv(f"{provider.upper()}_CUSTOM_HEADERS", "X-Gate: gate-token-1\nX-B: other-2")
    with kind([{"text": "hi"}, {"status": 401}]) as server:
        model = create_model(f"{provider}@{server.url}:x")
        model.complete(ask())
        sent = str(server.requests[0].headers) + server.requests[0].raw
        assert KEY not in sent and "gate-token-1" not in sent and "other-2" not in sent
        with pytest.raises(KeyMissing, match=f"{provider.upper()}_BASE_URL"):
            model.complete(ask())


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_the_user_s_own_base_url_gets_key_and_headers(provider, model_servers, ask, monkeypatch):
    kind = model_servers.OpenAIServer if provider == "openai" else model_servers.AnthropicServer
    monkeypatch.setenv(f"{provider.upper()}_API_KEY", KEY)
    monkeypatch.setenv(f"{provider.upper()}_CUSTOM_HEADERS", "X-Gate: gate-token-1")
    with kind([{"text": "hi"}]) as server:
        monkeypatch.setenv(f"{provider.upper()}_BASE_URL", server.url)
        create_model(f"{provider}:x").complete(ask())
        assert KEY in server.requests[0].headers["authorization"]
        assert server.requests[0].headers["x-gate"] == "gate-token-1"


def test_a_broken_base_url_is_a_settings_error():
    environ = {"OPENAI_BASE_URL": "localhost:80:90", "OPENAI_API_KEY": KEY}
    with pytest.raises(ConfigError, match="OPENAI_BASE_URL"):
        create_model("openai:x", environ=environ)


def test_files_and_classes(tmp_path):
    script = tmp_path / "script.json"
    script.write_text('{"schema_version": 1, "replies": []}')
    assert isinstance(create_model(f"scripted:{script}"), ScriptedModel)
    cassette = tmp_path / "c.jsonl"
    cassette.write_text("")
    assert isinstance(create_model(f"replay:{cassette}"), ReplayModel)
    model = create_model("speedwright.agent.models.rules:RulesModel")
    assert model.spec == "rules"


def test_making_a_model_imports_no_sdk():
    code = (
        "import sys\n"
        "from speedwright.agent.models import create_model\n"
        "create_model('openai@http://localhost:1/v1:x')\n"
        "create_model('rules')\n"
        "print([m for m in ('openai', 'anthropic', 'httpx2') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
