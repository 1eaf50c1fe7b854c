# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import inspect
import logging
from collections.abc import Mapping

import psycopg2.errors
from werkzeug.exceptions import NotFound, UnprocessableEntity

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request
from odoo.service.model import get_public_method
from odoo.tools import frozendict

from odoo.addons.rpc.controllers.json2 import WebJson2Controller

from ..json2 import call, current
from ..json2.access import ApiAccess
from ..json2.insufficient_scope import InsufficientScope

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
    # What is said of a route here, ir.http looks at before the call
    @http.route(oauth_held=True)
    def web_json_2_rpc(
        self, __model__, __method__, ids=(), context=NO_CONTEXT, **kwargs
    ):
        """Odoo's own API; with an access token, held to the scopes of its grant."""
        token = getattr(request, "oauth_token", None)
        if token is None:
            return super().web_json_2_rpc(
                __model__, __method__, ids=ids, context=context, **kwargs
            )
        if not isinstance(context, Mapping):
            raise UnprocessableEntity("The context must be an object.")
        # Names that the caller made up end in no log and in no message
        if __model__ not in request.env or not __method__.isidentifier():
            raise NotFound("There is no such model or method.")
        access = ApiAccess(token)
        request.oauth_errors.is_api = True
        if __method__ in VALUE_METHODS:
            names = access.get_writable_names(request.env[__model__])
            request.oauth_errors.open_fields(__model__, names)
        _logger.info(
            "OAuth client %s calls %s.%s",
            token.client_id.identifier,
            __model__,
            __method__,
        )
        is_limited = token.grant_id.limits_companies()
        if is_limited:
            try:
                kwargs = call.hold_contexts(access, kwargs)
            except RecursionError:
                raise UnprocessableEntity("The arguments are too deep.") from None
        with current.within(access.companies if is_limited else None):
            if not access.is_full:
                return self._call(access, __model__, __method__, ids, context, kwargs)
            # Odoo puts the context of the caller in the place of ours
            return super().web_json_2_rpc(
                __model__,
                __method__,
                ids=ids,
                context=call.full_context(access, context),
                **kwargs,
            )

    def _call(self, access, model_name, method_name, ids, context, kwargs):
        try:
            model = request.env[model_name].with_context(**access.safe_context(context))
        except ValueError as error:
            raise UnprocessableEntity(str(error)) from None
        try:
            method = get_public_method(model, method_name)
        except AttributeError as error:
            raise NotFound(error.args[0]) from None
        except AccessError as error:
            # Names the model and the method, which the caller knows
            raise AccessError(error.args[0]) from None
        if hasattr(method, "_api_model") and ids:
            raise UnprocessableEntity(
                f"cannot call {model_name}.{method_name} with ids"
            )
        try:
            inspect.signature(method).bind(model, **kwargs)
        except TypeError as error:
            raise UnprocessableEntity(error.args[0]) from None
        try:
            records = call.find_records(model, ids)
            return call.call(access, records, method_name, method, kwargs)
        except InsufficientScope as error:
            request.env["ir.http"]._oauth_refuse(
                403, error="insufficient_scope", error_description=error.description
            )
        except MissingError:
            # Odoo's own message says which record, and that it is not a hidden one
            raise call.make_missing(model) from None
        except CALLERS_FAULT as error:
            # Nobody but the caller is to blame, who is not shown our own code
            lang = request.env.context.get("lang")
            said = request.oauth_errors.describe_arguments(error, lang)
            raise UnprocessableEntity(said) from None
