#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What tests/slow/certcheck-directory-kill.sh runs in a throwaway root.
set -u
PATH=$PATH:/usr/sbin
. tests/rig/refresh.sh
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
cp -a "$CACHE" "$W/old"
rm "$W/old/certs/"* "$W/old/hand/"* # so that all of it is to be done again
publishes "$ROOT" || exit 1
again() { rm -rf "$CACHE"; cp -a "$W/old" "$CACHE"; }
killed=0 neither=0 wrong=0
while [ "$killed" -lt 500 ]; do
    again
    env KILL_AT=$((killed + 1)) LD_PRELOAD="$B/tests/kill_shim.so" "$B/certcheck" refresh -c "$W/conf" > "$W/out" 2>&1
    [ $? = 137 ] || break
    killed=$((killed + 1))
    # The issuer itself may be missing at that point.
    "$B/certcheck" -c "$W/conf" --no-mapping --json --intermediates "$W/pki/intermediates" "$W/card.pem" > "$W/out" 2>&1
    case $(jq -r '[.accepted, .reasons[].code] | join(" ")' "$W/out") in
    true | 'false issuer-not-ntauth') ;;
    *) neither=$((neither + 1)); sed 's/^/# /' "$W/out" ;;
    esac
    refresh > "$W/out" 2>&1 && [ "$(verdict)" = 'false issuer-not-ntauth' ] && [ -z "$(find "$CACHE" -name '.new-*')" ] ||
        { wrong=$((wrong + 1)); echo "# at $killed"; sed 's/^/# /' "$W/out"; }
done
[ "$killed" -gt 10 ] && [ "$killed" -lt 500 ]
ok $? "killed at each point"
echo "# $killed points"
ok $neither "what counts is what the directory said before, or says now"
ok $wrong "the next refresh has what it says now"
echo "1..$count"
exit $failed
