# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files for the bearer of an access token."""

import base64
from unittest.mock import patch

from werkzeug.http import parse_options_header

from odoo import http
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .test_json2 import SECRET, Json2Case

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
ORIGIN = "https://client.example.com"
HOSTILE = (
    'a"; filename="b.html',
    "a\r\nSet-Cookie: x=1\r\n\r\n<script>.html",
    "../../etc/passwd",
    "C:\\Windows\\x.exe",
    "\u202egnp.exe",
    "x" * 10_000 + ".pdf",
    "\ud7ff\x01\x7f",
    "   . ",
    "Über €.txt",
    "<img src=x onerror=alert(1)>",
)


class ContentCase(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.inside[1]
        cls.partner.image_1920 = base64.b64encode(PNG)
        cls.outside.image_1920 = base64.b64encode(PNG)
        cls.images = cls.create_api_scope(
            api_read=True, names=("name", "image_1920", "image_128")
        )
        cls.everything = cls.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )

    def get(self, token, path, status=200, method="GET", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        response = self.url_open(
            f"/oauth2/{path}", method=method, headers=headers, cookies={}
        )
        self.assertEqual(response.status_code, status, response.text[:300])
        self.assertNotIn("Set-Cookie", response.headers)
        self.assertNotIn("Last-Modified", response.headers)
        return response

    def path_of(self, record, field):
        return f"content/{record._name}/{record.id}/{field}"

    def assert_error(self, response, cause):
        """Check an answer without a file, and the one refusal that is recorded."""
        self.assertTrue(response.headers["Content-Type"].startswith("application/json"))
        self.assertNotIn(SECRET, response.text)
        self.assertEqual([one.cause for one in self.get_refusals()], [cause])
        self.get_refusals().unlink()


@tagged("post_install", "-at_install")
class TestContent(ContentCase):
    def test_a_file_within_the_scopes(self):
        token = self.get_token(self.images)
        path = self.path_of(self.partner, "image_1920")
        response = self.get(token, path)
        self.assertEqual(response.content, base64.b64decode(self.partner.image_1920))
        self.assertEqual(response.headers["Content-Type"], "image/png")
        self.assertEqual(
            response.headers["Content-Disposition"],
            'attachment; filename="Inside 1.png"',
        )
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(
            response.headers["Content-Security-Policy"], "default-src 'none'"
        )
        self.assertEqual(response.headers["Cache-Control"], "private, no-store")
        in_path = self.get(token, f"db/{self.env.cr.dbname}/{path}")
        self.assertEqual(in_path.content, response.content)
        self.get(token, f"db/nowhere/{path}", 404)
        self.get(self.get_token(self.everything), path)

    def test_what_read_refuses_is_refused(self):
        token = self.get_token(self.images)
        partner, outside = self.partner, self.outside
        for path, status, cause in (
            (self.path_of(partner, "image_1024"), 403, "not_opened"),
            (self.path_of(partner, "comment"), 403, "not_opened"),
            (self.path_of(self.user, "image_1920"), 403, "not_opened"),
            (self.path_of(outside, "image_1920"), 404, "no_record"),
            ("content/res.partner/999999999/image_1920", 404, "no_record"),
            ("content/res.partner/99999999999999999999/image_1920", 404, "no_record"),
            ("content/res.partner/0/image_1920", 404, "no_record"),
            ("content/res.partner/-1/image_1920", 404, "no_record"),
            ("content/res.partner/²/image_1920", 404, "no_record"),
            ("content/res.partner/%00/image_1920", 404, "no_record"),
            (self.path_of(partner, "name"), 422, "no_file"),
            (self.path_of(partner, "no_such"), 404, "model"),
            (self.path_of(partner, "__class__"), 404, "model"),
            ("content/no.such/1/image_1920", 404, "model"),
            ("content/base/1/id", 404, "model"),
            (self.path_of(self.inside[0], "image_1920"), 404, "no_file"),
        ):
            with self.subTest(path=path):
                response = self.get(token, path, status)
                self.assert_error(response, cause)
                name = {403: "insufficient_scope"}.get(status, "invalid_request")
                self.assertEqual(response.json()["error"], name)

    def test_the_scopes_to_ask_for(self):
        other = self.create_api_scope(
            code="other", api_read=True, names=("image_1024",)
        )
        client, secret = self.create_client(
            "backend application",
            scope_ids=[Command.set((self.images | other).ids)],
            user_id=self.user.id,
        )
        data = {"grant_type": "client_credentials", "scope": "api"}
        token = self.post("token", data, client, secret).json()["access_token"]
        path = self.path_of(self.partner, "image_1024")
        header = self.get(token, path, 403).headers["WWW-Authenticate"]
        self.assertIn('error="insufficient_scope"', header)
        self.assertIn('scope="api other"', header)
        data["scope"] = "api other"
        self.get(self.post("token", data, client, secret).json()["access_token"], path)

    def test_who_is_refused(self):
        path = self.path_of(self.partner, "image_1920")
        challenge = self.get(None, path, 401).headers["WWW-Authenticate"]
        self.assertNotIn("error", challenge)
        challenge = self.get("x" * 43, path, 401).headers["WWW-Authenticate"]
        self.assertIn('error="invalid_token"', challenge)
        token = self.get_token(self.scopes("openid")[0])
        response = self.get(token, path, 403)
        self.assertIn("insufficient_scope", response.headers["WWW-Authenticate"])
        token = self.get_token(self.images)
        self.get(None, f"{path}?access_token={token}", 400)
        self.get(token, f"{path}?access_token={token}", 400)
        self.get(token, path, 405, method="POST")
        self.get(token, path)
        self.env["oauth.provider.token"].find(token).action_revoke()
        self.get(token, path, 401)

    def test_the_rights_of_the_user_apply(self):
        portal = new_test_user(self.env, "portal-user", groups="base.group_portal")
        self.images.filter_id = False
        path = self.path_of(self.outside, "image_1920")
        for scope, status in ((self.images, 404), (self.everything, 403)):
            self.get(self.get_token(scope), path)
            response = self.get(self.get_token(scope, user=portal), path, status)
            self.assertNotIn(SECRET, response.text)
        self.assertEqual(response.json()["error"], "access_denied")
        # No access to the model at all, which no scope gives
        scope = self.create_api_scope(
            code="of-groups", model="res.groups", api_read=True, names=("name",)
        )
        group = self.env.ref("base.group_user")
        path = self.path_of(group, "name")
        response = self.get(self.get_token(scope, user=portal), path, 403)
        self.assertEqual(response.json()["error"], "access_denied")

    def test_a_company_that_the_grant_is_not_for(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.user.company_ids |= company
        self.partner.company_id = company
        path = self.path_of(self.partner, "image_1920")
        self.sign_in()
        for scope, status in ((self.images, 404), (self.everything, 403)):
            self.get(self.get_token(scope), path)
            client, secret = self.create_client(scope_ids=[Command.set(scope.ids)])
            page = self.url_open(self.authorize_url(client), allow_redirects=False)
            page = self.decide(page, untick=[f"oauth_company.{company.id}"])
            code = self.answer(page)[1]["code"]
            token = self.redeem(code, client, secret).json()["access_token"]
            self.get(token, path, status)

    def test_the_name_only_where_it_is_open(self):
        scope = self.create_api_scope(
            code="nameless", api_read=True, names=("image_1920",)
        )
        path = self.path_of(self.partner, "image_1920")
        response = self.get(self.get_token(scope), path)
        self.assertIn(
            f"filename=res_partner-{self.partner.id}-image_1920.png",
            response.headers["Content-Disposition"],
        )
        self.assertNotIn("Inside", response.headers["Content-Disposition"])

    def create_scope_outside(self, *names):
        """Return a scope on the other records, and so on none with the image."""
        outside = self.filter.copy({"domain": "[('ref', '=', 'out')]"})
        return self.create_api_scope(
            code="outside", api_read=True, names=names, filter_id=outside.id
        )

    def test_each_field_on_its_own_records(self):
        """That a field is open somewhere does not open it here."""
        image = self.create_api_scope(
            code="image", api_read=True, names=("image_1920",)
        )
        names = self.create_scope_outside("name", "image_128")
        token = self.get_token(image, names)
        response = self.get(token, self.path_of(self.partner, "image_1920"))
        self.assertNotIn("Inside", response.headers["Content-Disposition"])
        response = self.get(token, self.path_of(self.partner, "image_128"), 403)
        self.assert_error(response, "not_opened")
        self.assertEqual(response.json(), {"error": "insufficient_scope"})
        self.get(token, self.path_of(self.outside, "image_128"))
        self.get(token, self.path_of(self.outside, "image_1920"), 403)

    def test_hostile_names_are_names(self):
        token = self.get_token(self.images)
        path = self.path_of(self.partner, "image_1920")
        for name in HOSTILE:
            self.partner.name = name
            with self.subTest(name=name[:30]):
                header = self.get(token, path).headers["Content-Disposition"]
                self.assertTrue(header.startswith("attachment; filename="), header)
                self.assertLess(len(header), 400)
                for bad in "\r\n\\/<>\u202e\x01\x7f":
                    self.assertNotIn(bad, header)
                self.assertLessEqual(header.count('"'), 2)
                kind, options = parse_options_header(header)
                self.assertEqual(kind, "attachment")
                self.assertLessEqual(options.keys(), {"filename"})
                self.assertLess(len(options["filename"]), 80)

    def test_ranges(self):
        token = self.get_token(self.images)
        path = self.path_of(self.partner, "image_1920")
        whole = self.get(token, path)
        size, etag = len(whole.content), whole.headers["ETag"]
        self.assertEqual(whole.headers["Accept-Ranges"], "bytes")
        for wanted, first, last in (
            ("bytes=0-9", 0, 10),
            ("bytes=10-", 10, size),
            ("bytes=-5", size - 5, size),
            (f"bytes=5-{size * 9}", 5, size),
        ):
            with self.subTest(wanted=wanted):
                part = self.get(token, path, 206, Range=wanted)
                self.assertEqual(part.content, whole.content[first:last])
                self.assertEqual(
                    part.headers["Content-Range"], f"bytes {first}-{last - 1}/{size}"
                )
        for wanted in (
            "bytes=0-1,3-4",
            "bytes=9-2",
            "bytes=x",
            "items=0-1",
            "bytes=" + "9" * 5000 + "-",
        ):
            with self.subTest(wanted=wanted[:20]):
                self.assertEqual(
                    self.get(token, path, Range=wanted).content, whole.content
                )
        beyond = self.get(token, path, 416, Range=f"bytes={size}-")
        self.assertEqual(beyond.headers["Content-Range"], f"bytes */{size}")
        self.assertEqual(beyond.json()["error"], "invalid_request")
        self.get(token, path, 206, Range="bytes=0-1", If_Range=etag)
        self.get(token, path, 200, Range="bytes=0-1", If_Range='"other"')
        date = "Fri, 31 Dec 2100 00:00:00 GMT"
        self.get(token, path, 200, Range="bytes=0-1", If_Range=date)

    def test_conditions(self):
        token = self.get_token(self.images)
        path = self.path_of(self.partner, "image_1920")
        etag = self.get(token, path).headers["ETag"]
        for value in (etag, "*", f'"x", {etag}'):
            same = self.get(token, path, 304, If_None_Match=value)
            self.assertEqual(same.content, b"")
        self.get(token, path, If_None_Match='"x"')
        # When the file was stored, and so whether others have it, is not told
        self.get(token, path, If_Modified_Since="Fri, 31 Dec 2100 00:00:00 GMT")
        # No condition comes before the scopes
        closed = self.path_of(self.outside, "image_1920")
        self.get(token, closed, 404, If_None_Match=etag)

    def test_head_is_get_without_the_file(self):
        token = self.get_token(self.images)
        path = self.path_of(self.partner, "image_1920")
        whole = self.get(token, path)
        head = self.get(token, path, method="HEAD", Range="bytes=0-1")
        self.assertEqual(head.content, b"")
        for name in ("Content-Length", "ETag", "Content-Disposition", "Content-Type"):
            self.assertEqual(head.headers[name], whole.headers[name])
        closed = self.path_of(self.outside, "image_1920")
        self.get(token, closed, 404, method="HEAD")

    def test_a_computed_image(self):
        scope = self.create_api_scope(
            code="avatar", api_read=True, names=("avatar_128",)
        )
        token = self.get_token(scope)
        response = self.get(token, self.path_of(self.partner, "avatar_128"))
        self.assertEqual(response.content, base64.b64decode(self.partner.avatar_128))
        # Generated of the name: SVG, which no browser shows from here
        response = self.get(token, self.path_of(self.inside[0], "avatar_128"))
        self.assertIn(b"<svg", response.content)
        self.assertEqual(response.headers["Content-Type"], "application/octet-stream")

    def test_active_content_has_no_type(self):
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "=", self.partner.id),
                ("res_field", "=", "image_1920"),
            ]
        )
        token = self.get_token(self.images)
        path = self.path_of(self.partner, "image_1920")
        for kind in (
            "text/html",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/javascript",
            "TEXT/HTML",
            "application/x-shockwave-flash",
        ):
            # As an administrator may set it
            attachment.env.cr.execute(
                "UPDATE ir_attachment SET mimetype = %s WHERE id = %s",
                [kind, attachment.id],
            )
            attachment.invalidate_recordset()
            with self.subTest(kind=kind):
                response = self.get(token, path)
                self.assertEqual(
                    response.headers["Content-Type"], "application/octet-stream"
                )
                self.assertTrue(
                    response.headers["Content-Disposition"].startswith("attachment")
                )

    def test_a_file_that_is_lost(self):
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = 'aa/lost', db_datas = NULL"
            " WHERE res_model = 'res.partner' AND res_id = %s",
            [self.partner.id],
        )
        self.env.invalidate_all()
        path = self.path_of(self.partner, "image_1920")
        self.assert_error(self.get(self.get_token(self.images), path, 404), "no_file")

    def test_pages_of_the_client_may_read_it(self):
        client, _secret = self.create_client()
        self.assertTrue(client)
        token = self.get_token(self.images)
        path = self.path_of(self.partner, "image_1920")
        asked = self.get(None, path, 204, method="OPTIONS", Origin=ORIGIN)
        for name in ("Authorization", "Range", "If-None-Match"):
            self.assertIn(name, asked.headers["Access-Control-Allow-Headers"])
        response = self.get(token, path, Origin=ORIGIN)
        self.assertEqual(response.headers["Access-Control-Allow-Origin"], ORIGIN)
        for name in ("Content-Disposition", "Content-Range", "ETag"):
            self.assertIn(name, response.headers["Access-Control-Expose-Headers"])
        other = self.get(token, path, Origin="https://evil.example.com")
        self.assertNotIn("Access-Control-Allow-Origin", other.headers)

    def test_a_replica_answers_and_nothing_is_written(self):
        token = self.get_token(self.images)
        path = self.path_of(self.partner, "image_1920")
        self.get(token, path)
        modes = []

        def serve(request, rule, args, serve=http.Request._serve_ir_http):
            modes.append(request.env.cr.readonly)
            return serve(request, rule, args)

        self.startPatcher(patch.object(http.Request, "_serve_ir_http", serve))
        with self.assertNoLogs("odoo.http", "WARNING"):
            written = [
                one
                for one in self.list_statements(lambda: self.get(token, path))
                if one.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
            ]
        self.assertEqual((modes, written), ([True], []))

    def test_a_broken_filter_opens_nothing(self):
        token = self.get_token(self.images)
        self.env.cr.execute(
            "UPDATE ir_filters SET domain = %s WHERE id = %s",
            ["[('no_such_field', '=', 1)]", self.filter.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        path = self.path_of(self.partner, "image_1920")
        self.assert_error(self.get(token, path, 404), "broken_filter")

    def test_a_field_that_fails(self):
        def fail(_records):
            raise ValueError(SECRET)

        scope = self.create_api_scope(
            code="avatar", api_read=True, names=("avatar_128",)
        )
        token = self.get_token(scope)
        self.patch(self.env.registry["res.partner"], "_compute_avatar_128", fail)
        response = self.get(token, self.path_of(self.partner, "avatar_128"), 422)
        self.assertNotIn(SECRET, response.text)


@tagged("post_install", "-at_install")
class TestAttachmentContent(ContentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.attachment = cls.env["ir.attachment"].create(
            {
                "name": "report.pdf",
                "raw": b"%PDF-1.4 content",
                "mimetype": "application/pdf",
                "res_model": "res.partner",
                "res_id": cls.partner.id,
            }
        )

    def create_file_scope(self, *names):
        """Return a scope on the fields ``names`` of attachments."""
        return self.create_api_scope(
            code="files", model="ir.attachment", api_read=True, names=names
        )

    def test_a_scope_on_attachments_and_their_record(self):
        files = self.create_file_scope("name", "raw")
        path = f"content/attachment/{self.attachment.id}"
        token = self.get_token(files, self.images)
        response = self.get(token, path)
        self.assertEqual(response.content, b"%PDF-1.4 content")
        self.assertIn("report.pdf", response.headers["Content-Disposition"])
        self.get(token, self.path_of(self.attachment, "raw"))
        response = self.get(token, self.path_of(self.attachment, "datas"), 403)
        self.assert_error(response, "not_opened")
        # Without its record it is not there
        self.get(self.get_token(files), path, 404)
        self.attachment.res_id = self.outside.id
        self.get(token, path, 404)
        # Whatever its own author says of it
        self.attachment.public = True
        self.get(token, path, 404)

    def test_the_attachment_of_a_field(self):
        """It is open where the field is that it holds the value of."""
        files = self.create_file_scope("raw")
        image = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "=", self.partner.id),
                ("res_field", "=", "image_1920"),
            ]
        )
        names = self.create_api_scope(code="names", api_read=True, names=("name",))
        path = f"content/attachment/{image.id}"
        response = self.get(self.get_token(files, self.images), path)
        self.assertEqual(response.content, base64.b64decode(self.partner.image_1920))
        self.get(self.get_token(files, names), path, 404)

    def test_the_file_only_where_it_is_open(self):
        names = self.create_file_scope("name")
        files = self.create_api_scope(
            code="own.files",
            model="ir.attachment",
            api_read=True,
            names=("raw",),
            filter_id=self.env["ir.filters"]
            .create(
                {
                    "name": "Own",
                    "model_id": "ir.attachment",
                    "domain": "[('name', '=', 'own.pdf')]",
                    "user_ids": False,
                }
            )
            .id,
        )
        token = self.get_token(names, files, self.images)
        path = f"content/attachment/{self.attachment.id}"
        self.assert_error(self.get(token, path, 403), "not_opened")
        self.attachment.name = "own.pdf"
        self.get(token, path)

    def test_a_scope_without_the_file(self):
        token = self.get_token(self.create_file_scope("name"), self.images)
        response = self.get(token, f"content/attachment/{self.attachment.id}", 403)
        self.assert_error(response, "not_opened")

    def test_full_access_is_the_rights_of_the_user(self):
        token = self.get_token(self.everything)
        path = f"content/attachment/{self.attachment.id}"
        response = self.get(token, path)
        self.assertEqual(response.content, b"%PDF-1.4 content")
        self.assertEqual(
            response.headers["Content-Disposition"],
            "attachment; filename=report.pdf",
        )
        for field in ("raw", "datas"):
            same = self.get(token, self.path_of(self.attachment, field))
            self.assertEqual(same.content, response.content)
        self.get(token, f"db/{self.env.cr.dbname}/{path}")
        portal = new_test_user(self.env, "portal-user", groups="base.group_portal")
        self.get(self.get_token(self.everything, user=portal), path, 403)

    def test_a_link_is_no_file(self):
        token = self.get_token(self.everything)
        for url in (
            "https://evil.example.com/x",
            "/web/static/img/placeholder.png",
            "file:///etc/passwd",
        ):
            link = self.env["ir.attachment"].create(
                {
                    "name": "link",
                    "type": "url",
                    "url": url,
                    "res_model": "res.partner",
                    "res_id": self.partner.id,
                }
            )
            with self.subTest(url=url):
                response = self.get(token, f"content/attachment/{link.id}", 404)
                self.assert_error(response, "no_file")
                self.assertIn("link", response.json()["error_description"])
                self.assertNotIn("Location", response.headers)

    def test_an_empty_file(self):
        empty = self.env["ir.attachment"].create({"name": "empty.txt", "raw": b""})
        token = self.get_token(self.everything)
        admin = self.get_token(self.everything, user=self.env.ref("base.user_admin"))
        self.get(token, f"content/attachment/{empty.id}", 403)
        response = self.get(admin, f"content/attachment/{empty.id}")
        self.assertEqual(response.content, b"")

    def test_markup_is_never_shown(self):
        page = self.env["ir.attachment"].create(
            {
                "name": "page.html",
                "raw": b"<html><script>alert(1)</script></html>",
                "mimetype": "text/html",
                "res_model": "res.partner",
                "res_id": self.partner.id,
                "public": True,
            }
        )
        response = self.get(
            self.get_token(self.everything), f"content/attachment/{page.id}"
        )
        self.assertEqual(response.headers["Content-Type"], "application/octet-stream")
        self.assertTrue(
            response.headers["Content-Disposition"].startswith("attachment")
        )

    def test_without_a_scope_on_attachments(self):
        token = self.get_token(self.images)
        response = self.get(token, f"content/attachment/{self.attachment.id}", 403)
        self.assert_error(response, "not_opened")
