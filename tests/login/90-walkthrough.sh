#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every command of doc/walkthrough.md, in its order, under a real systemd.
set -u
. tests/login/rig-systemd.sh
why=$(systemd_missing) && { echo "1..0 # SKIP $why"; exit 0; }
systemd_root tests/login/inside/walkthrough.sh
