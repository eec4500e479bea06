"""Tests of what sets a checkout up and runs its tests."""
