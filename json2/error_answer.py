# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the answer to a failed call with an access token may contain.

Odoo answers with a traceback, and PostgreSQL names the row that it refuses, with all of
its columns. No caller may learn from them what the token does not open, and no employee
the secrets in their own account.

Nothing here sends a query: the transaction may be aborted. What is needed is noted
before the call.
"""

import json
import logging
import re
import secrets
from contextlib import contextmanager

import psycopg2
from psycopg2 import errors
from werkzeug.exceptions import HTTPException, InternalServerError

from odoo import exceptions
from odoo.tools.translate import LazyTranslate

from .error_text import chain, find_database_error, get_place, is_constant, is_ours

_lt = LazyTranslate(__name__)
_logger = logging.getLogger(__name__)

#: Texts for errors of PostgreSQL, by their class (SQLSTATE 23 and 22).
_SENTENCES = (
    (errors.NotNullViolation, _lt("A required value is missing.")),
    (errors.UniqueViolation, _lt("There is a record with this value already.")),
    (errors.ExclusionViolation, _lt("These values conflict with another record.")),
    (
        (errors.ForeignKeyViolation, errors.RestrictViolation),
        _lt("A linked record does not exist, or another record is linked to this one."),
    ),
    (errors.CheckViolation, _lt("A value is not allowed.")),
    (psycopg2.DataError, _lt("A value has the wrong format or is too large.")),
)
_FIELD = _lt("Field: %s")
_REFUSED = _lt("Odoo refuses this. The reason is in the server's log.")
_ARGUMENTS = _lt("Odoo cannot use these arguments. The reason is in the server's log.")
_REFERENCE = _lt("Reference: %s")
#: How PostgreSQL describes a row, in case a text has lost the error that it is from.
#: ``Key (code)=(x) already exists.`` is recognised in any language.
_ROW = re.compile(
    r"Failing row contains|\)=\(|^(Detail|DETAIL|DÉTAIL|DETALLE|DETTAGLI|DETALHE|DETALJ"
    r"|AYRINTI|SZCZEGÓŁY|ПОДРОБНОСТИ|ДЕТАЛІ|დეტალები|描述|详细信息|詳細|상세정보)\s?[:：]",
    re.MULTILINE,
)
_FOREIGN_KEY = "_fkey"


class ErrorAnswer:
    """What the caller of one request may learn about errors.

    :ivar registry: registry of the database
    :ivar is_scoped: whether the token has less than all rights of its user
    :ivar is_json2: whether it is a call of Odoo's own API, which runs code that knows
        nothing of tokens
    :ivar translations: {name of a constraint: its text} in the language of the request
    """

    def __init__(self, registry, is_scoped=True):
        self.registry = registry
        self.is_scoped = is_scoped
        self.is_json2 = False
        self.translations = {}
        self._writable = {}

    def allow_field_names(self, model, names):
        """Allow an answer to say which of some fields an error is about.

        :param model: name of the model
        :param names: names of the fields (iterable) that the token may write
        """
        self._writable[model] = frozenset(names)

    @contextmanager
    def of_api(self):
        """Let what fails inside be answered as a call of Odoo's own API."""
        before = self.is_json2
        self.is_json2 = True
        try:
            yield
        finally:
            self.is_json2 = before

    def replace(self, error, lang):
        """Return the exception to answer with in place of ``error``.

        :param error: exception that ended the request
        :param lang: code of the language of the request (str), or None
        """
        in_database = find_database_error(error)
        if isinstance(error, HTTPException) and error.response is not None:
            # An answer of our own, made for the caller
            is_challenge = "WWW-Authenticate" in error.response.headers
            is_foreign = in_database or (self.is_json2 and self.is_scoped)
            return error if is_challenge or not is_foreign else _make_plain_error()
        if self._has_text(error):
            return self._replace_text(error, in_database, lang)
        if in_database is not None:
            sentence = self.describe(in_database, lang)
            return (
                exceptions.ValidationError(sentence)
                if sentence
                else _make_plain_error()
            )
        has_row = _ROW.search(str(error))
        return _make_plain_error() if self.is_scoped or has_row else error

    def describe(self, error, lang):
        """Return the text for an error of PostgreSQL (str), or None.

        :param error: :class:`psycopg2.Error`
        """
        texts = (text for classes, text in _SENTENCES if isinstance(error, classes))
        sentence = next(texts, None)
        if sentence is None:
            return None
        model = self._find_model(error.diag.table_name)
        own = model and model._table_objects.get(error.diag.constraint_name)
        if own and isinstance(own.message, str) and own.message:
            return self.translations.get(error.diag.constraint_name, own.message)
        text = _translate(sentence, lang)
        column = model and _find_column(error)
        if column and column in self._writable.get(model._name, ()):
            text += "\n" + _translate(_FIELD, lang) % column
        return text

    def describe_arguments(self, error, lang):
        """Return the text for arguments that a method does not accept (str).

        :param error: what Python, the ORM or PostgreSQL raised for them
        """
        in_database = find_database_error(error)
        text = str(error).partition("\n")[0]
        if in_database is None and (is_ours(error) or is_constant(error, text)):
            return text
        sentence = in_database is not None and self.describe(in_database, lang)
        return sentence or self._make_refusal(error, lang, _ARGUMENTS)

    def describe_result(self, error, lang):
        """Return the text for an error of PostgreSQL that is part of a result (str)."""
        return self.describe(error, lang) or self._make_refusal(error, lang, _REFUSED)

    def replace_in_result(self, error, lang):
        """Return the exception whose text may be part of what ``load`` returns.

        That is ``error`` itself where Odoo asks :meth:`describe_result` for the text.
        """
        is_from_database = isinstance(error, psycopg2.Error)
        if is_from_database and not isinstance(error, psycopg2.InternalError):
            return error
        replaced = self.replace(error, lang)
        has_text = isinstance(replaced, exceptions.UserError | HTTPException)
        if replaced is error or (
            has_text and not isinstance(replaced, InternalServerError)
        ):
            return replaced
        return exceptions.UserError(self._make_refusal(error, lang, _REFUSED))

    def clean_result(self, messages, named, model, lang):
        """Remove from what ``load`` returns what the caller may not learn.

        :param messages: list of dicts, which are changed
        :param named: names of the fields (list) that the caller sent
        :param model: name of the model
        """
        open_names = {*named, *self._writable.get(model, ())}
        for message in messages:
            if _ROW.search(str(message.get("message", ""))):
                message["message"] = _translate(_REFUSED, lang)
            if message.get("field") not in open_names:
                message.pop("field", None)

    def _has_text(self, error):
        if isinstance(error, exceptions.RedirectWarning):
            return not self.is_scoped
        return isinstance(error, exceptions.UserError | HTTPException)

    def _replace_text(self, error, in_database, lang):
        text = _get_text(error)
        is_constant_text = is_constant(error, text) or _is_default(error, text)
        if is_constant_text or _is_text_of_ours(error, in_database):
            return error
        for one in chain(error):
            if isinstance(one, exceptions.UserError) and _is_text_of_ours(
                one, in_database
            ):
                # The ORM has reworded it
                return _with_text(error, _get_text(one))
        sentence = in_database is not None and self.describe(in_database, lang)
        if sentence:
            return _with_text(error, sentence)
        is_trusted = not self.is_scoped or (
            isinstance(error, HTTPException) and not self.is_json2
        )
        if is_trusted and in_database is None and not _ROW.search(text):
            return error
        return _with_text(error, self._make_refusal(error, lang, _REFUSED))

    def _make_refusal(self, error, lang, sentence):
        """Return the fixed ``sentence`` (str) with a number that is logged as well."""
        number = str(secrets.randbelow(10**10)).zfill(10)
        _logger.warning(
            "OAuth refusal %s: %s at %s",
            number,
            type(error).__name__,
            get_place(error),
        )
        return f"{_translate(sentence, lang)} {_translate(_REFERENCE, lang) % number}"

    def _find_model(self, table):
        for model in self.registry.values():
            if table and model._table == table and not model._abstract:
                return model
        return None


