"""Rules about what a shell does, and what is lost without one."""
