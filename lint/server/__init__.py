"""`dlint server`: dlint in an editor, by the Language Server Protocol. One feature a module."""
