"""Plain-Python replays of landing files, to compare the real tables with. No Spark, no headgate."""
