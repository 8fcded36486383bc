#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a help desk reads over the telephone: certcheck's text, "certcheck explain", and the question
# "would it work then, for her, through sudo".
set -u
B=${B:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
pki=$work/pki
certcheck=$B/certcheck
count=0 failed=0

ok() { # STATUS NAME: 0 is ok
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; return; fi
    echo "not ok $count - $2"
    failed=1
}

exits() { # STATUS NAME COMMAND...: and keeps what it said
    local want=$1 name=$2 got
    shift 2
    "$@" > "$work/out" 2> "$work/err"
    got=$?
    [ "$got" -eq "$want" ] || { echo "# exit status $got"; sed 's/^/# /' "$work/out" "$work/err"; }
    ok $((got != want)) "$name"
}
json() { jq -e "$2" "$work/out" > /dev/null 2>&1; ok $? "$1"; }
says() { grep -qE -- "$2" "$work/out" "$work/err"; ok $? "$1"; }
says_not() { ! grep -qE -- "$2" "$work/out" "$work/err"; ok $? "$1"; }
last() { [ "$(sed -e '/^certcheck explain /d' "$work/out" | awk 'NF == 0 { s = ""; next } { s = s (s == "" ? "" : " ") $0 } END { print s }')" = "$2" ]; ok $? "$1"; }
narrow() { ! LC_ALL=C awk 'length > 79' "$work/out" | grep -v '^/' | grep -q .; ok $? "$1"; }

tests/pki/make-pki.sh "$pki" nobody corp.test || exit 1
certs=$pki/certs
cat > "$work/conf" <<END
trust = { anchors = "$pki/anchors"; intermediates = "$pki/intermediates"; };
revocation = { crls = "$pki/crls"; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); };
END
check() { "$certcheck" -c "$work/conf" "$@"; }
with() { printf '%s\n' "$(cat "$work/conf")" "$1" > "$work/with"; shift; "$certcheck" -c "$work/with" "$@"; }

# ---- explain --------------------------------------------------------------------------------------
exits 0 "explain without a code lists them" "$certcheck" explain
narrow "in lines of at most 79 columns"
missing=
for code in $(grep -oE 'X\([A-Z_]+, "[a-z-]+"' common/reason.h | sed 's/.*"\(.*\)"/\1/'); do
    grep -q "^  VSC-${code^^}  " "$work/out" || missing+=" $code"
done
[ -z "$missing" ]; ok $? "all of common/reason.h are there$missing"
exits 0 "explain --json is one array" "$certcheck" explain --json
json "each with code, shown, text, meaning, who, remedy, page" \
    'type == "array" and all(.[]; ([.code, .shown, .text, .meaning, .remedy, .page] | all(type == "string" and length > 0)) and (.who | type == "array"))'
json "who is a person, unless nothing is wrong" \
    'all(.[]; (.who - ["the user", "the help desk", "the administrator", "the CA"] == []) and ((.who | length > 0) or (.remedy == "Nothing is wrong.") or .code == "aborted"))'
json "a reason names the check that it belongs to" 'all(.[]; (.page | startswith("certcheck")) == (.check != null and .rule != null))'
json "no code is there twice" '([.[].code] | length) == ([.[].code] | unique | length)'
jq -r '.[].code' "$work/out" > "$work/codes"
wide=0
while read -r code; do
    "$certcheck" explain "$code" > "$work/out" || wide=1
    ! LC_ALL=C awk 'length > 79' "$work/out" | grep -q . || { echo "# wide: $code"; wide=1; }
done < "$work/codes"
ok $wide "every code is explained, in lines of at most 79 columns"
exits 0 "explain revoked" "$certcheck" explain revoked
cp "$work/out" "$work/revoked"
says "with what it is" '^VSC-REVOKED: the certificate was revoked\.$'
says "what it means" '^  Meaning   The CA has taken back'
says "who can fix it" '^  Who       the help desk, or the CA$'
says "how" '^  Remedy    Nothing on this computer helps'
says "the check that it belongs to" '^  Check     revocation: '
says "what the log has" '^  Log       code=revoked$'
says "where to read on" '^  Manual    certcheck\(1\), REASONS$'
for form in VSC-REVOKED vsc-revoked Revoked REVOKED; do
    "$certcheck" explain "$form" | cmp -s - "$work/revoked"; ok $? "explain $form is the same"
