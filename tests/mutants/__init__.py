"""Wrong code that the tests have to catch: `make mutants`. A file here holds the mutants of one part of the package."""
