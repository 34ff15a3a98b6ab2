"""The features of the language server, one module each."""