done
exits 0 "explain of a code of the login screen that is no reason" "$certcheck" explain VSC-BLOCKED
says "it is pam_vsc's" '^  Manual    pam_vsc\(8\), DIAGNOSTICS$'
exits 0 "explain of several" "$certcheck" explain expired VSC-TPM-LOCKED
says "the one" '^VSC-EXPIRED: '
says "and the other" '^VSC-TPM-LOCKED: '
exits 0 "explain --json CODE is one object" "$certcheck" explain --json vsc-CRL-stale
json "of that code" '.code == "crl-stale" and .shown == "VSC-CRL-STALE" and .check == "revocation"'
exits 2 "an unknown code" "$certcheck" explain revokd
says "with what may have been meant" 'revokd: there is no such code; did you mean revoked\?'
exits 2 "a part of several" "$certcheck" explain upn
says "names three of them" 'did you mean no-upn or malformed-upn or multiple-upn\?'
exits 2 "one that is like no other" "$certcheck" explain zzzz
says "says where they are listed" 'zzzz: there is no such code \(certcheck explain lists them\)'
exits 2 "an empty one" "$certcheck" explain ''
exits 2 "one of 10,000 letters" "$certcheck" explain "$(printf 'x%.0s' {1..10000})"
exits 2 "a known and an unknown one" "$certcheck" explain expired nonsense
says "the known one is explained" '^VSC-EXPIRED: '
exits 2 "an option that it does not have" "$certcheck" explain --at expired

# ---- the text -------------------------------------------------------------------------------------
exits 0 "a good certificate" check "$certs/good.pem"
says "the first line has the verdict" '^/.*/good\.pem: accepted for nobody$'
says "what it is: the subject" '^  subject   CN=nobody,DC=corp,DC=test$'
says "and until when it is valid" '^  valid     20..-..-..T..:..:..Z to 20..-..-..T..:..:..Z$'
[ "$(grep -cE '^  (pass|fail|not applicable)  +[a-z-]+: ' "$work/out")" = \
  "$(check --json "$certs/good.pem" | jq '.checks | length')" ]
ok $? "each check has a line"
[ "$(sed -nE 's/^  (pass|fail|not applicable)  +([a-z-]+): .*/\2/p' "$work/out")" = \
  "$(check --json "$certs/good.pem" | jq -r '.checks[].check')" ]
ok $? "in the order of --json"
says "the chain goes up to the anchor" '^  2  CN=Test Root CA,DC=corp,DC=test \(trust anchor\): ok$'
last "the last line is one sentence" "Would sign in as nobody."
narrow "no line is wider than 79 columns"
exits 1 "an expired certificate" check "$certs/expired.pem"
says "the check fails" '^  fail            validity: every certificate'
says "with the code as it is shown" '^                  VSC-EXPIRED: the certificate has expired'
says "and the remedy" '^                  remedy: renew the certificate$'
says "the chain tells who failed" '^  0  CN=nobody,DC=corp,DC=test: VSC-EXPIRED$'
says "and who did not" '^  1  CN=Test Issuing CA,DC=corp,DC=test: ok$'
last "the sentence says why" "Would be refused: the certificate has expired (VSC-EXPIRED)."
says "where there is more" '^certcheck explain VSC-EXPIRED tells'
narrow "no line is wider than 79 columns"
exits 1 "a CA above has failed" check "$certs/path-length.pem"
says "the chain tells which" '^  2  CN=Test Issuing CA,DC=corp,DC=test: VSC-PATH-LENGTH$'
exits 1 "several reasons" check --user daemon "$certs/expired.pem"
last "the sentence has the one that the login screen would show" \
    "Would be refused: the certificate has expired (VSC-EXPIRED), and for what else fails above."
