#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Kerberos tickets at sign-ins: the installed module, vsc-tgt and vsc-pkcs11.so with a software TPM and an
# MIT KDC, in a throwaway root.
set -u
. tests/rig/throwaway.sh
why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; exit 0; }
throwaway tests/slow/inside/ticket.sh
