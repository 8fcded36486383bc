#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What tests/slow/certcheck-directory-kill.sh runs in a throwaway root.
set -u
PATH=$PATH:/usr/sbin
. tests/rig/refresh.sh
. tests/rig/refresh-kill.sh
. tests/rig/directory.sh
trap refresh_end EXIT
refresh_site && refresh_card || exit 1
cp "$W/pki/ca/root/cert.pem" "$W/tls.pem"; cp "$W/pki/ca/root/key.pem" "$W/tls.key" 2> /dev/null
directory_start || { echo "Bail out! no KDC or no slapd"; cat "$W/kdc/made" "$W"/kdc/*log "$W/slapd/log"; exit 1; }
SUB=$W/pki/ca/sub/cert.pem ROOT=$W/pki/ca/root/cert.pem
MORE='roots = true;' directory_conf
sed -i 's/^trust = { /&ntauth = "directory"; /' "$W/conf"
cp "$W/pki/crls/root.crl" "$W/pki/crls/sub.crl" "$W/hand/"
publishes() { # NTAUTH
    directory_ca "$NTAUTH" "$(directory_value "$1")" && directory_ca "CN=Corp Root,$ROOTS" "$(directory_value "$ROOT")" &&
        directory_ca "CN=Corp CA,CN=AIA,$SERVICES" "$(directory_value "$SUB")"
}
verdict() { check "$W/card.pem" > "$W/out" 2>&1; jq -r '[.accepted, .reasons[].code] | join(" ")' "$W/out"; }

publishes "$SUB" || exit 1
exits 0 "a refresh" refresh
[ "$(verdict)" = true ]
ok $? "the issuer is in NTAuth"
keep_old
publishes "$ROOT" || exit 1
is_refused() { [ "$(verdict)" = 'false issuer-not-ntauth' ]; }
kill_refresh issuer-not-ntauth is_refused
ok $neither "what counts is what the directory said before, or says now"
ok $wrong "the next refresh has what it says now"
echo "1..$count"
exit $failed
