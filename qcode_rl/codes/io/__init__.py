"""File formats, one module each. Files from others are never unpickled or evaluated."""
