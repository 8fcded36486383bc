#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# gdm [PART...]: gdm, its login screen and its sessions, all of it real but the X server: under systemd and logind.
set -u
B=${B:-build}
export B
. tests/login/rig-systemd.sh
why=$(systemd_missing) && { echo "1..0 # SKIP $why"; exit 0; }
mkdir -p "$B/login-pictures"
systemd_root tests/login/inside/gdm.sh "$@"
