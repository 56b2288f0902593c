"""PIE: make a C++ program faster that reads standard input and writes standard output."""
