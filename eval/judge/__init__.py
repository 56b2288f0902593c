"""The judge: one file a step, and cascade.py that reads like DESIGN section 3."""
