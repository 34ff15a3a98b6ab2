"""Rules about copied files and ignore comments."""
