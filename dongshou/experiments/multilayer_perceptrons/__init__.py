"""Multilayer perceptrons: depth, fitting too much and too little, regularisation, initialisation."""

PLACE = 20  # in the course
