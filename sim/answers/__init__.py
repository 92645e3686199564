"""Answers: what a study found as data, and the renderers that show any answer in any language on any face."""
