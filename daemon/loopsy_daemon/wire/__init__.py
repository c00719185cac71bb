"""The wire protocol: pure values and state machines, no input or output."""
