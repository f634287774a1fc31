"""A function of the test's own that wears another function's role and tries calls with it."""
import io
import json
import zipfile
from dataclasses import dataclass

import rights

# Runs on the emulator's own Python. Parameters are such that what is allowed changes nothing that matters.
SOURCE = '''
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}

def handler(event, context):
    verdicts = []
    for service, operation, parameters, plain in event["calls"]:
        client = boto3.client(service, endpoint_url=event["endpoint"], config=Config(retries={"max_attempts": 1}))
        if plain:
            client.meta.events.register("before-send", without_tls)
        try:
            getattr(client, operation)(**parameters)
            verdicts.append(True)
        except ClientError as error:
            verdicts.append(error.response["Error"]["Code"] not in DENIED)
    return verdicts

def without_tls(request, **_):
    request.headers["x-forwarded-proto"] = "http"
'''
QUEUES = ("SyncQueue", "RevokeQueue", "SyncDeadLetters", "RevokeDeadLetters")


@dataclass(frozen=True)
class Call:
    """One call, as IAM names it and as boto3 does; `key` is the partition key that it touches."""

    action: str
    resource: str
    service: str
    operation: str
    parameters: dict
    key: str = ""


class Probe:
    """Used by `with`: its functions are gone afterwards."""

    def __init__(self, world, held: rights.Rights):
        self.world, self.held = world, held
        self.functions = world.emulator.client("lambda")
        self.made, self.tried, self.allowed = {}, 0, 0
        self.rows = rights.local_cloud()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in self.made.values():
            self.functions.delete_function(FunctionName=name)

    def tries(self, function: str):
        calls = self.calls()
        verdicts = self._invoke(function, [[call.service, call.operation, call.parameters, False] for call in calls])
        self.tried, self.allowed = self.tried + len(verdicts), self.allowed + sum(verdicts)
        return list(zip(calls, verdicts, strict=True))

    def sends(self, function: str, queue: str, plain: bool) -> bool:
        parameters = {"QueueUrl": self.world.resources[queue], "MessageBody": "{}", "DelaySeconds": 900}
        return self._invoke(function, [["sqs", "send_message", parameters, plain]])[0]

    def expected(self, function: str, call: Call) -> bool:
        """By the list of rights that tests/local-cloud keeps. A key is never used directly."""
        rows = [row for row in self.rows if row[:3] == (function.lower(), call.action, call.resource)]
        return any(self._holds(condition, call) for *_, condition in rows)

    def _holds(self, condition: str, call: Call) -> bool:
        name, _, values = condition.partition(" in ")
        return not name or (name == "dynamodb:LeadingKeys" and call.key in values.split())

    def _invoke(self, function: str, calls: list) -> list:
        if function not in self.made:
            self.made[function] = self._make(function)
        event = {"endpoint": self.world.emulator.aws_url, "calls": calls}
        answer = self.functions.invoke(FunctionName=self.made[function], Payload=json.dumps(event))
        said = answer["Payload"].read().decode()
        assert "FunctionError" not in answer, said
        return json.loads(said)

    def _make(self, function: str) -> str:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("probe.py", SOURCE)
        role = self.held.iam.get_role(RoleName=self.held.role(function))["Role"]["Arn"]
        made = self.functions.create_function(
            FunctionName=f"probe-{function}", Runtime="python3.12", Handler="probe.handler", Role=role, Timeout=60,
            Code={"ZipFile": packed.getvalue()})
        return made["FunctionName"]

    def calls(self) -> list:
        table, at = self.world.resources["Table"], self.world.resources
        found = [Call(f"dynamodb:{action}", "table/Table", "dynamodb", operation, {"TableName": table, **rest}, key)
                 for key in ("NOBODY", "TICK", "CATALOGUE") for action, operation, rest in items(key)]
        found.append(Call("dynamodb:Scan", "table/Table", "dynamodb", "scan", {"TableName": table, "Limit": 1}))
        found.append(Call("dynamodb:DeleteTable", "table/Table", "dynamodb", "delete_table", {"TableName": table}))
        for index, attribute in (("", "pk"), ("due", "due_pk"), ("slots", "slot_pk")):
            where = {"KeyConditionExpression": f"{attribute} = :k", "ExpressionAttributeValues": {":k": {"S": "NOBODY"}}}
            named = {"IndexName": index} if index else {}
            resource = f"table/Table/index/{index}" if index else "table/Table"
            found.append(Call("dynamodb:Query", resource, "dynamodb", "query", {"TableName": table, **where, **named}))
        for queue in QUEUES:
            found.extend(Call(f"sqs:{action}", queue, "sqs", operation, {"QueueUrl": at[queue], **rest})
                         for action, operation, rest in messages())
        for secret in ("Secret", "CursorSecret"):
            found.append(Call("secretsmanager:GetSecretValue", f"secret:{secret}", "secretsmanager", "get_secret_value",
                              {"SecretId": at[secret]}))
            found.append(Call("secretsmanager:DeleteSecret", f"secret:{secret}", "secretsmanager", "delete_secret",
                              {"SecretId": at[secret]}))
        for group in [f"{function}Logs" for function in rights.FUNCTIONS] + ["ApiLogs"]:
            found.extend(Call(f"logs:{action}", f"log-group:{group}:*", "logs", operation, {"logGroupName": at[group], **rest})
                         for action, operation, rest in lines())
        for action, operation, rest in key_uses():
            found.append(Call(f"kms:{action}", "key/Key", "kms", operation, {"KeyId": at["Key"], **rest}))
        found.append(Call("lambda:InvokeFunction", "function", "lambda", "invoke", {"FunctionName": at["Sync"], "Payload": "{}"}))
        found.append(Call("iam:GetRole", "role", "iam", "get_role", {"RoleName": at["SyncRole"]}))
        found.append(Call("s3:ListAllMyBuckets", "*", "s3", "list_buckets", {}))
        return found


