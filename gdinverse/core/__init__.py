"""What every operation shares: the problem, the loop, the verdict, the result."""
