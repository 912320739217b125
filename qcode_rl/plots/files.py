"""Plots in files: which kinds there are, and writing them."""

from pathlib import Path

from matplotlib.axes import Axes

from qcode_rl.errors import InputError

FORMATS = (".png", ".svg")
#: Okabe and Ito's colours, which most people can tell apart, and a marker for each.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = "osD^vPX"


def require_format(path: Path) -> None:
    """Refuse a file for a plot that does not end in .png or .svg.

    Raises:
        InputError: if it ends otherwise.
    """
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"plot: must end in {' or '.join(FORMATS)}, got {str(path)!r}")


def save_axes(axes: Axes, path: Path) -> None:
    """Write the figure of some axes to a file.

    Args:
        axes: of the figure.
        path: ends in .png or .svg.

    Raises:
        InputError: if it ends otherwise or cannot be written.
    """
    require_format(path)
    figure = axes.get_figure(root=True)
    assert figure is not None
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
