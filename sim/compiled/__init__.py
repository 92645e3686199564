"""Draws and measures in machine code: the same numbers as their readable twins."""
