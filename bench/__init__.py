"""What the product is held to in figures: each module measures one thing and runs from a checkout."""
