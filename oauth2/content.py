# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files for the bearer of an access token (RFC 6750).

Checks, in this order: the form of the request; one access token, in the header only;
that it is live and meant for this provider; that it has a scope for the API and a
company to act in; that there are such a model and field; then what ``read`` on
``/json/2`` checks for this field of this record. What it does not open is
``insufficient_scope``, with the scopes that would open it.
"""

import logging

from odoo.exceptions import AccessError, MissingError
from odoo.service.model import get_public_method

from ..json2 import call, step_up
from ..json2.access import TokenAccess
from ..json2.broken_filter import BROKEN_FILTER, may_be_cause
from ..json2.content import NoFileError, open_file
from ..json2.current import limited_to_companies
from ..json2.error_text import is_ours
from ..json2.need import get_need
from ..tools.protected_route import API_PATH
from . import info
from .message import Answer

ATTACHMENT = "ir.attachment"
#: What stands for the file of an attachment: the content, and the same in base64.
ATTACHMENT_FIELDS = ("raw", "datas")
HEADERS = {"Cache-Control": "private, no-store"}
NO_FIELD = "There is no such model or field."
NO_RECORD = "Record does not exist or has been deleted."

_logger = logging.getLogger(__name__)


def content_response(env, message, model, number, field):
    """Return the Answer whose body is a file, or that says why there is none.

    :param env: superuser environment
    :param model: name of the model, as the caller sends it
    :param number: id of the record, as the caller sends it (str)
    :param field: name of the field, as the caller sends it; None for the file of an
        attachment
    :return: Answer; with a file its body is a :class:`odoo.http.Stream`
    """

    def answer(live):
        return _Download(env, live, message, model, number, field).answer()

    return info.respond(env, message, answer, header_only=True, at=API_PATH)


class _Download:
    """One request for a file; the parameters are those of :func:`content_response`."""

    def __init__(self, env, live, message, model, number, field):
        self.env, self.live, self.message = env, live, message
        self.token = live.as_record()
        self.user_env = env(
            user=self.token.user_id.id, su=False, context=self.token.get_context()
        )
        self.model_name, self.number, self.field = model, number, field

    def answer(self):
        """Return the Answer.

        :raise AccessError: for what the user may not read
        """
        access = TokenAccess(self.token)
        refused = info.find_api_refusal(self.env, self.live, access)
        if refused:
            return refused
        model = self.user_env.get(self.model_name)
        is_known = model is not None and not model._abstract
        if not is_known or (self.field and self.field not in model._fields):
            return self._refuse(404, "model", NO_FIELD)
        self.field = self.field or self._find_attachment_field(access)
        self.called = f"{self.model_name}.{self.field}"
        is_limited = self.token.grant_id.is_company_limited
        with limited_to_companies(access.companies if is_limited else None):
            return self._open(access, model)

    def _find_attachment_field(self, access):
        """Return the field of an attachment by which the token opens its file."""
        found = access.get_model_access(ATTACHMENT, "read")
        opened = found.fields if found else ()
        return next((one for one in ATTACHMENT_FIELDS if one in opened), "raw")

    def _open(self, access, model):
        try:
            return Answer(200, self._find_file(access, model), HEADERS)
        except MissingError:
            cause = "broken_filter" if access.broken else "no_record"
            return self._refuse(404, cause, NO_RECORD)
        except NoFileError as error:
            return self._refuse(error.status, "no_file", str(error))
        except AccessError as error:
            if getattr(error, "is_right_of_user", not is_ours(error)):
                raise
            return self._refuse_scope(access, model, get_need(error))
        except BROKEN_FILTER as error:
            # What business code says to a person may name what is not opened
            self._begin_again()
            _logger.warning(
                "%s cannot be read, for a %s", self.called, type(error).__name__
            )
            return self._refuse(422, "no_file", "The file cannot be read.")

    def _find_file(self, access, model):
        """Return the file (Stream), and without broken filters if that fails."""
        try:
            return open_file(access, self._find_record(model), self.field)
        except Exception as error:
            if not may_be_cause(error):
                raise
            self._begin_again()
            if not access.has_broken_filter(self.user_env.user):
                raise
        access = TokenAccess(self.token)
        return open_file(access, self._find_record(model), self.field)

    def _begin_again(self):
        """Roll all back, as Odoo does before it runs a request again."""
        self.env.cr.rollback()
        self.env.transaction.reset()
        self.live.record_use(self.message.address)

    def _find_record(self, model):
        is_number = self.number.isascii() and self.number.isdigit()
        return call.find_records(model, [int(self.number[:11]) if is_number else 0])

    def _refuse(self, status, cause, description):
        info.record_refusal(self.live, cause, getattr(self, "called", ""))
        body = {"error": "invalid_request", "error_description": description}
        return Answer(status, body)

    def _refuse_scope(self, access, model, need):
        """Return the Answer that names the scopes which would open the file."""

        def check(wider):
            method = get_public_method(model, "read")
            call.check_on_nothing(
                wider, model, "read", method, {"fields": [self.field]}
            )

        codes = need and step_up.find(access, self.user_env, need, check)
        info.record_refusal(self.live, "not_opened", self.called)
        challenge = info.make_challenge(
            self.env, "insufficient_scope", " ".join(codes or ())
        )
        body = {"error": "insufficient_scope"}
        return Answer(403, body, {"WWW-Authenticate": challenge})
