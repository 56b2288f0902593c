"""Pure metrics, one file each, named as in the literature."""
