"""Digits written by hand, found on a photo of paper or a board, each made to look like the images of a data set."""
