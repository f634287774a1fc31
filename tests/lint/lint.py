"""Each linter accepts what is there, and refuses by name a copy with one fault of the kind that it is there for.

The transformed template is linted too: the resources, events and settings that SAM passes on unread are only looked at there."""

import json
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TOOLS = Path(sys.argv[1])
# Nothing here asks AWS, and nothing tells its maker. A region is needed to look up what it offers.
os.environ |= {
    "AWS_DEFAULT_REGION": "eu-central-1",
    "SAM_CLI_TELEMETRY": "0",
    "REDOCLY_TELEMETRY": "off",
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
}
# The transform counts what it does for AWS, and complains when nobody fetches it.
logging.getLogger("samtranslator").setLevel(logging.ERROR)

from cfnlint.api import ManualArgs, lint  # noqa: E402
from samcli.yamlhelper import yaml_parse  # noqa: E402

from transform import overrides, transformed  # noqa: E402

TEMPLATE = Path("template.yaml").read_text()
OPERATIONS = Path("infra/operations.yaml").read_text()
SAMCONFIG = Path("samconfig.toml").read_text()
CONTRACT = Path("infra/openapi.yaml").read_text()


def program(*command: str | Path) -> str:
    """What a linter says; nothing when it is content."""
    done = subprocess.run(command, capture_output=True, text=True)
    return "" if done.returncode == 0 else f"{done.stdout}{done.stderr}" or f"exit code {done.returncode}"


def on_a_copy(name: str, text: str, *command: str | Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, name)
        copy.write_text(text)
        return program(*command, copy)


def sam_validate(template: str) -> str:
    return on_a_copy("template.yaml", template, TOOLS / "bin/sam", "validate", "--lint", "--template")


def cfn_lint(template: str, *ignored: str) -> str:
    args = ManualArgs(regions=["eu-central-1"], ignore_checks=list(ignored))
    return "\n".join(f"{fault.rule.id} {fault.message}" for fault in lint(template, config=args))


def deployed(stage: str, template: str = TEMPLATE, samconfig: str = SAMCONFIG) -> str:
    try:
        plain = transformed(template, overrides(samconfig, stage))
    except Exception as refusal:  # what the transform raises has no common parent
        return str(refusal)
    # The transform puts the origins into CORS itself, and then nothing refers to their parameter; and it is
    # `sam deploy` that uploads the template of the alarms.
    return cfn_lint(json.dumps(plain), "W2001", "W3002")


def guarded(samconfig: str) -> str:
    """What production may not give away for convenience."""
    given = overrides(samconfig, "prod")
    weak = {"DeletionProtection": "false", "IncludeSandboxes": "true", "ReservedConcurrency": "false"}
    return ", ".join(f"{name}={value} in prod" for name, value in weak.items() if given.get(name) == value)


def redocly(contract: str) -> str:
    return on_a_copy("openapi.yaml", contract, TOOLS / "node_modules/.bin/redocly", "lint", "--config", "infra/redocly.yaml")


def undescribed(contract: str) -> str:
    """Properties of which nobody says what they mean. Redocly cannot ask for it: it sees every nested schema as one."""
    schemas = yaml_parse(contract)["components"]["schemas"]

    def described(schema: dict) -> bool:
        target = schema.get("$ref", "").rpartition("/")[2]
        return "description" in schema or (target in schemas and described(schemas[target]))

    def silent(node, at: str):
        if isinstance(node, dict):
            yield from (f"{at}.{name}" for name, one in node.get("properties", {}).items() if not described(one))
            for name, below in node.items():
                yield from silent(below, at if name in ("properties", "items", "oneOf", "allOf") else f"{at}.{name}")
        elif isinstance(node, list):
            for below in node:
                yield from silent(below, at)

    return "\n".join(f"{place} has no description" for name, schema in schemas.items() for place in silent(schema, name))


def changed(text: str, old: str, new: str) -> str:
    assert old in text, f"there is no {old!r} to change: this test would look at an unbroken file"
    return text.replace(old, new, 1)


