"""Rules on C++ source, one file a family."""
