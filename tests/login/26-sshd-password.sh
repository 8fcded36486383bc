#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The real sshd with the password method, without remote, with keys, in a throwaway root.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/login/inside/sshd-password.sh
