"""Permissions, both ways: what a role has is needed, and what it has not is refused."""
import time

import pytest

import rights
from conftest import TABLE, TIMES
from probe import Probe
from user import User


@pytest.fixture(scope="module")
def held(world):
    return rights.Rights(world)


@pytest.fixture(scope="module")
def used(world, held):
    """What a whole journey, beginning with an empty catalogue and new environments, asks for: right to nothing."""
    for function in rights.FUNCTIONS:
        world.restart(function)
    world.first_day()
    since = len(world.emulator.checks())
    began = time.monotonic()
    User(world).journey()
    world.patience = max(6.0, 2 * (time.monotonic() - began))
    checks = held.checks(since)
    assert [check for check in checks if not check[3]] == []
    asked = {check[:3] for check in checks}
    return [right for right in held.all() if (right.function, right.action, right.resource) in asked]


def journey_without(world, held, right):
    """The step at which it failed with just this call refused; None where it passed, or failed otherwise."""
    user = User(world)
    world.empties_queues()
    world.first_day()
    since = len(world.emulator.checks())
    with held.without(right):
        try:
            user.journey()
        except AssertionError as failed:
            if (right.function, right.action, right.resource, False) in held.checks(since):
                return user.step
            print(f"without {right} the journey failed at {user.step}, with nothing refused: {failed}")
    return None


@pytest.fixture(scope="module")
def proven(world, held, used):
    """For each right that the journey uses, a journey without it: where it failed, or None."""
    began = time.monotonic()
    failed_at = {}
    for right in used:
        # Twice at most: a journey that failed with nothing refused says nothing about the right.
        failed_at[right] = journey_without(world, held, right) or journey_without(world, held, right)
    world.empties_queues()
    TIMES[f"{len(used)} journeys without a right"] = time.monotonic() - began
    TABLE.append("")
    TABLE.append(f"{'without':<74} the journey fails at")
    TABLE.extend(f"{right!s:<74} {step or 'NOWHERE'}" for right, step in failed_at.items())
    TABLE.append("")
    return failed_at


def test_journey_fails_without_each_right_that_it_uses(proven):
    assert [str(right) for right, step in proven.items() if step is None] == []


def test_each_right_is_proven_or_reviewed(held, proven):
    """None is forgotten, and nothing is reviewed that is proven or gone."""
    shown = {str(right) for right, step in proven.items() if step}
    assert {str(right) for right in held.all()} == shown | set(rights.reviewed())
    assert shown & set(rights.reviewed()) == set()


def test_local_cloud_enforces_the_same_rights(held):
    deployed = {(right.function.lower(), right.action, right.resource) for right in held.all()}
    assert deployed == {row[:3] for row in rights.local_cloud()}


def test_roles_may_do_what_is_listed_and_nothing_else(world, held):
    """Every role tries every call that any role may make, and some that none may."""
    with Probe(world, held) as probe:
        wrong = []
        for function in rights.FUNCTIONS:
            for call, allowed in probe.tries(function):
                if allowed != probe.expected(function, call):
                    wrong.append(f"{function.lower()} {call.action} {call.resource} {call.key}: {'allowed' if allowed else 'refused'}")
        TABLE.append(f"calls tried by six roles: {probe.tried}, allowed: {probe.allowed}")
        assert wrong == []


def test_webhook_sends_to_one_queue_and_does_nothing_else(world, held):
    mine = [right for right in held.all() if right.function == "Webhook"]
    # Its own log, which AWS writes for it, and the key behind the queue, which only the queue's service may use.
    assert {(right.action, right.resource) for right in mine if right.statement not in ("Logs", "Key")} == {
        ("sqs:SendMessage", "SyncQueue")}
    via = [statement["Condition"] for statement in held.policy("Webhook")[1]["Statement"] if statement["Sid"] == "Key"]
    assert via == [{"StringEquals": {"kms:ViaService": ["sqs.eu-central-1.amazonaws.com"]}}]
    with Probe(world, held) as probe:
        allowed = {(call.action, call.resource) for call, allowed in probe.tries("Webhook") if allowed}
    assert {pair for pair in allowed if not pair[0].startswith("logs:")} == {("sqs:SendMessage", "SyncQueue")}


def test_queues_refuse_plain_http(world, held):
    with Probe(world, held) as probe:
        assert probe.sends("Connect", "SyncQueue", plain=False)
        assert not probe.sends("Connect", "SyncQueue", plain=True)
