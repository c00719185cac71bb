"""Cloudflare's own program, pinned and driven: its installation, its runs, its configuration and its failures."""
