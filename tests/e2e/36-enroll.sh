#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-enroll: a card's owner without administrator rights, from an empty card to a certificate that
# is renewed; the CA behind a file and behind a helper; a CA that means no good.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
if missing=$(enroll_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
export TSS2_LOG=all+NONE
# What is on the card: keys, certificates, the default. All that may not change.
card() { on_card; ls "$D/store/cards/0000/keys"; }
issue() { tests/pki/make-pki.sh issue "$D/pki" "$D/a.csr" "$D/a.pem" "$@" > "$D/err" 2>&1 && chmod 644 "$D/a.pem"; }
trap enroll_end EXIT
enroll_start && tests/pki/make-pki.sh base "$D/evil" daemon corp.test > "$D/out" 2>&1 ||
    { echo "1..1"; echo "not ok 1 - software TPM, card and CAs"; exit 1; }

# ---- profiles ---------------------------------------------------------------------------------------
as daemon list --json && is '. == []'
check "without a profile there is none"
profile paper 'backend = "file";' 'users = [ "daemon" ];'
as daemon list --json && is 'length == 1 and .[0].name == "paper" and .[0].backend == "file"' && as daemon list && said '^paper \(file, p256\)'
check "the profiles that a user may ask for"
as bin list --json && is '. == []' && ! as bin request --profile paper && said 'not permitted'
check "and those of others are not for this one"
echo 'colour = "red";' >> "$D/enroll.d/paper.conf"
as daemon list; [ $? = 2 ] && said 'paper.conf:4: colour: unknown key'
check "an unknown key is an error with file, line and key"
profile paper 'backend = "file";' 'users = [ "daemon" ];'
profile later 'backend = "xcep-wstep";' 'url = "http://ca.corp.test/CEP"; template = "a";'
as daemon list; [ $? = 2 ] && said 'url: is no https address'
check "AD CS without TLS is not asked"
rm "$D/enroll.d/later.conf"
chmod 666 "$D/enroll.d/paper.conf"
as daemon list; [ $? = 2 ] && said 'can be written by others'
check "a profile that others can write is an error"
chmod 644 "$D/enroll.d/paper.conf"

# ---- nobody in particular ---------------------------------------------------------------------------
# No group but the user's own, no capability, no device, and a network in which the software TPM is not.
alone() {
    unshare --net setpriv --reuid daemon --regid daemon --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs \
        env -i PATH="$PATH" XDG_STATE_HOME="$D/state-daemon" HOME="$D" "$@"
}
[ "$(alone id -u):$(alone id -G)" = "$(id -u daemon):$(id -g daemon)" ] && (exec 3<> "/dev/tcp/127.0.0.1/$TPM_PORT") &&
    ! alone bash -c "exec 3<> /dev/tcp/127.0.0.1/$TPM_PORT" 2> "$D/err" && ! alone test -r /dev/tpm0 && ! alone test -r /dev/tpmrm0 &&
    ! alone ls "$D/tpm" 2> "$D/err"
check "a user without groups cannot reach the TPM"
echo 12345678 | alone "$D/vsc-enroll" request --pin stdin --out "$D/state-daemon/a.csr" -c "$D/conf" > "$D/out" 2>&1 && cp "$D/state-daemon/a.csr" "$D/" &&
    openssl req -in "$D/a.csr" -noout -verify > "$D/err" 2>&1 && issue --upn daemon@corp.test &&
    echo 12345678 | alone "$D/vsc-enroll" import "$D/a.pem" --pin stdin -c "$D/conf" > "$D/out" 2>&1 && said 'enrolled on Alice' &&
    alone "$D/vsc-enroll" check -c "$D/conf" > "$D/out" 2>&1 && [ "$(keys)" = 1 ]
check "and enrolls all the same, over the card's socket"
forget

# ---- the back end "file" ----------------------------------------------------------------------------
before=$(card)
echo 99999999 | as daemon request; [ $? = 1 ] && said 'wrong PIN: 4 tries left' && [ "$(card)" = "$before" ]
check "a wrong PIN makes no key"
enroll request && grep -v '^vsc-enroll' "$D/out" > "$D/a.csr" && openssl req -in "$D/a.csr" -noout -verify > "$D/err" 2>&1 &&
    openssl req -in "$D/a.csr" -noout -text | grep -q 'Smartcard Login' && [ "$(keys)" = 1 ]
check "a request, signed by a new key"
cp "$D/a.csr" "$D/first.csr"
as daemon status --json && is '.[0].phase == "requested" and .[0].certificate == null' && ! grep -rqE '12345678' "$D/state-daemon" &&
    [ "$(stat -c '%a %U' "$D/state-daemon/pam_vsc/enroll")" = "700 daemon" ] && [ "$(stat -c %a "$D/state-daemon/pam_vsc/enroll/paper.json")" = 600 ]
check "it waits, and the PIN is nowhere"
enroll request --json && is '.result == "waiting"' && jq -r .request "$D/out" | openssl req -outform DER | cmp - <(openssl req -in "$D/a.csr" -outform DER)
check "the request once more, in JSON"
as daemon pulse < /dev/null && [ ! -s "$D/out" ]
check "a pulse has nothing to do, and says nothing"
waiting=$(card)
refused() { # CODE WHAT: importing $D/a.pem
    enroll import "$D/a.pem" --json; [ $? = 1 ] && sed -n '/^\[*{/p' "$D/out" | jq -e ".code == \"$1\"" > "$D/jq" && [ "$(card)" = "$waiting" ]
    check "a hostile CA: $2"
}
openssl ecparam -genkey -name prime256v1 -noout -out "$D/k.pem" 2> "$D/err"
openssl req -new -key "$D/k.pem" -subj /CN=daemon -out "$D/k.csr" 2> "$D/err"
tests/pki/make-pki.sh issue "$D/pki" "$D/k.csr" "$D/a.pem" > "$D/err" 2>&1; chmod 644 "$D/a.pem"
refused wrong-key "another key"
issue --upn bin@corp.test; refused account-mismatch "another user's UPN"
issue --no-upn; refused no-upn "no UPN"
issue --upn daemon@corp.test --upn bin@corp.test; refused multiple-upn "two UPNs"
issue --eku 1.3.6.1.5.5.7.3.2; refused missing-eku "no Smartcard Logon"
issue --ca-cert --ku keyCertSign,digitalSignature; refused ca-certificate "the certificate of a CA"
issue --expired; refused expired "an expired certificate"
tests/pki/make-pki.sh issue "$D/evil" "$D/a.csr" "$D/a.pem" > "$D/err" 2>&1; chmod 644 "$D/a.pem"
enroll import "$D/a.pem"; [ $? = 1 ] && said 'untrusted-issuer|bad-signature' && [ "$(card)" = "$waiting" ]
check "a hostile CA: an unknown chain"
head -c 100000000 /dev/zero | tr '\0' A > "$D/a.pem"; refused answer-too-large "100 MB"
echo garbage > "$D/a.pem"; refused malformed-certificate "garbage"
issue --upn daemon@corp.test && cp "$D/a.pem" "$D/first.pem" && chmod 644 "$D/first.pem"
enroll import "$D/a.pem" && said 'enrolled on Alice' && as daemon status --json &&
    is '.[0].phase == "idle" and .[0].certificate.issuer != null and .[0].due == false and .[0].old_key == false'
check "the right answer is stored after all of these"
as daemon check && "$B/vscmgr" show Alice --json -c "$D/conf" > "$D/out" && is '.keys[0].default and .keys[0].certificate.upn == "daemon@corp.test"'
check "it is the default container, and passes the check"
enroll request; [ $? = 1 ] && said 'you are enrolled'
check "who is enrolled is sent to renew"
enroll renew --out "$D/state-daemon/b.csr" && cp "$D/state-daemon/b.csr" "$D/a.csr" && [ "$(keys)" = 2 ] &&
    "$B/vscmgr" show Alice --json -c "$D/conf" > "$D/out" && is '[.keys[] | select(.default)][0].id == "00"'
check "renewal makes a new key, and the old one stays the default"
waiting=$(card)
cp "$D/first.pem" "$D/a.pem"; refused wrong-key "the answer to an older request"
enroll cancel && [ "$(keys)" = 1 ] && as daemon check
check "a request that is given up leaves the card as it was"
profile paper 'backend = "file";' "anchors = \"\";"
sed -i '1s/ anchors.*//' "$D/enroll.d/paper.conf"
enroll renew && grep -v '^vsc-enroll' "$D/out" > "$D/a.csr" && waiting=$(card) && tests/pki/make-pki.sh issue "$D/evil" "$D/a.csr" "$D/a.pem" --no-upn > "$D/err" 2>&1
chmod 644 "$D/a.pem"; refused no-upn "without anchors the UPN is asked for still"
tests/pki/make-pki.sh issue "$D/evil" "$D/a.csr" "$D/a.pem" > "$D/err" 2>&1; chmod 644 "$D/a.pem"
enroll import "$D/a.pem" && as daemon status --json && is '.[0].old_key' && [ "$(keys)" = 2 ]
check "without anchors nobody asks what it chains to; the old pair stays"
enroll renew; [ $? = 1 ] && said 'sign in' && [ "$(keys)" = 2 ]
check "there are at most two keys of a profile"
as daemon pulse < /dev/null && [ ! -s "$D/out" ] && [ "$(keys)" = 2 ]
check "a pulse in a session without a sign-in by it keeps the old pair"
as daemon status --json
SESSION=("PKCS11_LOGIN_CERT_SERIAL=$(jq -r '.[0].certificate.serial' "$D/out")" "PKCS11_LOGIN_CERT_ISSUER=$(jq -r '.[0].certificate.issuer' "$D/out")")
as daemon pulse < /dev/null && said 'the key before is deleted' && [ "$(keys)" = 1 ] && as daemon status --json && is '.[0].old_key == false'
check "after a sign-in with the new certificate a pulse deletes the old pair"
SESSION=()

# ---- a card that is gone in the middle
enroll renew --out "$D/state-daemon/c.csr" && "$B/vscmgr" destroy --name Alice --yes -c "$D/conf" > "$D/out" 2>&1 &&
    printf '%s\n' 12345678 | "$B/vscmgr" create --name Second --owner bin --pin stdin --adminkey random -c "$D/conf" > "$D/out" 2>&1
check "the card is destroyed while a request waits, and its number is another's"
as daemon cancel --json && is '.phase == "idle" and .card == null and .request == null' && ! grep -q requested "$D/state-daemon/pam_vsc/enroll/paper.json"
check "cancel ends the request whose card is gone"
"$B/vscmgr" destroy --name Second --yes -c "$D/conf" > "$D/out" 2>&1
printf '%s\n' 12345678 | "$B/vscmgr" create --name Third --owner daemon --pin stdin --adminkey random -c "$D/conf" > "$D/out" 2>&1
enroll request --out "$D/state-daemon/c.csr" && [ "$(keys)" = 1 ] && as daemon status --json && is '.[0].phase == "requested" and .[0].card == "Third"'
check "and another card begins anew"
"$B/vscmgr" destroy --name Third --yes -c "$D/conf" > "$D/out" 2>&1
enroll request; [ $? = 1 ] && said 'is gone: vsc-enroll cancel'
check "what goes on with it says so"
as daemon cancel && as daemon cancel; [ $? = 1 ] && said 'none is yours'
check "and a second cancel has nothing to end"

echo "1..$TESTS"
exit $FAILED
