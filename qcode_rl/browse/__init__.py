"""Archives as one HTML file to look at: a table, a plot, and for each code a drawing and downloads.

`data` chooses what of an archive goes into the file, `facts` puts it into words, `page` assembles
it with the template, the style and the scripts in `assets/`. Nothing in the file is fetched, and
nothing that an archive holds is more than text in it.
"""

from qcode_rl.browse.data import MOST_BYTES, MOST_CODES
from qcode_rl.browse.page import Page, build_page, write_page

__all__ = ["MOST_BYTES", "MOST_CODES", "Page", "build_page", "write_page"]
