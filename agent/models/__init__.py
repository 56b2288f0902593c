"""Models: rules, openai, anthropic, scripted, replay, and their wrappers."""
