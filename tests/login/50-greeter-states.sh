#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Each state of vsc-greeter, reached by keys alone through the real greetd, with a PAM module that
# plays the conversation; read through the accessibility bus. Pictures lie in $B/login-pictures.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
mkdir -p "$B/login-pictures"
throwaway tests/login/inside/greeter-states.sh
