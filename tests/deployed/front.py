"""The emulator's application with what it lacks, and an ear at its permission checks.

Served by hypercorn as `front:app`. It adds five things, none of them in the product:
* TLS ends in front of it, as in front of AWS; a caller who sends `x-forwarded-proto: http` came without.
* `dynamodb:LeadingKeys`, the partition keys that a request names.
* A batch for a queue needs the permission for one message, as AWS documents it, and no permission of its own.
* The ARN of a log group ends in `:*`, as `GetAtt` and policies have it.
* Every check of a permission is written down: who, which action, on what, and the verdict.
"""
import json
import os

from ministack.app import app as emulator
from ministack.core import iam_actions, iam_evaluator

CHECKS = open(os.environ["PERMISSION_CHECKS"], "a", buffering=1, encoding="utf-8")
enforce = iam_evaluator.enforce
dynamodb_service_context = iam_actions.dynamodb_service_context


def overheard(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
    if service == "sqs":
        iam_action = iam_action.removesuffix("Batch")
    if service == "logs" and ":log-group:" in resource_arn:
        resource_arn += ":*"
    refusal = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
    # A role's temporary keys only: the test itself is root, and browsers have none.
    if access_key_id.startswith("ASIA"):
        caller = iam_evaluator.resolve_caller_identity(access_key_id) or {}
        # arn:aws:sts::000000000000:assumed-role/ROLE/SESSION
        who = caller.get("userArn", "//").split("/")
        check = {"role": who[1], "session": who[2], "action": iam_action, "resource": resource_arn,
                 "allowed": refusal is None}
        CHECKS.write(json.dumps(check) + "\n")
    return refusal


def with_leading_keys(body):
    context = dynamodb_service_context(body)
    request = json.loads(body or b"{}")
    keys = [request[at]["pk"]["S"] for at in ("Item", "Key") if "pk" in request.get(at, {})]
    return {**context, "dynamodb:LeadingKeys": keys} if keys else context


iam_evaluator.enforce = overheard
iam_actions.dynamodb_service_context = with_leading_keys


async def app(scope, receive, send):
    if scope["type"] == "http" and not any(name == b"x-forwarded-proto" for name, _ in scope["headers"]):
        scope["headers"] = [*scope["headers"], (b"x-forwarded-proto", b"https")]
    await emulator(scope, receive, send)
