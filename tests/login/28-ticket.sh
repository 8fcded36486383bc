#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Kerberos tickets with the real sshd, su and sudo, in a throwaway root.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/login/inside/ticket.sh
