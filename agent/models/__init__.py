"""Models: rules, openai, anthropic, scripted, replay, and their wrappers."""

from speedwright.agent.models.spec import ModelSpec, create_model, parse_spec
from speedwright.agent.models.wrap import wrap

__all__ = ["ModelSpec", "create_model", "parse_spec", "wrap"]
