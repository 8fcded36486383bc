#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# certcheck refresh on a terminal, from a server that is slow: the progress line, and the end of a
# transfer that is too slow (half a minute).
set -u
. tests/rig/refresh.sh
trap refresh_end EXIT
refresh_site || exit 1

cp "$W/pki/intermediates/sub.pem" "$W/intermediates/"
cp "$W/pki/crls/root.crl" "$W/hand/"
refresh_card --extension "crlDistributionPoints = URI:$WEB/sub.crl" || exit 1
head -c 2000 "$W/card.pem" > "$W/www/sub.crl"
echo drip > "$W/www/sub.crl.how"
expect -c "
    set timeout 600
    spawn $B/certcheck refresh -c $W/conf
    expect {
        -re {sub.crl: 0 KiB of [0-9]+ .[0-9]+ %} { set shown 1 }
        eof { exit 2 }
        timeout { exit 3 }
    }
    expect eof
    lassign [wait] pid id os status
    exit [expr {\$status == 1 ? 0 : 4}]
" > "$W/out" 2>&1
status=$?
[ $status = 0 ] || sed 's/^/# /' "$W/out"
ok $status "on a terminal a line says how far a download is"
grep -q 'failed *crl' "$W/out"
ok $? "a transfer that is too slow is given up"
tr '\r' '\n' < "$W/out" | grep -q '^.\[K.*failed *crl\|^failed *crl'
ok $? "the line is taken away before the next one"
timeout 10 "$B/certcheck" refresh -c "$W/conf" > "$W/out" 2> "$W/err"
! grep -q KiB "$W/out" "$W/err"
ok $? "where no terminal is there is no such line"
echo "1..$count"
exit $failed
