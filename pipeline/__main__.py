"""`python -m pipeline` is the command `litmine`."""

from pipeline.cli import main

main()
