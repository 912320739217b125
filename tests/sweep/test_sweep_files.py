"""Sweep files: what they say, and the one line that each bad one gets."""

from pathlib import Path

import pytest

from qcode_rl.errors import InputError
from qcode_rl.search.files import spec_from
from qcode_rl.sweep.files import Sweep, read_sweep
from qcode_rl.sweep.options import SlurmOptions
from qcode_rl.sweep.points import points_of
from qcode_rl.toml import read_toml

SPEC = "[spec]\nmax_weight = 6\ndistance = 4\n"
#: The [5, 1, 5] repetition code, as the files of other programs have it.
REPETITION = """5 4
2 2
1 2 2 2 1
2 2 2 2
1
1 2
2 3
3 4
4
1 2
2 3
3 4
4 5
"""


def written(folder: Path, text: str, name: str = "some.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def swept(folder: Path, text: str) -> Sweep:
    return read_sweep(written(folder, text))


def refusal(folder: Path, text: str, points: bool = False) -> str:
    """Return what a file is refused with, after its name."""
    path = written(folder, text)
    with pytest.raises(InputError) as refused:
        points_of(read_sweep(path)) if points else read_sweep(path)
    message = str(refused.value)
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


def test_a_file_says_what_is_shared_what_varies_and_how_it_runs(tmp_path: Path) -> None:
    sweep = swept(
        tmp_path,
        """
        name = "of-its-own"
        seeds = 3
        time = "1.5h"
        parallel = 7
        [spec]
        max_weight = 6
        [grid]
        distance = [4, 5]
        "agent.width" = [16, 24]
        [[zip]]
        max_degree = [3, 4]
        logicals = [1, 4]
        [[list]]
        evaluations = 10
        [[list]]
        evaluations = 20
        [slurm]
        time = 10
        mem = "4GB"
        setup = ["module load python"]
        environment = {A = "1"}
        extra = {nice = 100}
        """,
    )
    assert (sweep.name, sweep.seconds, sweep.parallel) == ("of-its-own", 5400.0, 7)
    assert sweep.spec == {"max_weight": 6}
    assert sweep.axes.grid == {"distance": [4, 5], "agent.width": [16, 24]}
    assert sweep.axes.zips == ({"max_degree": [3, 4], "logicals": [1, 4]},)
    assert sweep.axes.listed == ({"evaluations": 10}, {"evaluations": 20})
    assert sweep.axes.seeds == (0, 1, 2)
    assert len(sweep.axes) == 48
    assert sweep.slurm == SlurmOptions(
        time=10,
        mem="4GB",
        setup=("module load python",),
        environment={"A": "1"},
        extra={"nice": 100},
    )


def test_little_has_to_be_said(tmp_path: Path) -> None:
    sweep = swept(tmp_path, SPEC)
    assert (sweep.name, sweep.seconds, sweep.parallel) == ("some", None, None)
    assert (sweep.slurm, list(sweep.axes)) == (SlurmOptions(), [{}])


def test_one_table_does_for_a_list_of_one(tmp_path: Path) -> None:
    sweep = swept(tmp_path, SPEC + "[zip]\nseed = [5, 6]\n[list]\nlogicals = 4\n")
    assert list(sweep.axes) == [{"logicals": 4, "seed": 5}, {"logicals": 4, "seed": 6}]


def test_seeds_may_be_listed(tmp_path: Path) -> None:
    assert swept(tmp_path, "seeds = [7, 3]\n" + SPEC).axes.seeds == (7, 3)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("0.5m", 30), ("2h", 7200), ("1d", 86400)]
)
def test_times_have_units(tmp_path: Path, text: str, seconds: float) -> None:
    assert swept(tmp_path, f'time = "{text}"\n' + SPEC).seconds == seconds


