#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A greeter that lies to the real greetd gains nothing, in a throwaway root.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/login/inside/greeter-lies.sh
