"""The Chinese: a file for each folder of the package, `data_images.py` for what stands in `dongshou/data/images/`.

SENTENCES  English -> Chinese, holes as {}; other order of the holes: {1} {0}
LABELS     headings, axes, names of quantities: what means this only where it stands alone
"""
