"""Recordings of sessions: files in the format of asciinema, version 3."""
