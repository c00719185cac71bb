"""The dashboard: the app on this machine itself, served on loopback to whoever brings a one-time login link."""
