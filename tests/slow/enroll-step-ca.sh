#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-enroll with doc/step-ca-submit before a real step-ca, built from Debian's libraries (half a minute
# of computing, once a build folder): as doc/ca-guide.md says, with the template that stands there.
set -u
B=$(realpath "${B:-build}")
export B
if [ "${1:-}" != inside ]; then
    [ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs several user ids: root only"; exit 0; }
    exec unshare --net --pid --fork --kill-child --mount-proc "$0" inside
fi
ip link set lo up
. tests/rig/tpm.sh
. tests/rig/enroll.sh
if missing=$(enroll_missing) || missing=$(tpm_missing pamtester); then echo "1..0 # SKIP $missing"; exit 0; fi
for program in go curl; do
    command -v $program > /dev/null || { echo "1..0 # SKIP not installed: $program"; exit 0; }
done
LIBRARY=/usr/share/gocode/src/github.com/smallstep/certificates
[ -d $LIBRARY ] || { echo "1..0 # SKIP not installed: golang-github-smallstep-certificates-dev"; exit 0; }
export TSS2_LOG=all+NONE
SHOWN=(step.log)
SERVER=''
end() { [ -z "$SERVER" ] || { kill "$SERVER"; wait "$SERVER"; } 2> /dev/null; enroll_end; }
trap end EXIT
enroll_start || { echo "1..1"; echo "not ok 1 - software TPM, card and CA"; exit 1; }

# One build for all that run at once, and nothing outside the build folder.
STEP=$B/tests/step-ca
export GOPATH=/usr/share/gocode GO111MODULE=off GOFLAGS='' GOCACHE="$B/step-ca-cache"
build() {
    mkdir -p "$B/tests"
    exec 8> "$B/tests/step-ca.lock" && flock 8 || return 1
    [ "$STEP" -nt tests/step-ca/main.go ] || { go build -o "$STEP.new" tests/step-ca/main.go && mv "$STEP.new" "$STEP"; }
}
build > "$D/out" 2>&1
check "step-ca is built from Debian's libraries"
exec 8>&-

URL=https://127.0.0.1:19443 # nobody else is in this network
serve() { # with the template that stands in the guide
    sed -n '/^```json/,/^```$/p' doc/ca-guide.md | sed '/^```/d' > "$D/template.json"
    openssl x509 -in "$D/pki/ca/root/cert.pem" -out "$D/step-root.pem"
    "$STEP" provisioner logon secret "$D/template.json" > "$D/provisioner.json" || return 1
    jq -n --slurpfile p "$D/provisioner.json" --arg d "$D" '{root: "\($d)/step-root.pem", crt: "\($d)/pki/ca/sub/cert.pem",
        key: "\($d)/pki/ca/sub/key.pem", address: "127.0.0.1:19443", dnsNames: ["127.0.0.1"],
        authority: {provisioners: ($p | map(. + {claims: {defaultTLSCertDuration: "2160h", maxTLSCertDuration: "2160h"}}))}}' > "$D/ca.json"
    "$STEP" serve "$D/ca.json" > "$D/step.log" 2>&1 &
    SERVER=$!
    until_true step_answers_or_gone && step_answers
}
step_answers() { curl -q -sS --cacert "$D/step-root.pem" $URL/health > "$D/health" 2>> "$D/step.log"; }
step_answers_or_gone() { step_answers || until_gone "$SERVER"; }
token() { # SUBJECT: into the file of daemon
    "$STEP" token $URL "$D/step-root.pem" logon secret "$1" > "$D/own/token-daemon" && chmod 600 "$D/own/token-daemon" && chown daemon "$D/own/token-daemon"
}
install -d -o daemon -m 700 "$D/own"
serve
check "it serves, with the template of the guide"
cp doc/step-ca-submit "$D/step-ca-submit"
profile step 'backend = "helper";' "helper = \"$D/step-ca-submit\"; arguments = [ \"$URL\", \"$D/step-root.pem\", \"$D/own/token-%u\" ];"

enroll request; [ $? = 3 ] && said 'there is no token'
check "without a token there is no certificate, and the request stays"
token daemon && enroll request && said 'enrolled on Alice' && as daemon check --json && jq -e '.[0].code == null' "$D/out" > "$D/jq"
check "a one-time token: a certificate that passes the check of the sign-in"
"$B/vscmgr" show Alice --json -c "$D/conf" > "$D/out" && jq -e '.keys[0].certificate.upn == "daemon@corp.test"' "$D/out" > "$D/jq" && [ ! -e "$D/own/token-daemon" ]
check "with the UPN of whom the token is for; the token is gone"
token daemon && cp "$D/own/token-daemon" "$D/used" && enroll renew && said 'enrolled on Alice' && signed_in step && as daemon pulse < /dev/null && [ "$(keys)" = 1 ]
check "a renewal, by another token"
SESSION=()
before=$(on_card)
same() { [ "$(on_card)" = "$before" ]; }
cp "$D/used" "$D/own/token-daemon" && chmod 600 "$D/own/token-daemon" && chown daemon "$D/own/token-daemon"
enroll renew; [ $? = 1 ] && said 'rejected: .*authorization' && same
check "a token that was used is refused, and the card is as it was"
token bin && enroll renew; [ $? = 1 ] && said 'rejected: ' && same
check "a token of another user is refused: the request is not for that one"
printf 'no token\n' > "$D/own/token-daemon" && enroll renew; [ $? = 1 ] && said 'rejected: ' && same
check "what is no token is refused"
chmod 644 "$D/own/token-daemon"; enroll renew; [ $? = 3 ] && said 'not yours alone' && as daemon cancel && same
check "a token that others can read is not used"
token daemon && sed -i "s,step-root.pem,other.pem," "$D/enroll.d/step.conf" && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -subj /CN=other -days 3 -keyout "$D/other.key" -out "$D/other.pem" 2> /dev/null && chmod 644 "$D/other.pem"
enroll renew; [ $? = 3 ] && said 'SSL certificate problem' && [ -e "$D/own/token-daemon" ] && as daemon cancel && same
check "a server that no anchor vouches for does not get the token"

# ---- the certificate signs in
cp -r "$D/pki/crls" "$D/crls" && mkdir -m 755 "$D/helpers" "$D/services" && cp "$B/vsc-card" "$B/vsc-check" "$B/pam_vsc.so" "$D/helpers/"
sed '/^trust\|^helpers\|^enroll/d' "$D/conf" > "$D/pam.conf"
cat >> "$D/pam.conf" <<CONF
helpers = { card_user = ""; check_user = ""; };
trust = { anchors = "$D/anchors"; intermediates = "$D/intermediates"; };
revocation = { crls = "$D/crls"; cache = ""; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); min_uid = 1; };
CONF
echo "auth required $D/helpers/pam_vsc.so config=$D/pam.conf helpers=$D/helpers" > "$D/services/vsc"
echo 12345678 | LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR="$D/services" PAM_WRAPPER_DISABLE_DEEPBIND=1 \
    pamtester vsc daemon authenticate > "$D/out" 2>&1 && said 'successfully authenticated'
check "and the certificate signs in"

echo "1..$TESTS"
exit $FAILED
