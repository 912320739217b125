"""Sweeps: many searches, on this machine or as array jobs of a cluster, into one archive.

A sweep file expands into points (`points`), one search each. Workers (`worker`) claim points, run
them and write what happens to logs of their own in the archive (`ledger`); whoever reads all logs
knows how the sweep stands (`status`). There is no server: claims and logs are files.
"""