def items(key: str) -> list:
    """Conditions that never hold keep what is allowed from writing."""
    never = {"ConditionExpression": "attribute_exists(nothing)"}
    place = {"pk": {"S": key}, "sk": {"S": "PROBE"}}
    return [("GetItem", "get_item", {"Key": place}), ("PutItem", "put_item", {"Item": place, **never}),
            ("DeleteItem", "delete_item", {"Key": place, **never}),
            ("UpdateItem", "update_item", {"Key": place, "UpdateExpression": "SET a = :a", **never,
                                           "ExpressionAttributeValues": {":a": {"S": "a"}}})]


def messages() -> list:
    return [("SendMessage", "send_message", {"MessageBody": "{}", "DelaySeconds": 900}),
            ("ReceiveMessage", "receive_message", {"VisibilityTimeout": 0}),
            ("DeleteMessage", "delete_message", {"ReceiptHandle": "none"}),
            ("ChangeMessageVisibility", "change_message_visibility", {"ReceiptHandle": "none", "VisibilityTimeout": 1}),
            ("GetQueueAttributes", "get_queue_attributes", {}), ("PurgeQueue", "purge_queue", {}),
            ("SetQueueAttributes", "set_queue_attributes", {"Attributes": {"DelaySeconds": "0"}})]


def lines() -> list:
    return [("CreateLogStream", "create_log_stream", {"logStreamName": "probe"}),
            ("PutLogEvents", "put_log_events", {"logStreamName": "probe", "logEvents": [{"timestamp": 0, "message": "-"}]}),
            ("DeleteLogGroup", "delete_log_group", {})]


def key_uses() -> list:
    return [("Encrypt", "encrypt", {"Plaintext": "-"}), ("Decrypt", "decrypt", {"CiphertextBlob": "-"}),
            ("GenerateDataKey", "generate_data_key", {"KeySpec": "AES_256"}),
            ("ScheduleKeyDeletion", "schedule_key_deletion", {})]
