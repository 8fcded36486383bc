#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-enroll and AD CS's web services: MIT's KDC for the ticket, and a server of our own (tests/xcep), for
# no real AD CS is at hand. What is sent is valid against the schemas beside it.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
. tests/rig/adcs.sh
if missing=$(enroll_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
if missing=$(adcs_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
command -v xmllint > /dev/null || { echo "1..0 # SKIP not installed: xmllint"; exit 0; }
export TSS2_LOG=all+NONE
SHOWN=(server.log asked)
finish() { adcs_stop; enroll_end; }
trap finish EXIT
enroll_start || { echo "1..1"; echo "not ok 1 - software TPM, card and CA"; exit 1; }

adcs_start
check "a_KDC_and_a_server"
[ $FAILED = 0 ] || { echo "1..1"; exit 1; }
ticket
ad

# ---- what is offered
as daemon templates --json && is '.[0] | .name == "VscLogon" and .oid == "1.3.6.1.4.1.311.21.8.1.1" and .schema == 2 and .major == 100 and .minor == 4 and
    .validity_seconds == 31536000 and .renewal_seconds == 3628800 and .enroll and .auto_enroll and .prompt and (.approval | not) and .supersedes == ["OldLogon"]'
check "the_templates_with_what_they_say"
as daemon templates && said '^VscLogon \(1.3.6.1.4.1.311.21.8.1.1, version 100.4\): 365 days' && said '^Other .*wants approval'
check "the_templates_in_words"

SESSION+=("SSLKEYLOGFILE=$D/user/keys"); as daemon templates && [ ! -e "$D/user/keys" ]
check "the_keys_of_TLS_are_written_nowhere"
ticket

# ---- refused before there is a request
EMPTY=$(stat -c %y "$D/store/cards/0000/keys") # no key was made even for a moment
unready() { # CODE MODE NAME
    policy "$2"; enroll request --json; [ $? = 1 ] && [ "$(stat -c %y "$D/store/cards/0000/keys")" = "$EMPTY" ] && sed -n '/^{/p' "$D/out" | jq -e ".code == \"$1\" and .phase == \"idle\"" > "$D/jq" && [ "$(keys)" = 0 ]
    check "$3"
}
unready attestation-required attest a_template_that_requires_attestation_is_refused
said 'key attestation'; check "and_says_why"
unready not-permitted denied a_template_that_is_for_others_is_refused
unready no-template other a_template_that_is_not_offered_is_refused
unready key-too-small large-key a_template_that_wants_a_larger_key_is_refused
unready no-enrollment-address no-address no_CA_that_takes_a_ticket
unready bad-address plain-http an_address_without_TLS_is_refused
unready rejected 'fault Sender true no policy for you' a_fault_of_the_policy_server_is_shown
said 'no policy for you'; check "in_its_own_words"
for mode in dtd entities text empty; do unready malformed-answer $mode "policies_that_are_${mode}_are_refused"; done
unready answer-too-large flood policies_of_100_MB_are_refused
for to in http://localhost:1/ file:///etc/passwd https://elsewhere.test/; do unready redirected "redirect $to" "a_redirect_to_${to%%:*}_is_not_followed"; done
unready redirected 'redirect-first http://localhost:1/' a_redirect_before_the_ticket_is_not_followed
unready unproven unproven a_server_that_does_not_prove_itself_is_refused

# ---- faults that pass: the request is gone on with
policy elsewhere; enroll request; [ $? = 3 ] && said 'does not take the Kerberos ticket' && grep -q 'refused: .*channel bindings' "$D/asked"
check "a_ticket_for_another_connection_is_of_no_use"
policy good; SESSION=("KRB5_CONFIG=$D/krb5.conf" "KRB5CCNAME=FILE:$D/none"); as daemon templates; [ $? = 3 ] && said 'no Kerberos ticket'
check "no_ticket"
ticket; ad; sed -i "s,$D/tls.crt,$D/anchors/root.pem," "$D/enroll.d/ad.conf"; as daemon templates; [ $? = 3 ] && said 'certificate'
check "a_server_with_an_unknown_certificate_is_not_asked"
ad; policy status 503; as daemon templates; [ $? = 3 ] && said 'HTTP status 503'
check "a_server_that_is_busy"
policy good; ca fault Receiver false 'the RPC server is unavailable'; enroll request; [ $? = 3 ] && said 'the RPC server is unavailable' && [ "$(keys)" = 1 ]
check "a_CA_that_cannot_just_now_is_asked_later"

# ---- a first certificate by a pulse
policy offer auto=false; ad 'autoenroll = true;'; enroll cancel; [ "$(keys)" = 0 ] && enroll pulse --at "$(in_days 1)" && [ ! -s "$D/out" ] && [ "$(keys)" = 0 ]
check "a_template_that_may_not_come_unasked_does_not"
policy offer enrollment=0; enroll pulse --at "$(in_days 2)" && [ ! -s "$D/out" ] && [ "$(keys)" = 0 ]
check "nor_one_without_autoenrollment"
policy good; ca issue; enroll pulse --at "$(in_days 3)" && said 'ad: enrolled on Alice' && [ "$(keys)" = 1 ]
check "where_both_say_so_an_empty_card_gets_one"
forget; ad

# ---- issued
ca issue; : > "$D/asked"
enroll request && said 'ad: enrolled on Alice' && [ "$(keys)" = 1 ] && as daemon check
check "a_certificate_by_the_ticket"
[ "$(sort -u "$D/asked")" = "/CEP daemon@CORP.TEST bound=True delegated=0
/CES daemon@CORP.TEST bound=True delegated=0" ]
check "the_token_is_bound_to_the_connection_and_delegates_nothing"
openssl req -in "$D/user/csr" -noout -text > "$D/out" && said '1.3.6.1.4.1.311.21.7' && said '1.3.6.1.4.1.311.20.2:' && ! said 'Alternative Name' &&
    openssl req -in "$D/user/csr" -verify -noout 2> "$D/out"
check "the_request_names_the_template_and_leaves_the_user_to_the_CA"
openssl req -in "$D/user/csr" -outform DER | od -An -tx1 -v | tr -d ' \n' > "$D/out" && said '1e10005600730063004c006f0067006f006e' && said '060b2b06010401823715080101020164020104'
check "by_its_name_and_by_its_OID_and_version"
ad 'delegate = true;'; : > "$D/asked"; as daemon templates && grep -q 'bound=True delegated=1' "$D/asked"
check "delegation_is_a_switch"
ad

# ---- a renewal; pending
: > "$D/asked"; ca pending
enroll renew && said 'has not decided' && as daemon status --json && is '.[0].phase == "pending"'
check "a_request_that_waits_for_approval"
ca number 42; as daemon pulse --at "$(in_days 1)" < /dev/null && as daemon status --json && is '.[0].phase == "pending"' && tail -qn +1 "$D"/messages/*.xml | grep -q 'QueryTokenStatus.*>42</RequestID>'
check "it_is_asked_for_later_by_its_number"
ca issue; enroll pulse --at "$(in_days 2)" && said 'enrolled on Alice' && [ "$(keys)" = 2 ]
check "and_picked_up_when_it_is_issued"
signed_in ad; SESSION+=("KRB5_CONFIG=$D/krb5.conf" "KRB5CCNAME=FILE:$D/cc"); as daemon pulse < /dev/null && [ "$(keys)" = 1 ]
check "the_old_pair_goes_after_a_sign_in"
ticket

# ---- when it is due, by the template
due() { status=$1; shift; as daemon status --profile ad --json && is ".[0].due == $status"; } # true or false
policy offer renewal=864000
enroll pulse --at "$(in_days 340)" && [ ! -s "$D/out" ] && [ "$(keys)" = 1 ] && as daemon status --json &&
    is '.[0].certificate | (.not_after | fromdate) - (.renew_at | fromdate) == 864000'
check "the_renewal_period_of_the_template_is_the_rule"
policy offer renewal=31536000
enroll pulse --at "$(in_days 280)" && [ ! -s "$D/out" ] && as daemon status --json &&
    is '.[0].certificate | ((.not_after | fromdate) - (.not_before | fromdate)) / 5 - ((.not_after | fromdate) - (.renew_at | fromdate)) | fabs < 2'
check "but_not_before_four_fifths_of_the_life"
policy status 503
as daemon pulse --at "$(in_days 281)" < /dev/null && [ ! -s "$D/out" ] && due false
check "a_policy_server_that_cannot_be_asked_is_no_failure_of_a_pulse"
policy offer renewal=864000 major=101
enroll pulse --at "$(in_days 1)" && said 'ad: enrolled on Alice' && [ "$(keys)" = 2 ] && enroll pulse --at "$(in_days 2)" && [ ! -s "$D/out" ]
check "a_template_of_a_higher_major_version_is_enrolled_anew_once"
signed_in ad; SESSION+=("KRB5_CONFIG=$D/krb5.conf" "KRB5CCNAME=FILE:$D/cc"); as daemon pulse --at "$(in_days 3)" < /dev/null && [ "$(keys)" = 1 ]; ticket
profile next 'backend = "xcep-wstep";' "url = \"https://localhost:$PORT/CEP\"; tls_anchors = \"$D/tls.crt\"; template = \"Other\";"
enroll pulse --at "$(in_days 4)" && [ ! -s "$D/out" ]
check "another_profile_that_supersedes_nothing_is_left_alone"
policy offer other:supersedes=VscLogon
enroll pulse --at "$(in_days 5)" && said 'next: enrolled on Alice' && [ "$(keys)" = 2 ] && enroll pulse --at "$(in_days 6)" && [ ! -s "$D/out" ] && due false
check "a_template_that_supersedes_another_is_enrolled_for"
signed_in next; SESSION+=("KRB5_CONFIG=$D/krb5.conf" "KRB5CCNAME=FILE:$D/cc"); as daemon pulse --at "$(in_days 7)" < /dev/null && said 'ad: the key before is deleted' && [ "$(keys)" = 1 ]
check "and_the_key_of_the_other_goes_after_a_sign_in"
ticket; rm "$D/enroll.d/next.conf"; policy good; forget; enroll request

# ---- a CA that means no good
refused() { # CODE NAME MODE...
    local name=$2
    ca "${@:3}"
    renewal_refused "$1"
    check "hostile_${name}_is_refused_and_the_card_is_as_it_was"
}
refused rejected a_denial fault Receiver true 'denied by policy'
said 'denied by policy'; check "with_the_words_of_the_CA"
refused account-mismatch another_users_UPN issue --upn bin@corp.test
refused missing-eku no_Smartcard_Logon issue --eku 1.3.6.1.5.5.7.3.2
refused ca-certificate a_CA_certificate issue --ca-cert --ku keyCertSign,digitalSignature
refused wrong-key a_certificate_for_an_older_request older
"$B/vscmgr" show Alice -c "$D/conf" > "$D/out"
sed -i "s,anchors = \"$D/anchors\",anchors = \"$D/tls.crt\"," "$D/enroll.d/ad.conf"
refused untrusted-issuer an_unknown_chain issue
ad
for mode in dtd entities text empty; do refused malformed-answer "an_answer_that_is_$mode" $mode; done
refused malformed-answer a_request_number_of_0 number 0
refused malformed-answer a_request_number_that_is_none number 4x
refused answer-too-large an_answer_of_100_MB flood
refused redirected a_redirect redirect https://elsewhere.test/
refused bad-address a_pending_request_elsewhere pending https://elsewhere.test/CES
refused bad-address a_pending_request_without_TLS pending http://localhost/CES
ca pending; enroll renew && for day in 10 20 29; do as daemon pulse --at "$(in_days $day)" < /dev/null; done
as daemon pulse --at "$(in_days 31)" < /dev/null; [ $? = 1 ] && said 'pending-too-long' && [ "$(keys)" = 1 ]
check "hostile_endless_polling_ends"

# ---- what was sent
xmllint --nonet --noout --schema tests/xcep/soap.xsd "$D"/messages/*.xml > "$D/out" 2>&1 && [ "$(ls "$D/messages" | wc -l)" -gt 20 ] && ! grep -rq 12345678 "$D/messages"
check "every_message_is_valid_against_the_schemas"
printf '<x/>' > "$D/bad.xml"; ! xmllint --nonet --noout --schema tests/xcep/soap.xsd "$D/bad.xml" > "$D/out" 2>&1
check "which_refuse_what_is_none"

echo "1..$TESTS"
exit $FAILED
