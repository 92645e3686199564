"""From a call log to a scenario file, with the uncertainty of every number, and where the model does not fit."""
