"""Reports as text for people; each takes the document that `--json` prints."""
