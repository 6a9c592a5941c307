"""Recordings from other people's servers: only from hosts that the operator names, and only from
public addresses."""
