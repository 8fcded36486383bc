#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What shellcheck says of programs that are installed, as they are installed.
set -u
command -v shellcheck > /dev/null || { echo "shell: shellcheck is not installed: make deps-ci"; exit 1; }
shellcheck "$B/vsc-ca" "$B/cmp-submit" doc/step-ca-submit
