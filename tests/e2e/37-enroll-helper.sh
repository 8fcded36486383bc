#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-enroll with a CA behind certmonger's helper protocol: each exit status, what the helper gets and
# what it does not, a CA that means no good, and renewals by the time of day.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
if missing=$(enroll_missing) || missing=$(tpm_missing expect); then echo "1..0 # SKIP $missing"; exit 0; fi
export TSS2_LOG=all+NONE
trap enroll_end EXIT
enroll_start || { echo "1..1"; echo "not ok 1 - software TPM, card and CA"; exit 1; }
ca() { echo "$*" > "$D/mode"; }
profile ca 'backend = "helper";' "helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];" 'template = "VscLogon";'

# ---- every exit status ------------------------------------------------------------------------------
ca say 2 'the CA says no\nmore'
enroll request; [ $? = 1 ] && said 'rejected: the CA refuses the request: the CA says no' && [ "$(keys)" = 0 ]
check "status 2: rejected, with the CA's words; no key stays"
ca say 3 'no route'
enroll request; [ $? = 3 ] && said 'cannot be reached no route' && [ "$(keys)" = 1 ] && status_is ca '.[0].phase == "requested"'
check "status 3: unreachable; the request stays for a later try"
ca say 4 ''; as daemon pulse < /dev/null; [ $? = 3 ] && said 'is not configured'
check "status 4: not configured"
ca say 6 ''; as daemon pulse < /dev/null; [ $? = 3 ] && said 'does not know this operation'
check "status 6: not supported"
ca say 77 ''; as daemon pulse < /dev/null; [ $? = 3 ] && said 'means nothing' && [ "$(keys)" = 1 ]
check "another status means nothing"
ca grumble 3 'a warning\nno \033[31mroute\n\n'
as daemon pulse < /dev/null; [ $? = 3 ] && said 'cannot be reached no \\x1b\[31mroute'
check "a helper that says nothing: the last line of its errors is shown, and no more than text"
ca noise; as daemon pulse < /dev/null; [ $? = 3 ] && said 'cannot be reached the last of many$'
check "errors without end do not hold it up"
ca say 5 'soon\ncookie'; as daemon pulse < /dev/null; [ $? = 3 ] && said 'means nothing'
check "status 5 without seconds means nothing"
ca say 5 '3600\ncookie one\nline two'
as daemon pulse < /dev/null && [ ! -s "$D/out" ] && status_is ca '.[0].phase == "pending"' && grep -q 'CERTMONGER_OPERATION=SUBMIT' "$D/asked"
check "status 5: pending, with a cookie and a delay"
: > "$D/asked"
as daemon pulse < /dev/null && [ ! -s "$D/asked" ]
check "a pulse before the time does not ask the CA"
ca say 1 'cookie two'
as daemon pulse --at "$(in_days 1)" < /dev/null && grep -q 'CERTMONGER_OPERATION=POLL' "$D/asked" && grep -q 'CERTMONGER_CA_COOKIE=cookie one' "$D/asked" &&
    grep -q '^line two' "$D/asked"
check "a later one hands the cookie back; status 1: pending still"
ca issue
enroll pulse --at "$(in_days 3)" && said 'enrolled on Alice' && grep -q 'CERTMONGER_CA_COOKIE=cookie two' "$D/asked" && status_is ca '.[0].phase == "idle" and .[0].certificate != null'
check "status 0: a pending request is picked up by a later pulse"
# ---- what the helper gets
sed 's/=.*//' "$D/asked" | grep -E '^[A-Z_0-9]+$' | sort -u | tr '\n' ' ' > "$D/names"
grep -q 'CERTMONGER_CA_PROFILE=VscLogon' "$D/asked" && grep -q 'CERTMONGER_REQ_PRINCIPAL=daemon@corp.test' "$D/asked" && ! grep -q 12345678 "$D/asked" &&
    [ "$(tr ' ' '\n' < "$D/names" | grep -vxE 'PATH|HOME|PWD|SHLVL|_|OLDPWD|CERTMONGER_(OPERATION|CSR|CA_COOKIE|CA_PROFILE|REQ_PRINCIPAL)' | grep -c .)" = 0 ]
