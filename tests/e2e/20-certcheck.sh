#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The certcheck command as a person or a script uses it: options, exit status, text and JSON.
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

# exits STATUS NAME COMMAND...: and keeps what it said
exits() {
    local want=$1 name=$2 got
    shift 2
    "$@" > "$work/out" 2> "$work/err"
    got=$?
    [ "$got" -eq "$want" ] || { echo "# exit status $got"; sed 's/^/# /' "$work/out" "$work/err"; }
    ok $((got != want)) "$name"
}

# json NAME FILTER: jq finds the last output as it should be
json() {
    jq -e "$2" "$work/out" > /dev/null 2>&1
    ok $? "$1"
}

says() { # NAME PATTERN
    grep -qE -- "$2" "$work/out" "$work/err"
    ok $? "$1"
}

tests/pki/make-pki.sh "$pki" nobody corp.test || exit 1
certs=$pki/certs
cat > "$work/conf" <<END
trust = { anchors = "$pki/anchors"; intermediates = "$pki/intermediates"; };
revocation = { crls = "$pki/crls"; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); };
END
: > "$work/empty"
check() { "$certcheck" -c "$work/conf" "$@"; }

# ---- exit status ----------------------------------------------------------------------------------
exits 0 "a good certificate is accepted" check "$certs/good.pem"
says "the text names the account" 'accepted for nobody'
says "each check has a line with its result and rule" '^  pass +chain: signatures lead'
says "a check that was not made says so" '^  not applicable  sid:'
exits 1 "an expired certificate is refused" check "$certs/expired.pem"
says "a failed check has its reason behind it" '^  fail +validity: '
exits 1 "one refused of several is a refusal" check "$certs/good.pem" "$certs/no-eku.pem"
exits 2 "a missing file is unreadable input" check "$work/nowhere.pem"
says "the missing file is named" "nowhere.pem"
echo hello > "$work/text"
exits 2 "a file that is neither PEM nor DER is unreadable input" check "$work/text"
exits 2 "a directory without certificates is unreadable input" check "$pki/crls-none"
exits 2 "so is a directory with certificates" check "$pki/anchors"
exits 1 "what claims to be a certificate and does not parse is refused" check --json "$certs/malformed.der"
json "it is malformed-certificate" '.accepted == false and [.reasons[].code] == ["malformed-certificate"]'
printf -- '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' > "$work/broken.pem"
exits 1 "so is a PEM block with something else in it" check "$work/broken.pem"
exits 2 "no certificate is a usage error" check
exits 2 "an unknown option is a usage error" check --nonsense "$certs/good.pem"
exits 2 "an unknown purpose is a usage error" check --purpose server "$certs/good.pem"
exits 2 "a missing configuration is an error" "$certcheck" -c "$work/nowhere" "$certs/good.pem"
echo 'nonsense = 1;' > "$work/bad"
exits 2 "a bad configuration is an error" "$certcheck" -c "$work/bad" "$certs/good.pem"
says "it names file and line" "$work/bad:1"
exits 0 "--help" "$certcheck" --help
exits 0 "--version" "$certcheck" --version

# ---- JSON -----------------------------------------------------------------------------------------
exits 0 "--json of a good certificate" check --json "$certs/good.pem"
json "accepted, account, reasons" '.accepted == true and .account == "nobody" and .reasons == []'
json "checks are objects of check and result" '[.checks[] | has("check") and has("result")] | all'
json "facts hold the UPN" '.facts.upn == "nobody@corp.test"'
json "the chain goes up to the anchor" '.chain == ["CN=nobody,DC=corp,DC=test", "CN=Test Issuing CA,DC=corp,DC=test", "CN=Test Root CA,DC=corp,DC=test"]'
exits 1 "--json of a revoked certificate" check --json "$certs/revoked.pem"
json "a reason has code, check, text and remedy" '.reasons[0] | .code == "revoked" and .check == "revocation" and (.text | length > 0) and (.remedy | length > 0)'
exits 1 "--json of two certificates is two objects" check --json "$certs/good.pem" "$certs/revoked.pem"
[ "$(jq -c .accepted "$work/out" | tr '\n' ' ')" = "true false " ]
ok $? "in their order"

