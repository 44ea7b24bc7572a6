#!/usr/bin/env bash
# Start a private throw-away SLURM (no systemd, no cgroup, no accounting DB), as root, on loopback.
# Usage: NODES=2 PORT=27817 up.sh DIR   then:  source DIR/env.sh ; sinfo
# Debian 12: apt-get install -y --no-install-recommends slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge
set -euo pipefail
D=${1:-${TMPDIR:-/tmp}/slurm-test}; NODES=${NODES:-2}; CPUS=${CPUS:-4}; MEM=${MEM:-4000}
PORT=${PORT:-27817}                       # slurmctld; slurmd nodes take PORT+1, PORT+2, ...
[ -e "$D/pids" ] && { echo "already up? $D/pids exists; run down.sh first" >&2; exit 1; }
mkdir -p "$D"/{state,log}; chmod 700 "$D"
for i in $(seq "$NODES"); do mkdir -p "$D/spool-node$i"; done
[ -s "$D/munge.key" ] || { head -c 128 /dev/urandom > "$D/munge.key"; chmod 400 "$D/munge.key"; }
cat > "$D/slurm.conf" <<C
ClusterName=toy
SlurmctldHost=localhost
SlurmctldPort=$PORT
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$D/munge.sock
CredType=cred/munge
StateSaveLocation=$D/state
SlurmdSpoolDir=$D/spool-%n
SlurmctldPidFile=$D/slurmctld.pid
SlurmdPidFile=$D/slurmd-%n.pid
SlurmctldLogFile=$D/log/slurmctld.log
SlurmdLogFile=$D/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides        # trust CPUs/RealMemory below, whatever the hardware has
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=100
SchedulerType=sched/backfill
SchedulerParameters=sched_min_interval=0,sched_interval=5,batch_sched_delay=0,bf_interval=5
# time limits are only checked every 60 s by default; OverTimeLimit=0 is the default
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill       # kills a job over its --mem, without cgroups
AccountingStorageType=accounting_storage/none
MinJobAge=900                            # keep finished jobs visible to squeue (plugin status command)
KillWait=5
SlurmctldTimeout=30
SlurmdTimeout=60
SlurmctldDebug=info
SlurmdDebug=info
NodeName=node[1-$NODES] NodeHostname=localhost Port=[$((PORT+1))-$((PORT+NODES))] CPUs=$CPUS RealMemory=$MEM State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=01:00:00 DefaultTime=00:10:00 State=UP
C
[ "$NODES" = 1 ] && sed -i -e "s/node\[1-1\]/node1/" -e "s/Port=\[[0-9]*-[0-9]*\]/Port=$((PORT+1))/" "$D/slurm.conf"
# cgroup.conf: keep slurmd off cgroups wholly (the plugin is probed even with task/none in newer versions)
echo "CgroupAutomount=no" > "$D/cgroup.conf"
export SLURM_CONF=$D/slurm.conf
munged --force --key-file="$D/munge.key" --socket="$D/munge.sock" --pid-file="$D/munged.pid" \
       --log-file="$D/log/munged.log" --seed-file="$D/munge.seed" 2>>"$D/log/munged.err"
cat "$D/munged.pid" >> "$D/pids"
slurmctld -c -f "$D/slurm.conf"
for i in $(seq "$NODES"); do slurmd -N "node$i" -f "$D/slurm.conf"; done
for t in $(seq 3000); do
  [ -s "$D/slurmctld.pid" ] && [ "$(ls "$D"/slurmd-*.pid 2>/dev/null | wc -l)" = "$NODES" ] &&
  [ "$(sinfo -h -N -t idle -o %N 2>/dev/null | wc -l)" = "$NODES" ] && break; sleep .1; done
cat "$D/slurmctld.pid" "$D"/slurmd-*.pid >> "$D/pids"
sinfo -N -l
# snakemake-executor-plugin-slurm-jobstep 0.6.1 drops SLURM_CONF from the job's environment, so its srun would
# read /etc/slurm/slurm.conf; a wrapper first on PATH keeps it on this cluster (not needed where the conf IS /etc/slurm/slurm.conf)
mkdir -p "$D/bin"; printf '#!/bin/sh\nSLURM_CONF=%s exec /usr/bin/srun "$@"\n' "$D/slurm.conf" > "$D/bin/srun"; chmod +x "$D/bin/srun"
printf 'export SLURM_CONF=%s/slurm.conf PATH=%s/bin:$PATH\n' "$D" "$D" > "$D/env.sh"
echo "source $D/env.sh"
