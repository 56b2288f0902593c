"""What stops a value on its way through plain data."""


class CannotEncode(Exception):
    """A value that cannot travel; the text names it."""


class CannotDecode(Exception):
    """Data that this version of the target cannot rebuild; the text says why."""
