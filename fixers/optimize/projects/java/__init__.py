"""Projects in Java: the commands that build them, their archives, users and packages, and what an image starts."""
