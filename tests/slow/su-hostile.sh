#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# su, setuid, called by a hostile user: limits at 0, signals ignored, descriptors closed, Ctrl-C.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/slow/inside/su-hostile.sh
