# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Records that a token sees beside those that it does not, of models with own rules."""

from dataclasses import dataclass

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import new_test_user

from ..json2.enforceable import is_generic
from ..json2.orm_methods import QUESTIONS
from .common import PIXEL
from .hostile_case import CONTEXT, HARMLESS, fill
from .test_json2 import SECRET
from .watched_case import ANSWERED, REFUSED, SECRET_FILE, WatchedCase

ALL = {"api_read": True, "api_write": True, "api_create": True, "api_unlink": True}
#: Methods that a caller would try on each hidden record.
TRIED = ("read", "write", "unlink", "copy", "export_data", "web_read", "exists")
#: Methods whose parameters take the place of the values that they need here.
NEEDED = {"write": {"vals": {}}, "export_data": {"fields_to_export": ["id"]}}


@dataclass
class Scene:
    """What a token is to see of a model, and what not.

    :ivar inside: the record that it sees
    :ivar hidden: records that it does not see, each for another reason
    :ivar opened: name of a field that is open
    :ivar closed: name of one that is not, and holds the secret
    :ivar names: further names of open fields
    :ivar domain: filter (str) of the records, where their own do not decide
    """

    inside: object
    hidden: list
    opened: str
    closed: str
    names: tuple = ()
    domain: str = ""

    @property
    def model(self):
        return self.inside._name


