# SPDX-License-Identifier: BSD-2-Clause
# systemd as process 1 of a throwaway root (tests/rig/throwaway.sh): source this file.
#
#   systemd_missing            prints why it cannot be had here, and is true then
#   systemd_root SCRIPT [ARG..]  run a bash script there, as root, in a unit of its own beside a real
#                              systemd, journald, D-Bus and logind; its output is ours, its exit status
#                              ours too. systemd has a control group of its own below this machine's
#                              and no virtual terminal. Everything ends with the script, the group too,
#                              also when the caller is killed.

. tests/rig/throwaway.sh

systemd_groups() { # where this machine's control groups of version 2 are
    awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts
}

systemd_missing() {
    throwaway_missing && return 0
    [ -x /lib/systemd/systemd ] || { echo "no systemd"; return 0; }
    [ -w "$(systemd_groups)/cgroup.procs" ] || { echo "no control groups of version 2"; return 0; }
    return 1
}

systemd_root() {
    local group status alive keeper
    group=$(mktemp -d "$(systemd_groups)/vsc-login.XXXXXX") || return 1
    chmod 755 "$group" # the systemd of a user looks for its own below
    exec {alive}> >(
        trap '' TERM INT HUP
        cat > /dev/null
        echo 1 > "$group/cgroup.kill"
        for _ in $(seq 100); do
            find "$group" -depth -type d -exec rmdir {} + 2> /dev/null && break
            sleep 0.1
        done
    )
    keeper=$!
    # systemd.sh puts itself into the group by descriptor 8. The pipe: /proc can open it again.
    { exec {alive}>&-; throwaway tests/login/inside/systemd.sh "$@" 8> "$group/cgroup.procs"; } 2>&1 |
        { exec {alive}>&-; exec cat; }
    status=${PIPESTATUS[0]}
    exec {alive}>&-
    wait "$keeper"
    return $status
}
