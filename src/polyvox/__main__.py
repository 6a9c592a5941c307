"""``python -m polyvox``: the command ``polyvox``."""

from polyvox.cli.app import main

if __name__ == "__main__":
    main()