check "the helper gets the request and a cleared environment, and no PIN"
chmod 777 "$D/helper-ca.sh"
enroll renew; [ $? = 3 ] && said 'can be written by others'
check "a helper that others can write is not run"
chmod 755 "$D/helper-ca.sh"
enroll cancel

# ---- a CA that means no good ------------------------------------------------------------------------
refused() { # CODE WHAT: at a renewal
    renewal_refused "$1"
    check "a hostile helper: $2, and the card is as it was"
}
ca issue --upn bin@corp.test; refused account-mismatch "another user's UPN"
ca issue --eku 1.3.6.1.5.5.7.3.2; refused missing-eku "no Smartcard Logon"
ca issue --ca-cert --ku keyCertSign,digitalSignature; refused ca-certificate "the certificate of a CA"
ca flood; refused answer-too-large "100 MB"
ca say 0 'nothing'; refused malformed-certificate "no certificate"
"$B/vscmgr" show Alice --json -c "$D/conf" > "$D/out"
ca say 1 wait
enroll renew; for day in 10 20 29; do as daemon pulse --at "$(in_days $day)" < /dev/null; done
as daemon pulse --at "$(in_days 31)" < /dev/null; [ $? = 1 ] && said 'pending-too-long' && [ "$(keys)" = 1 ]
check "a hostile helper: endless polling ends after pending_days, and the card is as it was"

# ---- renewal by the clock ---------------------------------------------------------------------------
ca issue
: > "$D/asked"
as daemon pulse --at "$(in_days 300)" < /dev/null && [ ! -s "$D/out" ] && [ ! -s "$D/asked" ]
check "a pulse long before the end does nothing, and asks nobody"
echo 11111111 | as daemon pulse --at "$(in_days 330)"; [ $? = 1 ] && said 'wrong PIN' && [ "$(keys)" = 1 ]
check "one question for the PIN in a pulse, and a wrong one makes no key"
enroll pulse --at "$(in_days 330)" && said 'enrolled on Alice' && [ "$(keys)" = 2 ] && grep -q 'CERTMONGER_CERTIFICATE=-----BEGIN' "$D/asked"
check "a pulse near the end renews, and the CA gets the old certificate"
signed_in ca
as daemon pulse < /dev/null && [ "$(keys)" = 1 ]
check "the old pair goes after a sign-in with the new one"
SESSION=()
profile ca 'backend = "helper";' "helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];" 'renew_key = "same";'
before=$(ls "$D/store/cards/0000/keys")
enroll renew && [ "$(ls "$D/store/cards/0000/keys")" = "$before" ] && status_is ca '.[0].old_key == false'
check "renew_key same: another certificate for the same key"
ca say 2 no; enroll renew; [ $? = 1 ] && [ "$(keys)" = 1 ] && as daemon check
check "and a refusal does not delete it"
ca issue
profile ca 'backend = "helper";' "helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];" 'prompt = false;'
echo 12345678 | setpriv --reuid daemon --regid daemon --clear-groups env -i XDG_STATE_HOME="$D/state-daemon" "$D/vsc-enroll" pulse \
    -c "$D/conf" --at "$(in_days 340)" > "$D/out" 2>&1 && [ ! -s "$D/out" ] && [ "$(keys)" = 1 ]
check "prompt = false: a pulse asks nobody"
for i in 1 2 3 4; do echo 11111111 | as daemon renew; done
enroll pulse --at "$(in_days 340)"; [ $? = 1 ] && said 'nobody is asked' && [ "$(keys)" = 1 ]
check "a pulse does not ask when a wrong PIN would block the card"
enroll renew && signed_in ca && as daemon pulse < /dev/null && [ "$(keys)" = 1 ]
check "a person who renews is asked still"

