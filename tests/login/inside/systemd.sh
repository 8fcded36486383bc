#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The part of tests/login/rig-systemd.sh that runs in the throwaway root: as its process 1 it prepares
# the root for systemd and becomes systemd, whose unit vsc-test.service is the script named. systemd
# lets go of our output; a process beside it keeps that open for the unit.
set -eu
# The group first, then the namespace, then the mount: else systemd would take the machine's groups.
if [ "${1:-}" != --inside ]; then
    echo 0 >&8
    exec unshare --cgroup --uts bash "$0" --inside "$@" 8>&-
fi
shift
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs /sys
mount -t cgroup2 none /sys/fs/cgroup
mount -o bind,ro /proc/sys /proc/sys

# What would touch the machine, or waits for devices that are not there.
units=/etc/systemd/system
mkdir -p $units
for unit in systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket \
    systemd-udev-trigger.service systemd-sysctl.service systemd-modules-load.service \
    systemd-tmpfiles-setup-dev.service systemd-remount-fs.service systemd-hwdb-update.service \
    systemd-machine-id-commit.service systemd-random-seed.service networking.service \
    systemd-networkd.service systemd-timesyncd.service getty.target local-fs.target swap.target \
    systemd-tmpfiles-clean.timer kmod-static-nodes.service modprobe@.service sys-kernel-config.mount \
    sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount dev-hugepages.mount \
    proc-sys-fs-binfmt_misc.automount systemd-binfmt.service apt-daily.timer apt-daily-upgrade.timer; do
    ln -sf /dev/null $units/$unit
done
cat > $units/vsc-test.target <<'END'
[Unit]
Requires=basic.target
After=basic.target
Wants=dbus.service systemd-logind.service systemd-user-sessions.service vsc-test.service
AllowIsolate=yes
END
sleep infinity &
{
    echo '[Unit]'
    echo 'After=basic.target dbus.service systemd-logind.service systemd-user-sessions.service'
    echo 'SuccessAction=exit-force'
    echo 'FailureAction=exit-force'
    echo '[Service]'
    echo 'Type=oneshot'
    echo "WorkingDirectory=$PWD"
    echo "Environment=PATH=$PATH HOME=/root LC_ALL=C B=$B"
    echo "ExecStart=/bin/bash $*"
    echo "StandardOutput=append:/proc/$!/fd/1"
    echo 'StandardError=inherit'
    echo 'TimeoutStartSec=infinity'
} > $units/vsc-test.service
rm -f /run/nologin
exec setpriv --bounding-set -sys_module,-sys_time,-sys_rawio,-syslog,-mac_admin,-mac_override env -i container=vsc-test PATH="$PATH" /lib/systemd/systemd --system --unit=vsc-test.target \
    --log-target=null
