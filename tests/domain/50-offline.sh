#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The cable is pulled: sign-in goes on by what was cached, within revocation.max_stale, says what of it was out
# of date, refuses what was known to be revoked, and asks no network, in a throwaway root.
set -u
. tests/domain/start.sh
domain tests/domain/inside/offline.sh
