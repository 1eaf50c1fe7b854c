# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Applications that exchange codes and refresh tokens, and count what must not be."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import requests

from e2e.person import VERIFIER, Person

#: Seconds after which a request counts as hanging.
PATIENCE = 30
#: Seconds after which a server must answer again.
LONGEST_OUTAGE = 90


class Load:
    """One application, and people who use it all the time.

    Like a real application it sends a request again whose answer did not arrive.

    :ivar counts: Counter of ``requests``, ``tokens``, ``refused``, ``broken``
        (no answer), ``hung``, and of what must not be: ``double``, ``lost``
    :ivar errors: list of (start, end, status, text) of the answers that are 5xx
    :ivar losses: list of (status, text) of what was answered to tokens that are lost
    :ivar live: list of access tokens that must work at any later time
    :param supervise: called while there is no answer: starts a server that has ended
    """

    def __init__(self, server, client, seed, supervise):
        self.server = server
        self.client = tuple(client)
        self.random = random.Random(seed)
        self.supervise = supervise
        self.counts = Counter()
        self.errors = []
        self.losses = []
        self.live = []
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(8)

    def start(self):
        """See that a person gets a token before anything is counted or broken."""
        person = Person(self.server, "ann", "ann-password")
        data = {"grant_type": "authorization_code", "code_verifier": VERIFIER}
        data["code"] = person.get_code(self.client[0])
        assert self.redeem(data, time.monotonic()), "no token without any fault"
        self.counts.clear()

    def run(self, until):
        """Be one person until a moment (monotonic seconds)."""
        person, failures = None, 0
        while time.monotonic() < until:
            try:
                person = person or Person(self.server, "ann", "ann-password")
                code = person.get_code(self.client[0])
            except (AssertionError, KeyError, IndexError, requests.RequestException):
                # No answer, or signed out: to sign in again costs far more than to ask
                # again, and would leave little else on a slow machine
                failures += 1
                if failures == 3:
                    person, failures = None, 0
                time.sleep(0.2)
                continue
            failures = 0
            self.use(code, until)

    def use(self, code, until):
        """Exchange ``code`` and refresh what it gives, in one of several ways."""
        data = {"grant_type": "authorization_code", "code": code}
        data["code_verifier"] = VERIFIER
        chance = self.random.random()
        if chance < 0.3:
            self.redeem_at_once(data)
            return
        used = []
        for _number in range(self.random.randint(1, 4)):
            tokens = self.redeem(data, until)
            if not tokens:
                # Refused, or the time was over before there was an answer
                break
            used.append(data)
            data = {"grant_type": "refresh_token"}
            data["refresh_token"] = tokens["refresh_token"]
        if chance < 0.6 and used:
            # Whatever was used is worth nothing, however long ago
            again = self.send("token", self.random.choice(used))
            self.count(double=int(again is not None and again.status_code == 200))
        elif tokens:
            self.live.append(tokens["access_token"])

    def redeem(self, data, until):
        """Present a code or a refresh token until there is an answer; the tokens."""
        while True:
            answer = self.send("token", data)
            if answer is not None and answer.status_code < 500:
                break
            if time.monotonic() > until:
                return None
            time.sleep(0.3)
        if answer.status_code != 200:
            self.count(refused=1)
            return None
        tokens = answer.json()
        self.count(tokens=1, lost=int(not self.works(tokens["access_token"])))
        return tokens

    def redeem_at_once(self, data):
        """Present the same twice at the same time."""
        both = self._pool.map(lambda _n: self.send("token", data), range(2))
        given = [a for a in both if a is not None and a.status_code == 200]
        self.count(double=int(len(given) > 1), tokens=len(given))

    def works(self, token):
        """Tell whether an access token works, once there is an answer at all.

        :raise AssertionError: if there is none for long
        """
        until = time.monotonic() + LONGEST_OUTAGE
        while time.monotonic() < until:
            answer = self.send("tokeninfo", {"access_token": token})
            if answer is not None and answer.status_code < 500:
                if answer.status_code != 200:
                    self.losses.append((answer.status_code, answer.text[:200]))
                return answer.status_code == 200
            time.sleep(0.3)
            self.supervise()
        raise AssertionError(f"no answer for {LONGEST_OUTAGE} s: {self.errors[-3:]}")

    def send(self, route, data):
        """POST ``data`` (dict) and return the answer, or None if there is none."""
        start = time.monotonic()
        self.count(requests=1)
        auth = self.client if route == "token" else None
        url = f"{self.server.url}/oauth2/{route}"
        try:
            answer = requests.post(url, data, auth=auth, timeout=PATIENCE)
        except requests.Timeout:
            self.count(hung=1)
            return None
        except requests.RequestException:
            self.count(broken=1)
            return None
        if answer.status_code >= 500:
            text = answer.text[:200]
            self.errors.append((start, time.monotonic(), answer.status_code, text))
        return answer

    def count(self, **numbers):
        """Add to the counts."""
        with self._lock:
            self.counts.update(numbers)
