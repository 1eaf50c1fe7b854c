# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A whole call of Odoo's API with a token, and what becomes of its errors.

It comes from the caller of ``/json/2`` (:class:`TokenCall`), or from the code of a
route that acts for the token within a larger request (:func:`act`). Both have the same
result, the same answer to an error, and count as the same refusal.
"""

import functools
import json
import logging
from collections.abc import Mapping
from datetime import date

import psycopg2.errors
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    UnprocessableEntity,
)

from odoo.exceptions import (
    AccessError,
    ConcurrencyError,
    MissingError,
    ValidationError,
)
from odoo.fields import Domain
from odoo.models import BaseModel
from odoo.tools import lazy
from odoo.tools.json import json_default

from ..tools.stack_chunk import call_in_one_chunk
from . import call, current, step_up
from .access import TokenAccess
from .broken_filter import may_be_cause
from .error_text import find_database_error, mark_ours
from .need import InsufficientScope, get_need

#: Methods of the ORM that write what the caller sends.
VALUE_METHODS = frozenset({"create", "write", "load"})
#: What arguments of the wrong kind raise somewhere in the ORM.
CALLERS_FAULT = (
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
    psycopg2.DataError,
    psycopg2.NotSupportedError,
    psycopg2.ProgrammingError,
    psycopg2.errors.StatementTooComplex,
)
#: What Odoo answers by running the whole request once more.
TRY_AGAIN = (
    ConcurrencyError,
    psycopg2.InterfaceError,
    psycopg2.OperationalError,
    psycopg2.errors.ReadOnlySqlTransaction,
)

_logger = logging.getLogger(__name__)


class TokenCall:
    """One call with a token, from the names in it to its result."""

    def __init__(self, env, token, undo, read_again):
        """
        :param env: environment of the token's user
        :param token: oauth.provider.token (record), in a superuser environment
        :param undo: function that undoes all that the call has done so far
        :param read_again: function of names (iterable) that returns these arguments
            (dict) as they were sent: a call may change them
        """
        self._env, self._token = env, token
        self._undo, self._read_again = undo, read_again
        self._http = env["ir.http"]
        self._errors = self._http._oauth_get_error_answer()

    def run(self, model_name, method_name, ids, context, kwargs, run_full):
        """Call a public method, as far as the token opens it, and return its result.

        :param ids: of the records that it is called on
        :param context: what the caller sends as the context
        :param kwargs: arguments of the method (dict)
        :param run_full: function of a context and of arguments that calls the method
            with all the rights of the token's user
        :raise AccessError: for what the token does not open; ``oauth_challenge`` is
            then the header that says so, ``oauth_scope`` the scopes to ask for (str)
        :raise MissingError: for a record that the token does not see
        :raise HTTPException: with the answer, in all other cases of a wrong call
        """
        token = self._token
        call.check_names(self._env, model_name, method_name, context)
        self._http._oauth_note_call(model_name)
        access = TokenAccess(token)
        self._prepare_errors(access, model_name, method_name)
        _logger.info(
            "OAuth client %s calls %s.%s",
            token.client_id.identifier,
            model_name,
            method_name,
        )
        companies = access.companies if token.grant_id.is_company_limited else None
        if companies is not None:
            kwargs = call.limit_contexts(access, kwargs)
        with current.limited_to_companies(companies):
            if access.is_full:
                context = call.make_full_context(access, context)
                return call_in_one_chunk(run_full, context, kwargs)
            return call_in_one_chunk(
                self._call, access, model_name, method_name, ids, context, kwargs
            )

    def _prepare_errors(self, access, model_name, method_name):
        """Note what an error answer may contain, while the database can be asked."""
        self._errors.is_json2 = True
        if method_name in VALUE_METHODS:
            names = access.get_writable_names(self._env[model_name])
            self._errors.allow_field_names(model_name, names)

    def _call(self, access, model_name, method_name, ids, context, kwargs):
        """Return the result of a call that is limited to scopes."""
        self._http._oauth_note_call(model_name, access)
        model = call.with_safe_context(access, self._env[model_name], context)
        method = call.find_method(model, method_name, ids, kwargs)
        self._http._oauth_note_call(f"{model_name}.{method_name}", access)
        try:
            return self._run(access, model, method_name, method, ids, kwargs)
        except InsufficientScope as error:
            self._http._oauth_count_error(error)
            find = functools.partial(step_up.find_for_related, needs=error.needs)
            scope = error.needs and self._find_wider(
                find, model, method_name, method, kwargs
            )
            return self._http._oauth_refuse(
                403,
                error="insufficient_scope",
                error_description=error.description,
                scope=scope,
            )
        except HTTPException as error:
            if error.response is None:
                raise
            # What business code answers in place of an error, nobody has looked at
            raise InternalServerError from None
        except MissingError:
            # Odoo's own message says which record, and that it is not a hidden one
            raise call.make_missing(model) from None
        except AccessError as error:
            need = get_need(error)
            if need is not None:
                self._note_wider(error, need, model, method_name, method, kwargs)
            raise
        except CALLERS_FAULT as error:
            # The caller's fault, who is not shown our own code
            lang = self._env.context.get("lang")
            said = self._errors.describe_arguments(error, lang)
            raise UnprocessableEntity(said) from None

    def _run(self, access, model, name, method, ids, kwargs):
        """Call ``method`` (its ``name``), and without broken filters if it fails."""
        try:
            records = call.find_records(model, ids)
            return call.call(access, records, name, method, kwargs)
        except Exception as error:
            if not may_be_cause(error):
                raise
            # Whoever is to blame, the transaction is
            self._undo()
            if access.has_begun or not access.has_broken_filter(model.env.user):
                raise
        # That it is used was undone as well
        self._token.grant_id.record_use(self._http._oauth_get_address())
        defaults = access.defaults
        access = TokenAccess(access.token)
        access.defaults = defaults
        self._http._oauth_note_call(f"{model._name}.{name}", access)
        kwargs = self._read_again(kwargs)
        if access.token.grant_id.is_company_limited:
            kwargs = call.limit_contexts(access, kwargs)
        opened = access.get_model_access(model._name, name)
        if name in call.CHANGE_METHODS and opened and opened.domain.is_false():
            # Nothing that it could change: business code need not run once more
            raise call.make_missing(model)
        records = call.find_records(model, ids)
        return call.call(access, records, name, method, kwargs)

    def _note_wider(self, error, need, model, name, method, kwargs):
        """Note on ``error`` the challenge that names the scopes that open the call.

        :param need: :class:`.need.Need`
        """
        if find_database_error(error) is None:
            find = functools.partial(step_up.find, need=need)
            scope = self._find_wider(find, model, name, method, kwargs)
            error.oauth_scope = scope or None
            error.oauth_challenge = self._http._oauth_make_challenge(
                error="insufficient_scope", scope=scope
            )

    def _find_wider(self, find, model, name, method, kwargs):
        """Return the scopes (str) that open a refused call, or an empty text.

        :param find: function of :mod:`.step_up`, without what is tried
        """
        # What a business method or a write has done so far is undone anyway
        self._undo()
        kwargs = self._read_again(kwargs)

        def check(access):
            call.check_on_nothing(access, model, name, method, kwargs)

        access = self._http._oauth_get_access()
        codes = find(access=access, env=model.env, check=check)
        return " ".join(codes or ())


# For the code of a route


def act(token, env, model_name, method_name, ids, context, kwargs):
    """Call a method for the code of a route, as ``/json/2`` calls it for the token.

    Nothing of the route limits it, nor is anything of it left on afterwards. If it
    fails, all that it did is undone, and nothing that the route did before.

    The parameters are those of :meth:`TokenCall.run`. They count as what they are in
    JSON.

    :param env: environment of the token's user
    :return: what the method returns; for records, their ids
    :raise UserError: (AccessError, MissingError …) or HTTPException, whose text the
        caller may see. Left alone, it becomes the answer of ``/json/2``.
    :raise psycopg2.Error: for what Odoo answers by running the request again
    """
    http = env["ir.http"]
    errors = http._oauth_get_error_answer()
    sent = _to_json({"ids": ids, "context": context, "kwargs": kwargs})
    read = json.loads(sent)

    def read_again(names):
        again = json.loads(sent)["kwargs"]
        return {name: again[name] for name in names}

    def run_full(full_context, full_kwargs):
        # As Odoo does it: what it was is part of the new one
        model = env[model_name].with_env(env(context=full_context))
        method = call.find_method(model, method_name, read["ids"], full_kwargs)
        result = method(model.browse(read["ids"]), **full_kwargs)
        return result.ids if isinstance(result, BaseModel) else result

    is_limited = current.access() is not None
    with current.without_limits(), errors.of_api():
        undoing = _Undoing(env)
        try:
            result = TokenCall(env, token, undoing.undo, read_again).run(
                model_name,
                method_name,
                read["ids"],
                read["context"],
                read["kwargs"],
                run_full,
            )
            undoing.keep()
        except TRY_AGAIN:
            raise
        except Exception as error:
            undoing.undo()
            # Nothing is left of it; a route may go on with many more calls
            undoing.keep()
            http._oauth_count_error(error)
            _raise_as_answered(error, errors, env.context.get("lang"))
    if is_limited:
        # What it has read would be answered to the route, without a check
        env.invalidate_all(flush=False)
    return result


def _to_json(arguments):
    """Return ``arguments`` (dict) as a caller of ``/json/2`` would send them (str).

    :raise UnprocessableEntity: for what no JSON can say
    """
    try:
        return json.dumps(arguments, default=_to_plain)
    except (TypeError, ValueError, RecursionError):
        raise UnprocessableEntity("The arguments are not JSON.") from None


def _to_plain(value):
    if isinstance(value, BaseModel):
        # As text it would only look like one
        raise TypeError
    if isinstance(value, Mapping | date | lazy | Domain):
        return json_default(value)
    raise TypeError


def _raise_as_answered(error, errors, lang):
    """Raise what the caller may see of ``error``, marked as the answer of the API.

    :param errors: :class:`.error_answer.ErrorAnswer`
    """
    shown = error
    if isinstance(error, psycopg2.IntegrityError):
        # As Odoo words it where it ends a request
        shown = ValidationError("The operation cannot be completed")
        shown.__cause__ = error
    said = mark_ours(errors.replace(shown, lang))
    said.oauth_of_call = True
    said.oauth_scope = getattr(error, "oauth_scope", None)
    if header := getattr(error, "oauth_challenge", None):
        said.oauth_challenge = header
    if isinstance(said, InternalServerError) and not isinstance(error, HTTPException):
        _logger.error("A call with a token has failed", exc_info=error)
    if said is error:
        raise said
    raise said from error


class _Undoing:
    """What a part of a transaction does, from here on, until it is undone or kept."""

    def __init__(self, env):
        self._env = env
        self._has_ended = False
        # Business code may end the transaction, and the savepoint with it
        env.cr.postcommit.add(self._note_end)
        env.cr.postrollback.add(self._note_end)
        self._savepoint = env.cr.savepoint()

    def _note_end(self):
        self._has_ended = True

    def undo(self):
        """Undo what was done; what is done from now on belongs to it again."""
        env = self._env
        if self._has_ended:
            env.cr.rollback()
        else:
            self._savepoint.rollback()
        env.transaction.clear()
        # A worker may have cached what is undone
        if names := tuple(env.registry.cache_invalidated):
            env.registry.clear_cache(*names)

    def keep(self):
        """Let it be a part of the transaction."""
        if self._has_ended:
            # As the savepoint does it: the cache may be emptied next
            self._env.flush_all()
        else:
            self._savepoint.close(rollback=False)
