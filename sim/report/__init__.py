"""Pages and workbooks of runs, comparisons and studies."""
