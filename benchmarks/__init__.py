"""Benchmarks: commands that print ratios measured in one run (`make bench`); never tests."""
