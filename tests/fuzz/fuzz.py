"""Schemathesis against the running API: nothing is found, everything is reached, and a contract that says otherwise is noticed."""

import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

import requests

from world import BANK, OTHER_BANK, World

TOOLS, HERE = Path(sys.argv[1]), Path(__file__).parent
# Reached with success is every operation but those that need Salt Edge's signature, a day that is over, and the one that Schemathesis reads itself.
UNREACHED = ("POST /hooks/saltedge/", "GET /v1/statements/", "GET /openapi.json")
# The user of all this is not erased in the midst of it: somebody who has nothing here is, by who may act for the tenant.
NOBODY = "nobody"


def state(world: World) -> dict:
    """Ids for each operation; what ends something has one of its own to end."""
    world.until(lambda banks: banks["institutions"], "/v1/institutions?country=XF")
    kept, ended, fresh, cancelled = world.link(BANK), world.link(OTHER_BANK), world.begin(), world.begin()
    connection, account, session, consent = ({"id": kept[name]} for name in ("connection", "account", "session", "consent"))
    erasure = world.call("POST", "/v1/erasure-requests", {"customer_id": NOBODY}, world.tenant_token)
    paths = {
        "GET /v1/erasure-requests/{id}": {"id": erasure["id"]},
        "GET /v1/link-sessions/{id}": session,
        "POST /v1/link-sessions/{id}/confirm": session,
        "POST /v1/link-sessions/{id}/cancel": {"id": cancelled["id"]},
        "GET /connect/{token}": {"token": fresh["connect_url"].rpartition("/")[2]},
        "GET /v1/connections/{id}": connection,
        "DELETE /v1/connections/{id}": {"id": ended["connection"]},
        "POST /v1/connections/{id}/refresh": connection,
        "POST /v1/connections/{id}/reconnect": connection,
        "POST /v1/connections/{id}/renew": connection,
        "POST /v1/connections/{id}/fetch-accounts": connection,
        "GET /v1/connections/{id}/transactions/sync": connection,
        "GET /v1/consents/{id}/history": consent,
        "GET /v1/consents/{id}/export": consent,
        "GET /v1/accounts/{id}": account,
        "PATCH /v1/accounts/{id}": account,
        "GET /v1/accounts/{id}/transactions": account,
        "GET /v1/accounts/{id}/reconciliation": account,
        "POST /v1/accounts/{id}/missing-searches": account,
        "GET /v1/accounts/{id}/statements": account,
    }
    query = {"state": kept["state"], "country": "XF"}
    body = {"return_to": f"{world.page}/return", "institution_id": BANK, "connection_id": kept["connection"],
            "code": kept["code"], "from": "2026-01-01", "to": "2026-06-30", "customer_id": NOBODY}
    visit = {"connection_id": kept["connection"]}
    intents = {"link": {"institution_id": BANK, "email": "ada@example.com"}, "reconnect": visit, "renew": visit, "fetch_accounts": visit, "refresh": visit}
    return {"paths": paths, "query": query, "body": body, "intents": intents, "tenant_token": world.tenant_token}


def schemathesis(world: World, folder: Path, *more: str, contract: str | None = None) -> subprocess.CompletedProcess:
    command = [TOOLS / "bin/schemathesis", "--config-file", HERE / "schemathesis.toml", "run", contract or f"{world.api}/openapi.json",
               "--url", world.api, "--header", f"Authorization: Bearer {world.token}", "--report", "junit",
               "--report-junit-path", folder / "junit.xml", *more]
    here = {**os.environ, "HALITE_FUZZ": str(folder), "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE), "NO_PROXY": "*"}
    return subprocess.run(command, env=here, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder)


def found(world: World, folder: Path):
    """A name and a fault for each operation, as the report has them."""
    run = schemathesis(world, folder)
    print(run.stdout)
    if not (folder / "junit.xml").exists():
        yield "schemathesis comes to its end", [f"exit code {run.returncode}"]
        return
    for case in xml.parse(folder / "junit.xml").iter("testcase"):
        faults = [fault.text or fault.get("message") for kind in ("failure", "error") for fault in case.iter(kind)]
        yield f"nothing is found in {case.get('name')}", faults


def reached(world: World, folder: Path):
    """Each operation was answered well at least once: else the checks looked at refusals only."""
    seen = json.loads((folder / "seen.json").read_text())
    contract = requests.get(f"{world.api}/openapi.json", timeout=30).json()
    for path, item in contract["paths"].items():
        for method in item.keys() - {"parameters"}:
            label = f"{method.upper()} {path}"
            good = [key for key in seen if key.startswith(f"{label} ") and key.rpartition(" ")[2] < "400"]
            if not label.startswith(UNREACHED):
                met = sorted(key for key in seen if key.startswith(f"{label} "))
                yield f"{label} is answered well", [] if good else [f"it was answered {met}"]


def notices(world: World, folder: Path):
    """A contract that promises something else is told by name."""
    contract = requests.get(f"{world.api}/openapi.json", timeout=30).json()
    contract["components"]["schemas"]["Health"]["properties"]["status"]["const"] = "fine"
    (folder / "other.json").write_text(json.dumps(contract))
    run = schemathesis(world, folder, "--include-path", "/healthz", "--max-examples", "1", contract=str(folder / "other.json"))
    told = run.returncode == 1 and "Response violates schema" in run.stdout
    yield "a field of another form is noticed", [] if told else [run.stdout]


def main() -> int:
    passed = failed = 0
    with World() as world, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "state.json").write_text(json.dumps(state(world)))
        for check in (found, reached, notices):
            for name, faults in check(world, folder):
                print(f"{name} ... {'FAILED' if faults else 'ok'}", *faults, sep="\n", flush=True)
                passed, failed = passed + (not faults), failed + bool(faults)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
