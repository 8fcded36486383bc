#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The units under a real systemd: a sign-in through the socket unit, the timer, and what they may do.
set -u
. tests/login/rig-systemd.sh
why=$(systemd_missing) && { echo "1..0 # SKIP $why"; exit 0; }
systemd_root tests/login/inside/units.sh
