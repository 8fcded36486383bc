#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# certcheck refresh over HTTP: what it fetches, what it keeps when servers lie, die or are gone.
set -u
. tests/rig/refresh.sh
trap refresh_end EXIT
refresh_site || exit 1
publish_crl() { publish "$W/pki/crls/sub.crl" sub.crl; }
crl_file() { echo "$CACHE"/crl/*.idx; }
# A new list in place of the one that was (a second has passed for its thisUpdate, by fiat).
make_crl() { # OUT [openssl ca options]
    local out=$1
    shift
    openssl ca -config "$W/pki/ca/sub/ca.cnf" -gencrl -out "$out" "$@" 2> /dev/null
}
same() { # NAME COMMAND: the cache is afterwards what it was
    local before name=$1
    before=$(state)
    shift
    exits 1 "$name: exit 1" "$@"
    [ "$(state)" = "$before" ]
    ok $? "$name: what the cache has stays"
}

# ---- usage ----------------------------------------------------------------------------------------
exits 2 "a word too many is a usage error" refresh more
exits 2 "an unknown option is a usage error" refresh --force
exits 2 "a missing configuration is an error" "$B/certcheck" refresh -c "$W/nowhere"
refresh_conf 'nonsense = 1;'
exits 2 "a bad configuration is an error" refresh
sed 's|cache = "[^"]*"|cache = ""|' "$W/conf" | grep -v nonsense > "$W/no-cache"
exits 2 "without a cache there is nowhere to keep anything" "$B/certcheck" refresh -c "$W/no-cache"
says "it says so" 'revocation.cache is empty'
refresh_conf
echo hello > "$W/intermediates/broken.pem"; sed -i '1i -----BEGIN CERTIFICATE-----' "$W/intermediates/broken.pem"
exits 2 "an intermediate that cannot be read is unreadable input" refresh
rm "$W/intermediates/broken.pem"

# ---- nothing to fetch -----------------------------------------------------------------------------
exits 0 "with nothing to fetch it succeeds" refresh
[ ! -s "$W/out" ]; ok $? "and says nothing"
exits 0 "as JSON too" refresh --json
json "no sources, all current" '.sources == [] and .current == true'
[ "$(stat -c %a "$CACHE" "$CACHE/crl" | sort -u)" = 755 ]
ok $? "the cache is for everybody to read"

# ---- by hand, issuer, list ------------------------------------------------------------------------
refresh_card --extension "crlDistributionPoints = URI:$WEB/sub.crl" \
    --extension "authorityInfoAccess = caIssuers;URI:$WEB/sub.cer" || exit 1
cp "$W/pki/crls/root.crl" "$W/hand/"
publish_crl
openssl x509 -in "$W/pki/ca/sub/cert.pem" -outform DER -out "$W/sub.der"
publish "$W/sub.der" sub.cer
exits 0 "the first refresh" refresh
says "a list by hand is indexed first" '^stored +by-hand .*root.crl \(CN=Test Root CA'
says "a missing issuer is fetched (DER)" "^stored +issuer +$WEB/sub.cer \(CN=Test Issuing CA"
says "the list of a distribution point is fetched" "^stored +crl +$WEB/sub.crl \(CN=Test Issuing CA.*until 20"
[ "$(awk '{ print $2 }' "$W/out" | tr '\n' ' ')" = "by-hand issuer crl " ]
ok $? "in this order"
exits 0 "certcheck finds the issuer and both lists" check "$W/card.pem"
exits 0 "a second refresh" refresh --json
json "nothing has changed" '.current and ([.sources[].result] | unique) == ["unchanged"]'
json "a source has result, kind, source, subject, text, until" \
    '.sources | all(has("result") and has("kind") and has("source") and has("subject") and has("text") and has("until"))'
grep -q "^GET /sub.crl 304$" "$W/web.log"
ok $? "the server was asked for something newer only (304)"
[ "$(find "$CACHE" -type f -perm /022 | wc -l)" = 0 ] && [ "$(find "$CACHE/crl" -name '*.idx' ! -perm 644 | wc -l)" = 0 ]
ok $? "files are 0644"

# ---- revoked --------------------------------------------------------------------------------------
tests/pki/make-pki.sh revoke "$W/pki" "$W/card.pem" || exit 1
exits 0 "until the next refresh nothing is known of a revocation" check "$W/card.pem"
cp "$W/www/sub.crl" "$W/older.crl"
publish_crl
exits 0 "the next refresh" refresh
says "the new list is stored" '^stored +crl'
exits 1 "revoked, fetched, refused" check "$W/card.pem"
json "it is revoked" '[.reasons[].code] == ["revoked"]'
cp "$W/pki/intermediates/sub.pem" "$W/intermediates/"

# ---- what is worse than what is there -------------------------------------------------------------
publish "$W/older.crl" sub.crl
same "an older list" refresh
says "it is told" '^kept +crl .*older than the one in the cache'
make_crl "$W/older-date.crl" -crl_lastupdate 20260101000000Z -crl_nextupdate 20481231000000Z
publish "$W/older-date.crl" sub.crl
same "a list with an older thisUpdate and a higher number" refresh
make_crl "$W/future.crl" -crl_lastupdate 20470101000000Z -crl_nextupdate 20481231000000Z
publish "$W/future.crl" sub.crl
same "a list from the future" refresh
says "it is told" 'from the future'
exits 1 "the certificate is still refused" check "$W/card.pem"

openssl crl -in "$W/pki/crls/sub.crl" -outform DER -out "$W/sub.crl.der"
size=$(stat -c %s "$W/sub.crl.der")
broken() { # NAME: the last byte of the signature, or what $2 does
    cp "$W/sub.crl.der" "$W/$1"
    printf '\x5a' | dd of="$W/$1" bs=1 seek=$((size - 1)) conv=notrunc status=none
    cmp -s "$W/sub.crl.der" "$W/$1" && printf '\xa5' | dd of="$W/$1" bs=1 seek=$((size - 1)) conv=notrunc status=none
}
broken flipped.crl
publish "$W/flipped.crl" sub.crl
same "a list with a broken signature" refresh
says "it is told" 'signature does not verify|cannot be read'
head -c $((size - 30)) "$W/sub.crl.der" > "$W/short.crl"
publish "$W/short.crl" sub.crl
same "a list that is cut short" refresh
publish /dev/null sub.crl
same "an empty answer" refresh
echo '<html>Please sign in</html>' > "$W/portal"
publish "$W/portal" sub.crl
same "a page of a captive portal" refresh
says "it is told" 'no revocation list'
publish "$W/pki/crls/root.crl" sub.crl
same "a list of another issuer" refresh
says "it is told" 'of another issuer'
publish "$W/sub.der" sub.crl
same "a certificate in its place" refresh
mkdir "$W/imp" && cp "$W/pki/ca/sub/ca.cnf" "$W/imp/ca.cnf"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$W/imp/key.pem" 2> /dev/null
sed -i "s|$W/pki/ca/sub|$W/imp|; /^crl_extensions/d" "$W/imp/ca.cnf"
: > "$W/imp/index.txt"; echo 99 > "$W/imp/crlnumber"
openssl req -new -x509 -config "$W/imp/ca.cnf" -key "$W/imp/key.pem" -days 30 \
    -subj "/DC=test/DC=corp/CN=Test Issuing CA" -out "$W/imp/cert.pem" 2> /dev/null
openssl ca -config "$W/imp/ca.cnf" -gencrl -out "$W/forged.crl" 2> /dev/null
publish "$W/forged.crl" sub.crl
same "a list that another key has signed" refresh
make_crl "$W/weak.crl" -md sha1
publish "$W/weak.crl" sub.crl
same "a list signed with SHA-1" refresh
says "it is told" 'weaker than SHA-256'

# ---- servers that misbehave -----------------------------------------------------------------------
publish_crl
how sub.crl 'status 404'
same "404" refresh
says "the status is told" 'HTTP status 404'
how sub.crl 'redirect file:///etc/passwd'
same "a redirect to a file" refresh
says "it is refused" 'only http, https, ldap and ldaps'
how sub.crl 'redirect /sub.crl'
same "a redirect in a circle" refresh
says "it is given up" 'more than 3 redirects'
how sub.crl "redirect http://169.254.169.254/latest/meta-data"
same "a redirect to a link-local address" refresh
says "it is refused" 'address that is not asked'
how sub.crl huge
same "an answer of 1 TiB" refresh
says "it is given up at once" 'larger than'
how sub.crl short
same "an answer that is cut short" refresh
how sub.crl 'status 304'
rm -f "$CACHE"/sources/*
same "304 to whom has not asked" refresh
how sub.crl

# ---- a damaged cache ------------------------------------------------------------------------------
exits 0 "a sound server again" refresh
before=$(state)
printf 'X' | dd of="$(crl_file)" bs=1 seek=200 conv=notrunc status=none
exits 0 "a damaged index is made anew" refresh
says "although the server has nothing newer" '^stored +crl'
[ "$(state)" = "$before" ]; ok $? "it is what it was"
printf 'X' | dd of="$(crl_file)" bs=1 seek=$(($(stat -c %s "$(crl_file)") - 40)) conv=notrunc status=none
exits 0 "damaged in its last block" refresh
[ "$(state)" = "$before" ]; ok $? "it is what it was"
truncate -s 100 "$(crl_file)"
exits 0 "cut short" refresh
[ "$(state)" = "$before" ]; ok $? "it is what it was"
printf 'X' | dd of="$(echo "$CACHE"/hand/*.idx)" bs=1 seek=100 conv=notrunc status=none
exits 0 "a damaged index of a list by hand" refresh
[ "$(state)" = "$before" ]; ok $? "it is what it was"
head -c 300 /dev/urandom > "$CACHE/sources/$(ls "$CACHE/sources" | grep -v pem | head -n 1)"
exits 0 "a damaged memory of a source" refresh
echo garbage > "$(echo "$CACHE"/certs/*.der)"
exits 0 "a damaged certificate in the cache" refresh

# ---- deltas, PKCS #7, and lists by hand of strangers ----------------------------------------------
cp "$W/pki/ca/sub/ca.cnf" "$W/delta.cnf"
printf '[delta]\nauthorityKeyIdentifier = keyid:always\n2.5.29.27 = critical,ASN1:INTEGER:1\n' >> "$W/delta.cnf"
openssl ca -config "$W/delta.cnf" -gencrl -crlexts delta -out "$W/delta.crl" 2> /dev/null
publish "$W/delta.crl" delta.crl
openssl crl2pkcs7 -nocrl -certfile "$W/pki/ca/root/cert.pem" -certfile "$W/pki/ca/sub/cert.pem" \
    -outform DER -out "$W/www/bag.p7c"
cp "$W/card.pem" "$W/revoked.pem"
mv "$W/intermediates/sub.pem" "$W/sub.pem"
rm -f "$CACHE"/certs/*
refresh_card --extension "crlDistributionPoints = URI:$WEB/sub.crl" --extension "freshestCRL = URI:$WEB/delta.crl" \
    --extension "authorityInfoAccess = caIssuers;URI:$WEB/nowhere,caIssuers;URI:$WEB/bag.p7c" || exit 1
exits 0 "a bag of certificates, and a delta list" refresh
says "the issuer is found in it (PKCS #7), at the second address" "^stored +issuer +$WEB/bag.p7c"
says "the delta of a certificate is fetched" "^stored +delta +$WEB/delta.crl"
[ "$(echo "$CACHE"/crl/*.idx | wc -w)" = 2 ]; ok $? "it stands beside the complete list"
publish "$W/delta.crl" sub.crl
publish "$W/pki/crls/sub.crl" delta.crl
same "a delta in the place of a complete list, and the other way round" refresh
says "the one is told" '^failed +crl .*delta list where a complete one'
says "and the other" '^failed +delta .*complete list where a delta'
publish "$W/delta.crl" delta.crl
cp "$W/pki/ca/sub/ca.cnf" "$W/part.cnf"
printf '[part]\nauthorityKeyIdentifier = keyid:always\nissuingDistributionPoint = critical,@idp\n[idp]\nfullname = URI:%s/other.crl\n' \
    "$WEB" >> "$W/part.cnf"
openssl ca -config "$W/part.cnf" -gencrl -crlexts part -out "$W/part.crl" 2> /dev/null
publish "$W/part.crl" sub.crl
same "a list for another part of the certificates" refresh
says "it is told" 'for other certificates'
sed -i "s|/other.crl|/sub.crl|" "$W/part.cnf"
openssl ca -config "$W/part.cnf" -gencrl -crlexts part -out "$W/part.crl" 2> /dev/null
publish "$W/part.crl" sub.crl
exits 0 "a list for this part" refresh
publish_crl
mv "$W/sub.pem" "$W/intermediates/"
cp "$W/forged.crl" "$W/hand/"
exits 1 "a list by hand that no known issuer has signed" refresh
says "it is told" '^failed +by-hand .*forged.crl: of 1 lists'
rm "$W/hand/forged.crl"
make_crl "$W/hand/over.crl" -crl_lastupdate 20260101000000Z -crl_nextupdate 20260201000000Z
exits 1 "a list by hand that is past its nextUpdate" refresh
says "it is told" '^stale +by-hand .*over.crl'
rm "$W/hand/over.crl"
openssl x509 -in "$W/card.pem" -noout -text > "$W/store/cards/0000/keys/00/chain.pem"
exits 0 "a chain that holds no certificate" refresh
rm "$W/store/cards/0000/keys/00/chain.pem"
mkdir -p "$W/store/cards/0001/keys/00"
tests/pki/make-pki.sh issue "$W/pki" "$W/card.csr" "$W/store/cards/0001/keys/00/cert.pem" --expired \
    --extension "crlDistributionPoints = URI:$WEB/expired.crl" || exit 1
openssl req -x509 -key "$W/card.key" -subj /CN=self -days 30 -out "$W/self.pem" \
    -addext "crlDistributionPoints = URI:$WEB/self.crl" \
    -addext "authorityInfoAccess = OCSP;URI:$WEB/self" 2> /dev/null
mkdir -p "$W/store/cards/0002/keys/00"
cp "$W/self.pem" "$W/store/cards/0002/keys/00/cert.pem"
: > "$W/web.log"
exits 0 "an expired certificate and one that anybody could have made ask for nothing" refresh
says "the latter is told" '^skipped +card .*\(CN=self\): it leads to no anchor'
! grep -qE 'expired|self' "$W/web.log"; ok $? "nobody was asked"
rm -r "$W"/store/cards/000[12]

# ---- killed, and two at once ----------------------------------------------------------------------
touch "$CACHE/crl/.new-0123456789abcdef" "$W/www/sub.crl"
before=$(state)
how sub.crl hang
: > "$W/web.log"
"$B/certcheck" refresh -c "$W/conf" > "$W/first" 2>&1 & # itself, to be killed
first=$!
until_true grep -q 'GET /sub.crl' "$W/web.log"
refresh > "$W/second" 2>&1 &
second=$!
until_true grep -q 'waits for another refresh' "$W/second"
ok $? "a second refresh says that it waits"
how sub.crl
kill -KILL $first; wait $first 2> /dev/null
wait $second
ok $? "it goes on where the first was killed"
[ "$(state)" = "$before" ] && [ -z "$(find "$CACHE" -name '.new-*')" ]
ok $? "the cache is sound, and leftovers are gone"
for i in 1 2 3; do refresh > "$W/at-once-$i" 2>&1 & pids[i]=$!; done
status=0
for i in 1 2 3; do wait "${pids[i]}" || status=1; done
ok $status "three at once"

# ---- nobody there ---------------------------------------------------------------------------------
kill "${servers[@]}"; wait "${servers[@]}" 2> /dev/null
same "the server is gone" refresh
says "it is told" '^failed +crl'
exits 1 "the old answer counts" check "$W/revoked.pem"
json "it says revoked" '[.reasons[].code] == ["revoked"]'
echo "1..$count"
exit $failed
