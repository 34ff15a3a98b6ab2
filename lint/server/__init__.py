"""`dlint server`: dlint in editors, over the Language Server Protocol."""
