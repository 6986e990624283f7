"""Plug-ins of e-gestion: each registers things with the core and imports no other plug-in."""
