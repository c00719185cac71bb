"""Sessions: programs on PTYs, their screens and their viewers."""
