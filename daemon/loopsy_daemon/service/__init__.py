"""The daemon process: composition root, local socket, session server."""
