#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# certcheck refresh killed at every point where that may matter: the cache has the old answer or the
# new one, and the next refresh makes it what it should be.
set -u
. tests/rig/refresh.sh
trap refresh_end EXIT
refresh_site || exit 1

refresh_card --extension "crlDistributionPoints = URI:$WEB/sub.crl" \
    --extension "authorityInfoAccess = caIssuers;URI:$WEB/sub.cer" || exit 1
cp "$W/pki/crls/root.crl" "$W/hand/"
openssl x509 -in "$W/pki/ca/sub/cert.pem" -outform DER -out "$W/www/sub.cer"
publish "$W/pki/crls/sub.crl" sub.crl
exits 0 "a refresh" refresh
cp -a "$CACHE" "$W/old"
tests/pki/make-pki.sh revoke "$W/pki" "$W/card.pem" || exit 1
publish "$W/pki/crls/sub.crl" sub.crl
rm "$W/old/certs/"* "$W/old/hand/"* # so that all of it is to be done again
again() { rm -rf "$CACHE"; cp -a "$W/old" "$CACHE"; }

again
exits 0 "the next one" refresh
final=$(state)
killed=0 neither=0 wrong=0
while [ "$killed" -lt 500 ]; do
    again
    env KILL_AT=$((killed + 1)) LD_PRELOAD="$B/tests/kill_shim.so" "$B/certcheck" refresh -c "$W/conf" > "$W/out" 2>&1
    [ $? = 137 ] || break
    killed=$((killed + 1))
    # With the issuer and the root's list at hand in any case, the answer is good or revoked.
    "$B/certcheck" -c "$W/conf" --no-mapping --json --intermediates "$W/pki/intermediates" "$W/card.pem" > "$W/out" 2>&1
    case $(jq -r '[.accepted, .reasons[].code] | join(" ")' "$W/out") in
    true | 'false revoked') ;;
    *) neither=$((neither + 1)); sed 's/^/# /' "$W/out" ;;
    esac
    refresh > "$W/out" 2>&1 && [ "$(state)" = "$final" ] && [ -z "$(find "$CACHE" -name '.new-*')" ] ||
        { wrong=$((wrong + 1)); echo "# at $killed"; sed 's/^/# /' "$W/out"; }
done
[ "$killed" -gt 10 ] && [ "$killed" -lt 500 ]
ok $? "killed at each point"
echo "# $killed points"
ok $neither "the answer is the old one or the new one"
ok $wrong "the next refresh makes the cache what it should be"
echo "1..$count"
exit $failed
