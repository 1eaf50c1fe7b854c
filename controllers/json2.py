# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import functools
import logging

import psycopg2.errors
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    UnprocessableEntity,
)

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request
from odoo.tools import frozendict

from odoo.addons.rpc.controllers.json2 import WebJson2Controller

from ..json2 import call, step_up
from ..json2.access import TokenAccess
from ..json2.broken_filter import may_be_cause
from ..json2.current import limited_to_companies
from ..json2.error_text import find_database_error
from ..json2.need import InsufficientScope, get_need

NO_CONTEXT = frozendict()
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

_logger = logging.getLogger(__name__)


class OAuthJson2Controller(WebJson2Controller):
    # ir.http looks at this parameter of the route before the call
    @http.route(oauth_held=True)
    def web_json_2_rpc(
        self, __model__, __method__, ids=(), context=NO_CONTEXT, **kwargs
    ):
        """Odoo's own API; an access token is limited to the scopes of its grant."""
        token = getattr(request, "oauth_token", None)
        if token is None:
            return super().web_json_2_rpc(
                __model__, __method__, ids=ids, context=context, **kwargs
            )
        call.check_names(request.env, __model__, __method__, context)
        request.oauth_called = __model__
        access = TokenAccess(token)
        self._prepare_errors(access, __model__, __method__)
        _logger.info(
            "OAuth client %s calls %s.%s",
            token.client_id.identifier,
            __model__,
            __method__,
        )
        companies = access.companies if token.grant_id.is_company_limited else None
        if companies is not None:
            kwargs = call.limit_contexts(access, kwargs)
        with limited_to_companies(companies):
            if not access.is_full:
                request.oauth_access = access
                return self._call(access, __model__, __method__, ids, context, kwargs)
            # Odoo replaces our context by that of the caller
            return super().web_json_2_rpc(
                __model__,
                __method__,
                ids=ids,
                context=call.make_full_context(access, context),
                **kwargs,
            )

    def _prepare_errors(self, access, model_name, method_name):
        """Note what an error answer may contain, while the database can be asked."""
        request.oauth_errors.is_json2 = True
        if method_name in VALUE_METHODS:
            names = access.get_writable_names(request.env[model_name])
            request.oauth_errors.allow_field_names(model_name, names)

    def _call(self, access, model_name, method_name, ids, context, kwargs):
        """Return the result of a call that is limited to scopes."""
        model = call.with_safe_context(access, request.env[model_name], context)
        method = call.find_method(model, method_name, ids, kwargs)
        request.oauth_called = f"{model_name}.{method_name}"
        try:
            return self._run(access, model, method_name, method, ids, kwargs)
        except InsufficientScope as error:
            request.env["ir.http"]._oauth_count_error(error)
            find = functools.partial(step_up.find_for_related, needs=error.needs)
            scope = error.needs and self._find_wider(
                find, model, method_name, method, kwargs
            )
            return request.env["ir.http"]._oauth_refuse(
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
            lang = request.env.context.get("lang")
            said = request.oauth_errors.describe_arguments(error, lang)
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
            self._begin_again()
            if access.has_begun or not access.has_broken_filter(model.env.user):
                raise
        access.token.grant_id.record_use(request.httprequest.remote_addr)
        defaults = access.defaults
        access = request.oauth_access = TokenAccess(access.token)
        access.defaults = defaults
        kwargs = self._read_again(kwargs)
        if access.token.grant_id.is_company_limited:
            kwargs = call.limit_contexts(access, kwargs)
        opened = access.get_model_access(model._name, name)
        if name in call.CHANGE_METHODS and opened and opened.domain.is_false():
            # Nothing that it could change: business code need not run once more
            raise call.make_missing(model)
        records = call.find_records(model, ids)
        return call.call(access, records, name, method, kwargs)

    def _read_again(self, kwargs):
        """Return the arguments ``kwargs`` (dict) as sent: the call may change them."""
        sent = request.get_json_data() if kwargs else {}
        return {name: sent[name] for name in kwargs}

    def _note_wider(self, error, need, model, name, method, kwargs):
        """Note on ``error`` the challenge that names the scopes that open the call.

        :param need: :class:`..json2.need.Need`
        """
        if find_database_error(error) is None:
            find = functools.partial(step_up.find, need=need)
            scope = self._find_wider(find, model, name, method, kwargs)
            error.oauth_challenge = request.env["ir.http"]._oauth_make_challenge(
                error="insufficient_scope", scope=scope
            )

    def _find_wider(self, find, model, name, method, kwargs):
        """Return the scopes (str) that open a refused call, or an empty text.

        :param find: function of :mod:`..json2.step_up`, without what is tried
        """
        # What a business method or a write has done so far is undone anyway
        self._begin_again()
        kwargs = self._read_again(kwargs)

        def check(access):
            call.check_on_nothing(access, model, name, method, kwargs)

        codes = find(access=request.oauth_access, env=model.env, check=check)
        return " ".join(codes or ())

    def _begin_again(self):
        """Roll all back that the call has done, as Odoo does before it runs one again.

        What there is of records, environments and the request goes on to be used.
        """
        env = request.env
        env.cr.rollback()
        env.transaction.reset()
        env.registry.reset_changes()
