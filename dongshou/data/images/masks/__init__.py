"""Pictures with a class for each pixel: a mask beside each, by numbers or by colours."""
