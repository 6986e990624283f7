"""What may happen to a transaction, and nothing else: standard library only."""
