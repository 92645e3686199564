"""Tables and sentences for the terminal, one module for each kind of answer."""
