"""What an analyst writes: scenario files, typed and checked."""
