"""Two-block codes of one shape: colours alone take them for one code, certificates do not."""

from functools import cache

import networkx as nx
import numpy as np
import pytest

from qcode_rl.codes import CSSCode
from qcode_rl.codes.bicycle import bivariate_bicycle
from qcode_rl.identity import apply, classes, equivalence, identity_of
from qcode_rl.identity.portraits import portrait_of
from qcode_rl.identity.work import DEFAULT_BUDGET

#: Exponents a, b, c, d, e, f of A = x^a + y^b + y^c and B = y^d + x^e + x^f on a torus of 6 by 6:
#: every ninth of the 432 such codes [[72,4]] with a, d > 0 whose only light stabilizers are the
#: checks. All 432 are in 13 classes (by this package and by nauty).
EXPONENTS = """
    101104 104134 123135 105201 134223 102324 113312 135345 123405 101505 104535 134523 213105
    235101 223205 205345 234345 213435 205505 234513 312113 324105 345134 315223 312401 315435
    312513 324502 345504 413113 435123 423213 413312 435312 423405 405534 434535 502134 513105
    535134 523205 501324 504345 534312 505413 534435 502535 513534
"""
NUM_CLASSES = 13


@cache
def family() -> list[CSSCode]:
    codes = []
    for a, b, c, d, e, f in (map(int, digits) for digits in EXPONENTS.split()):
        codes.append(bivariate_bicycle(6, 6, [(a, 0), (0, b), (0, c)], [(0, d), (e, 0), (f, 0)]))
    return codes


def test_refinement_alone_takes_all_codes_of_the_family_for_one() -> None:
    seen = {
        np.sort(portrait_of(code, DEFAULT_BUDGET, False).graph.colours()).tobytes()
        for code in family()
    }
    assert len(seen) == 1
    hashes = {
        nx.weisfeiler_lehman_graph_hash(code.tanner_graph(), node_attr="kind", iterations=6)
        for code in family()[:12]
    }
    assert len(hashes) == 1


def test_certificates_sort_the_family_into_its_classes() -> None:
    found = classes(family())
    assert len(found) == NUM_CLASSES
    assert sorted(index for members in found for index in members) == list(range(len(family())))
    # One vertex fixed at a time is enough for the keys to tell the classes apart.
    keys = [identity_of(family()[members[0]]).key for members in found]
    assert len(set(keys)) == NUM_CLASSES


def test_nauty_sorts_the_family_into_the_same_classes() -> None:
    pytest.importorskip("pynauty")
    assert classes(family(), use_nauty=True) == classes(family())


def test_codes_of_one_class_come_with_the_map_between_them() -> None:
    members = next(members for members in classes(family()) if len(members) > 3)
    for other in members[1:]:
        found = equivalence(family()[members[0]], family()[other])
        assert found is not None
        assert apply(found, family()[members[0]]).key == family()[other].key
