"""The parts of bench/fuzz.py: the grammar, the repositories made from it, the steps that are run, shrinking."""
