#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Whole sign-ins at vsc-greeter under the real lightdm, with the real module and cards in a software TPM.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
mkdir -p "$B/login-pictures"
throwaway tests/login/inside/lightdm-greeter.sh
