# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files that a caller sends or asks for, in whatever form, in Odoo's apps."""

import base64

from odoo.tests import tagged

from .records_case import ALL, RecordsCase
from .test_json2 import SECRET
from .watched_case import ANSWERED, REFUSED, SECRET_FILE

FILE = base64.b64encode(b"Seen").decode()
#: All that a caller could want to write of an attachment.
NAMES = (
    *("name", "description", "res_model", "res_id", "res_field", "type", "url"),
    *("public", "access_token", "raw", "datas", "mimetype", "store_fname"),
    *("db_datas", "checksum", "file_size", "company_id", "original_id"),
)
NO_TEXTS = (5, -1, 1.5, True, ["x"], {"a": 1}, [], {}, [[SECRET[:2]]])
NO_FILES = ("no base64 !", "é", "=", "a", "====", "a" * 5, "\x00", "QQ==\n!", *NO_TEXTS)
ODD_TEXTS = (
    *("", "x" * 10_000, "a\x00b", "../../../etc/passwd", "<script>alert(1)</script>"),
    *("a\r\nSet-Cookie: x=1", "\ud800", "text/html", "image/svg+xml", "\u202ex"),
)
RANGES = (
    *("bytes=0-3", "bytes=-1", "bytes=9-1", "bytes=99999999-", "bytes=0-0,1-1"),
    *("bytes=" + "0-1," * 2_000, "bytes=x", "lines=1-2", "", "bytes=-0", "é"),
    *("bytes=" + "9" * 400 + "-", "bytes=0-" + "9" * 18, "bytes=--1"),
)


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestHostileFiles(RecordsCase):
    def get_token_for_files(self):
        self.scene = self.make_attachments()
        self.may_change(self.scene.inside, self.seen)
        partners = self.open_contacts(api_methods="message_post", **ALL)
        files = self.create_api_scope("files", "ir.attachment", NAMES, **ALL)
        return self.get_token(partners, files)

    def get_values(self):
        """Yield values that no attachment should have."""
        hidden = self.scene.hidden[0]
        for name in ("raw", "datas", "db_datas"):
            yield from ({name: value} for value in NO_FILES)
        for name in ("name", "mimetype", "url", "description", "access_token"):
            yield from ({name: value} for value in (*ODD_TEXTS, *NO_TEXTS))
        for value in (hidden.store_fname, "../../../../etc/passwd", *NO_TEXTS):
            yield {"store_fname": value}
            yield {"checksum": value}
        for url in ("file:///etc/passwd", "javascript:alert(1)", "/web/assets/x.js"):
            yield {"type": "url", "url": url}
            yield {"type": "binary", "url": url}
        yield from ({"type": value} for value in ("no", "", *NO_TEXTS))
        fields = ("image_1920", "comment", "name", "no_such", "", "__class__", "id")
        for name in (*fields, *NO_TEXTS):
            yield {"res_field": name}
            yield {"res_model": "res.partner", "res_field": name, "res_id": 1}
        for model in ("res.users", "res.company", "no.such", "base", "", *NO_TEXTS):
            for number in (1, 2, 0, -1, 2**31, "1", [1], None):
                yield {"res_model": model, "res_id": number}
        for number in (*(one.id for one in self.scene.hidden), 2**31 - 1, 2**70, "x"):
            yield {"original_id": number}
            yield {"res_model": "ir.attachment", "res_id": number}
        yield from ({"public": value} for value in (True, "x", 5, ["x"]))
        yield from ({"company_id": value} for value in (10**6, "x", [1], -1))

    def test_what_is_sent(self):
        token = self.get_token_for_files()
        base = {
            "name": "New",
            "res_model": "res.partner",
            "res_id": self.seen.id,
            "datas": FILE,
        }
        inside, hidden = self.scene.inside.id, self.scene.hidden[0].id
        for number, values in enumerate(self.get_values()):
            self.attempt(
                token,
                "ir.attachment.create",
                ANSWERED,
                vals_list=[{**base, **values}],
            )
            if number % 2:
                self.attempt(
                    token,
                    "ir.attachment.write",
                    ANSWERED,
                    ids=[inside],
                    vals=values,
                )
            if number % 8 == 0:
                self.attempt(
                    token,
                    "ir.attachment.write",
                    ids=[inside, hidden],
                    vals=values,
                )
        self.conclude(400)

    def test_no_file_becomes_another_one(self):
        """Whatever is written, what is hidden is not what comes back."""
        token = self.get_token_for_files()
        hidden = self.scene.hidden[0]
        hidden.flush_recordset()
        base = {"name": "New", "res_model": "res.partner", "res_id": self.seen.id}
        for values in (
            {"store_fname": hidden.store_fname},
            {"store_fname": hidden.store_fname, "db_datas": False},
            {"checksum": hidden.checksum},
            {"checksum": hidden.checksum, "file_size": hidden.file_size},
            {"original_id": hidden.id},
            {"url": f"/web/content/{hidden.id}", "type": "url"},
        ):
            with self.subTest(values=values):
                made = self.call(
                    token, "create", "ir.attachment", vals_list=[{**base, **values}]
                )
                ids = made.json() if made.status_code == 200 else []
                self.call(
                    token,
                    "write",
                    "ir.attachment",
                    ids=self.scene.inside.ids,
                    vals=values,
                )
                self.env.invalidate_all()
                ids += self.scene.inside.ids
                read = self.call(
                    token, "read", "ir.attachment", ids=ids, fields=["datas", "raw"]
                )
                self.assertNotIn(SECRET_FILE, read.text)
                self.assertNotIn(SECRET, read.text)
                for one in ids:
                    path = f"/oauth2/content/attachment/{one}"
                    self.assertNotIn(SECRET, self.get_file(token, path).text)

    def test_files_of_messages(self):
        token = self.get_token_for_files()
        for one in (*self.scene.hidden, self.env["ir.attachment"].browse(2**31 - 1)):
            self.call(
                token,
                "message_post",
                ids=self.seen.ids,
                body="x",
                attachment_ids=one.ids,
            )
            self.env.invalidate_all()
            for name in ("datas", "raw", "name"):
                self.attempt(token, "ir.attachment.read", ids=one.ids, fields=[name])
            path = f"/oauth2/content/attachment/{one.id}"
            self.assertNotEqual(self.get_file(token, path).status_code, 200)
        self.conclude(20)

    # What is asked for

    def get_file(self, token, path, **headers):
        headers["Authorization"] = f"Bearer {token}"
        return self.url_open(path, headers=headers, cookies={})

    def test_what_is_asked_for(self):
        token = self.get_token_for_files()
        hidden = [one.id for one in self.scene.hidden]
        inside, seen, outside = self.scene.inside.id, self.seen.id, self.outside.id
        odd = ("0", "-1", str(2**31), str(2**70), "x", "1.5", "%00", "é", "1" * 10_000)
        missing = str(2**31 - 1)
        paths = [f"attachment/{one}" for one in (*hidden, missing, *odd)]
        for number in (outside, missing, *odd):
            paths.append(f"res.partner/{number}/image_1920")
            paths.append(f"res.partner/{number}/name")
        for field in ("image_1920", "comment", "no_such", "__class__", "%00", "id"):
            paths.append(f"res.partner/{seen}/{field}")
            paths.append(f"res.partner/{self.inside[0].id}/{field}")
        for model in ("res.users", "no.such", "base", "ir.qweb", "%00", "ir.ui.menu"):
            paths.append(f"{model}/1/image_1920")
        for one in hidden:
            paths += [f"ir.attachment/{one}/{name}" for name in ("datas", "raw")]
        said = set()
        for path in paths:
            with self.subTest(path=path[:80]):
                response = self.get_file(token, f"/oauth2/content/{path}")
                self.assertIn(response.status_code, REFUSED, response.text)
                self.assertNotIn(SECRET, response.text)
                if path in (f"attachment/{one}" for one in (*hidden, missing)):
                    said.add((response.status_code, response.text))
        # What is hidden and what is not there get the same answer
        self.assertEqual(len(said), 1, said)
        for value in RANGES:
            with self.subTest(range=value[:80]):
                for one, statuses in ((inside, (200, 206, 416)), (hidden[0], (404,))):
                    response = self.get_file(
                        token,
                        f"/oauth2/content/attachment/{one}",
                        Range=value.encode(),
                    )
                    self.assertIn(response.status_code, statuses, response.text)
                    self.assertNotIn(SECRET, response.text)
