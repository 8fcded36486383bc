#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# make install into a throwaway root, a sign-in with nothing but the installed defaults, helpers as
# their own users in their sandboxes, a locker's user through the socket, and make uninstall.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/slow/inside/install.sh
