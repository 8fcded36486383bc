#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The real passwd, and cron, the pam-auth-update profile, su to root and by root, in a throwaway root.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/login/inside/passwd.sh
