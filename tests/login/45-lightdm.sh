#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The real lightdm with its GTK greeter on Xvfb, in a throwaway root.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/login/inside/lightdm.sh
