#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# certcheck refresh and OCSP: `openssl ocsp` as the responder, honest and otherwise.
set -u
. tests/rig/refresh.sh
trap refresh_end EXIT
refresh_site || exit 1

# responder NAME OPTION..: a certificate for signing answers; options of make-pki.sh issue
responder() {
    local name=$1
    shift
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$W/$name.key" 2> /dev/null
    openssl req -new -key "$W/$name.key" -subj "/CN=$name" -out "$W/$name.csr"
    tests/pki/make-pki.sh issue "$W/pki" "$W/$name.csr" "$W/$name.pem" --no-upn "$@"
}
# What is run for each question: the answer that the mode says.
cat > "$W/www/ocsp.cgi" <<END
#!/bin/bash
cat > "$W/question.der"
read -r mode signer more < "$W/mode"
if [ "\$mode" = canned ]; then exec cat "$W/\$signer"; fi
openssl ocsp -index "$W/pki/ca/sub/index.txt" -CA "$W/pki/ca/sub/cert.pem" \$more \\
    -rsigner "$W/\$signer.pem" -rkey "$W/\$signer.key" -reqin "$W/question.der" -nmin 60 \\
    -respout "$W/answer.der" > "$W/responder.log" 2>&1
exec cat "$W/answer.der"
END
chmod 755 "$W/www/ocsp.cgi"
mode() { echo "$*" > "$W/mode"; }
same() { # NAME PATTERN: it fails, says so, and the cache is what it was
    local before
    before=$(state)
    exits 1 "$1" refresh
    says "$1: it is told" "^$2"
    [ "$(state)" = "$before" ]
    ok $? "$1: what the cache has stays"
}

cp "$W"/pki/intermediates/sub.pem "$W/intermediates/"
cp "$W"/pki/crls/root.crl "$W/hand/"
NOCHECK='noCheck = ignored'
responder good --eku OCSPSigning --extension "$NOCHECK"
responder expired --eku OCSPSigning --extension "$NOCHECK" --expired
responder plain --eku 1.3.6.1.5.5.7.3.2
responder root --eku OCSPSigning --extension "$NOCHECK" --ca root
refresh_card --extension "authorityInfoAccess = OCSP;URI:$WEB/ocsp" || exit 1
answers() { find "$CACHE/ocsp" -name '*.der' | wc -l; }

# ---- good -----------------------------------------------------------------------------------------
mode sign good
exits 0 "a good answer" refresh
says "it is stored" "^stored +ocsp +$WEB/ocsp \(CN=nobody\), until 20"
[ "$(answers)" = 1 ]; ok $? "the cache has it"
openssl ocsp -reqin "$W/question.der" -req_text 2> /dev/null | grep -q 'OCSP Nonce'
ok $? "the question has a nonce"
exits 0 "certcheck accepts the certificate by it" check "$W/card.pem"
cp "$W/answer.der" "$W/with-old-nonce.der"

# ---- not to be believed ---------------------------------------------------------------------------
mode canned with-old-nonce.der
same "an answer to another question" 'failed +ocsp.*nonce is another one'
mode sign expired
same "a responder whose certificate has expired" 'failed +ocsp.*not valid at the time'
mode sign plain
same "a signer without the right to sign answers" 'failed +ocsp.*may not sign OCSP'
mode sign root
same "a signer of another CA" 'failed +ocsp.*signer'
head -c 200 "$W/with-old-nonce.der" > "$W/short.der"
mode canned short.der
same "an answer that is cut short" 'failed +ocsp.*no OCSP answer'
printf '\x30\x03\x0a\x01\x03' > "$W/later.der"
mode canned later.der
same "the responder says: try later" "failed +ocsp.*responder's refusal"
head -c 100000 /dev/zero > "$W/large.der"
mode canned large.der
same "an answer of 100 KB" 'failed +ocsp.*larger than 65536 bytes'
: > "$W/nothing.der"
mode canned nothing.der
same "an empty answer" 'failed +ocsp'

# ---- without a nonce, and older -------------------------------------------------------------------
canned() { # OUT: an answer without a nonce
    openssl ocsp -no_nonce -issuer "$W/pki/ca/sub/cert.pem" -cert "$W/card.pem" -reqout "$W/q.der" 2> /dev/null
    openssl ocsp -index "$W/pki/ca/sub/index.txt" -CA "$W/pki/ca/sub/cert.pem" -rsigner "$W/good.pem" \
        -rkey "$W/good.key" -reqin "$W/q.der" -nmin 60 -respout "$1" > /dev/null 2>&1
}
canned "$W/made-before.der"
mode canned made-before.der
exits 0 "an answer that was made beforehand, without a nonce" refresh
while [ "$(date +%s)" = "$(stat -c %Y "$W/made-before.der")" ]; do :; done
tests/pki/make-pki.sh revoke "$W/pki" "$W/card.pem" || exit 1
mode sign good
exits 0 "an answer that says revoked" refresh
says "it is stored, and told" '^stored +ocsp.*revoked, since'
exits 1 "certcheck refuses the certificate by it" check "$W/card.pem"
json "it is revoked" '[.reasons[].code] == ["revoked"]'
mode canned made-before.der
same "the good answer of before, again" 'kept +ocsp.*older than the one in the cache'
exits 1 "the certificate is still refused" check "$W/card.pem"

# ---- gone -----------------------------------------------------------------------------------------
mv "$W/www/ocsp.cgi" "$W/ocsp.cgi"
same "no responder at the address" 'failed +ocsp.*HTTP status 404'
kill "${servers[@]}"; wait "${servers[@]}" 2> /dev/null
same "no server" 'failed +ocsp'
rm "$W/store/cards/0000/keys/00/cert.pem"
exits 0 "the certificate is taken off the card" refresh
[ "$(answers)" = 0 ]; ok $? "its answer goes too"
echo "1..$count"
exit $failed
