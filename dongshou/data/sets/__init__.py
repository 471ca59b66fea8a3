"""The data sets of the course, a file each: what it holds, its classes and constants, and how its files are read."""
