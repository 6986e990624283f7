"""The counter and the action forms: the real desk, the real database, the practice bank as a process of its own."""
