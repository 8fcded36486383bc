#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# README's first command line in a bare Debian 12: debootstrap minbase and git, without sudo,
# terminal, systemd, locale or running services.
set -u
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 0; }
command -v debootstrap >/dev/null || { echo "1..0 # SKIP no debootstrap"; exit 0; }
echo 1..3

ROOT=$(mktemp -d /var/tmp/vsc-bare.XXXXXX)
SOURCE=$(git rev-parse --show-toplevel)
LOG=$ROOT.log
ok() { if [ "$1" = 0 ]; then echo "ok $2"; else echo "not ok $2"; sed 's/^/# /' "$LOG" | tail -n 60; fi; }
# The mounts of the new root live in a mount namespace of its own and go with it.
inside() {
    unshare --mount --pid --fork --kill-child bash -c '
        mount --make-rprivate / && mount -t proc proc "$1/proc" && mount -t tmpfs dev "$1/dev" &&
        for node in null zero full random urandom; do
            touch "$1/dev/$node" && mount --bind "/dev/$node" "$1/dev/$node" || exit 1
        done
        ln -s /proc/self/fd "$1/dev/fd"
        root=$1; shift
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"' - "$ROOT" "$@" \
        < /dev/null > "$LOG" 2>&1
}
trap 'rm -rf --one-file-system "$ROOT" "$LOG"' EXIT

debootstrap --variant=minbase --include=git,ca-certificates bookworm "$ROOT" \
    http://deb.debian.org/debian > "$LOG" 2>&1 &&
    cp /etc/resolv.conf "$ROOT/etc/" && chmod 755 "$ROOT" &&
    git clone -q "file://$SOURCE" "$ROOT/root/pam_vsc" >> "$LOG" 2>&1
ok $? "1 - a bare Debian 12 with a fresh clone"

inside sh -c 'cd /root/pam_vsc && apt-get install -y make && make demo'
status=$?
tail -n 1 "$LOG" | sed 's/^/# /'
tail -n 1 "$LOG" | grep -Eq '^demo: ([0-9]+) of \1 steps as expected$' || status=1
ok $status "2 - apt-get install -y make && make demo"

# Its pid namespace has ended with the command; whatever had stayed would have kept it.
left=$(find "$ROOT/tmp" -mindepth 1 | head -n 3)
[ -z "$left" ] && ! inside sh -c 'cd /root/pam_vsc && git status --porcelain | grep .'
ok $? "3 - nothing is left behind"
