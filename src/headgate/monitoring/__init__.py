"""How models do on what they were not learned from: labels that came later, and data that drift."""
