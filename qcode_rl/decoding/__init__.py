"""Decoding: noise models, circuits, decoders and logical error rates."""
