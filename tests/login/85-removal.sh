#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A token is taken out: the real login, pam_systemd and logind, under a real systemd.
set -u
. tests/rig/softhsm.sh
. tests/login/rig-systemd.sh
why=$(softhsm_missing || systemd_missing) && { echo "1..0 # SKIP $why"; exit 0; }
systemd_root tests/login/inside/removal.sh
