"""The HTTP API: one module a resource, named as in the contracts and the mirror."""
