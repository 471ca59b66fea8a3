"""`python -m dongshou` is the command line."""

import sys

from dongshou.cli import main

sys.exit(main())
