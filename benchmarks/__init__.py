"""Measurements: what the real data take, and ratios beside other ways in the same run."""
