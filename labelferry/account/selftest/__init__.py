"""The self-test: what labelferry assumes of the service, tried on an account under names of its own, and cleaned up."""
