#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The shipped stacks by Debian's own tools, passwd, trials of stacks, and pamtester beside "vscmgr
# stacks check", in a throwaway root.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/login/inside/stacks.sh
