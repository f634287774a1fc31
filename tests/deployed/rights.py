"""The rights of the six roles as they are deployed, and one of them taken away for a while."""
import json
from contextlib import contextmanager
from dataclasses import dataclass

from template import ROOT

# `revoke` last: what a journey without one of its rights leaves behind is still due in those that follow.
FUNCTIONS = ("Connect", "Webhook", "Schedule", "Sync", "Statements", "Revoke")


@dataclass(frozen=True)
class Right:
    """One action on one resource, and the statement that gives it. Resources have their names in the template."""

    function: str
    statement: str
    action: str
    resource: str

    def __str__(self):
        return f"{self.function.lower()} {self.statement} {self.action} {self.resource}"


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


class Rights:
    """Reads and changes the inline policies of a stack's roles."""

    def __init__(self, world):
        self.world = world
        self.iam = world.emulator.client("iam")
        # On AWS a secret's physical id is its ARN, here it is its name.
        secrets = world.emulator.client("secretsmanager")
        arns = {secret: secrets.describe_secret(SecretId=world.resources[secret])["ARN"] for secret in ("Secret", "CursorSecret")}
        self.names = [(self._tail(physical), logical) for logical, physical in (world.resources | arns).items()]

    def _tail(self, physical: str) -> str:
        """What of a physical id stands in an ARN behind the account; a queue's id is its address."""
        tail = physical.split(":", 5)[5].removeprefix("secret:") if physical.startswith("arn:") else physical
        return tail.rsplit("/", 1)[-1] if "://" in tail else tail

    def name(self, arn: str) -> str:
        """`arn:aws:dynamodb:…:table/halite-Table-1A2B/index/due` is `table/Table/index/due`."""
        tail = arn.split(":", 5)[-1]
        for physical, logical in self.names:
            # Whole words only: one id may begin with another.
            parts = tail.split(physical)
            if len(parts) == 2 and parts[0][-1:] in ("", "/", ":") and parts[1][:1] in ("", "/", ":"):
                return logical.join(parts)
        return tail

    def role(self, function: str) -> str:
        return self.world.resources[f"{function}Role"]

    def policy(self, function: str) -> tuple:
        """The one inline policy: its name and its document."""
        [name] = self.iam.list_role_policies(RoleName=self.role(function))["PolicyNames"]
        document = self.iam.get_role_policy(RoleName=self.role(function), PolicyName=name)["PolicyDocument"]
        return name, document if isinstance(document, dict) else json.loads(document)

    def all(self) -> list:
        """Every right of every statement."""
        return [Right(function, statement["Sid"], action, self.name(resource))
                for function in FUNCTIONS for statement in self.policy(function)[1]["Statement"]
                for action in listed(statement["Action"]) for resource in listed(statement["Resource"])]

    @contextmanager
    def without(self, right: Right):
        """The function's role lacks this right, and a fresh environment of the function finds that out."""
        name, document = self.policy(right.function)
        role = self.role(right.function)
        less = {**document, "Statement": [part for statement in document["Statement"] for part in self._less(statement, right)]}
        self.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(less))
        self.world.restart(right.function)
        try:
            yield
        finally:
            self.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
            self.world.restart(right.function)

    def _less(self, statement: dict, right: Right) -> list:
        """The statement without one action on one of its resources: no more is taken away."""
        if statement["Sid"] != right.statement:
            return [statement]
        others = [action for action in listed(statement["Action"]) if action != right.action]
        elsewhere = [arn for arn in listed(statement["Resource"]) if self.name(arn) != right.resource]
        parts = []
        if others:
            parts.append({**statement, "Action": others})
        if elsewhere:
            parts.append({**statement, "Sid": f"{statement['Sid']}Elsewhere", "Action": [right.action], "Resource": elsewhere})
        return parts

    def checks(self, since: int = 0) -> list:
        """The emulator's checks since the given one as (function, action, resource, allowed)."""
        functions = {self.role(function): function for function in FUNCTIONS}
        return [(functions.get(check["role"]), check["action"], self.name(check["resource"]), check["allowed"])
                for check in self.world.emulator.checks(since)]


def reviewed() -> dict:
    """Rights that the emulator cannot show to be needed, each with who uses it, from reviewed.txt."""
    table = {}
    for line in (ROOT / "tests/deployed/reviewed.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            right, why = line.split(" -- ")
            table[right.strip()] = why.strip()
    return table


def local_cloud() -> set:
    """What tests/local-cloud reads out of the same template: (function, action, resource, condition)."""
    rows = set()
    for line in (ROOT / "tests/local-cloud/tests/rights.txt").read_text().splitlines():
        right, _, condition = line.partition(" when ")
        rows.add((*right.split(" "), condition))
    return rows
