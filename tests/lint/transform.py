"""What CloudFormation makes of template.yaml, without an account: the SAM transform, given the parameters of a stage."""

import re

import tomlkit
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

# The transform wants code that was uploaded already.
CODE = "s3://artefacts/function.zip"


class NoManagedPolicies:
    """Every role of the template is written out; a policy by AWS's name fails here."""

    def load(self):
        return {}


def overrides(samconfig: str, stage: str) -> dict[str, str]:
    """The parameters that `sam deploy --config-env STAGE` sets."""
    deploy = tomlkit.parse(samconfig)[stage]["deploy"]["parameters"]
    return dict(entry.split("=", 1) for entry in deploy["parameter_overrides"])


def values(parameters: dict[str, dict], given: dict[str, str]) -> dict[str, str]:
    """Each parameter with its value. Raises ValueError as CloudFormation refuses: unknown, missing, not allowed."""
    for name in given.keys() - parameters.keys():
        raise ValueError(f"the template has no parameter {name}")
    found = {name: given.get(name, one.get("Default")) for name, one in parameters.items()}
    for name, value in found.items():
        one = parameters[name]
        if value is None:
            raise ValueError(f"{name} is not set and has no default")
        if str(value) not in map(str, one.get("AllowedValues", [value])):
            raise ValueError(f"{name} must be one of {one['AllowedValues']}, not {value}")
        if not re.fullmatch(one.get("AllowedPattern", "(?s:.*)"), str(value)):
            raise ValueError(f"{name} must look like {one['AllowedPattern']}, not {value}")
        if not float(one.get("MinValue", "-inf")) <= number(one, value) <= float(one.get("MaxValue", "inf")):
            raise ValueError(f"{name} must be within {one.get('MinValue')} and {one.get('MaxValue')}, not {value}")
    return found


def number(parameter: dict, value: str) -> float:
    return float(value) if parameter["Type"] == "Number" else 0.0


def transformed(template: str, given: dict[str, str]) -> dict:
    """The plain template. Raises ValueError for the parameters, and what the transform raises."""
    sam = yaml_parse(template)
    for resource in sam["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = CODE
    return transform(sam, values(sam["Parameters"], given), NoManagedPolicies())
