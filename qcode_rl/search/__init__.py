"""Searching for codes: specification, runner, the walk of sizes, and the PPO agent."""
