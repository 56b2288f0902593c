"""A small shop's bookkeeping."""
