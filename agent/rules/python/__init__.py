"""Rules on Python source, one file a family, rewritten with LibCST."""