def test_the_sweeps_that_ship_can_be_read() -> None:
    runs = Path(__file__).parents[2] / "search_runs"
    assert len(points_of(read_sweep(runs / "smoke.toml"))) == 12
    for name in ("hgp30", "small_css", "small_stabilizer", "weight6_frontier"):
        sweep = read_sweep(runs / f"{name}.toml")
        assert len(points_of(sweep)) == len(sweep.axes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sedes = 3\n" + SPEC, "sedes: no such setting of a sweep; nearest: seeds"),
        ("zzz = 3\n" + SPEC, "zzz: no such setting of a sweep"),
        ("seeds = 3\n", "spec: must be a table or the name of a spec file, got None"),
        ("spec = 3\n", "spec: must be a table or the name of a spec file, got 3"),
        ("grid = 3\n" + SPEC, "grid: must be a table, got 3"),
        ("zip = 3\n" + SPEC, "zip: must be tables ([[zip]]), got 3"),
        ("zip = []\nlist = [1]\n" + SPEC, "list: must be tables ([[list]]), got [1]"),
        (SPEC + "[[list]]\n", "list: must be tables ([[list]]), got [{}]"),
        (SPEC + "[[zip]]\n", "zip: must be tables ([[zip]]), got [{}]"),
        (SPEC + "[grid]\nseed = []\n", "grid.seed: must be a list of values, got []"),
        (
            SPEC + "[[zip]]\nmax_weight = [6, 8]\nmax_degree = [3]\n",
            "zip: must have as many values of each setting, got max_weight 2, max_degree 1",
        ),
        (
            "seeds = 2\n" + SPEC + "[[list]]\nseed = 5\n",
            "axes: must give each setting once, got 'seed' twice",
        ),
        (
            "seeds = 1000\n" + SPEC + f"[grid]\nlogicals = {list(range(1001))}\n",
            "axes: must make at most 1000000 points, got 1001000",
        ),
        *(
            (
                f"seeds = {value}\n" + SPEC,
                f"seeds: must be how many, or a list of whole numbers from 0, got {told}",
            )
            for value, told in [
                ("0", "0"),
                ("-1", "-1"),
                ("1_000_001", "1000001"),
                ("true", "True"),
                ("2.0", "2.0"),
                ('"3"', "'3'"),
                ("[]", "[]"),
                ("[0, -1]", "[0, -1]"),
                ("[true]", "[True]"),
            ]
        ),
        *(
            (
                f"time = {value}\n" + SPEC,
                f'time: must be a positive time such as "90s" or "3m", got {told}',
            )
            for value, told in [
                ("90", "90"),
                ('"0s"', "'0s'"),
                ('"90"', "'90'"),
                ('"-3m"', "'-3m'"),
                ('"3 m"', "'3 m'"),
                ('"3m\\n"', r"'3m\n'"),
                (f'"{"9" * 400}s"', f"'{'9' * 400}s'"),
            ]
        ),
        *(
            (
                f"name = {value}\n" + SPEC,
                f"name: must be of letters, digits, '.', '_' and '-', got {told}",
            )
            for value, told in [
                ("3", "3"),
                ('""', "''"),
                ('"../x"', "'../x'"),
                ('".x"', "'.x'"),
                ('"a b"', "'a b'"),
                ('"a\\n"', r"'a\n'"),
            ]
        ),
        ("parallel = 0\n" + SPEC, "parallel: must be a whole number from 1, got 0"),
        ("parallel = true\n" + SPEC, "parallel: must be a whole number from 1, got True"),
        ("parallel = 1.5\n" + SPEC, "parallel: must be a whole number from 1, got 1.5"),
        ("slurm = 3\n" + SPEC, "slurm: must be a table, got 3"),
    ],
)
def test_a_bad_file_is_refused_by_setting_rule_and_value(
    tmp_path: Path, text: str, message: str
) -> None:
    assert refusal(tmp_path, text) == message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("tiem = 3", "slurm.tiem: no such option; nearest: time"),
        ("zzz = 3", "slurm.zzz: no such option; other options of sbatch: slurm.extra"),
        ("time = 0", "slurm.time: must be a whole number from 1, got 0"),
        ('time = "1:00:00"', "slurm.time: must be a whole number from 1, got '1:00:00'"),
        ("cpus_per_task = true", "slurm.cpus_per_task: must be a whole number from 1, got True"),
        ("gpus_per_node = 0", "slurm.gpus_per_node: must be a whole number from 1, got 0"),
        ("points_per_job = 1.5", "slurm.points_per_job: must be a whole number from 1, got 1.5"),
        ("signal_seconds = -1", "slurm.signal_seconds: must be a whole number from 1, got -1"),
        ("mem = 4", "slurm.mem: must be text of one line, got 4"),
        (
            'partition = "gpu\\n#SBATCH --account=other"',
            r"slurm.partition: must be text of one line, got 'gpu\n#SBATCH --account=other'",
        ),
        ('qos = "a\\rb"', r"slurm.qos: must be text of one line, got 'a\rb'"),
        ('constraint = "a\\u2028b"', r"slurm.constraint: must be text of one line, got 'a\u2028b'"),
        (
            'setup = "module load x"',
            "slurm.setup: must be a list of shell lines, got 'module load x'",
        ),
        ("setup = [1]", "slurm.setup: must be a list of shell lines, got (1,)"),
        *(
            (
                f"environment = {value}",
                f"slurm.environment: must be a table of texts by names of variables, got {told}",
            )
            for value, told in [
                ("3", "3"),
                ("{A = 1}", "{'A': 1}"),
                ('{"A=B" = "1"}', "{'A=B': '1'}"),
                ('{"" = "1"}', "{'': '1'}"),
                ('{A = "a\\u0000b"}', r"{'A': 'a\x00b'}"),
            ]
        ),
        ("extra = 3", "slurm.extra: must be a table, got 3"),
        (
            'extra = {comment = "a\\nrm -rf /"}',
            r"slurm.extra.comment: must be text of one line, got 'a\nrm -rf /'",
        ),
    ],
)
def test_bad_options_of_slurm_are_refused(tmp_path: Path, line: str, message: str) -> None:
    assert refusal(tmp_path, f"{SPEC}[slurm]\n{line}\n") == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            SPEC + "[grid]\ndistance = [4, 0]\n",
            "at distance=0: distance: must be at least 1, got 0",
        ),
        (
            "seeds = 2\n" + SPEC + '[grid]\n"agent.width" = [1]\n',
            "at width=1 seed=0: agent.width: must be at least 2, got 1",
        ),
        (
            SPEC + "[[list]]\nmax_wieght = 6\n",
            "at max_wieght=6: max_wieght: no such setting; nearest: max_weight",
        ),
        ("[spec]\nmax_weight = 6\n", "--distance: must be given"),
        (SPEC + "agent = 3\n", "agent: must be a table, got 3"),
        (SPEC + '[grid]\n"distance.x" = [1]\n', "at x=1: distance: must be a whole number, got"),
    ],
)
def test_a_point_with_a_bad_spec_is_named(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, text, points=True).startswith(message)


