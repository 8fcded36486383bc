#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What the directory says of accounts, with winbind and with SSSD: names, UPN suffixes,
# altSecurityIdentities, and accounts that it has closed, in a throwaway root.
set -u
. tests/domain/start.sh
domain tests/domain/inside/accounts.sh
