"""Pictures, by matplotlib (the extra `qcode-rl[plots]`); functions return its axes."""
