"""The catalogue of performance rewrites: `catalogue()` lists every rule."""
