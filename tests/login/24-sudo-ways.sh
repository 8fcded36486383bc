#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# sudo -S, sudo -n, timestamps and PAM_SILENT, in a throwaway root.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/login/inside/sudo-ways.sh
