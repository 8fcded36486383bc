#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vscmgr doctor: on a healthy installed site it finds nothing; each fault that is made is found by its
# id, mended by --fix where there is a fix, and gone afterwards, with the card alive.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/slow/inside/doctor.sh
