"""A small Flask-AppBuilder application on SQLite with every kind of page: only the look is tried here.

`python -m tests.web_look.sample_app PORT` serves it; user `vera`, password `practice-1234`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import AppBuilder, BaseView, Model, ModelView, expose, has_access
from flask_appbuilder.actions import action
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from jinja2 import FileSystemLoader
from sqlalchemy import Boolean, Date, DateTime, ForeignKey, Integer, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

import app as product
from app.plugin import load_plugins
from app.web.look import init_look

PASSWORD = "practice-1234"
STATES = ["TO_CAPTURE", "CAPTURED", "PENDING", "REFUSED", "TO_CHALLENGE", "CREDITED", "CANCELLED", "TO_VALIDATE"]


class Shop(Model):
    __tablename__ = "sample_shop"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    note: Mapped[str | None] = mapped_column(Text)
    opened: Mapped[date | None] = mapped_column(Date)
    active: Mapped[bool] = mapped_column(Boolean, default=True)

    def __repr__(self) -> str:
        return self.name


class Sale(Model):
    __tablename__ = "sample_sale"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    reference: Mapped[str] = mapped_column(String(20))
    order_number: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(DateTime)
    state: Mapped[str] = mapped_column(String(20))
    brand: Mapped[str] = mapped_column(String(12))
    card: Mapped[str] = mapped_column(String(24))
    amount: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    capture_date: Mapped[date | None] = mapped_column(Date)
    shop_id: Mapped[int] = mapped_column(ForeignKey("sample_shop.id"))
    shop: Mapped[Shop] = relationship(Shop)

    @property
    def taken(self) -> datetime:
        return self.created_at.replace(tzinfo=UTC)

    def __repr__(self) -> str:
        return self.reference


class SaleView(ModelView):
    datamodel = SQLAInterface(Sale)
    route_base = "/sales"
    list_title, show_title = _l("Transactions"), _l("Transaction")
    list_intro = _l("Every card order of your merchants, newest first.")
    list_columns = [
        "reference",
        "taken",
        "order_number",
        "state",
        "brand",
        "card",
        "amount",
        "currency",
        "capture_date",
    ]
    show_columns = [*list_columns, "shop"]
    order_columns = ["reference", "order_number", "state", "brand", "amount"]
    column_kinds = {"reference": "code", "card": "code", "amount": "amount", "state": "state"}
    hidden_columns = ["currency"]
    base_permissions = ["can_list", "can_show"]
    base_order = ("id", "desc")
    row_actions = ["remit"]
    label_columns = {
        "reference": _l("Reference"),
        "taken": _l("Taken"),
        "order_number": _l("Order number"),
        "state": _l("State"),
        "brand": _l("Brand"),
        "card": _l("Card"),
        "amount": _l("Amount"),
        "currency": _l("Currency"),
        "capture_date": _l("Remittance on"),
        "shop": _l("Merchant"),
    }

    @action("remit", "Remit now", icon="")
    def remit(self, items: Any) -> ResponseReturnValue:
        flash(f"Remitted: {items}", "success")
        return redirect("/sales/list/")

    @action("release", "Cancel", confirmation="Cancel what is selected? The bank releases the amounts.")
    def release(self, items: Any) -> ResponseReturnValue:
        flash("The bank refused the cancellation.", "danger")
        return redirect("/sales/list/")


class ShopView(ModelView):
    datamodel = SQLAInterface(Shop)
    route_base = "/shops"
    list_title, show_title = _l("Merchants"), _l("Merchant")
    add_title, edit_title = _l("Add a merchant"), _l("Edit a merchant")
    list_columns = ["name", "active", "opened"]
    add_columns = edit_columns = ["name", "active", "opened", "note"]
    label_columns = {"name": _l("Name"), "active": _l("Active"), "opened": _l("Open since"), "note": _l("Note")}
    description_columns = {"name": _l("As printed on the customer's copy.")}
    related_views = [SaleView]


class OrderView(BaseView):
    """A page of our own macros: what the order page will be made of."""

    route_base = "/try"
    default_view = "order"

    @expose("/order", methods=["GET", "POST"])
    @has_access
    def order(self) -> ResponseReturnValue:
        wrong = request.method == "POST"
        return self.render_template("look_order.html", wrong=wrong, title="Order", values=request.form)

    @expose("/empty")
    @has_access
    def empty(self) -> ResponseReturnValue:
        return self.render_template("look_empty.html", title="Empty")

    @expose("/fail/<int:status>")
    def fail(self, status: int) -> ResponseReturnValue:
        if status == 500:
            raise RuntimeError("planted")
        abort(status)


def build(database: str = "sqlite:///:memory:") -> Flask:
    """Build the application with its rows and the user vera."""
    app = Flask("sample", root_path=product.__path__[0])
    app.jinja_loader = _loader()
    app.config.update(
        APP_NAME="VPC e-gestion",
        SECRET_KEY="look",
        SQLALCHEMY_DATABASE_URI=database,
        WTF_CSRF_TIME_LIMIT=None,
        LANGUAGES={"fr": {"name": "Français"}, "en": {"name": "English"}},
        BABEL_DEFAULT_LOCALE="fr",
        FAB_ADD_SECURITY_API=False,
        FAB_API_SWAGGER_UI=False,
        RATELIMIT_ENABLED=False,
        SQLALCHEMY_ENGINE_OPTIONS={"connect_args": {"check_same_thread": False}},
    )
    db = SQLAlchemy(model_class=Model)
    db.init_app(app)
    CSRFProtect(app)
    builder = AppBuilder(base_template="egestion/base.html")
    with app.app_context():
        with _own_tables_only():
            builder.init_app(app, db.session)
            db.create_all()
        builder.add_view(OrderView, "Order", label=_l("New order"), category="Desk", category_label=_l("Desk"))
        builder.add_view(SaleView, "Sales", label=_l("Transactions"), category="Desk")
        builder.add_view(ShopView, "Shops", label=_l("Merchants"), category="House", category_label=_l("House"))
        load_plugins(app, ())  # none: every page says what is missing
        init_look(app)
        builder.add_permissions(update_perms=True)
        _fill(db, builder)
    return app


@contextmanager
def _own_tables_only() -> Iterator[None]:
    """Let Flask-AppBuilder create its tables and the sample's: the product's, on the same metadata, need PostgreSQL."""
    metadata = Model.metadata
    ours = {Sale.__tablename__, Shop.__tablename__}

    def wanted() -> list[Table]:
        return [table for name, table in metadata.tables.items() if name.startswith("ab_") or name in ours]

    everything = metadata.create_all
    metadata.create_all = lambda bind, **_more: everything(bind, tables=wanted())
    try:
        yield
    finally:
        del metadata.create_all


def _loader() -> FileSystemLoader:
    return FileSystemLoader([Path(product.__path__[0]) / "templates", Path(__file__).parent / "templates"])


def _fill(db: SQLAlchemy, builder: AppBuilder) -> None:
    sm = builder.sm
    sm.add_user("vera", "Véra", "Lemaître-Dubois", "vera@practice.example", sm.find_role("Admin"), PASSWORD)
    shops = [Shop(name=name, active=True, opened=date(2025, 8, 1)) for name in ("La Redoute du Fil", "Bottes & Cie")]
    db.session.add_all(shops)
    start = datetime(2026, 11, 24, 7, 2, tzinfo=UTC)
    for n in range(64):
        db.session.add(
            Sale(
                reference=f"7K{n:03d}-Q{(n * 7919) % 9973:04d}",
                order_number=f"A-{1001 + n}",
                state=STATES[n % 8],
                created_at=(start - timedelta(minutes=37 * n)).replace(tzinfo=None),
                brand=["CB", "VISA", "MASTERCARD", "AMEX"][n % 4],
                card=f"4970 10•• •••• {(n * 677) % 10000:04d}",
                amount=(n * n * 913 + 1250) % 4_000_000,
                currency="EUR",
                capture_date=date(2026, 11, 24) + timedelta(days=n % 6),
                shop=shops[n % 2],
            )
        )
    db.session.commit()


if __name__ == "__main__":
    build().run("127.0.0.1", int(sys.argv[1]), threaded=False)
