#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-greeter with nothing played: real cards in a software TPM, the real module, vsc-card on its
# socket, vsc-watch and greetd; by keys, read through the accessibility bus.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
mkdir -p "$B/login-pictures"
throwaway tests/login/inside/greeter-whole.sh
