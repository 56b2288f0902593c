"""The suites: ENAMEL and PIE so far."""
