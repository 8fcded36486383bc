#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Who is who on a member: the spellings of a directory's account, mapping templates, and that nobody gets in by a
# name or a number that merely equals another's, in a throwaway root.
set -u
. tests/domain/start.sh
domain tests/domain/inside/names.sh
