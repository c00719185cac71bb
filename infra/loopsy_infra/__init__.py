"""The Pulumi program that owns what surrounds the relay."""
