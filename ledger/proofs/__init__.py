"""Proofs that anybody can make or check with files alone: no node, no database."""
