"""The engine, the command line and the output formats."""
