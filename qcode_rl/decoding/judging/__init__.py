"""Logical error rates as a reward: few shots, the same errors for all codes, in processes.

`options` says what is judged and what that is worth, `capacity` samples and decodes, and `pool`
hands codes out to processes. Nothing is imported here: only `capacity` needs the decoders.
"""
