"""`python -m pipeline`."""

import sys

from pipeline.cli.parser import main

sys.exit(main())
