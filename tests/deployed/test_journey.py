"""The deployed product, used."""
import pytest

from conftest import timed
from user import User
from web import call


@pytest.fixture(scope="module")
def walked(world):
    """A user who has gone all the way."""
    user = User(world)
    with timed("journey"):
        user.journey()
    return user


def test_journey_through_gateway_queues_and_schedule(walked):
    assert walked.step == "is gone"


def test_no_call_of_the_journey_was_refused(world, walked):
    assert [check for check in world.emulator.checks() if not check["allowed"]] == []
    assert {check["session"].rsplit("-", 1)[1] for check in world.emulator.checks()} == {
        "connect", "webhook", "schedule", "sync", "revoke", "statements"}


@pytest.mark.parametrize("why, token", [
    ("no token", lambda issuer: None),
    ("signed by another key", lambda issuer: issuer.token("eve", signed_by=issuer.stranger)),
    ("another issuer", lambda issuer: issuer.token("eve", iss="https://elsewhere.example")),
    ("another audience", lambda issuer: issuer.token("eve", aud="another")),
    ("over", lambda issuer: issuer.token("eve", exp=1)),
])
def test_gateway_asks_for_a_token(world, why, token):
    token = token(world.issuer)
    headers = {"authorization": f"Bearer {token}"} if token else {}
    assert call("GET", f"{world.api}/v1/connections", headers=headers).status == 401


def test_gateway_asks_for_the_scope_of_the_route(world):
    headers = {"authorization": f"Bearer {world.issuer.token('eve', scope='halite:read')}"}
    assert call("GET", f"{world.api}/v1/connections", headers=headers).status == 200
    assert call("POST", f"{world.api}/v1/link-sessions", {}, headers).status == 403


def test_public_routes_need_no_token(world):
    assert call("GET", f"{world.api}/healthz").json == {"status": "ok"}
    assert call("GET", f"{world.api}/openapi.json").json["openapi"].startswith("3.")
    # Not a token of ours, and not signed: refused by the function, not by the gateway.
    assert call("GET", f"{world.api}/connect/nobody").status not in (401, 403)
    assert call("POST", f"{world.api}/hooks/saltedge/success", {}).json["code"]


def test_frontends_may_call_from_their_origin(world):
    origin = world.given["AllowedOrigins"]
    asked = {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    preflight = call("OPTIONS", f"{world.api}/v1/link-sessions", headers=asked)
    allowed = {name: preflight.headers.get(f"access-control-allow-{name}", "") for name in ("origin", "methods", "headers")}
    assert allowed["origin"] == origin and "DELETE" in allowed["methods"] and "authorization" in allowed["headers"], allowed
    stranger = call("GET", f"{world.api}/healthz", headers={"origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in stranger.headers
