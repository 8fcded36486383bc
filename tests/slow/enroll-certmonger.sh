#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-enroll against a CA and a helper that nobody here wrote: certmonger's local-submit.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
if missing=$(enroll_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
HELPER=/usr/lib/certmonger/local-submit
[ -x "$HELPER" ] || { echo "1..0 # SKIP not installed: certmonger"; exit 0; }
export TSS2_LOG=all+NONE
trap enroll_end EXIT
enroll_start || { echo "1..1"; echo "not ok 1 - software TPM, card and CA"; exit 1; }
install -d -o daemon -m 700 "$D/local"
profile local 'backend = "helper";' "helper = \"$HELPER\"; arguments = [ \"-d\", \"$D/local\" ];" 'ekus = [ "1.3.6.1.5.5.7.3.2" ];'
sed -i '1s/ anchors.*//' "$D/enroll.d/local.conf"
enroll request && grep -q 'local: enrolled on Alice' "$D/out" && as daemon check --json && jq -e '.[0].code == null' "$D/out" > "$D/jq"
check "local_submit_issues_for_a_key_in_the_TPM"
"$B/vscmgr" show Alice --json -c "$D/conf" > "$D/out" && jq -e '.keys[0].certificate.upn == "daemon@corp.test" and .keys[0].default' "$D/out" > "$D/jq"
check "with_the_UPN_and_as_the_default_container"
enroll renew && [ "$(keys)" = 2 ] && signed_in local && as daemon pulse < /dev/null && [ "$(keys)" = 1 ]
check "and_renews_it"
SESSION=()
# From here on its CA is an anchor of the profile's, and another one's answer is refused.
openssl pkcs12 -in "$D/local/creds" -passin pass: -nokeys -legacy > "$D/local.pem" 2> "$D/out" ||
    openssl pkcs12 -in "$D/local/creds" -passin pass: -nokeys > "$D/local.pem" 2> "$D/out"
echo "anchors = \"$D/local.pem\";" >> "$D/enroll.d/local.conf"
enroll renew && [ "$(keys)" = 2 ]
check "its_answer_chains_to_its_own_CA"
signed_in local
sed -i "s,$D/local.pem,$D/anchors," "$D/enroll.d/local.conf"
as daemon pulse < /dev/null
enroll renew; [ $? = 1 ] && grep -q 'untrusted-issuer' "$D/out" && [ "$(keys)" = 1 ]
check "and_to_no_other_one"

echo "1..$TESTS"
exit $FAILED
