"""The stack itself: both deployments of samconfig.toml, the schedule, and what deleting leaves. Last, because it deletes."""

import pytest

import template
from conftest import timed
from emulator import Emulator
from salt_edge import SaltEdge
from stack import Stack
from user import User
from waiting import until
from world import World

# A minute between two ticks, and the emulator looks every ten seconds.
SCHEDULE = 75


def test_schedule_fires_by_itself(world):
    """More invocations of `schedule` than this test has sent."""
    logs = world.emulator.client("logs").get_paginator("filter_log_events")

    def fired():
        pages = logs.paginate(logGroupName=world.resources["ScheduleLogs"], filterPattern="START")
        return sum(len(page["events"]) for page in pages) > world.ticks
    with timed("wait for the schedule"):
        until("the schedule fires", fired, seconds=SCHEDULE)


def test_table_ends_what_has_ended_and_can_be_restored(world):
    dynamodb, table = world.emulator.client("dynamodb"), world.resources["Table"]
    assert dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["AttributeName"] == "ttl"
    backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_deleting_the_stack_loses_no_data(world):
    """Everything that holds data outlives the stack, and the production table refuses to be deleted by hand."""
    before = world.resources
    resources = template.read(world.stack.built / "template.yaml")["Resources"]
    holds_data = {name for name, at in resources.items() if at["Type"] in (
        "AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::Logs::LogGroup")}
    assert {name for name, at in resources.items() if at.get("DeletionPolicy") == "RetainExceptOnCreate"} >= holds_data
    assert {name for name, at in resources.items() if at.get("UpdateReplacePolicy") == "Retain"} >= holds_data

    dynamodb = world.emulator.client("dynamodb")
    rows = dynamodb.scan(TableName=before["Table"], Select="COUNT")["Count"]
    assert rows > 0 and world.stack.delete() == "DELETE_COMPLETE"
    assert dynamodb.scan(TableName=before["Table"], Select="COUNT")["Count"] == rows
    assert world.emulator.client("kms").describe_key(KeyId=before["Key"])["KeyMetadata"]["KeyState"] == "Enabled"
    assert "private_key" in world.emulator.client("secretsmanager").get_secret_value(SecretId=before["Secret"])["SecretString"]
    groups = world.emulator.client("logs").describe_log_groups()["logGroups"]
    assert {before[name] for name in resources if name.endswith("Logs")} <= {group["logGroupName"] for group in groups}
    with pytest.raises(dynamodb.exceptions.ClientError, match="[Dd]eletion protection"):
        dynamodb.delete_table(TableName=before["Table"])


def test_dev_deployment_in_client_mode(built, issuer, tmp_path):
    """`sam deploy --config-env dev`, with a licence of one's own: the same journey, which ends with the removal; and
    here the data goes when it is asked for."""
    given = {**template.parameters("dev"), "Mode": "client"}
    with Emulator(tmp_path) as emulator, SaltEdge(f"{emulator.api_url}/hooks/saltedge", "client") as salt_edge:
        stack = Stack(emulator, template.stack_name("dev"), built)
        world = World(emulator, stack, salt_edge, issuer, given).set_up(lambda what: timed(f"dev: {what}"))
        with timed("dev: journey"):
            User(world).journey()
        assert stack.delete() == "DELETE_COMPLETE"
        emulator.client("dynamodb").delete_table(TableName=world.resources["Table"])
