#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-greeter on Wayland as vsc-greeter(8) recommends it: "cage -s -- vsc-greeter" by the real greetd, with
# a real card, by keys; cage's own screen is a window of Xvfb.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
mkdir -p "$B/login-pictures"
throwaway tests/login/inside/greeter-wayland.sh
