"""What a change of spec, contract or transform will do, said before anything runs."""
