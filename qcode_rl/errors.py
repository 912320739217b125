"""The one exception that means "what you gave cannot be used"."""


class InputError(ValueError):
    """Bad input, told in one line that names the argument, the rule and the value.

    The command line prints the line and exits with status 2; nothing has been written by then.
    """