cat > "$D/expect" <<EXPECT
set timeout 300
spawn setpriv --reuid daemon --regid daemon --clear-groups env -i XDG_STATE_HOME=$D/state-daemon $D/vsc-enroll renew -c $D/conf
expect "PIN for Alice: "
send "12345678\\r"
expect "enrolled on Alice"
expect eof
exit [lindex [wait] 3]
EXPECT
SESSION=()
expect "$D/expect" > "$D/out" 2>&1 && ! said 12345678 && [ "$(keys)" = 2 ] && signed_in ca && as daemon pulse < /dev/null
check "on a terminal the PIN is asked for once, and not shown"

# ---- supersedes
profile new 'backend = "helper";' "helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];" 'supersedes = [ "ca" ];'
SESSION=()
enroll pulse && said 'new: enrolled on Alice' && status_is new '.[0].certificate != null'
check "a profile that supersedes the one in use is enrolled for"
: > "$D/asked"
enroll pulse --at "$(in_days 200)" && [ ! -s "$D/asked" ]
check "and then there is nothing to do"
[ "$(keys)" = 2 ] && signed_in new && as daemon pulse < /dev/null && said 'ca: the key before is deleted' && [ "$(keys)" = 1 ] &&
    status_is ca '.[0].certificate == null and .[0].due == false' && as daemon pulse < /dev/null && [ ! -s "$D/out" ]
check "the key of the superseded one goes after a sign-in with the new one"
SESSION=()

# ---- ten years
ca issue
rm "$D/enroll.d/ca.conf"
sed -i '1s/ anchors.*//' "$D/enroll.d/new.conf" # the CA's own certificate ends before
bad=0
for month in $(seq 11 11 121); do
    ca issue --from "$(date -u -d "+$((month - 1)) months" +%Y%m%d%H%M%SZ)" --until "$(date -u -d "+$((month + 12)) months" +%Y%m%d%H%M%SZ)"
    enroll pulse --at "$(date -u -d "+$month months" +%Y-%m-%dT%H:%M:%SZ)" && said 'enrolled' || bad=1
    signed_in new
    as daemon pulse --at "$(date -u -d "+$month months" +%Y-%m-%dT%H:%M:%SZ)" < /dev/null || bad=1
    SESSION=()
done
[ $bad = 0 ] && [ "$(keys)" = 1 ] && "$B/vscmgr" show Alice --json -c "$D/conf" > "$D/out" && jq -e '[.keys[] | select(.certificate == null)] == []' "$D/out" > "$D/jq"
check "renewals over ten years leave no key behind"
echo 12345678 | "$B/vscmgr" csr Alice --key-id "$(jq -r '.keys[] | select(.default and .certificate != null).id' "$D/out")" --pin stdin -c "$D/conf" > "$D/csr" 2> "$D/log"
check "and a card that signs"

# ---- another certificate comes to the default container while the CA decides
default_key() { "$B/vscmgr" show Alice --json -c "$D/conf" | jq -r '.keys[] | select(.default).id'; }
profile late 'backend = "helper";' "helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];"
ca say 1 wait; before=$(default_key)
enroll request --profile late --yes && status_is late '.[0].phase == "pending"' && ca issue && enroll request --profile late && said 'late: enrolled' &&
    [ "$(default_key)" != "$before" ]
check "a certificate that may lose its place is not asked about again when the CA has decided"
ca say 1 wait; enroll renew --profile new --yes; ca issue
enroll renew --profile late && before=$(default_key) && [ -n "$before" ]
enroll renew --profile new; [ $? = 1 ] && said 'keeps its place' && [ "$(default_key)" = "$before" ] && status_is new '.[0].phase == "issued"'
check "one that came to that place meanwhile keeps it, and the answer stays"
enroll pulse --profile new && [ "$(default_key)" = "$before" ] && status_is new '.[0].phase == "issued"'
check "nobody to ask: a pulse lets it wait on"
enroll request --profile new --yes && said 'new: enrolled' && [ "$(default_key)" != "$before" ] && status_is new '.[0].phase == "idle"'
check "with --yes it is stored"

echo "1..$TESTS"
exit $FAILED
