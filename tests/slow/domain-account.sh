#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A directory's account signs in: its accounts come from an NSS module, its SIDs from a client library
# in the system's own folder, through the installed helpers in their sandboxes.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/slow/inside/domain-account.sh
