"""Captioned scenes: one or two handwritten digits side by side, and a sentence that says what is to be seen."""