# ---- options override the configuration -----------------------------------------------------------
exits 1 "without a configuration nobody is trusted" "$certcheck" -c "$work/empty" --json "$certs/good-chain.pem"
json "it is untrusted-issuer and no-mapping" '[.reasons[].code] | contains(["untrusted-issuer"]) and contains(["no-mapping"])'
plain() { "$certcheck" -c "$work/empty" --anchors "$pki/anchors" --intermediates "$pki/intermediates" --crl "$pki/crls" "$@"; }
exits 0 "--anchors --intermediates --crl --no-mapping do without one" plain --no-mapping --json "$certs/no-upn.pem"
json "--no-mapping: account is null" '.accepted and .account == null'
exits 0 "--anchors with the intermediate alone is enough (partial chain)" check --anchors "$pki/intermediates/sub.pem" "$certs/good.pem"
exits 2 "--anchors that is missing is an error" plain --anchors "$work/nowhere" "$certs/good.pem"
exits 2 "--crl that is missing is an error" check --crl "$work/nowhere" "$certs/good.pem"
exits 1 "--crl '' is none" check --crl '' --json "$certs/good.pem"
json "no list, no answer" '[.reasons[].code] == ["revocation-unknown", "revocation-unknown"]'
exits 1 "--anchors='' is none" check --anchors= --intermediates= --json "$certs/good.pem"
json "nobody is trusted" '[.reasons[].code] == ["untrusted-issuer"]'
exits 2 "--user '' is a usage error" check --user '' "$certs/good.pem"
mkdir "$work/mixed"
cp "$pki"/anchors/* "$pki"/intermediates/* "$pki"/crls/* "$work/mixed"
mkfifo "$work/mixed/fifo"
echo hello > "$work/mixed/README"
openssl crl -in "$pki/crls/sub.crl" -inform "$(grep -q BEGIN "$pki/crls/sub.crl" && echo PEM || echo DER)" \
    -outform DER -out "$work/mixed/der.crl"
openssl pkey -in "$pki/ca/root/key.pem" -outform DER -out "$work/mixed/key.der"
cp "$pki"/ca/root/*.srl "$pki"/ca/root/serial* "$work/mixed" 2>/dev/null
exits 0 "one folder of anchors, lists and other things" timeout 10 "$certcheck" -c "$work/conf" \
    --anchors "$work/mixed" --intermediates "$work/mixed" --crl "$work/mixed" "$certs/good.pem"
exits 1 "--crl without lists: revocation-unknown" check --crl "$pki/crls-none" --json "$certs/good.pem"
json "for each certificate below the anchor" '[.reasons[].code] == ["revocation-unknown", "revocation-unknown"]'
exits 0 "--revocation soft lets it pass" check --crl "$pki/crls-none" --revocation soft --json "$certs/good.pem"
json "with warnings" '.warnings | length == 2'
exits 1 "--revocation soft never lets a revoked one pass" check --revocation soft "$certs/revoked.pem"
exits 0 "--revocation off asks nothing" check --revocation off "$certs/revoked.pem"
exits 1 "a forged list is as good as absent" check --crl "$pki/crls-forged" --json "$certs/good.pem"
json "it is revocation-unknown" '.reasons[0].code == "revocation-unknown"'
exits 1 "a list past nextUpdate is too old" check --crl "$pki/crls-stale" --json "$certs/good.pem"
json "it is crl-stale" '.reasons[0].code == "crl-stale"'
exits 1 "--at before the certificate" check --at 2020-06-01T00:00:00Z --json "$certs/good.pem"
json "it is not-yet-valid, the clock is not asked" '([.reasons[].code] | contains(["not-yet-valid"])) and (.checks | map(select(.check == "clock")) | .[0].result == "not applicable")'
exits 2 "--at with something else" check --at yesterday "$certs/good.pem"
exits 2 "--at with a day that does not exist" check --at 2026-02-30T00:00:00Z "$certs/good.pem"
exits 0 "--user that it belongs to" check --user nobody "$certs/good.pem"
exits 1 "--user that it does not belong to" check --user daemon --json "$certs/good.pem"
json "it is account-mismatch" '[.reasons[].code] == ["account-mismatch"]'
exits 1 "--purpose client-auth wants it by name" check --purpose client-auth "$certs/any-eku.pem"
exits 0 "--purpose client-auth" check --purpose client-auth "$certs/client-auth.pem"
exits 0 "--purpose any asks nothing of the usages" check --purpose any "$certs/ca.pem"
exits 0 "--service without login.services" check --service su "$certs/good.pem"
{ cat "$work/conf"; echo 'login = { services = [ "login" ]; };'; } > "$work/services"
exits 1 "--service that is not in login.services" "$certcheck" -c "$work/services" --service su --json "$certs/good.pem"
json "it is service-refused" '[.reasons[].code] == ["service-refused"]'

{ cat "$work/conf"; echo 'policy = { policies = [ "1.3.6.1.4.1.99999.1" ]; };'; } > "$work/policies"
exits 0 "policy.policies: one of them is valid for the path" "$certcheck" -c "$work/policies" "$certs/policy.pem"
exits 1 "policy.policies: none of them is" "$certcheck" -c "$work/policies" --json "$certs/good.pem"
json "it is policy" '[.reasons[].code] == ["policy"]'
exits 0 "--purpose any asks for anyPolicy" "$certcheck" -c "$work/policies" --purpose any "$certs/good.pem"

# ---- facts ----------------------------------------------------------------------------------------
exits 0 "facts" "$certcheck" facts "$certs/sid.pem"
says "facts show the SID" 'SID +S-1-5-21-1004336348'
says "facts name the form of each altSecurityIdentities value" \
    '^    X509IssuerSerialNumber +X509:<I>DC=test,DC=corp,CN=Test Issuing CA<SR>[0-9A-F]+$'
says "the form by SID too" '^    X509IssuerSID +X509:<I>DC=test,DC=corp,CN=Test Issuing CA<SID>S-1-5-21-'
exits 0 "facts --json of the same" "$certcheck" facts --json "$certs/sid.pem"
json "and the values are the same in JSON" '(.alt_security_identity_forms | map(.)) == .alt_security_identities
    and (.alt_security_identity_forms | keys_unsorted) ==
    ["X509IssuerSerialNumber", "X509SKI", "X509SHA1PublicKey", "X509IssuerSID"]'
exits 0 "facts --json" "$certcheck" facts --json "$certs/rsa3072.pem"
json "key, validity, usages" '.key == {"type": "RSA", "bits": 3072} and (.not_after | test("Z$")) and .key_usage == ["digitalSignature"]'
exits 1 "facts of what does not parse" "$certcheck" facts "$certs/malformed.der"
says "with the code" 'malformed-certificate'
exits 2 "facts of a missing file" "$certcheck" facts "$work/nowhere"

# ---- trusted files --------------------------------------------------------------------------------
chmod 666 "$pki/anchors/root.pem"
exits 3 "an anchor of the configuration that others can write is not used" check "$certs/good.pem"
says "the file is named" 'root.pem'
exits 0 "one that was named on the command line is the caller's own business" check --anchors "$pki/anchors" "$certs/good.pem"
echo "1..$count"
exit $failed
