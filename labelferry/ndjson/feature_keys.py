"""The keys that name a feature in a line: ``name``, a schema id, or both.

The schema id's key depends on the object: ``featureSchemaId`` for an instance of masks, ``schemaId`` anywhere else.
"""

from typing import Any

from labelferry.model import Feature
from labelferry.ndjson.at import At, LineObject

__all__ = ["FEATURE_KEYS", "INSTANCE_KEYS", "INSTANCE_SCHEMA_ID", "NAME", "SCHEMA_ID", "read_feature", "write_feature"]

NAME, SCHEMA_ID, INSTANCE_SCHEMA_ID = "name", "schemaId", "featureSchemaId"
FEATURE_KEYS = frozenset({NAME, SCHEMA_ID})
INSTANCE_KEYS = frozenset({NAME, INSTANCE_SCHEMA_ID})


def write_feature(feature: Feature, *, instance: bool = False) -> dict[str, Any]:
    """Return the keys that name a feature.

    Args:
        feature: a tool, question or option.
        instance: whether it is the tool of an instance of masks.
    """
    named: dict[str, Any] = {}
    if feature.name is not None:
        named[NAME] = feature.name
    if feature.schema_id is not None:
        named[INSTANCE_SCHEMA_ID if instance else SCHEMA_ID] = feature.schema_id
    return named


def read_feature(holder: LineObject, at: At, *, instance: bool = False) -> Feature:
    """Return the feature that an object names.

    Raises:
        SourceError: when it has neither name nor schema id, or a blank one.
    """
    schema_id = INSTANCE_SCHEMA_ID if instance else SCHEMA_ID
    named = {key: (at / key).text(holder[key]) for key in (NAME, schema_id) if key in holder}
    if not named:
        raise at.fault(f"neither {NAME} nor {schema_id}", "name its feature in the ontology")
    return Feature(named.get(NAME), named.get(schema_id))
