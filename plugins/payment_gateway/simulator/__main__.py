"""`python -m plugins.payment_gateway.simulator --port 8081 --data DIR`."""

import sys

from .server import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
