"""Pure statistics: samples in, words and intervals out; no clock, no process."""
