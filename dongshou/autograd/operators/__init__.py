"""The table of operators: each declared once, with its derivatives side by side, and what is composed of them."""
