"""Data shipped with the codes, each file with its source, and the programs that made them."""
