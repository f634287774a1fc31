"""The identity provider of the SaaS: signs access tokens, and serves the key that the gateway checks them with."""
import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from template import ROOT

# The published key of local runs: it protects nothing.
KEY = ROOT / "tests/local-cloud/keys/issuer.pem"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int) -> str:
    return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Issuer:
    """Started by `with`."""

    def __init__(self):
        self.key = serialization.load_pem_private_key(KEY.read_bytes(), None)
        self.stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def __enter__(self):
        issuer = self

        class Documents(BaseHTTPRequestHandler):
            def do_GET(self):
                document = issuer.documents().get(self.path)
                self.send_response(200 if document else 404)
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(document).encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Documents)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def documents(self) -> dict:
        public = self.key.public_key().public_numbers()
        key = {"kty": "RSA", "kid": "deployed", "use": "sig", "alg": "RS256", "n": number(public.n), "e": number(public.e)}
        return {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
            "/keys": {"keys": [key]},
        }

    def token(self, sub: str, scope: str = "halite:read halite:write", signed_by=None, **claims) -> str:
        """An access token of an end user of tenant `acme`. `claims` replace the usual ones."""
        now = int(time.time())
        header = {"alg": "RS256", "typ": "JWT", "kid": "deployed"}
        body = {"iss": self.url, "aud": "halite", "sub": sub, "tenant": "acme", "scope": scope,
                "iat": now, "exp": now + 3600, **claims}
        message = ".".join(base64url(json.dumps(part).encode()) for part in (header, body))
        signature = (signed_by or self.key).sign(message.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{message}.{base64url(signature)}"
