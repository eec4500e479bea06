"""Acts on pledges made from what people write: words become the fields that are signed, and the fields words again."""
