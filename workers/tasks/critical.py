"""Jobs about money and confirmations."""
