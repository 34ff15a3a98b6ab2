"""Errors that BuildKit reports: in the syntax, and when it evaluates the file."""
