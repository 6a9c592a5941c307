"""The cloud services on loopback, written from their documented contracts, with real speech inside."""
