"""Text made ready for speech: cleaned, then cut into segments. Pure functions, no I/O."""
