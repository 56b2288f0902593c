"""`python -P -m speedwright`; prefer the console script (docs/design/0002-packaging.md)."""

from speedwright.cli import main

if __name__ == "__main__":
    main()
