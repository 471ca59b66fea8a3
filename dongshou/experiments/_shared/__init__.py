"""What the experiments of several units share."""
