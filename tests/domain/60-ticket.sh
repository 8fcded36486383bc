#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a ticket that a sign-in got from the domain's KDC (Samba) is good for: services of the member and of
# the domain controller, for accounts of winbind and of SSSD.
set -u
. tests/domain/start.sh
domain tests/domain/inside/ticket.sh
