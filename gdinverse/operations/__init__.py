"""Matrix operations as optimization problems: one file each, its class and its call."""
