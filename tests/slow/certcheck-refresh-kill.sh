#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# certcheck refresh killed at every point where that may matter: the cache has the old answer or the
# new one, and the next refresh makes it what it should be.
set -u
. tests/rig/refresh.sh
. tests/rig/refresh-kill.sh
trap refresh_end EXIT
refresh_site || exit 1

refresh_card --extension "crlDistributionPoints = URI:$WEB/sub.crl" \
    --extension "authorityInfoAccess = caIssuers;URI:$WEB/sub.cer" || exit 1
cp "$W/pki/crls/root.crl" "$W/hand/"
openssl x509 -in "$W/pki/ca/sub/cert.pem" -outform DER -out "$W/www/sub.cer"
publish "$W/pki/crls/sub.crl" sub.crl
exits 0 "a refresh" refresh
keep_old
tests/pki/make-pki.sh revoke "$W/pki" "$W/card.pem" || exit 1
publish "$W/pki/crls/sub.crl" sub.crl

again
exits 0 "the next one" refresh
final=$(state)
is_final() { [ "$(state)" = "$final" ]; }
kill_refresh revoked is_final
ok $neither "the answer is the old one or the new one"
ok $wrong "the next refresh makes the cache what it should be"
echo "1..$count"
exit $failed
