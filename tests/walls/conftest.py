"""One application and one world for the whole package: its tests look, and what they change they say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app import create_app
from app.database import Walls
from app.extensions import db, limiter
from config import Settings
from tests.house_fixtures import empty
from tests.walls.world import World, build


@pytest.fixture(scope="package")
def app(servers: Settings, written_tables: tuple[str, ...]) -> Iterator[Flask]:
    """The application with every plug-in, errors answered as people get them."""
    application = create_app(servers)
    limiter.enabled = False
    empty(servers, written_tables)
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()
    empty(servers, written_tables)


@pytest.fixture(scope="package")
def world(app: Flask) -> World:
    """Two merchants, everybody, one row of everything."""
    return build(app)


@pytest.fixture(scope="module")
def world_made_anew(app: Flask, world: World, servers: Settings, written_tables: tuple[str, ...]) -> Iterator[None]:
    """Behind the module's tests the world is as `build` makes it, whatever their requests did to it."""
    yield
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    empty(servers, written_tables)
    vars(world).update(vars(build(app)))


@pytest.fixture
def without_csrf(app: Flask) -> Iterator[None]:
    """Forms are taken without their token, to reach what lies behind it."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture(params=["both walls", "row security alone"])
def walls(request: pytest.FixtureRequest) -> Iterator[str]:
    """The first wall stands, or is taken down."""
    Walls.orm = request.param == "both walls"
    yield request.param
    Walls.orm = True
