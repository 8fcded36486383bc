#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# libcertcheck as another program meets it: installed, found by pkg-config, linked with libcrypto.
set -u
umask 022
B=${B:-build}
command -v pkg-config > /dev/null || { echo "1..0 # SKIP pkg-config is missing"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
pki=$work/pki
count=0 failed=0
ok() { # STATUS NAME: 0 is ok
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; return; fi
    echo "not ok $count - $2"; sed 's/^/# /' "$work/out"
    failed=1
}
: > "$work/out"
# All is built already; what make says of its job server does not matter.
env -u MAKEFLAGS -u MAKELEVEL make -s -o all B="$B" DESTDIR="$work/root" install > "$work/out" 2>&1
ok $? "make install"
root=$work/root
pc=$(dirname "$(find "$root" -name certcheck.pc)")
export PKG_CONFIG_LIBDIR=$pc:$(pkg-config --variable pc_path pkg-config) PKG_CONFIG_SYSROOT_DIR=
[ -e "$pc/certcheck.pc" ] && [ "$(pkg-config --modversion certcheck)" = "$(cat VERSION)" ]
ok $? "pkg-config knows the version"
[ "$(pkg-config --print-requires --print-requires-private certcheck | tr '\n' ' ')" = "libcrypto " ]
ok $? "libcrypto is all that it requires"
header=$root/usr/include/certcheck/certcheck.h
for standard in c99 c11 gnu17; do
    echo '#include <certcheck/certcheck.h>' | "${CC:-gcc}" -std=$standard -pedantic -Wall -Wextra -Werror \
        -I"$root/usr/include" -fsyntax-only -x c - > "$work/out" 2>&1
    ok $? "the header stands alone in $standard"
done
! grep -E '^#include' "$header" | grep -vE '<std(bool|def|int)\.h>' > "$work/out"
ok $? "it includes libc's headers only"
library=$(find "$root" -name libcertcheck.a)
nm -g --defined-only "$library" 2>/dev/null | awk 'NF == 3 { print $3 }' | grep -v '^certcheck_' > "$work/out"
[ ! -s "$work/out" ]; ok $? "certcheck_ is all that is global in the library"
nm -g --defined-only "$library" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort > "$work/defined"
grep -oE '\bcertcheck_[a-z_]+\(' "$header" | tr -d '(' | sort -u | grep -vxE 'certcheck_(result_free|is_accepted)' > "$work/declared"
comm -23 "$work/declared" "$work/defined" > "$work/out"
[ ! -s "$work/out" ]; ok $? "all that the header declares is there"
for name in $(cat "$work/defined"); do grep -q "Fn $name\b" man/certcheck.3 || echo "$name"; done > "$work/out"
[ ! -s "$work/out" ]; ok $? "and stands in certcheck(3)"
flags=$(pkg-config --cflags --libs certcheck | sed "s,/usr/include,$root/usr/include,; s,-L/usr,-L$root/usr,")
case $flags in *-L*) ;; *) flags="-L$(dirname "$library") $flags" ;; esac
# shellcheck disable=SC2086
build() { "${CC:-gcc}" -Wall -Wextra -Werror -I"$root/usr/include" -o "$1" "$2" ${SANITIZE:-} $flags > "$work/out" 2>&1; }
if nm "$library" 2>/dev/null | grep -q __asan_; then SANITIZE="-fsanitize=address,undefined"; fi
sed -n '/^#include <certcheck/,/^\.Ed/p' man/certcheck.3 | sed '/^\.Ed/d; s/\\en/\\n/g' > "$work/example.c"
build "$work/example" "$work/example.c"
ok $? "the example of certcheck(3) builds"
build "$work/judge" tests/library/judge_main.c
ok $? "a program builds"
! objdump -p "$work/judge" | awk '$1 == "NEEDED" { print $2 }' | grep -vE '^(libc|libcrypto|libasan|libubsan|libm|libgcc_s)\.so' > "$work/out"
ok $? "it needs libc and libcrypto only"

