"""The Loopsy daemon and its command line."""

__version__ = "2.0.0.dev0"
