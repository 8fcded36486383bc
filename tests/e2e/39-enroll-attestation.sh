#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Attestation by an ordinary user: vsc-enroll asks the card's TPM for what it states of a request's key,
# over vsc-card's socket, and vsc-ca certifies no key without that. Whatever else is shown to the CA is
# refused, and nobody gets a bundle of another's card.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
if missing=$(enroll_missing) || missing=$(tpm_missing swtpm_localca); then echo "1..0 # SKIP $missing"; exit 0; fi
export TSS2_LOG=all+NONE
SERVER=
finish() {
    [ -n "$SERVER" ] && kill "$SERVER" && wait "$SERVER"
    enroll_end
}
trap finish EXIT
CERTIFIED=yes CARD_OPTIONS=(--attestation aik_and_cert)
enroll_start || { echo "1..1"; echo "not ok 1 - software TPM, card and CA"; exit 1; }
root() { "$B/vscmgr" "$@" -c "$D/conf"; }
user() { # USER COMMAND...: vscmgr without rights, over the socket
    setpriv --reuid "$1" --regid "$1" --clear-groups env -i TSS2_LOG=all+NONE "$D/vscmgr" "${@:2}" -c "$D/conf"
}
ca() { "$B/vsc-ca" --folder "$D/vsc-ca" "$@"; }
submit() { # USER CSR BUNDLE: local-ca-submit as that user
    CERTMONGER_CSR=$(cat "$2") VSC_ATTESTATION_FILE=$3 CERTMONGER_OPERATION=SUBMIT CERTMONGER_CA_PROFILE=Attested \
        setpriv --reuid "$1" --regid "$1" --clear-groups "$D/local-ca-submit" --socket "$D/ca.sock" > "$D/out" 2>&1
}
refuses() { # NAME PATTERN: of the last submit
    [ $? = 2 ] && said "$2" && ! said 'BEGIN CERTIFICATE'
    check "$1"
}
cp "$B/vscmgr" "$B/local-ca-submit" "$D/"
install -d -o daemon -m 700 "$D/own"

# ---- the administrator: a CA, a template, and once a challenge for the card, which is empty still
(umask 022; ca init --upn-suffix corp.test --name "Test CA") > "$D/out" 2>&1 &&
    ca template duplicate "Smartcard Logon" Attested --allow-user daemon --allow-user bin --attestation required > "$D/out" 2>&1 &&
    ca certificate --out "$D/root.pem"
check "a CA with a template that requires attestation"
"$B/vsc-ca" --folder "$D/vsc-ca" serve --listen "$D/ca.sock" > "$D/server" 2>&1 &
SERVER=$!
until_socket "$D/ca.sock"
root attest Alice --keyless --out "$D/alice.bundle" > "$D/out" 2>&1 &&
    root attest --challenge "$D/alice.bundle" --ek-roots "$D/tpm.pem" --out "$D/challenge" --secret-out "$D/secret" > "$D/alice.ak" 2> "$D/out" &&
    root attest Alice --activate "$D/challenge" --out "$D/answer" > "$D/out" 2>&1 && cmp "$D/answer" "$D/secret" > "$D/out" 2>&1
check "the attestation key of a card without keys is proven by a challenge"
root attest --verify "$D/alice.bundle" --ak "$(cat "$D/alice.ak")" > "$D/out" 2>&1; [ $? = 1 ] && said 'the bundle has no key'
check "a bundle without keys proves none"

profile logon 'backend = "helper"; template = "Attested"; attestation = true;' \
    "helper = \"$D/local-ca-submit\"; arguments = [ \"--socket\", \"$D/ca.sock\" ];"
sed -i "1s,anchors = [^;]*,anchors = \"$D/root.pem\"," "$D/enroll.d/logon.conf"

