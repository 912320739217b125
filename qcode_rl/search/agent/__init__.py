"""The agent: a size-independent Tanner-graph policy trained by maskable PPO."""
