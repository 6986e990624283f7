"""The API's own description (OpenAPI 3.1), made of the tables that read requests and show rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from ..domain.fields import Field, object_schema
from .endpoints import Endpoint
from .problems import PROBLEM
from .shapes import TEXT, WHOLE, Schema

PROBLEM_SCHEMA: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": TEXT,
        "status": WHOLE,
        "code": {**TEXT, "description": "stable"},
        "detail": {**TEXT, "description": "in the language of Accept-Language: fr or en"},
        "instance": TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {"field": TEXT, "code": TEXT, "message": TEXT},
            },
        },
        "response_code": {"type": ["string", "null"], "description": "with bank_refused: the platform's code"},
        "acquirer_response_code": {"type": ["string", "null"], "description": "with bank_refused: the bank's code"},
        "transaction": {"type": "object", "description": "with bank_refused: as it is now"},
    },
}
KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "unique per merchant over all routes; the same request under it is done once",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
REPLAYED: Schema = {
    "Idempotency-Replayed": {
        "description": "the key was used before by this request; this is how it stands now",
        "schema": {"type": "string", "enum": ["true"]},
    }
}


def document(endpoints: Sequence[Endpoint], prefix: str) -> Schema:
    """Return the description of these endpoints, served under `prefix`."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = re.sub(r"<(\w+)>", r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "VPC e-gestion", "version": "1"},
        "servers": [{"url": prefix}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": PROBLEM_SCHEMA},
        },
    }


def _operation(endpoint: Endpoint) -> Schema:
    operation: Schema = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "parameters": [*_path(endpoint), *([KEY] if endpoint.writes else []), *map(_parameter, endpoint.query)],
        "responses": _responses(endpoint),
    }
    if endpoint.body is not None:
        content = {"application/json": {"schema": object_schema(endpoint.body)}}
        operation["requestBody"] = {"required": endpoint.body_required, "content": content}
    return operation


def _path(endpoint: Endpoint) -> list[Schema]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9A-Za-z]+$"}}
        for name in re.findall(r"<(\w+)>", endpoint.path)
    ]


def _parameter(field: Field) -> Schema:
    parameter: Schema = {"name": field.name, "in": "query", "schema": field.kind.schema()}
    return {**parameter, "description": field.about} if field.about else parameter


def _responses(endpoint: Endpoint) -> Mapping[str, Schema]:
    responses: dict[str, Schema] = {}
    for status, (text, schema) in endpoint.answers.items():
        responses[str(status)] = {"description": text, "content": {"application/json": {"schema": schema}}}
        if endpoint.writes:
            responses[str(status)]["headers"] = REPLAYED
    for status in endpoint.problems:
        responses[str(status)] = _problem(HTTPStatus(status).phrase)
    return {**responses, "default": _problem("anything else that went wrong")}


def _problem(description: str) -> Schema:
    return {"description": description, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
