"""Multilayer perceptrons: depth, fitting too much and too little, regularisation, initialisation."""