# ---- an ordinary user
enroll request; [ $? = 1 ] && said 'does not show that this key is in a TPM that the CA knows' && [ "$(keys)" = 0 ]
check "a card whose attestation key the CA does not know: refused, and no key stays"
ca attestation-key add "$(cat "$D/alice.ak")" --user bin && enroll request; [ $? = 1 ] && said 'does not show' && [ "$(keys)" = 0 ]
check "nor where that key is known for another user only"
ca attestation-key add "$(cat "$D/alice.ak")" --user daemon
sed 's/attestation = true/attestation = false/' "$D/enroll.d/logon.conf" > "$D/conf.plain" && cp "$D/enroll.d/logon.conf" "$D/conf.attested"
cp "$D/conf.plain" "$D/enroll.d/logon.conf"
enroll request; [ $? = 1 ] && said 'no attestation came with the request' && [ "$(keys)" = 0 ]
check "a profile that does not ask for attestation: refused by the CA"
cp "$D/conf.attested" "$D/enroll.d/logon.conf"
enroll request && said 'logon: enrolled on Alice' && [ "$(keys)" = 1 ] && as daemon check
check "an ordinary user enrolls at a template that requires attestation"
! find "$D/state-daemon" -name '*attestation*' | grep -q .
check "the bundle is gone with the helper"
enroll renew && said 'logon: enrolled on Alice' && [ "$(keys)" = 2 ]
check "and renews there"

# ---- the bundle of a user
echo 12345678 | user daemon csr Alice --key-id 01 --pin stdin > "$D/own.csr" 2> "$D/out" && chmod 644 "$D/own.csr" &&
    user daemon attest Alice --csr "$D/own.csr" --nonce 0102 > "$D/own.bundle" 2> "$D/out" &&
    root attest --verify "$D/own.bundle" --ak "$(cat "$D/alice.ak")" --csr "$D/own.csr" --nonce 0102 > "$D/out" 2>&1 && said '^accepted'
check "vscmgr attest works for the owner without rights, bound to nonce and request"
jq -e 'has("ek") | not' "$D/own.bundle" > "$D/jq" && jq -e 'has("ek")' "$D/alice.bundle" > "$D/jq"
check "what the socket gives names no endorsement key, what root gets does"
user bin attest Alice > "$D/out" 2>&1; [ $? = 1 ] && said 'not permitted' && ! said 'pam_vsc attestation'
check "another user gets no bundle of the card"
user daemon attest Alice --activate "$D/challenge" > "$D/out" 2>&1; [ $? = 1 ] && said "administrator's to do"
check "and a challenge is root's to answer"
[ "$(tpm2_getcap handles-transient; tpm2_getcap handles-loaded-session)" = "" ]
check "nothing is left in the TPM"

# ---- what is shown to the CA instead
submit daemon "$D/own.csr" "$D/own.bundle"; [ $? = 0 ] && said 'BEGIN CERTIFICATE'
check "this very request with this very bundle is certified"
submit bin "$D/own.csr" "$D/own.bundle"
refuses "replayed by another user: refused" 'does not show'
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$D/soft.key" -subj /CN=daemon -out "$D/soft.csr" 2> "$D/out"
submit daemon "$D/soft.csr" "$D/own.bundle"
refuses "a software key: refused" 'does not show'
echo 12345678 | user daemon csr Alice --key-id 01 --subject /CN=again --pin stdin > "$D/again.csr" 2> "$D/out"
submit daemon "$D/again.csr" "$D/own.bundle"
refuses "a bundle replayed with another request of the same key: refused" 'does not show'
user daemon attest Alice --csr "$D/again.csr" > "$D/again.bundle" 2> "$D/out"
jq --slurpfile other "$D/again.bundle" '.csr_sha256 = $other[0].csr_sha256' "$D/own.bundle" > "$D/bad.bundle"
submit daemon "$D/again.csr" "$D/bad.bundle"
refuses "a bundle that names another request than the TPM signed: refused" 'does not show'
jq 'del(.keys[] | select(.id == "01"))' "$D/own.bundle" > "$D/bad.bundle"
submit daemon "$D/own.csr" "$D/bad.bundle"
refuses "a bundle for another key of the card: refused" 'does not show'
printf '%s\n' 12345678 | root create --name Other --owner daemon --pin stdin --adminkey random --generate --key p256 --attestation aik_only > "$D/out" 2>&1 &&
    echo 12345678 | root csr Other --pin stdin --out "$D/other.csr" > "$D/out" 2>&1 && root attest Other --csr "$D/other.csr" --out "$D/other.bundle" > "$D/out" 2>&1
