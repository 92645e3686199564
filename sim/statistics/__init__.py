"""What is counted of replications, and what is estimated from counts: measures, intervals, control variates."""
