"""Learning: from the examples of a pinned version to a candidate and the figures that judge it."""
