"""Every document of ours parses, and validates against the schema in the protocol's description."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, extend_schema, parse, validate

import labelferry.labelbox
from labelferry.labelbox.labels import delete_document
from labelferry.labelbox.pages import page_at

KEYS = """
extend type User { apiKeys: [UserApiKey!] }
type UserApiKey { id: ID! name: String revoked: Boolean expiresAtEpoch: Float allowedIpCidrs: [String!] }
"""
"""What real-service.md adds to the protocol: the life of a key (section 2)."""
BESIDE = Path(__file__).parents[4] / "shared"


def documents() -> dict[str, str]:
    found = {"labels.delete": delete_document(["a", 'b"c'])}
    for info in pkgutil.iter_modules(labelferry.labelbox.__path__):
        module = importlib.import_module(f"labelferry.labelbox.{info.name}")
        for name, value in vars(module).items():
            if name.isupper() and isinstance(value, str) and re.match(r"(query|mutation)\b", value):
                found[f"{info.name}.{name}"] = value
    return found


DOCUMENTS = documents()


@pytest.fixture(scope="module")
def schema(shared: Path) -> GraphQLSchema:
    text = (shared / "labelbox/protocol.md").read_text("utf-8")
    return extend_schema(build_schema(re.findall(r"```graphql\n(.*?)```", text, re.DOTALL)[0]), parse(KEYS))


def test_there_are_all_of_them():
    assert len(DOCUMENTS) >= 38


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_parses_as_one_named_operation(name):
    operations = parse(DOCUMENTS[name]).definitions
    assert len(operations) == 1
    assert isinstance(operations[0], OperationDefinitionNode)
    assert operations[0].name is not None
    assert operations[0].name.value == "UploadFile" or operations[0].name.value.endswith("PyApi")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_validates(schema, name):
    assert validate(schema, parse(DOCUMENTS[name])) == []


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if "skip: 0" in DOCUMENTS[name]])
def test_its_further_pages_validate(schema, name):
    further = page_at(DOCUMENTS[name], 300)
    assert "skip: 300" in further
    assert validate(schema, parse(further)) == []
