"""Tasks that draw: adversaries, autoencoders, and how close what they make comes to what they have learnt from."""
