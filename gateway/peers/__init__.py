"""Between members' gateways: acts are offered for signature, consents come back, content goes to who is entitled to it."""