chmod 644 "$D/other.csr" "$D/other.bundle"
submit daemon "$D/other.csr" "$D/other.bundle"
refuses "the bundle of a card that nobody has proven: refused" 'does not show'
jq --slurpfile good "$D/own.bundle" '.ak = $good[0].ak' "$D/other.bundle" > "$D/bad.bundle"
submit daemon "$D/other.csr" "$D/bad.bundle"
refuses "with the proven attestation key put in: refused" 'does not show'
bad=0
for member in attest signature creation_data public; do
    jq --arg m "$member" '.keys[0][$m] |= (.[0:40] + (if .[40:41] == "A" then "B" else "A" end) + .[41:])' "$D/own.bundle" > "$D/bad.bundle"
    jq --arg m "$member" '.keys[1][$m] |= (.[0:40] + (if .[40:41] == "A" then "B" else "A" end) + .[41:])' "$D/bad.bundle" > "$D/worse.bundle"
    submit daemon "$D/own.csr" "$D/worse.bundle"; [ $? = 2 ] && said 'does not show' || bad=1
done
[ $bad = 0 ]
check "a bundle that was tampered with, in each of its members: refused"

# ---- cards and back ends that cannot
rm "$D/enroll.d/logon.conf"
profile logon 'backend = "helper"; template = "Attested"; attestation = true;' \
    "helper = \"$D/local-ca-submit\"; arguments = [ \"--socket\", \"$D/ca.sock\" ];"
printf '%s\n' 12345678 | root create --name Plain --owner bin --pin stdin --adminkey random > "$D/out" 2>&1
before=$(stat -c %y "$D/store/cards/0002/keys")
as bin request --card Plain --json < /dev/null; [ $? = 1 ] && sed -n '/^{/p' "$D/out" | jq -e '.code == "no-attestation-key" and .phase == "idle"' > "$D/jq" &&
    [ "$(stat -c %y "$D/store/cards/0002/keys")" = "$before" ]
check "a card without an attestation key: refused with a code, before the PIN is asked for and a key is made"
for backend in est xcep-wstep; do
    profile logon "backend = \"$backend\"; url = \"https://localhost/\"; template = \"A\"; attestation = true;"
    sed -i "s,localhost/,localhost/.well-known/est," "$D/enroll.d/logon.conf"
    enroll request --card Alice; [ $? = 2 ] && said "attestation: the back end \"$backend\" cannot carry it"
    check "$backend with attestation is an error of the profile"
done
profile by-hand 'backend = "file"; attestation = true;' && rm "$D/enroll.d/logon.conf"
enroll request --card Alice; [ $? = 2 ] && said 'say --out FILE' && [ "$(keys)" = 2 ]
check "by file: the request and its bundle want --out, which is told before a key is made"
enroll request --card Alice --yes --out "$D/own/r"; [ "$(keys)" = 3 ] && [ -s "$D/own/r" ] && [ -s "$D/own/r.attestation" ]
check "by file: both are written"
ca issue --user daemon --template Attested --csr "$D/own/r" --attestation "$D/own/r.attestation" --out "$D/r.pem" > "$D/out" 2>&1 &&
    sed -i "1s,anchors = [^;]*,anchors = \"$D/root.pem\"," "$D/enroll.d/by-hand.conf" && enroll import "$D/r.pem" --card Alice && said 'enrolled on Alice'
check "by file: certified by hand, and imported"

echo "1..$TESTS"
exit $FAILED
