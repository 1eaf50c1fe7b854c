# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The job that removes what has expired, while tokens are asked for."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from dev.server import OdooServer

ADDON = "oauth_provider"
DATABASE = "e2e_housekeeping"
#: The size that matters is a million; what is tested every time is smaller.
ROWS = int(os.environ.get("HOUSEKEEPING_ROWS") or 100_000)
APPLICATIONS = 2
#: Seconds for which the token route is timed before there is a job.
BEFORE = 8
#: Seconds by which the slowest requests differ on a busy machine without any job.
NOISE = 0.05
MAKE = """
client = env["oauth.provider.client"].create({
    "name": "Busy", "application_type": "backend application",
    "user_id": env.ref("base.user_admin").id,
})
scope = env.ref("oauth_provider.scope_openid")
rows = values["rows"]
for table, number in (("token", rows), ("refresh_token", rows // 2)):
    names = (
        "digest, family, client_id, user_id, backend_client_id, backend_user_id,"
        " scope_numbers, expires_at, create_date"
    )
    made = (
        "md5(n::text) || %s, md5(n::text), %s, %s, %s, %s, jsonb_build_array(%s),"
        " now() at time zone 'UTC' - interval '40 days' - n * interval '1 second',"
        " now() at time zone 'UTC' - interval '80 days'"
    )
    if table == "token":
        names, made = names + ", token_type", made + ", 'random'"
    env.cr.execute(
        f"INSERT INTO oauth_provider_{table} ({names})"
        f" SELECT {made} FROM generate_series(1, %s) AS n",
        (table, *(client.id, client.user_id.id) * 2, scope.id, number),
    )
    env.cr.execute(f"ANALYZE oauth_provider_{table}")
result = [client.identifier, client.generate_secret()]
"""
# As the server does it: with progress, and again while something remains
RUN = """
import time
end, result = time.monotonic() + 200, 1
while result and time.monotonic() < end:
    env.ref("oauth_provider.cron_clean").method_direct_trigger()
    env.cr.commit()
    env.cr.execute(
        "SELECT (SELECT count(*) FROM oauth_provider_token WHERE expires_at < now()"
        " - interval '31 days') + (SELECT count(*) FROM oauth_provider_refresh_token"
        " WHERE expires_at < now() - interval '31 days')"
    )
    [[result]] = env.cr.fetchall()
"""


class Applications:
    """Ask for tokens all the time; ``times`` are the seconds of each answer."""

    def __init__(self, server, client):
        self.url = f"{server.url}/oauth2/token"
        self.client = tuple(client)
        self.times = []
        self.failures = []
        self._end = threading.Event()

    def run(self):
        data = {"grant_type": "client_credentials"}
        while not self._end.is_set():
            start = time.perf_counter()
            answer = requests.post(self.url, data, auth=self.client, timeout=60)
            self.times.append(time.perf_counter() - start)
            if answer.status_code != 200:
                self.failures.append(answer.text)

    def end(self):
        self._end.set()

    def take(self):
        """Return (requests, median, 99th percentile) since the last call."""
        times, self.times = sorted(self.times), []
        return len(times), times[len(times) // 2], times[int(len(times) * 0.99)]


@pytest.mark.timeout(300 + ROWS / 500)
def test_the_job_never_locks_out_the_token_route(postgres, databases):
    databases.create(DATABASE, ["web", ADDON])
    client = databases.shell(DATABASE, MAKE, rows=ROWS)
    server = OdooServer(
        postgres,
        "housekeeping",
        DATABASE,
        load=[ADDON],
        workers=2,
        dbfilter=f"^{DATABASE}$",
    )
    with server, ThreadPoolExecutor(APPLICATIONS) as pool:
        applications = Applications(server, client)
        runs = [pool.submit(applications.run) for _number in range(APPLICATIONS)]
        try:
            time.sleep(2)
            applications.take()
            time.sleep(BEFORE)
            before = applications.take()
            start = time.monotonic()
            left = 1
            while left and time.monotonic() < start + ROWS / 500:
                left = databases.shell(DATABASE, RUN)
            seconds = time.monotonic() - start
            during = applications.take()
        finally:
            applications.end()
        for run in runs:
            run.result()
    databases.drop(DATABASE)
    rows = ROWS + ROWS // 2
    print(
        f"\nhousekeeping: {rows} expired rows in {seconds:.0f} s;"
        + "".join(
            f"\n  {name}: {number} tokens issued, median {median * 1000:.0f} ms,"
            f" p99 {slow * 1000:.0f} ms"
            for name, (number, median, slow) in (("before", before), ("during", during))
        )
        + f"\n  requests that failed: {len(applications.failures)}"
    )
    assert left == 0
    assert not applications.failures, applications.failures[:3]
    assert during[2] <= 2 * before[2] + NOISE
