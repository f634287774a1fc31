"""The stand-alone simulator as a program: the Salt Edge of the deployed stack."""
import base64
import datetime
import os
import signal
import subprocess
from pathlib import Path

from template import ROOT
from web import call, submit

PROGRAM = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug/simulator"
KEYS = ROOT / "tests/simulator/keys"


class SaltEdge:
    """Started by `with`. It calls back to the given address."""

    def __init__(self, callbacks: str, mode: str = "partner"):
        self.callbacks, self.mode = callbacks, mode

    def __enter__(self):
        command = [PROGRAM, "--port", "0", "--live", "--kind", self.mode, "--callbacks", self.callbacks]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        lines = dict(self.process.stdout.readline().strip().split(": ", 1) for _ in range(3))
        self.api, self.dashboard, self.control = (lines[name] for name in ("salt-edge", "dashboard", "control"))
        # Nothing happens at night, and an attempt's stages take no time.
        self.told("POST", "switches", {"stage_millis": 0, "nightly_refresh": False})
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=10)
        self.process.stdout.close()

    def told(self, method: str, path: str, body=None) -> dict:
        answer = call(method, f"{self.control}/{path}", body)
        assert answer.status == 200, answer
        return answer.json

    def secret(self) -> dict:
        """What an operator writes into the secret."""
        return {"app_id": "app", "secret": "secret", "private_key": (KEYS / "client-test-private.pem").read_text(),
                "account_key": base64.b64encode(bytes(range(32))).decode()}

    def callback_key(self) -> str:
        return (KEYS / "salt-edge-test-public.pem").read_text()

    def walk(self, page: str) -> str:
        """What the user does on the pages: ticks the box, signs in. The address that the browser is sent back to.

        It happened more than an hour ago, as far as Salt Edge knows: so the bank may be asked again now.
        """
        address, token = page.split("?")[0], page.split("token=")[1]
        self._clock(datetime.timedelta(minutes=-70))
        for form, fields in (("consent", {"consent": "yes"}), ("credentials", {"login": "username", "password": "secret"})):
            answer = submit(f"{address}/{form}", token=token, **fields)
            assert answer.status == 303, f"{form}: {answer}"
        self._clock(datetime.timedelta())
        back = call("GET", page)
        assert back.status == 303, back
        return back.headers["location"]

    def _clock(self, ahead: datetime.timedelta):
        instant = datetime.datetime.now(datetime.UTC) + ahead
        self.told("POST", "clock", {"set": instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")})

    def deleted_by_owner(self, email: str):
        """The end user deletes their connections in Salt Edge's dashboard."""
        for connection in self.told("GET", "ledger")["connections"]:
            if connection.get("customer_email", email) == email:
                submit(f"{self.dashboard}/delete", email=email, connection_id=connection["id"])
