"""Further matrix operations as losses, each in one file: what it is, how it runs, its proof."""
