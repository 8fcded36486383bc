#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-announce.so in GNOME's own settings daemon, and for p11-kit.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/login/inside/announce.sh
