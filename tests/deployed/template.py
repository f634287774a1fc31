"""template.yaml as CloudFormation gets it: SAM's own transform, and the parameters that samconfig.toml sets."""
import os
import tomllib
from pathlib import Path

import yaml
from samtranslator.translator.transform import transform

ROOT = Path(__file__).parents[2]
REGION = "eu-central-1"


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags in their long form."""


def tag(loader, suffix, node):
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", tag)


def read(path: Path) -> dict:
    return yaml.load(path.read_text(), Loader)


def parameters(environment: str) -> dict:
    """What `sam deploy --config-env ENVIRONMENT` sets."""
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    pairs = config[environment]["deploy"]["parameters"]["parameter_overrides"]
    return dict(pair.split("=", 1) for pair in pairs)


def stack_name(environment: str) -> str:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    return config[environment]["deploy"]["parameters"]["stack_name"]


class NoManagedPolicies:
    def load(self):
        return {}


def transformed(template: dict, given: dict) -> dict:
    """What AWS makes of it: no resource of SAM's is left."""
    # It asks boto3 for a region, and boto3 asks the environment.
    os.environ["AWS_DEFAULT_REGION"] = REGION
    return transform(template, dict(given), NoManagedPolicies())


def with_routes(plain: dict) -> dict:
    """The API's OpenAPI body as resources of their own: the emulator ignores the body."""
    resources = dict(plain["Resources"])
    for name, api in plain["Resources"].items():
        if api["Type"] != "AWS::ApiGatewayV2::Api":
            continue
        properties = dict(api["Properties"])
        body = properties.pop("Body")
        properties.pop("FailOnWarnings", None)
        properties |= {"Name": body["info"]["title"], "ProtocolType": "HTTP"}
        # The emulator keeps the configuration with the body's spelling of its keys.
        properties["CorsConfiguration"] = body.get("x-amazon-apigateway-cors")
        resources[name] = {**api, "Properties": properties}
        for scheme, at in body["components"]["securitySchemes"].items():
            resources[f"{name}Authorizer{scheme}"] = authorizer(name, scheme, at["x-amazon-apigateway-authorizer"])
        for path, operations in body["paths"].items():
            for method, operation in operations.items():
                resources |= route(name, method, path, operation)
    return {**plain, "Resources": resources}


def authorizer(api: str, scheme: str, at: dict) -> dict:
    jwt = at["jwtConfiguration"]
    return {"Type": "AWS::ApiGatewayV2::Authorizer", "Properties": {
        "ApiId": {"Ref": api}, "Name": scheme, "AuthorizerType": "JWT", "IdentitySource": [at["identitySource"]],
        "JwtConfiguration": {"Audience": jwt["audience"], "Issuer": jwt["issuer"]}}}


def route(api: str, method: str, path: str, operation: dict) -> dict:
    integration = operation["x-amazon-apigateway-integration"]
    words = "".join(letter if letter.isalnum() else " " for letter in f"{method} {path}").title()
    name = api + words.replace(" ", "")
    properties = {"ApiId": {"Ref": api}, "RouteKey": f"{method.upper()} {path}",
                  "Target": {"Fn::Sub": f"integrations/${{{name}Integration}}"}}
    # One entry: the scheme and the scopes of which a token needs one. None: a public route.
    for security in operation.get("security", []):
        for scheme, scopes in security.items():
            if scheme != "NONE":
                properties |= {"AuthorizationType": "JWT", "AuthorizationScopes": scopes,
                               "AuthorizerId": {"Ref": f"{api}Authorizer{scheme}"}}
    return {
        f"{name}Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {
            "ApiId": {"Ref": api}, "IntegrationType": "AWS_PROXY", "IntegrationMethod": "POST",
            "PayloadFormatVersion": integration["payloadFormatVersion"], "IntegrationUri": integration["uri"]}},
        f"{name}Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": properties},
    }
