"""How long an epoch takes, as a ratio to other people's ways of training the very same network."""