tests/pki/make-pki.sh "$pki" nobody corp.test || exit 1
certs=$pki/certs
judge() { "$work/judge" "$@" > "$work/out" 2>&1; }
says() { grep -qxF -- "$2" "$work/out"; ok $? "$1"; }
trust=(anchors="$pki/anchors" intermediates="$pki/intermediates" crls="$pki/crls")
judge "${trust[@]}" upn=corp.test cert="$certs/good.pem"
ok $? "a good certificate is judged"
says "and accepted" "accepted nobody"
says "with its chain" "chain CN=Test Root CA,DC=corp,DC=test"
says "its facts" "upn nobody@corp.test"
says "its checks" "check revocation 1"
judge "${trust[@]}" upn=corp.test cert="$certs/good.der"
says "DER, too" "accepted nobody"
for name in expired:expired revoked:revoked no-eku:missing-eku no-upn:no-upn root-account:account-refused \
    other-suffix:no-mapping untrusted:untrusted-issuer weak-key:weak-key two-upn:multiple-upn; do
    judge "${trust[@]}" upn=corp.test cert="$certs/${name%:*}.pem"
    says "${name%:*} is refused: ${name#*:}" "reason ${name#*:} 0"
    ! grep -q '^accepted' "$work/out"; ok $? "and not accepted"
done
judge "${trust[@]}" upn=corp.test cert="$certs/malformed.der"
says "what does not parse is malformed-certificate" "reason malformed-certificate 0"
judge cert="$certs/good-chain.pem"
says "a new checker trusts nobody" "reason untrusted-issuer 1"
says "and maps nobody" "reason no-mapping 0"
judge "${trust[@]}" names=no cert="$certs/no-upn.pem"
says "names are not asked for where they are not wanted" "accepted (null)"
judge add-anchors="$pki/anchors/root.pem" add-intermediates="$pki/intermediates/sub.pem" \
    add-crls="$pki/crls/root.crl" add-crls="$pki/crls/sub.crl" upn=corp.test cert="$certs/good.pem"
says "all of it out of memory" "accepted nobody"
judge add-anchors="$pki/anchors/root.pem" add-intermediates="$pki/intermediates/sub.pem" \
    add-crls="$pki/crls/root.crl" add-crls="$pki/crls/sub.crl" upn=corp.test cert="$certs/revoked.pem"
says "the lists count" "reason revoked 0"
judge "${trust[@]}" upn=corp.test user=daemon cert="$certs/good.pem"
says "another account was asked for" "reason account-mismatch 0"
judge "${trust[@]}" upn=corp.test at=1577836800 cert="$certs/good.pem"
says "another time" "reason not-yet-valid 0"
judge anchors="$pki/anchors" intermediates="$pki/intermediates" soft upn=corp.test cert="$certs/good.pem"
says "soft: accepted" "accepted nobody"
says "with a warning" "warning revocation-unknown 0"
sum=$("$B/certcheck" facts --json "$certs/good.pem" | jq -r .sha256)
judge "${trust[@]}" sha256="$sum" cert="$certs/no-upn.pem"
says "a rule by SHA-256 takes that certificate only" "reason no-upn 0"
judge "${trust[@]}" upn=corp.test cert="$work/out"
[ $? -eq 12 ]; ok $? "bytes that are no certificate are CERTCHECK_INPUT"
judge anchors="$work/nowhere" cert="$certs/good.pem"
[ $? -eq 12 ]; ok $? "a path that is not there is, too"
grep -q "nowhere" "$work/out"; ok $? "and is named"
chmod 666 "$pki/anchors/root.pem"
judge "${trust[@]}" upn=corp.test cert="$certs/good.pem"
[ $? -eq 13 ]; ok $? "an anchor that others can write is CERTCHECK_UNTRUSTED"
judge any-owner "${trust[@]}" upn=corp.test cert="$certs/good.pem"
says "unless that is the caller's own business" "accepted nobody"
echo "1..$count"
exit $failed
