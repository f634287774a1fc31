"""HTTP as a browser without a script and a SaaS without a library make it. Redirects are answers, not followed."""
import json
from urllib.parse import urlencode

import urllib3

POOL = urllib3.PoolManager(retries=False, timeout=30)


class Answer:
    """Status, headers and body of a response."""

    def __init__(self, response):
        self.status, self.headers, self.text = response.status, response.headers, response.data.decode()

    @property
    def json(self):
        return json.loads(self.text)

    def __str__(self):
        return f"{self.status} {self.text[:300]}"


def call(method: str, url: str, body=None, headers=None) -> Answer:
    """A request with a JSON body, if any."""
    headers = dict(headers or {})
    if body is not None:
        headers["content-type"] = "application/json"
    return Answer(POOL.request(method, url, body=None if body is None else json.dumps(body), headers=headers))


def submit(url: str, **fields) -> Answer:
    """A form."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Answer(POOL.request("POST", url, body=urlencode(fields), headers=headers))
