#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The real gdm-session-worker, with a daemon that is played, in a throwaway root.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/login/inside/gdm-worker.sh