def test_a_file_that_is_missing_or_no_toml_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    for path, told in [
        (missing, "cannot be read: No such file or directory"),
        (tmp_path, "cannot be read: Is a directory"),
        (written(tmp_path, "seeds =", "a.toml"), "not a TOML file: Invalid value"),
        (written(tmp_path, "x = 1\nx = 2", "b.toml"), "not a TOML file: Cannot overwrite a value"),
        (written(tmp_path, "x = " + "[" * 100_000, "c.toml"), "not a TOML file: "),
    ]:
        with pytest.raises(InputError) as refused:
            read_sweep(path)
        assert str(refused.value).startswith(f"{path}: {told}")
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"# caf\xe9\n")
    with pytest.raises(InputError, match=r"latin.toml: not a TOML file: 'utf-8' codec"):
        read_sweep(latin)
    large = written(tmp_path, "# " + "x" * (1 << 20), "large.toml")
    with pytest.raises(InputError, match=r"large.toml: must be at most 1048576 bytes"):
        read_toml(large)


def test_a_name_that_follows_from_the_file_must_be_one_too(tmp_path: Path) -> None:
    path = written(tmp_path, SPEC, "my sweep.toml")
    with pytest.raises(InputError) as refused:
        read_sweep(path)
    rule = "name: must be of letters, digits, '.', '_' and '-', got 'my sweep'"
    assert str(refused.value) == f"{path}: {rule}"


