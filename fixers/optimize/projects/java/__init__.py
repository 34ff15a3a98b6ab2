"""What a stage split knows about projects in Java: the commands that build them, their archives, what an image starts."""
