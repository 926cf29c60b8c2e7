"""Proofs that can fail: the whole of Headgate against independent replays."""
