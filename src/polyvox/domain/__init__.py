"""Frozen data that every room shares. No I/O, nothing but the standard library, pydantic, langcodes."""
