"""The local cloud as a program, and the banks that are linked in it, so that ids lead somewhere."""

import json
import subprocess
import tempfile
import time
import uuid
from urllib.parse import parse_qs, urlsplit

import requests

# Two banks that ask for a name and a password and nothing else.
BANK, OTHER_BANK = "fakebank_simple_xf", "fakebank_with_updates_xf"


def program() -> str:
    """Cargo builds what it builds for the tests, and says where."""
    build = ["cargo", "test", "--workspace", "--locked", "--test", "program", "--no-run", "--message-format=json"]
    built = subprocess.run(build, stdout=subprocess.PIPE, text=True, check=True).stdout
    artefacts = (json.loads(line) for line in built.splitlines() if line.startswith("{"))
    return next(one["executable"] for one in artefacts if one.get("executable") and one["target"]["name"] == "local-cloud"
                and one["target"]["kind"] == ["bin"])


class World:
    """A running local cloud. Everything goes through its API and the bank's pages, as for any user."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        command = [program(), "--port", "0", "--data", self.folder.name]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        lines = {}
        while "control" not in lines:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("the local cloud did not start")
            name, _, value = line.strip().partition(": ")
            lines[name] = value
        self.api, self.page, self.token = lines["api"], lines["page"], lines["token"]
        self.tenant_token = lines["tenant token"]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.folder.cleanup()

    def call(self, method: str, path: str, body=None, token=None) -> dict:
        headers = {"Authorization": f"Bearer {token or self.token}", "Idempotency-Key": str(uuid.uuid4())}
        answer = requests.request(method, self.api + path, json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def until(self, done, path: str) -> dict:
        """The answer of a GET, as soon as it is what is waited for."""
        for _ in range(300):
            try:
                answer = self.call("GET", path)
                if done(answer):
                    return answer
            except requests.HTTPError as error:
                if error.response.status_code != 503:
                    raise
            time.sleep(0.1)
        raise SystemExit(f"{path} does not come to what is waited for")

    def begin(self, bank: str = BANK) -> dict:
        """A session that is not opened yet."""
        body = {"intent": "link", "institution_id": bank, "email": "ada@example.com", "return_to": f"{self.page}/return"}
        return self.call("POST", "/v1/link-sessions", body)

    def link(self, bank: str) -> dict:
        """Links a bank: the session, its code, its state, the connection, an account and the consent."""
        session = self.begin(bank)
        pages = follow(session["connect_url"])
        address, token = pages.partition("?")[0], query(pages, "token")
        requests.post(f"{address}/consent", {"token": token, "consent": "yes"}, timeout=30)
        requests.post(f"{address}/credentials", {"token": token, "login": "username", "password": "secret"}, timeout=30)
        back = self.sent_back(pages)
        code = query(follow(back), "code")
        self.call("POST", f"/v1/link-sessions/{session['id']}/confirm", {"code": code})
        path = f"/v1/link-sessions/{session['id']}"
        connection = self.until(lambda now: now["stage"] in ("finished", "failed"), path)["connection_id"]
        shown = self.call("GET", f"/v1/connections/{connection}")
        return {"session": session["id"], "code": code, "state": query(back, "state"), "connection": connection,
                "account": shown["accounts"][0]["id"], "consent": shown["consent"]["id"]}

    def sent_back(self, pages: str) -> str:
        """Where the bank's pages send the browser when they are done."""
        for _ in range(300):
            if (back := follow(pages)).startswith(self.api):
                return back
            time.sleep(0.1)
        raise SystemExit(f"{pages} sends nobody back")


def follow(url: str) -> str:
    """Where a browser is sent from here; nothing when it stays."""
    return requests.get(url, allow_redirects=False, timeout=30).headers.get("location", "")


def query(url: str, name: str) -> str:
    return parse_qs(urlsplit(url).query)[name][0]
