"""The rewrites of `dlint optimize`."""
