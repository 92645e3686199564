"""The command line: thin faces on the studies, one module for each command or family of them."""
