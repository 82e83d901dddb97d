"""A second reader of the wire format, written from docs/wire-format.md and sharing no code with the first."""
