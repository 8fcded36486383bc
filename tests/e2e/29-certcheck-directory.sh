#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# certcheck refresh asks the domain's directory as this computer: MIT's KDC, a slapd with GSSAPI.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
. tests/rig/directory.sh
why=$(directory_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/e2e/inside/directory.sh
