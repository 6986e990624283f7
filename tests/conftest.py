"""Fixtures every test may ask for."""

from tests.house_fixtures import clean, command, environment, free_port, servers, written_tables

__all__ = ["clean", "command", "environment", "free_port", "servers", "written_tables"]
