"""What can be done to a code, family by family: moves, masks, apply and undo, potentials."""
