# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request
from odoo.tools import frozendict

from odoo.addons.rpc.controllers.json2 import WebJson2Controller

from ..json2.token_call import TokenCall

NO_CONTEXT = frozendict()


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

        def run_full(full_context, full_kwargs):
            # Odoo replaces our context by that of the caller
            return run(
                __model__, __method__, ids=ids, context=full_context, **full_kwargs
            )

        run = super().web_json_2_rpc
        call = TokenCall(request.env, token, self._begin_again, self._read_again)
        return call.run(__model__, __method__, ids, context, kwargs, run_full)

    def _read_again(self, names):
        """Return the arguments with these ``names`` (iterable) as sent (dict)."""
        names = list(names)
        sent = request.get_json_data() if names else {}
        return {name: sent[name] for name in names}

    def _begin_again(self):
        """Roll all back that the call has done, as Odoo does before it runs one again.

        What there is of records, environments and the request goes on to be used.
        """
        env = request.env
        env.cr.rollback()
        env.transaction.reset()
        env.registry.reset_changes()