class RecordsCase(WatchedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seen = cls.inside[1]
        cls.inside[0].image_1920 = PIXEL
        cls.stranger = new_test_user(
            cls.env, "stranger", groups="base.group_user", email="stranger@example.com"
        )

    def make_attachments(self):
        Attachment = self.env["ir.attachment"]
        seen = {"res_model": "res.partner", "res_id": self.seen.id}
        outside = {"res_model": "res.partner", "res_id": self.outside.id}
        secret = {
            "name": f"Outside {SECRET}",
            "datas": SECRET_FILE,
            "description": SECRET,
        }
        inside = Attachment.create({"name": "Seen", "description": SECRET, **seen})
        picture = Attachment.search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "=", self.inside[0].id),
                ("res_field", "=", "image_1920"),
            ]
        )
        self.assertTrue(picture)
        picture.name = f"Outside {SECRET}"
        hidden = [
            Attachment.create({**secret, **outside}),
            Attachment.create({**secret, **outside, "public": True}),
            # Of the person, on a record that is hidden
            Attachment.with_user(self.user)
            .sudo()
            .create({**secret, **outside})
            .with_user(1),
            # On a model that no scope opens, on one that is gone, on none
            Attachment.create(
                {**secret, "res_model": "res.company", "res_id": self.env.company.id}
            ),
            Attachment.create({**secret, "res_model": "no.such.model", "res_id": 1}),
            Attachment.with_user(self.stranger).sudo().create(secret).with_user(1),
            # The file of a field that is not open
            picture,
        ]
        names = ("res_model", "res_id", "datas")
        return Scene(inside, hidden, "name", "description", names)

    def make_messages(self):
        Message = self.env["mail.message"]
        partner = self.user.partner_id
        seen = {"model": "res.partner", "res_id": self.seen.id, "subject": SECRET}
        outside = {"model": "res.partner", "res_id": self.outside.id}
        secret = {
            "body": f"Outside {SECRET}",
            "subject": f"Outside {SECRET}",
            "message_type": "comment",
        }
        inside = Message.create({"body": "Seen", **seen, "message_type": "comment"})
        hidden = [
            Message.create({**secret, **outside}),
            Message.create({**secret, **outside, "author_id": partner.id}),
            Message.create({**secret, **outside, "partner_ids": partner.ids}),
            Message.create({**secret, "partner_ids": partner.ids}),
            Message.create({**secret, "author_id": partner.id}),
            Message.create(
                {**secret, "model": "res.company", "res_id": self.env.company.id}
            ),
        ]
        self.env["mail.notification"].create(
            [
                {"mail_message_id": one.id, "res_partner_id": partner.id}
                for one in hidden
            ]
        )
        names = ("model", "res_id", "message_type")
        return Scene(inside, hidden, "body", "subject", names)

    def make_activities(self):
        Activity = self.env["mail.activity"]
        kind = self.env.ref("mail.mail_activity_data_todo").id
        model = self.env["ir.model"]._get_id("res.partner")
        values = {"res_model_id": model, "activity_type_id": kind, "note": SECRET}
        secret = {**values, "summary": f"Outside {SECRET}", "res_id": self.outside.id}
        inside = Activity.create({**values, "summary": "Seen", "res_id": self.seen.id})
        company = {
            **secret,
            "res_model_id": self.env["ir.model"]._get_id("res.company"),
            "res_id": self.env.company.id,
        }
        hidden = [
            Activity.create({**secret, "user_id": self.stranger.id}),
            Activity.create({**secret, "user_id": self.user.id}),
            Activity.with_user(self.user).sudo().create(secret).with_user(1),
            Activity.create({**company, "user_id": self.user.id}),
        ]
        names = ("res_model", "res_id", "date_deadline")
        return Scene(inside, hidden, "summary", "note", names)

    def make_employees(self, model="hr.employee"):
        shown = {"work_email": "in@example.com", "mobile_phone": SECRET}
        secret = {"name": f"Outside {SECRET}", "mobile_phone": SECRET}
        inside, *hidden = self.env["hr.employee"].create(
            [
                {"name": "Seen", **shown},
                {**secret, "work_email": "out@example.com"},
                # The person's own
                {**secret, "user_id": self.user.id},
                {**secret, "work_email": "gone@example.com", "active": False},
            ]
        )
        inside, *hidden = (self.env[model].browse(one.id) for one in (inside, *hidden))
        domain = "[('work_email', '=', 'in@example.com')]"
        return Scene(inside, hidden, "name", "mobile_phone", ("work_email",), domain)

    def open_contacts(self, **values):
        return self.create_api_scope("contacts", names=("name", "ref"), **values)

    def open_scene(self, scene, model=None, **values):
        model = model or scene.model
        if scene.domain:
            shown = {"name": model, "model_id": model, "domain": scene.domain}
            own = self.env["ir.filters"].create({**shown, "user_ids": False})
            values["filter_id"] = own.id
        return self.create_api_scope(
            model, model, (scene.opened, *scene.names), **values
        )

    def get_methods(self, model):
        """Return {name: method} of the public methods of ``model``."""
        found = {}
        for name in sorted(dir(self.env.registry[model])):
            try:
                found[name] = get_public_method(self.env[model], name)
                self.parameters(found[name])
            except (AttributeError, ValueError, TypeError, AccessError):
                found.pop(name, None)
        return found

    def check_scene(self, scene, model=None, user=None):
        """Ask for all that a token which only reads the scene could ask.

        :param model: the one that the scope is on, if it is another
        """
        contacts = self.open_contacts(api_read=True)
        reading = self.open_scene(scene, model, api_read=True)
        token = self.get_token(contacts, reading, user=user)
        inside = scene.inside.id
        for method, arguments, is_refused in self.calls(
            scene.model, scene.closed, inside, scene.hidden[0].id, scene.opened
        ):
            is_asked = method in QUESTIONS
            self.attempt(
                token,
                f"{scene.model}.{method}",
                REFUSED if is_refused and not is_asked else ANSWERED,
                context=CONTEXT,
                **arguments,
            )

    def check_changes(self, scene, user=None):
        """Call every method on what is hidden, with all that scopes can allow."""
        methods = self.get_methods(scene.model)
        model = self.env[scene.model]
        named = [name for name in methods if not is_generic(model, name)]
        everything = self.open_scene(scene, api_methods=" ".join(named), **ALL)
        token = self.get_token(self.open_contacts(**ALL), everything, user=user)
        self.may_change(scene.inside, self.inside)
        words = {"open": scene.opened, "hidden": scene.closed}
        for name, method in methods.items():
            if hasattr(method, "_api_model") or name in QUESTIONS:
                continue
            needs = {
                key: fill(HARMLESS.get(key, "{open}"), **words)
                for key, one in self.parameters(method).items()
                if key in HARMLESS or one.default is one.empty
            } | NEEDED.get(name, {})
            is_tried = name in named or name in TRIED
            for one in scene.hidden if is_tried else scene.hidden[:1]:
                for ids in ([one.id], [scene.inside.id, one.id]):
                    self.attempt(token, f"{scene.model}.{name}", ids=ids, **needs)
        self.check_links(scene, token)

    def check_links(self, scene, token):
        """Try to carry what is seen to hidden records, and to reach them by links."""
        model, inside = scene.model, scene.inside.ids
        for vals in self.get_hostile_values(scene):
            for name, arguments in (
                ("write", {"ids": inside, "vals": vals}),
                ("create", {"vals_list": [{scene.opened: "x", **vals}]}),
                ("copy", {"ids": inside, "default": vals}),
            ):
                self.attempt(token, f"{model}.{name}", **arguments)
        for one in scene.hidden:
            fields = [".id", scene.opened]
            self.attempt(
                token,
                f"{model}.load",
                ANSWERED,
                fields=fields,
                data=[[str(one.id), "x"]],
            )

    def get_hostile_values(self, scene):
        if "res_id" not in self.env[scene.model]._fields:
            for one in scene.hidden:
                yield from ({"parent_id": one.id}, {"coach_id": one.id})
            yield from ({"work_contact_id": self.outside.id}, {"user_id": 1})
            yield from ({"resource_id": 1}, {"version_ids": [[4, 1]]}, {"id": 1})
            yield {scene.closed: "x"}
            return
        owner = "model" if scene.model == "mail.message" else "res_model"
        yield from (
            {owner: "res.partner", "res_id": self.outside.id},
            {owner: "res.company", "res_id": self.env.company.id},
            {owner: "no.such.model", "res_id": 1},
            {owner: "res.partner", "res_id": 2**31 - 1},
            {owner: "res.partner", "res_id": 2**70},
            {owner: "res.partner", "res_id": -1},
            {owner: "res.partner", "res_id": "x"},
            {owner: "res.partner", "res_id": [self.seen.id]},
            {owner: ["res.partner"], "res_id": self.seen.id},
            {owner: {"a": 1}, "res_id": self.seen.id},
            {"res_id": self.outside.id},
            {owner: "res.company"},
            {owner: "ir.attachment", "res_id": scene.hidden[0].id},
            {scene.closed: "x"},
        )
