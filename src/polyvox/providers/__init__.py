"""The providers that come along, each behind its entry point."""

import os

# ONNX Runtime, which comes with piper-tts, tells Microsoft of its use (since 1.29) unless it finds
# this when it is loaded. Whoever runs Polyvox may set it to 0.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
