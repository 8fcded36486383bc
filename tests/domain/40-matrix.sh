#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every cell of tests/domain/matrix: certificates by accounts by cable by Kerberos, in a throwaway root.
set -u
. tests/domain/start.sh
domain tests/domain/inside/matrix.sh
