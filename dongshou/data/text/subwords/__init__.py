"""Pieces of words: learnt from a text by byte-pair encoding, or read with the vocabulary of a BERT."""
