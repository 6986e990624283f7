"""Plug-ins as a third party writes them."""
