"""Machines on one network: identity, pairing, discovery, and commands on a peer."""
