"""Provision, update, inspect and remove a relay."""
