#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# certcheck refresh killed at every point where that may matter while it asks the domain's directory: the
# cache has what the directory said before or what it says now, and the next refresh has the latter.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
. tests/rig/directory.sh
why=$(directory_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/slow/inside/certcheck-directory-kill.sh
