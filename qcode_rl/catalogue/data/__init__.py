"""The catalogue's data, each file with its sources, and the program that made them."""
