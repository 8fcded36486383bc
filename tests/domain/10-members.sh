#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A member of the domain with winbind, with SSSD, and with accounts of its own: the TPM card signs in, and
# each kind of certificate that must not is refused, in a throwaway root.
set -u
. tests/domain/start.sh
domain tests/domain/inside/members.sh
