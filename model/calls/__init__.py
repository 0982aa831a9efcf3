"""Scripted calls with known truth, played through the product's own listener and scored: `make evaluate-calls`."""
