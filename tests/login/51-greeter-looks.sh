#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# How vsc-greeter looks: dark, high contrast, large text, right to left, other languages, and its menus.
# What can be measured is checked here; the pictures in $B/login-pictures are to be looked at.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
mkdir -p "$B/login-pictures"
throwaway tests/login/inside/greeter-looks.sh
