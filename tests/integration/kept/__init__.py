"""What callers see, kept as files in tests/data/api, so that nothing of it changes unnoticed."""