def test_a_spec_file_beside_is_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "runs", SPEC.replace("[spec]", ""), "first.toml")
    path = written(tmp_path / "runs", 'spec = "first.toml"\n[grid]\nlogicals = [1, 4]\n')
    monkeypatch.chdir(tmp_path)
    sweep = read_sweep(path)
    assert sweep.spec == {"max_weight": 6, "distance": 4}
    assert [point.values["logicals"] for point in points_of(sweep)] == [1, 4]
    assert read_sweep(Path("runs/some.toml")).spec == sweep.spec


def test_a_spec_file_that_is_missing_is_named_after_the_sweep_file(tmp_path: Path) -> None:
    told = refusal(tmp_path, 'spec = "first.toml"\n')
    assert told == f"{tmp_path / 'first.toml'}: cannot be read: No such file or directory"
    told = refusal(tmp_path, 'spec = "fir\\u0000st"\n')
    assert told == f"{tmp_path / 'fir'}\0st: cannot be read: embedded null byte"


@pytest.mark.parametrize(
    "text",
    [
        SPEC + 'seed_code = "rep.alist"\n',
        SPEC + '[grid]\nseed_code = ["rep.alist"]\n',
        SPEC + '[[zip]]\nseed_code = ["rep.alist"]\nseed = [0]\n',
        SPEC + '[[list]]\nseed_code = "rep.alist"\n',
        'spec = "specs/base.toml"\n',
    ],
)
def test_seed_codes_beside_the_file_are_found_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    folder = tmp_path / "runs"
    path = written(folder, text)
    written(folder, REPETITION, "rep.alist")
    # Those that a spec file names lie beside the spec file.
    base = SPEC.replace("[spec]", "") + 'seed_code = "rep.alist"\n'
    written(folder / "specs", base, "base.toml")
    written(folder / "specs", REPETITION, "rep.alist")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    [point] = points_of(read_sweep(path))
    seed = spec_from(point.values).seed_classical
    assert seed is not None
    assert (seed.n, seed.k) == (5, 1)


def test_names_of_codes_that_are_no_files_stay_as_they_are(tmp_path: Path) -> None:
    sweep = swept(tmp_path, SPEC + '[grid]\nseed_code = ["hamming-3", "best-20-5"]\n')
    assert sweep.axes.grid["seed_code"] == ["hamming-3", "best-20-5"]


def test_the_digest_follows_the_file_and_those_that_it_names(tmp_path: Path) -> None:
    seed = written(tmp_path, REPETITION, "rep.alist")
    base = written(tmp_path, SPEC.replace("[spec]", ""), "base.toml")
    text = 'spec = "base.toml"\n[[list]]\nseed_code = "rep.alist"\n'
    digests = [swept(tmp_path, text).digest]
    assert swept(tmp_path, text).digest == digests[0]
    digests.append(swept(tmp_path, "seeds = 2\n" + text).digest)
    base.write_text(base.read_text() + "logicals = 1\n")
    digests.append(swept(tmp_path, text).digest)
    seed.write_text(REPETITION + "# what others wrote\n")
    digests.append(swept(tmp_path, text).digest)
    assert len(set(digests)) == 4


def test_a_seed_code_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    # A regular file whose first byte nobody can read, not even root.
    told = refusal(tmp_path, SPEC + 'seed_code = "/proc/self/mem"\n')
    assert told == "/proc/self/mem: cannot be read: Input/output error"
