"""Settings: command line > `SPEEDWRIGHT_*` > the target's settings file > defaults."""

from speedwright.config.load import LoadedSettings, load_settings
from speedwright.config.settings import Settings

__all__ = ["LoadedSettings", "Settings", "load_settings"]
