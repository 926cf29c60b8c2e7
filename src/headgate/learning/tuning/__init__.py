"""A search for a better recipe within a budget: what is drawn, trial by trial, on folds in order of time."""
