"""What the software costs, measured side by side with what it is compared to; see docs/benchmarks.md."""
