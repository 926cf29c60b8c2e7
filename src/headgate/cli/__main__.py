"""`python -m headgate.cli`: what the launcher runs."""

from headgate.cli.app import main

main()
