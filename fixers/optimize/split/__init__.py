"""The split of a stage: the plan of the two stages, and the text and the explanation made from it."""
