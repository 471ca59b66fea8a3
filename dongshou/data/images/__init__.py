"""Pictures as batches of pixels: data sets by name, folders of pictures with labels, single photos."""