# The linter, the change that it must refuse, and a word of its refusal.
def faults():
    template = [
        (sam_validate, "      Timeout: 29", "      Timeot: 29", "Timeot"),
        (cfn_lint, "Architectures: [!Ref Architecture]", "Architectures: [!Ref Processor]", "Processor"),
        (deployed_prod, "DefaultAuthorizer: halite", "DefaultAuthorizer: nobody", "[nobody]"),
        (deployed_prod, "HALITE_TABLE: !Ref Table", "HALITE_TABLE: !Ref Tabel", "Tabel"),
        (deployed_prod, "rate(1 minute)", "rate(one minute)", "'one'"),
        (deployed_prod, "[ReportBatchItemFailures]", "[ReportBatchFailures]", "ReportBatchFailures"),
        (deployed_prod, "Default: https://www.saltedge.com/api/v6", "Default: www.saltedge.com", "SaltEdgeUrl must look like"),
    ]
    for linter, old, new, word in template:
        yield linter.__name__, new.strip(), lambda at=linter, o=old, n=new: at(changed(TEMPLATE, o, n)), word
    operations = [
        ("Statistic: Maximum", "Statistic: Max", "'Max'"),
        ("AlarmActions: [!Ref Topic]", "AlarmActions: [!Ref Topik]", "Topik"),
    ]
    for old, new, word in operations:
        yield "cfn-lint", new, lambda o=old, n=new: cfn_lint(changed(OPERATIONS, o, n)), word
    samconfig = [
        ("IncludeSandboxes=true", "Sandboxes=true", "no parameter Sandboxes"),
        ("IncludeSandboxes=true", "IncludeSandboxes=yes", "IncludeSandboxes must be one of"),
        ("LogRetentionDays=7", "LogRetentionDays=8", "LogRetentionDays must be one of"),
        ("LogRetentionDays=7", "CadenceHours=48", "CadenceHours must be within"),
        ('"JwtIssuer=https://issuer.invalid",', "", "JwtIssuer is not set"),
    ]
    for old, new, word in samconfig:
        yield "samconfig", new or f"no {old}", lambda o=old, n=new: deployed("dev", samconfig=changed(SAMCONFIG, o, n)), word
    weak = changed(SAMCONFIG, '"AllowedOrigins=https://app.invalid",', '"AllowedOrigins=https://app.invalid", "DeletionProtection=false"')
    yield "samconfig", "an unprotected prod", lambda: guarded(weak), "DeletionProtection=false in prod"
    silent = changed(CONTRACT, "reason: { type: string, description: Why; open list. }", "reason: { type: string }")
    yield "the contract", "a field that nobody explains", lambda: undescribed(silent), "Changes.removed.reason has no description"
    contract = [
        ("history_days: 90", "history_days: ninety", "no-invalid-media-type-examples"),
        ('$ref: "#/components/responses/SeeOther"', '$ref: "#/components/responses/Elsewhere"', "no-unresolved-refs"),
        ("operationId: openConnect", "operationId: createLinkSession", "operation-operationId-unique"),
        ("      - $ref: \"#/components/parameters/ConnectionId\"\n", "", "path-parameters-defined"),
        ("          example: {}\n", "", "Every body that is sent or answered has an example"),
    ]
    for old, new, word in contract:
        yield "redocly", new.strip() or f"no {old.strip()}", lambda o=old, n=new: redocly(changed(CONTRACT, o, n)), word


def deployed_prod(template: str) -> str:
    return deployed("prod", template)


def cases():
    """A name, and what is wrong with it; nothing when it is well."""
    yield "sam validate --lint template.yaml", lambda: sam_validate(TEMPLATE)
    yield "cfn-lint template.yaml", lambda: cfn_lint(TEMPLATE)
    yield "cfn-lint infra/operations.yaml", lambda: cfn_lint(OPERATIONS)
    for stage in ["dev", "prod"]:
        yield f"transform and cfn-lint template.yaml for {stage}", lambda stage=stage: deployed(stage)
    yield "samconfig.toml protects prod", lambda: guarded(SAMCONFIG)
    yield "redocly lint infra/openapi.yaml", lambda: redocly(CONTRACT)
    yield "infra/openapi.yaml describes every property", lambda: undescribed(CONTRACT)
    for linter, change, run, word in faults():
        yield f"{linter} refuses {change}", lambda run=run, word=word: missing(word, run())


def missing(word: str, said: str) -> str:
    return "" if word in said else f"it should say {word!r} and says: {said or 'nothing'}"


def main() -> int:
    passed = failed = 0
    for name, run in cases():
        fault = run()
        print(f"{name} ... {'FAILED' if fault else 'ok'}", flush=True)
        if fault:
            print(fault)
        passed, failed = passed + (not fault), failed + bool(fault)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
