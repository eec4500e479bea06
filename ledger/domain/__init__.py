"""Money, time, identifiers, content and signed acts: pure functions and types, no input or output."""
