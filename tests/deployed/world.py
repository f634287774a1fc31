"""Everything that the journey needs, deployed: the stack, its operator's part, Salt Edge and the issuer."""
import json
import time

from emulator import Emulator
from issuer import Issuer
from salt_edge import SaltEdge
from stack import Stack
from user import RETURN_TO


class World:
    """A stack that an operator has finished setting up, as README tells them."""

    def __init__(self, emulator: Emulator, stack: Stack, salt_edge: SaltEdge, issuer: Issuer, given: dict):
        self.emulator, self.stack, self.salt_edge, self.issuer = emulator, stack, salt_edge, issuer
        self.given = {
            **given, "Architecture": "x86_64", "JwtIssuer": issuer.url, "SaltEdgeUrl": salt_edge.api,
            "CallbackKey6": salt_edge.callback_key(), "DashboardUrl": salt_edge.dashboard, "IncludeSandboxes": "true",
            "ReturnUrls": json.dumps({"acme": [RETURN_TO]}),
        }
        self.mode = self.given.get("Mode", "partner")
        self.api = emulator.api_url
        # How long a step of the journey may take, in seconds. Where a right is missing it is shortened.
        self.patience = 30.0
        self.ticks = 0

    def set_up(self, timed):
        """Deploys, writes the secret, puts a domain in front and deploys again with it: steps 2 to 4 of the README."""
        with timed("deploy"):
            self.stack.deploy(self.given)
        self.resources = self.stack.resources()
        secrets = self.emulator.client("secretsmanager")
        secrets.put_secret_value(SecretId=self.resources["Secret"], SecretString=json.dumps(self.salt_edge.secret()))
        gateway = self.emulator.client("apigatewayv2")
        gateway.create_domain_name(DomainName=self.emulator.domain)
        gateway.create_api_mapping(DomainName=self.emulator.domain, ApiId=self.resources["Api"], Stage="$default")
        self.given["CallbackBaseUrl"] = self.api
        with timed("deploy again"):
            self.stack.deploy(self.given)
        return self

    def restart(self, function: str):
        """New environments from the next call on, as after every change of a function's configuration."""
        functions, name = self.emulator.client("lambda"), self.resources[function]
        memory = functions.get_function_configuration(FunctionName=name)["MemorySize"]
        functions.update_function_configuration(FunctionName=name, MemorySize=memory)

    def empties_queues(self):
        """What a failed journey left must not come back in a later one."""
        sqs = self.emulator.client("sqs")
        for queue in ("SyncQueue", "RevokeQueue", "SyncDeadLetters", "RevokeDeadLetters"):
            sqs.purge_queue(QueueUrl=self.resources[queue])

    def first_day(self):
        """No tick was, and no bank is known: `schedule` must notice, and `sync` must copy the catalogue."""
        dynamodb, table = self.emulator.client("dynamodb"), self.resources["Table"]
        for pk in ("TICK", "CATALOGUE"):
            found = dynamodb.query(TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": pk}})
            for item in found["Items"]:
                dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})

    def tick(self):
        """The schedule's minute now, as EventBridge would send it."""
        self.ticks += 1
        event = {"version": "0", "id": "tick", "detail-type": "Scheduled Event", "source": "aws.events",
                 "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "detail": {}}
        functions = self.emulator.client("lambda")
        try:
            answer = functions.invoke(FunctionName=self.resources["Schedule"], Payload=json.dumps(event))
        except functions.exceptions.TooManyRequestsException:
            # One at a time is reserved for it: EventBridge's own tick is running.
            return
        assert "FunctionError" not in answer, f"the tick failed: {answer['Payload'].read().decode()}"
