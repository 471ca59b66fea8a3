"""Text as batches of numbers: tokens, vocabularies, subsequences for language models, pairs for translation."""
