"""Recovery of known numbers by fits."""
