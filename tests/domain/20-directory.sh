#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Directory trust without network at sign-in: what certcheck refresh takes from a Samba domain controller, by
# Kerberos and by LDAPS, and a sign-in with the cable pulled.
set -u
. tests/domain/start.sh
domain tests/domain/inside/directory.sh
