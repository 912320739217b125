#!/usr/bin/env bash
# A real Slurm of one node on loopback, for tests: no systemd, no cgroups, no accounting.
#
#   cluster.sh check                say why it cannot be started here (exit 1), or nothing (exit 0)
#   cluster.sh start FOLDER [PID]   start it, and stop it when that process ends; prints the line
#                                   to evaluate before using sbatch or squeue
#   cluster.sh pids FOLDER          its processes: daemons, steps, jobs
#   cluster.sh stop FOLDER          cancel its jobs and end its processes, if there are any
#
# Configuration, key, sockets, spool and logs all lie below FOLDER, so that a Slurm or munge of the
# machine is never touched. Several clusters can run at a time: each has its own ports and munge.
set -euo pipefail

# Daemons are not on everybody's PATH.
PATH="$PATH:/usr/sbin:/sbin"
readonly PROGRAMS=(slurmctld slurmd munged sbatch srun sinfo squeue scancel scontrol)
readonly PACKAGES="slurmctld slurmd slurm-client munge"
# Unix sockets have paths below 108 bytes; slurmd's are FOLDER/spool/localhost_JOB.STEP.
readonly LONGEST_FOLDER=70
readonly START_SECONDS=30
# KillWait and the controller's own delays fit in this.
readonly CANCEL_SECONDS=15
readonly END_SECONDS=10

main() {
    case "${1:-} $#" in
        "check 1") check ;;
        "start 2" | "start 3") start "${@:2}" ;;
        "pids 2") pids "$(realpath -m -- "$2")" ;;
        "stop 2") stop "$(realpath -m -- "$2")" ;;
        "watch 3") watch "$2" "$3" ;;
        *) fail "usage: cluster.sh check | start FOLDER [PID] | pids FOLDER | stop FOLDER" ;;
    esac
}

fail() {
    echo "$1" >&2
    exit 1
}

