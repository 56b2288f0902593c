"""The suites: ENAMEL, PIE, KernelBench-style, SWE-fficiency (not built yet)."""
