"""Detection: where in a picture there is something, and what."""
