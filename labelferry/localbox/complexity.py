"""The limit of a query's complexity: how many lists may be inside each other.

The service has a limit and does not publish its measure; the official SDK's tests (7.17.0,
tests/integration/test_client_errors.py) ask for lists in lists in lists in lists, and are refused.
"""

from typing import Any

from graphql import FieldNode, GraphQLError, ValidationContext, ValidationRule, get_nullable_type, is_list_type

DEEPEST = 3
EXCEEDED = "Query complexity limit exceeded"


class ComplexityRule(ValidationRule):
    """Refuse documents with more than three lists inside each other, once each."""

    context: ValidationContext

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._lists = 0
        self._refused = False

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Count a list, and refuse the first that is one too many."""
        self._lists += self._is_list()
        if self._lists > DEEPEST and not self._refused:
            self._refused = True
            self.report_error(GraphQLError(EXCEEDED, node))

    def leave_field(self, *_: Any) -> None:
        """Forget a list."""
        self._lists -= self._is_list()

    def _is_list(self) -> bool:
        found = self.context.get_type()
        return found is not None and is_list_type(get_nullable_type(found))
