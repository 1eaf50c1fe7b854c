# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What docs/DEPLOYMENT.md says, followed to the letter: nginx with TLS, two workers."""

import configparser
import datetime
import re
import time
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dev.nginx import Nginx
from dev.server import OdooServer, free_port

ADDON = "oauth_provider"
DATABASE = "e2e_deployment"
HOST = "odoo.example.com"
PAGE = Path(__file__).parent.parent / "docs" / "DEPLOYMENT.md"
MAKE = """
env["ir.config_parameter"].set_param("oauth_provider.issuer", values["issuer"])
client = env["oauth.provider.client"].create({
    "name": "Deployed", "application_type": "backend application",
    "user_id": env.ref("base.user_admin").id,
})
result = [client.identifier, client.generate_secret()]
"""


def block(language, number=0):
    """The text of a block of code of the page."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.S | re.M)
    return blocks[number]


def make_certificate(folder):
    """Write a certificate for HOST and its key; return their paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "site.pem", folder / "site.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@pytest.fixture(scope="module")
def site(postgres, databases):
    """(nginx, Odoo, client): both configured by the page, but for ports and paths."""
    databases.create(DATABASE, ["web", ADDON])
    client = databases.shell(DATABASE, MAKE, issuer=f"https://{HOST}")
    given = configparser.RawConfigParser()
    given.read_string(block("ini"))
    options = dict(given["options"])
    assert options["server_wide_modules"] == f"base,rpc,web,{ADDON}"
    assert options["dbfilter"] == "^production$"
    chat = free_port()
    odoo = OdooServer(
        postgres,
        "deployment",
        DATABASE,
        load=[ADDON],
        workers=2,
        dbfilter=f"^{DATABASE}$",
        options=[
            *(["--proxy-mode"] if options["proxy_mode"] == "True" else []),
            *(["--no-database-list"] if options["list_db"] == "False" else []),
            f"--gevent-port={chat}",
        ],
    )
    with Nginx("deployment") as nginx, odoo:
        certificate, key = make_certificate(nginx.work)
        text = block("nginx")
        for found, put in (
            (f"127.0.0.1:{options['http_port']}", f"127.0.0.1:{odoo.port}"),
            (f"127.0.0.1:{options['gevent_port']}", f"127.0.0.1:{chat}"),
            ("listen 443 ssl", f"listen 127.0.0.1:{nginx.port} ssl"),
            ("/etc/ssl/odoo.example.com.pem", f'"{certificate}"'),
            ("/etc/ssl/odoo.example.com.key", f'"{key}"'),
            ("/var/log/nginx/odoo.log", f'"{nginx.work}/access.log"'),
            ("/var/log/nginx/odoo-error.log", f'"{nginx.work}/error.log"'),
        ):
            assert text.count(found) == 1, found
            text = text.replace(found, put)
        nginx.start(text)
        yield nginx, odoo, tuple(client)


def call(nginx, method, path, **options):
    """Send a request as if HOST were this machine, its certificate verified."""
    session = requests.Session()
    session.mount("https://", ToLoopback(HOST))
    return session.request(
        method,
        f"https://127.0.0.1:{nginx.port}{path}",
        headers={"Host": HOST, **options.pop("headers", {})},
        verify=str(nginx.work / "site.pem"),
        timeout=30,
        allow_redirects=False,
        **options,
    )


class ToLoopback(requests.adapters.HTTPAdapter):
    """Connects to the loopback interface and expects the certificate of a host."""

    def __init__(self, host):
        self.host = host
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        kwargs.update(server_hostname=self.host, assert_hostname=self.host)
        super().init_poolmanager(*args, **kwargs)


def test_the_metadata_names_the_public_address_alone(site):
    nginx, _odoo, _client = site
    answer = call(nginx, "GET", "/.well-known/openid-configuration")
    assert answer.status_code == 200, answer.text
    for name, value in answer.json().items():
        if isinstance(value, str) and "://" in value:
            assert value.startswith(f"https://{HOST}"), name
    keys = call(nginx, "GET", "/oauth2/jwks")
    assert "public" in keys.headers["Cache-Control"]


def test_browsers_stay_on_the_public_address(site):
    nginx, _odoo, _client = site
    page = call(nginx, "GET", "/web/login")
    assert page.status_code == 200
    answer = call(nginx, "GET", "/web")
    location = answer.headers["Location"]
    assert location.startswith(("/", f"https://{HOST}/")), location


def test_tokens_and_addresses_pass_the_proxy_and_stay_out_of_its_log(site):
    nginx, odoo, client = site
    data = {"grant_type": "client_credentials"}
    answer = call(nginx, "POST", "/oauth2/token", data=data, auth=client)
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    # Nobody chooses the address under which a failure is counted
    headers = {"X-Forwarded-For": "203.0.113.9"}
    info = call(
        nginx, "GET", f"/oauth2/tokeninfo?access_token={token}", headers=headers
    )
    assert info.status_code == 200
    wrong = (client[0], "wrong")
    refused = call(
        nginx, "POST", "/oauth2/token", data=data, auth=wrong, headers=headers
    )
    assert refused.status_code == 401
    logged = (nginx.work / "access.log").read_text()
    assert '"GET /oauth2/tokeninfo" 200' in logged
    # What is refused is gathered for a second
    deadline = time.monotonic() + 20
    while "event=refused" not in (log := odoo.log.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert f"event=issued client={client[0]}" in log
    [line] = [line for line in log.splitlines() if "event=refused" in line]
    assert "address=127.0.0.1" in line
    assert "203.0.113.9" not in log
    for text in (logged, (nginx.work / "error.log").read_text(), log):
        assert token not in text


def test_while_odoo_restarts_the_proxy_says_so_and_logs_no_token(site):
    nginx, odoo, _client = site
    odoo.stop()
    try:
        path = "/oauth2/tokeninfo?access_token=CREDENTIAL"
        assert call(nginx, "GET", path).status_code == 502
        assert "CREDENTIAL" not in (nginx.work / "error.log").read_text()
        assert "CREDENTIAL" not in (nginx.work / "access.log").read_text()
    finally:
        odoo.start().wait_ready()
    assert call(nginx, "GET", "/oauth2/jwks").status_code == 200
