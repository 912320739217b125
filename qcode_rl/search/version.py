"""The version of search specifications, where it can be read without the packages of a search."""

#: Changes when the same spec would no longer give the same result.
SPEC_VERSION = 5
