"""Results on disk: folders of runs, their tables, and what is read from them."""
