"""An office's existing register as two trees: exported, built, proven, seeded into the chain and adopted record by record."""
