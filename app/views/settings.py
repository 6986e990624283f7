"""Generated forms for configuration rows: choices limited to the scope, changes audited in their own transaction."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import abort, flash, g, request
from flask_babel import gettext
from sqlalchemy import UniqueConstraint, inspect
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import RelationshipProperty
from wtforms import PasswordField, StringField
from wtforms.fields.core import UnboundField

from ..audit import SETTINGS_CHANGED, record
from ..database import configuring
from ..domain.errors import FieldError, InvalidInput
from ..domain.field_kinds import is_plain
from ..domain.text import N_
from .base import SafeView, answer_422
from .misplaced_cards import misplaced_cards


class SettingsView(SafeView):
    """List, show, add, edit and delete. FAB commits its own session here and nowhere else (architecture.md).

    Drop-downs read their rows through the walls, and what is posted must be one of them.
    """

    audit_kind: ClassVar[str] = SETTINGS_CHANGED

    def check(self, item: Any, form: Any, created: bool) -> None:
        """Override to refuse: raise InvalidInput, whose fields are the form's. Runs before anything is written."""

    def _add(self) -> Any:
        form = self.add_form.refresh()
        if request.method == "POST" and _is_right(form):
            item = self.datamodel.obj()
            if self._store(item, form, created=True):
                return None
        if request.method == "POST":
            answer_422()
        self.update_redirect()
        return self._get_add_widget(form=form)

    def _edit(self, pk: str) -> Any:
        item = self.datamodel.get(pk, self._base_filters)
        if item is None:
            abort(404)
        self.demand_editable(item)
        if request.method == "POST":
            form = self.edit_form.refresh(request.form)
            form._id = self.datamodel.get_pk_value(item)  # FAB's Unique leaves this row out
            if _is_right(form) and self._store(item, form, created=False):
                return None
            answer_422()
        else:
            form = self.edit_form.refresh(obj=item)
            self.prefill_form(form, pk)
        self.update_redirect()
        return self._get_edit_widget(form=form)

    def tells_of_cards(self, method: str) -> frozenset[str]:
        """Return the fields beside which this form says that they held a card number."""
        form = {"add": self.add_form, "edit": self.edit_form}.get(method)
        return frozenset(name for name in dir(form) if isinstance(getattr(form, name), UnboundField))

    def demand_editable(self, item: Any) -> None:
        """Override to refuse the edit form of one row by aborting."""

    def _store(self, item: Any, form: Any, created: bool) -> bool:
        """Write the row and its audit entry in one transaction; False with the reason beside the form."""
        session = self.datamodel.session
        try:
            with configuring(session):
                _demand_plain(form)
                with session.no_autoflush:  # what was typed is not yet what is stored
                    form.populate_obj(item)
                    self._fill_keys(item)
                    self.check(item, form, created)
                if created:
                    session.add(item)
                changes = changes_of(item)
                session.flush()
                self.written(session, item, created, changes)
        except InvalidInput as refusal:
            _show(form, refusal)
            return False
        except (IntegrityError, DataError) as error:
            self._refuse(form, error)
            return False
        flash(self.add_row_message if created else self.edit_row_message, "success")
        return True

    def _refuse(self, form: Any, error: DBAPIError) -> None:
        """Say beside its field that a value is taken, where the constraint's columns tell which; else above the form."""
        name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        fields = [field for column in unique_columns(self.datamodel.obj, name) if (field := field_of(column)) in form]
        if fields:
            _show(form, InvalidInput.of(fields[-1], "in_use", N_("In use already.")))
        else:
            flash(gettext("Not saved: a value is in use already, or not possible."), "danger")

    def written(self, session: Any, item: Any, created: bool, changes: dict[str, Any]) -> None:
        """Write what goes with the change, in its transaction: here the audit entry."""
        self.tell(session, item, "added" if created else "changed", changes)

    def tell(self, session: Any, item: Any, what: str, changes: dict[str, Any] | None = None) -> None:
        """Write the audit entry of this row; its merchant's auditor sees it."""
        table, key = item.__tablename__, self.datamodel.get_pk_value(item)
        merchant = item.id if table == "merchant" else getattr(item, "merchant_id", None)
        record(session, g.actor, self.audit_kind, f"{table} {key} {what}", merchant_id=merchant, data=changes)

    def _delete(self, pk: str) -> None:
        item = self.datamodel.get(pk, self._base_filters)
        if item is None:
            abort(404)
        session = self.datamodel.session
        try:
            with configuring(session):
                self.pre_delete(item)
                session.delete(item)
                session.flush()
                self.tell(session, item, "deleted")
        except IntegrityError:
            flash(gettext("Not deleted: other records refer to it."), "danger")
        else:
            flash(self.delete_row_message, "success")

    def _fill_keys(self, item: Any) -> None:
        """Our relations are views of key columns (viewonly), so what a drop-down chose is written to its column."""
        for relation in inspect(type(item)).relationships:
            if relation.viewonly and relation.key in inspect(item).dict and _one_key(relation):
                chosen = getattr(item, relation.key)
                column = next(iter(relation.local_columns))
                setattr(item, column.key, None if chosen is None else chosen.id)


def _is_right(form: Any) -> bool:
    """Validate the form; a field that held a card number is empty now and says why."""
    right, misplaced = form.validate(), misplaced_cards()
    for name, text in misplaced.items():
        form[name].errors = [text]
    return bool(right and not misplaced)


def _demand_plain(form: Any) -> None:
    """Refuse line ends and control characters: settings stand in subjects of mails, where they would stop the mail."""
    texts = [field for field in form if isinstance(field, StringField) and not isinstance(field, PasswordField)]
    text = N_("Line ends and control characters are not possible here.")
    if wrong := [field.name for field in texts if not is_plain(field.data or "")]:
        raise InvalidInput([FieldError(name, "control_character", text) for name in wrong])


def _one_key(relation: RelationshipProperty[Any]) -> bool:
    return relation.direction.name == "MANYTOONE" and len(relation.local_columns) == 1


def changes_of(item: Any) -> dict[str, Any]:
    """Return {column: [before, after]} of what the next flush writes; secrets are left out by the audit."""
    state = inspect(item)
    found: dict[str, Any] = {}
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if history.has_changes():
            before = history.deleted[0] if history.deleted else None
            found[attribute.key] = [before, history.added[0] if history.added else None]
    return found


def unique_columns(model: Any, name: str | None) -> list[str]:
    """Return the columns of a model's unique constraint or index of this name, [] where there is none."""
    table = model.__table__
    unique = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    unique += [each for each in table.indexes if each.unique]
    # A column declared unique has no name in the model; PostgreSQL's is made of table and column.
    names = {each.name or f"{table.name}_{'_'.join(each.columns.keys())}_key": each for each in unique}
    found = names.get(name) if name else None
    return list(found.columns.keys()) if found is not None else []


def field_of(column: str) -> str:
    """Return the form's field of a column: a key is chosen by its relation, `merchant_id` in `merchant`."""
    return column.removesuffix("_id")


def _show(form: Any, refusal: InvalidInput) -> None:
    for error in refusal.errors:
        text = gettext(error.message, **error.params)
        if error.field in form:
            form[error.field].errors = [*form[error.field].errors, text]
        else:
            flash(text, "danger")
