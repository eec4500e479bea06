"""How a checkout is set up and tested. Standard library only: it runs before anything is installed, and is no part of the product."""
