#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The real greetd with a greeter that has a script, in a throwaway root.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/login/inside/greetd.sh
