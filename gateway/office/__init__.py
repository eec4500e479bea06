"""The member's own database, apart from the mirror: acts and their signatures, lanes and transactions, keys, content, access and audit."""
