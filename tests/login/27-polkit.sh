#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# polkit's own helper, which asks for an agent's window, in a throwaway root.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/login/inside/polkit.sh
