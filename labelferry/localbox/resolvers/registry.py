"""The registry of resolvers: ``(type, field)`` turned into a function of source, context and arguments."""

from collections.abc import Callable
from typing import Any, TypeVar

Resolver = Callable[..., Any]
F = TypeVar("F", bound=Resolver)

FIELDS: dict[tuple[str, str], Resolver] = {}


def field(type_name: str, name: str) -> Callable[[F], F]:
    """Register a resolver for a field of a type."""

    def register(resolver: F) -> F:
        FIELDS[type_name, name] = resolver
        return resolver

    return register


def query(name: str) -> Callable[[F], F]:
    """Register a resolver for a query."""
    return field("Query", name)


def mutation(name: str) -> Callable[[F], F]:
    """Register a resolver for a mutation."""
    return field("Mutation", name)
