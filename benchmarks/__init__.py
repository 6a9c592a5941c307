"""What Polyvox costs and gains, measured side by side; see docs/benchmarks.md."""
