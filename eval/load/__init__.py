"""How much the service answers at once, beside the same questions asked in process."""