# Prints why a cluster cannot be started here, and nothing if it can.
obstacle() {
    local program missing=()
    for program in "${PROGRAMS[@]}"; do
        command -v "$program" >/dev/null || missing+=("$program")
    done
    if ((${#missing[@]})); then
        echo "no ${missing[*]} here (Debian: apt-get install $PACKAGES)"
    elif ((EUID != 0)); then
        echo "only root can start Slurm's daemons"
    elif ! can_rename_host && ! host_is_loopback; then
        echo "Slurm would listen beyond loopback: host name $(hostname), unshare --uts not allowed"
    fi
}

check() {
    local reason
    reason="$(obstacle)"
    [[ -z "$reason" ]] || { echo "$reason" && exit 1; }
}

can_rename_host() {
    unshare --uts hostname localhost 2>/dev/null
}

host_is_loopback() {
    [[ "$(getent ahostsv4 "$(hostname)" | head -n 1)" == 127.* ]]
}

# Daemons, steps and srun listen on the address of the host's name (NoInAddrAny), which is often
# another than loopback. A name of their own, which jobs inherit, makes it 127.0.0.1 everywhere.
as_localhost() {
    if can_rename_host; then
        unshare --uts bash -c 'hostname localhost && exec "$@"' as_localhost "$@"
    else
        "$@"
    fi
}

start() {
    local reason folder
    reason="$(obstacle)"
    [[ -z "$reason" ]] || fail "$reason"
    folder="$(realpath -m -- "$1")"
    require_usable "$folder"

    started_folder="$folder"
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'stop "$started_folder"' EXIT
    prepare "$folder"
    [[ -z "${2:-}" ]] || start_watcher "$folder" "$2"
    start_munge "$folder"
    start_daemons "$folder"
    await_idle "$folder"
    trap - EXIT
    echo "export SLURM_CONF=$folder/slurm.conf"
}

# slurm.conf has no quoting, and expands % in paths.
require_usable() {
    [[ "$1" =~ ^[A-Za-z0-9_./-]+$ ]] || fail "FOLDER: only letters, digits and _./- please, not $1"
    ((${#1} <= LONGEST_FOLDER)) ||
        fail "FOLDER: at most $LONGEST_FOLDER characters (sockets lie below it), not ${#1}: $1"
    [[ ! -e "$1/slurm.conf" ]] || fail "FOLDER: a cluster was started there before: $1"
}

prepare() {
    local folder="$1" port
    umask 077
    mkdir -p -- "$folder"/{munge,log,run,spool,state}
    head -c 1024 /dev/urandom >"$folder/munge/key"
    port="$(free_port)"
    write_configuration "$folder" "$port" "$(free_port "$port")" >"$folder/slurm.conf"
    echo "CgroupPlugin=$(idle_cgroup_plugin)" >"$folder/cgroup.conf"
}

# A port where nobody answers, other than $1; below the kernel's ephemeral ones, lest a client of
# anything takes it before the daemon does.
free_port() {
    local port="${1:-}"
    while [[ -z "$port" || "$port" == "${1:-}" ]] || answers "$port"; do
        port=$((20000 + RANDOM % 12000))
    done
    echo "$port"
}

answers() {
    (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Short waits throughout. A requeued job waits for its credential to expire: 5 s is Slurm's least.
# Two processors always, so that what two tasks do together can be tested on one core, too.
# Accounting and its gathering are off by default.
write_configuration() {
    local folder="$1" controller_port="$2" node_port="$3"
    cat <<EOF
ClusterName=qcode-test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$controller_port
SlurmdPort=$node_port
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket,cred_expire=5
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0,bf_interval=1
PropagateResourceLimits=NONE
SlurmdParameters=config_overrides
JobRequeue=1
KillWait=5
MinJobAge=10
InactiveLimit=0
MessageTimeout=30
ReturnToService=2
MailProg=/bin/true
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/run/slurmctld.pid
SlurmdPidFile=$folder/run/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
NodeName=localhost NodeAddr=127.0.0.1 CPUs=2 RealMemory=$(memory_mb)
PartitionName=debug Nodes=localhost Default=YES MaxTime=INFINITE State=UP
EOF
}

# slurmd looks for control groups even if nothing uses them, and gives up in containers that have
# none. Before Slurm 23 they cannot be disabled, but those of version 1 are left alone until used.
idle_cgroup_plugin() {
    [[ "$(slurmd -V)" =~ [0-9]+ ]]
    if ((BASH_REMATCH[0] >= 23)); then echo disabled; else echo cgroup/v1; fi
}

memory_mb() {
    awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo
}

# A test run that is killed stops nothing. In a session of its own, lest the same signal end both.
start_watcher() {
    setsid bash "$0" watch "$1" "$2" </dev/null >>"$1/log/start.log" 2>&1 &
}

watch() {
    while [[ -e "/proc/$2" ]]; do sleep 1; done
    exec bash "$0" stop "$1"
}

# munged refuses a socket that others cannot reach. Only root is to reach this one: --force makes
# that refusal, and those about folders above FOLDER, warnings.
start_munge() {
    local munge="$1/munge"
    munged --force --origin=127.0.0.1 --socket="$munge/socket" --key-file="$munge/key" \
        --pid-file="$munge/pid" --log-file="$munge/log" --seed-file="$munge/seed" \
        </dev/null >>"$1/log/start.log" 2>&1 ||
        fail_with_logs "$1" "munged does not start"
}

# Their output goes to a file, lest whoever reads this script's output waits for daemons to end.
start_daemons() {
    local log="$1/log/start.log"
    as_localhost slurmctld -c -f "$1/slurm.conf" </dev/null >>"$log" 2>&1 ||
        fail_with_logs "$1" "slurmctld does not start"
    as_localhost slurmd -N localhost -f "$1/slurm.conf" </dev/null >>"$log" 2>&1 ||
        fail_with_logs "$1" "slurmd does not start"
}

await_idle() {
    local until=$((SECONDS + START_SECONDS))
    until [[ "$(in_cluster "$1" sinfo --noheader --format=%T 2>/dev/null)" == idle ]]; do
        ((SECONDS < until)) || fail_with_logs "$1" "the node is not idle after $START_SECONDS s"
        sleep 0.1
    done
}

# A client of that cluster, which may find no controller.
in_cluster() {
    SLURM_CONF="$1/slurm.conf" timeout 10 "${@:2}"
}

fail_with_logs() {
    tail -n 15 -- "$1"/log/*.log "$1/munge/log" >&2 2>/dev/null || true
    fail "$2: $1"
}

stop() {
    local folder="$1"
    end KILL "$folder" watcher
    cancel_jobs "$folder"
    end TERM "$folder" slurmd slurmctld
    # What is left of them, of steps and of jobs: slurmd leaves its steps running when it ends.
    end KILL "$folder" slurmd slurmctld slurmscriptd slurmstepd jobs
    end TERM "$folder" munged
    end KILL "$folder" munged
    [[ -z "$(pids "$folder")" ]] || fail "processes are left: $(pids "$folder" | xargs) of $folder"
}

cancel_jobs() {
    local until=$((SECONDS + CANCEL_SECONDS))
    [[ -n "$(daemon_pids "$1" slurmctld)" ]] || return 0
    in_cluster "$1" scancel --quiet --user=root 2>/dev/null || true
    while [[ -n "$(in_cluster "$1" squeue --noheader 2>/dev/null)" ]] && ((SECONDS < until)); do
        sleep 0.1
    done
}

# end SIGNAL FOLDER NAME...: signals what has these names, and waits until it is gone.
end() {
    local signal="$1" folder="$2" until=$((SECONDS + END_SECONDS)) found
    mapfile -t found < <(named_pids "$folder" "${@:3}")
    ((${#found[@]})) || return 0
    kill -s "$signal" "${found[@]}" 2>/dev/null || true
    while [[ -n "$(named_pids "$folder" "${@:3}")" ]] && ((SECONDS < until)); do
        sleep 0.05
    done
}

pids() {
    named_pids "$1" watcher munged slurmctld slurmscriptd slurmd slurmstepd jobs
}

named_pids() {
    local name
    for name in "${@:2}"; do
        case "$name" in
            jobs) job_pids "$1" ;;
            watcher) watcher_pids "$1" ;;
            *) daemon_pids "$1" "$name" ;;
        esac
    done
}

# Steps overwrite their arguments and environment; but Slurm's daemons work in the folder of logs.
daemon_pids() {
    local folder="$1" process arguments
    for process in $(processes_with comm -xF "$2"); do
        arguments="$(arguments_of "$process")"
        if [[ "$arguments" == *"$folder/slurm.conf"* || "$arguments" == *"$folder/munge/"* ||
            "$(readlink "$process/cwd" || true)" == "$folder/log" ]]; then
            echo "${process#/proc/}"
        fi
    done
}

# slurmd tells jobs its configuration; the job's number tells them from this cluster's clients.
job_pids() {
    local process
    for process in $(processes_with environ -zxF "SLURM_CONF=$1/slurm.conf"); do
        if grep -qsz "^SLURM_JOB_ID=" "$process/environ"; then echo "${process#/proc/}"; fi
    done
}

watcher_pids() {
    local process
    for process in $(processes_with cmdline -zxF "$1"); do
        if [[ "$(arguments_of "$process")" == *"cluster.sh watch $1 "* ]]; then
            echo "${process#/proc/}"
        fi
    done
}

arguments_of() {
    tr '\0' ' ' 2>/dev/null <"$1/cmdline" || true
}

# processes_with FILE GREP_ARGUMENT...: the folders in /proc whose FILE matches.
processes_with() {
    grep -ls "${@:2}" /proc/[0-9]*/"$1" | sed 's|/[a-z]*$||' || true
}

main "$@"
