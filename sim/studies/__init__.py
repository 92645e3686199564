"""Studies: questions that are answered by running many replications."""
