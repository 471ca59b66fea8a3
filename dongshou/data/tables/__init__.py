"""Tables: CSV files as tensors, and CSV files for a competition."""
