"""`--fast`: ways to compute the same training in less time, measured on the model at hand before it begins."""
