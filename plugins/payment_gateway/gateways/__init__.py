"""Gateways: one adapter a file, and what they share.

The practice bank, a process of its own, imports `gateways.seal`: importing this package must load nothing else.
"""
