"""Providers that fail on purpose. They come in through the same door as any other plugin."""
