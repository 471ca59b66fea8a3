"""Digit scenes: handwritten digits pasted on photographs; where each lies and which pixels are its own is known."""
