"""Automatic differentiation: networks trained by our own autograd, step by step beside torch."""
