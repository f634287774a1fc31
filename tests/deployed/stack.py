"""One stack on the emulator: deployed, updated, deleted; and what the emulator leaves out of a template."""
import functools
import io
import json
import zipfile
from pathlib import Path

import template
from emulator import Emulator
from waiting import until

BUCKET = "artefacts"


@functools.cache
def zipped(bootstrap: Path) -> bytes:
    """A function's package as `sam deploy` uploads it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(bootstrap, "bootstrap")
    return packed.getvalue()


class Stack:
    """The built template under one name."""

    def __init__(self, emulator: Emulator, name: str, built: Path):
        self.emulator, self.name, self.built = emulator, name, built
        self.cloudformation = emulator.client("cloudformation")

    def deploy(self, given: dict):
        """`sam deploy`: creates the stack, or updates it."""
        plain = template.with_routes(template.transformed(self._packaged(), given))
        self._upload("template.json", json.dumps(plain).encode())
        arguments = {
            "StackName": self.name, "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            "TemplateURL": f"{self.emulator.aws_url}/{BUCKET}/template.json",
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        }
        if self._status() is None:
            self.cloudformation.create_stack(**arguments)
            self._ends_as("CREATE_COMPLETE")
        else:
            self.cloudformation.update_stack(**arguments)
            self._ends_as("UPDATE_COMPLETE")
        self._finish_table(plain)
        return self

    def delete(self):
        # By id: a deleted stack is no longer found by its name.
        stack_id = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]["StackId"]
        self.cloudformation.delete_stack(StackName=self.name)
        ended = ("DELETE_COMPLETE", "DELETE_FAILED")
        return until("the stack is deleted", lambda: (now := self._status(stack_id)) in ended and now, seconds=180)

    def resources(self) -> dict:
        """Logical to physical ids."""
        pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return {at["LogicalResourceId"]: at["PhysicalResourceId"] for page in pages for at in page["StackResourceSummaries"]}

    def outputs(self) -> dict:
        stack = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        return {at["OutputKey"]: at["OutputValue"] for at in stack["Outputs"]}

    def _packaged(self) -> dict:
        s3 = self.emulator.client("s3")
        if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
            s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
        read = template.read(self.built / "template.yaml")
        for name, at in read["Resources"].items():
            if at["Type"] == "AWS::Serverless::Function":
                self._upload(f"{name}.zip", zipped(self.built / at["Properties"]["CodeUri"] / "bootstrap"))
                at["Properties"]["CodeUri"] = f"s3://{BUCKET}/{name}.zip"
            elif at["Type"] == "AWS::CloudFormation::Stack":
                self._upload(f"{name}.yaml", (self.built / at["Properties"]["TemplateURL"]).read_bytes())
                at["Properties"]["TemplateURL"] = f"{self.emulator.aws_url}/{BUCKET}/{name}.yaml"
        return read

    def _upload(self, key: str, content: bytes):
        self.emulator.client("s3").put_object(Bucket=BUCKET, Key=key, Body=content)

    def _status(self, name=None):
        try:
            return self.cloudformation.describe_stacks(StackName=name or self.name)["Stacks"][0]["StackStatus"]
        except self.cloudformation.exceptions.ClientError:
            return None

    def _ends_as(self, wanted: str):
        ended = until("the deployment ends", lambda: not (now := self._status()).endswith("PROGRESS") and now, seconds=180)
        if ended != wanted:
            events = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
            why = [f"{at['LogicalResourceId']}: {at.get('ResourceStatusReason')}" for at in events
                   if at["ResourceStatus"].endswith("FAILED")]
            raise AssertionError(f"{ended} instead of {wanted}: {why}")

    def _finish_table(self, plain: dict):
        """The emulator takes the first two from no template, and takes the text "false" for true."""
        table = self.resources()["Table"]
        properties = plain["Resources"]["Table"]["Properties"]
        dynamodb = self.emulator.client("dynamodb")
        if dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"] != "ENABLED":
            dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=properties["TimeToLiveSpecification"])
        dynamodb.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"])
        protected = dynamodb.describe_table(TableName=table)["Table"]["DeletionProtectionEnabled"]
        dynamodb.update_table(TableName=table, DeletionProtectionEnabled=str(protected).lower() == "true")
