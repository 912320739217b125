"""What tests on a real Slurm rely on; nothing of it stays behind, or is seen from outside."""

import socket
import subprocess
from pathlib import Path

import pytest
from slurm_cluster import Cluster, await_that, call, running_cluster

pytestmark = pytest.mark.long

# Waits for a signal, in a step. Bash runs a trap once its child ends: hence the short ones.
WAITING_STEP = """
srun --ntasks=1 bash -c '
    trap "echo signalled; exit 0" USR1
    echo started $SLURM_ARRAY_TASK_ID, restarts: ${SLURM_RESTART_COUNT:-none}
    while true; do sleep 0.2; done'
"""


def submitted_pair(slurm: Cluster, folder: Path) -> tuple[str, list[Path]]:
    """Return an array job of two steps that wait, and their output files, once both have begun."""
    outputs = [folder / f"{task}.out" for task in range(2)]
    options = ["--array=0-1", "--open-mode=append", f"--output={folder}/%a.out"]
    job = slurm.submit(WAITING_STEP, *options)
    await_that(lambda: all(path.exists() and "started" in path.read_text() for path in outputs))
    return job, outputs


def test_both_tasks_of_an_array_job_run_their_steps_at_a_time(
    slurm: Cluster, tmp_path: Path
) -> None:
    job, outputs = submitted_pair(slurm, tmp_path)
    assert slurm.states() == {f"{job}_0": "RUNNING", f"{job}_1": "RUNNING"}
    assert [path.read_text() for path in outputs] == [
        f"started {task}, restarts: none\n" for task in range(2)
    ]


def test_daemons_and_steps_listen_on_loopback_only(slurm: Cluster, tmp_path: Path) -> None:
    idle = slurm.listens_on()
    assert len(idle) == 2  # slurmctld, slurmd
    submitted_pair(slurm, tmp_path)
    busy = slurm.listens_on()
    assert busy > idle
    assert all(address.is_loopback for address, _ in busy), busy


def test_a_signal_reaches_the_step_of_one_task(slurm: Cluster, tmp_path: Path) -> None:
    job, outputs = submitted_pair(slurm, tmp_path)
    slurm.run("scancel", "--signal=USR1", f"{job}_0")
    await_that(lambda: f"{job}_0" not in slurm.states())
    assert "signalled" in outputs[0].read_text()
    assert slurm.states() == {f"{job}_1": "RUNNING"}
    assert "signalled" not in outputs[1].read_text()


def test_a_requeued_task_runs_again(slurm: Cluster, tmp_path: Path) -> None:
    job, outputs = submitted_pair(slurm, tmp_path)
    slurm.run("scontrol", "requeue", f"{job}_1")
    await_that(lambda: slurm.states()[f"{job}_1"] == "PENDING")
    await_that(lambda: "started 1, restarts: 1\n" in outputs[1].read_text())
    assert slurm.states() == {f"{job}_0": "RUNNING", f"{job}_1": "RUNNING"}


def test_stopping_ends_all_of_a_cluster_and_nothing_of_another(
    slurm: Cluster, tmp_path: Path
) -> None:
    neighbours = set(slurm.pids())
    with running_cluster(tmp_path / "second") as second:
        daemons = len(second.pids())
        # Slurm itself loses sight of the first sleep, whose parents end.
        second.submit("(setsid sleep 200 &); sleep 100", "--output=/dev/null")
        await_that(lambda: len(second.pids()) == daemons + 4)  # slurmstepd, bash, sleep, sleep
        listened = second.listens_on()
        assert not listened & slurm.listens_on()
        assert not neighbours & set(second.pids())

    assert second.pids() == []
    assert neighbours == set(slurm.pids())
    for address, port in listened:
        with socket.socket() as client:
            assert client.connect_ex((str(address), port)) != 0
    assert call("stop", second.folder).returncode == 0


def test_a_cluster_ends_with_the_process_that_it_is_for(
    slurm_cluster: Cluster, tmp_path: Path
) -> None:
    cluster = Cluster(tmp_path)
    with subprocess.Popen(["sleep", "100"]) as owner:
        assert call("start", tmp_path, str(owner.pid)).returncode == 0
        assert cluster.pids()
        owner.kill()
    await_that(lambda: not cluster.pids())
    assert slurm_cluster.pids()


def test_what_was_started_ends_if_a_daemon_does_not_start(
    slurm_cluster: Cluster, tmp_path: Path
) -> None:
    broken = tmp_path / "slurmd"
    broken.write_text("#!/bin/bash\necho a broken slurmd\nexit 1\n")
    broken.chmod(0o700)
    folder = tmp_path / "state"
    started = call("start", folder, PATH=f"{tmp_path}:/usr/bin:/bin:/usr/sbin:/sbin")
    assert started.returncode == 1
    assert "a broken slurmd" in started.stderr
    assert started.stderr.endswith(f"slurmd does not start: {folder}\n")
    assert Cluster(folder).pids() == []


def test_a_folder_in_use_or_unfit_is_refused(slurm_cluster: Cluster, tmp_path: Path) -> None:
    started = call("start", slurm_cluster.folder)
    assert (started.returncode, started.stdout) == (1, "")
    assert "a cluster was started there before" in started.stderr
    assert "only letters, digits" in call("start", tmp_path / "100%").stderr
    assert "at most 70 characters" in call("start", tmp_path / ("x" * 70)).stderr
    assert slurm_cluster.states() == {}


def test_check_names_the_programs_that_are_missing(tmp_path: Path) -> None:
    checked = call("check", PATH=str(tmp_path))
    assert checked.returncode == 1
    assert checked.stdout.startswith("no ")
    assert "sbatch" in checked.stdout
    assert checked.stdout.endswith(
        "(Debian: apt-get install slurmctld slurmd slurm-client munge)\n"
    )
