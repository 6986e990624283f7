"""The practice bank: a process of its own that speaks the Sips Office JSON interface, somebody else's computer.

It imports nothing of the application and keeps its own store. What it does, what its amounts mean and what is not
verified against the live platform: `docs/practice-bank.md`.
"""