says "an account's reason is none of the chain's" '^  0  CN=nobody,DC=corp,DC=test: VSC-EXPIRED$'
exits 1 "no issuer at hand" check "$certs/untrusted.pem"
says_not "nothing is called an anchor" 'trust anchor\)'
exits 1 "what does not parse" check "$certs/malformed.der"
last "has its sentence" "Would be refused: the certificate cannot be read (VSC-MALFORMED-CERTIFICATE)."
exits 0 "a warning" check --crl "$pki/crls-none" --revocation soft "$certs/good.pem"
says "stands with its code" '^  warning         VSC-REVOCATION-UNKNOWN: '
exits 0 "--no-mapping" check --no-mapping "$certs/no-upn.pem"
last "has its sentence" "Would be accepted; for whom was not asked."
check "$certs/good.pem" | LC_ALL=C grep -q $'[^\n -~]'; ok $((! $?)) "plain ASCII, nothing for a terminal"

# ---- then, for her, through sudo ------------------------------------------------------------------
exits 0 "--user --service --at together" check --user nobody --service sudo --at "$(date -u -d '+2 days' +%FT%TZ)" "$certs/good.pem"
says "the question stands above: the user" '^  user      nobody$'
says "the service" '^  service   sudo$'
says "the time" '^  at        20'
says "and in the sentence" '^Would sign in as nobody through sudo at 20..-..-..T..:..:..Z\.$'
exits 1 "--at after the end of the certificate" check --at "$(date -u -d '+2 years' +%FT%TZ)" --revocation off --json "$certs/good.pem"
json "it is expired" '[.reasons[].code] == ["expired"]'
exits 1 "--at after the end of the lists" check --at "$(date -u -d '+60 days' +%FT%TZ)" --json "$certs/good.pem"
json "they are too old" '[.reasons[].code] | unique == ["crl-stale"]'
exits 1 "--user that does not exist" check --user nobody-of-that-name --json "$certs/good.pem"
json "is account-mismatch" '[.reasons[].code] == ["account-mismatch"]'
json "which says so" '.reasons[0].text | test("there is no account of the name that was asked for")'
exits 1 "--user that cannot be a name" check --user '../nobody' --json "$certs/good.pem"
json "is account-mismatch, too" '[.reasons[].code] == ["account-mismatch"]'
rules='{ method = "upn"; suffix = "corp.test"; account = "%u"; }'
account() { sed '/^mapping/d' "$work/conf" > "$work/with"; echo "mapping = { rules = ( $rules ); $1 };" >> "$work/with"; shift; "$certcheck" -c "$work/with" "$@"; }
exits 1 "mapping.refuse names her account" account 'refuse = [ "root", "nobody" ];' --user nobody --json "$certs/good.pem"
json "it is account-refused" '[.reasons[].code] == ["account-refused"]'
exits 1 "her uid is below mapping.min_uid" account 'min_uid = 65535;' --user nobody "$certs/good.pem"
last "the sentence says so" "Would be refused: this account may not sign in with a card (VSC-ACCOUNT-REFUSED)."
exits 1 "sshd is asked from another machine" check --service sshd --json "$certs/good.pem"
json "it is service-refused" '[.reasons[].code] == ["service-refused"]'
json "the text says why" '.reasons[0].text | contains("login.remote")'
exits 0 "login.remote allows it" with 'login = { remote = [ "sshd" ]; };' --service sshd "$certs/good.pem"
last "the sentence names it" "Would sign in as nobody through sshd."
exits 1 "login.services comes before login.remote" with 'login = { services = [ "login" ]; remote = [ "sshd" ]; };' --service sshd --json "$certs/good.pem"
json "the text says which" '.reasons[0].text | contains("login.services")'
exits 1 "login.remote alone allows no service" with 'login = { services = [ "login" ]; remote = [ "sudo" ]; };' --service sudo "$certs/good.pem"
exits 0 "a service at the own screen needs no login.remote" check --service gdm-smartcard "$certs/good.pem"
exits 1 "a service with control characters is shown escaped" with 'login = { services = [ "login" ]; };' --service $'su\033[2J' "$certs/good.pem"
says_not "nothing of it reaches the terminal" $'\033'
echo "1..$count"
exit $failed