def without_details(response, error):
    """Return ``response`` without the traceback and other details that Odoo adds.

    :param response: what a dispatcher made of ``error``
    """
    if getattr(response, "mimetype", None) != "application/json":
        return response
    body = json.loads(response.get_data())
    details = body.get("error", body) if isinstance(body, dict) else None
    details = details.get("data", details) if isinstance(details, dict) else None
    if isinstance(details, dict) and "debug" in details:
        details.update(debug="", arguments=[], context={})
        if isinstance(error, exceptions.RedirectWarning):
            details["message"] = _get_text(error)
        response.set_data(json.dumps(body))
    return response


def _get_text(error):
    if isinstance(error, HTTPException):
        return str(error.description or "")
    if isinstance(error, exceptions.RedirectWarning):
        return str(error.args[0]) if error.args else ""
    # Odoo answers with all of them
    return "\n".join(map(str, error.args))


def _is_text_of_ours(error, in_database):
    """Return whether ``error`` is ours and says nothing that PostgreSQL has said.

    :param in_database: error of PostgreSQL that it was caused by, or None
    """
    text = _get_text(error)
    said = str(in_database or "").splitlines()
    return is_ours(error) and not any(one.strip() and one in text for one in said)


def _is_default(error, text):
    """Return whether ``text`` is the default text of the class of ``error``."""
    if isinstance(error, HTTPException):
        return text == str(type(error).description or "")
    return isinstance(error, exceptions.AccessDenied) and text == "Access Denied"


def _with_text(error, text):
    """Return an exception of the same kind and status that says ``text``."""
    if isinstance(error, HTTPException):
        # Odoo logs none of these, and its headers have to stay
        error.description = text
        return error
    if isinstance(error, exceptions.RedirectWarning):
        return exceptions.UserError(text)
    kind = next(
        one for one in type(error).__mro__ if one.__module__ == exceptions.__name__
    )
    replaced = kind(text)
    replaced.http_status = error.http_status
    return replaced


def _make_plain_error():
    """Return the error that says nothing but that there is one."""
    return InternalServerError()


def _translate(text, lang):
    """Return the lazy ``text`` (str) in the language ``lang`` (code or None)."""
    return text._translate(lang or "en_US")


def _find_column(error):
    """Return the name of the column that ``error`` is about (str), if it is one."""
    diag = error.diag
    name, table = diag.constraint_name or "", diag.table_name or ""
    if not diag.column_name and name.endswith(_FOREIGN_KEY):
        return name.removeprefix(f"{table}_").removesuffix(_FOREIGN_KEY)
    return diag.column_name
