"""AWS on this machine: one ministack on a free port, with permissions enforced."""
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import boto3
from botocore.config import Config

from template import REGION
from waiting import until

HERE = Path(__file__).parent
# The client's keys are the account's own: what the test does itself is never refused.
ROOT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class Emulator:
    """Started by `with`; its processes end there too."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.checks_file = folder / "checks.jsonl"
        self.log_file = folder / "emulator.log"

    def __enter__(self):
        self.checks_file.touch()
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        # `localhost` is AWS, `127.0.0.1` is the operator's own domain in front of the API.
        self.aws_url = f"http://localhost:{self.port}"
        self.domain = "127.0.0.1"
        self.api_url = f"http://{self.domain}:{self.port}"
        # Functions inherit this environment: nothing stands in it but what the emulator needs.
        environment = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(HERE), "TMPDIR": str(self.folder), "HOME": str(self.folder),
            "GATEWAY_PORT": str(self.port), "MINISTACK_REGION": REGION, "AUTH": "true",
            **{f"AWS_ENDPOINT_URL_{service}": self.aws_url for service in ("DYNAMODB", "KMS", "SECRETS_MANAGER", "SQS")},
            "SFTP_ENABLED": "0", "IOT_MTLS_ENABLED": "0", "PERMISSION_CHECKS": str(self.checks_file), **ROOT,
        }
        command = [sys.executable, "-m", "hypercorn", "front:app", "--bind", f"fd://{listener.fileno()}"]
        with self.log_file.open("wb") as log, listener:
            self.process = subprocess.Popen(command, env=environment, cwd=self.folder, stdout=log, stderr=log,
                                            pass_fds=[listener.fileno()], start_new_session=True)
        until("the emulator answers", self._answers, seconds=30)
        return self

    def __exit__(self, *_):
        # Its own group: the functions' processes are in it.
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)

    def _answers(self):
        assert self.process.poll() is None, f"the emulator ended: {self.log_file.read_text()[-2000:]}"
        try:
            return self.client("sts").get_caller_identity()["Account"]
        except Exception:  # not up yet, in whichever way
            return None

    def client(self, service: str):
        config = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"})
        return boto3.client(service, endpoint_url=self.aws_url, region_name=REGION, aws_access_key_id="test",
                            aws_secret_access_key="test", config=config)

    def checks(self, since: int = 0):
        """Permission checks of functions, from the given one on: role, session, action, resource, allowed."""
        return [json.loads(line) for line in self.checks_file.read_text().splitlines()[since:]]
