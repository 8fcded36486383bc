#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Attestation: from the card's machine to a verifier without a TPM, and what is refused there.
set -u
shopt -s lastpipe # the last of a pipe counts in this shell
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../rig/tpm.sh"
if missing=$(tpm_missing jq openssl swtpm_localca tpm2_makecredential tpm2_activatecredential); then
    echo "1..0 # SKIP $missing"; exit 0
fi
W=$(mktemp -d) || exit 1
trap 'tpm_stop; rm -rf "$W"' EXIT
export TSS2_LOG=all+NONE
n=0 failed=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi
}
is() { # NAME WANTED-STATUS PATTERN COMMAND...: exit status and a pattern in all that it says
    local name=$1 wanted=$2 pattern=$3 status
    shift 3
    "$@" > "$W/out" 2>&1
    status=$?
    [ "$status" = "$wanted" ] && { [ -z "$pattern" ] || grep -qE -- "$pattern" "$W/out"; }
    check $? "$name"
    [ "$failed" = 0 ] || [ "$status" = "$wanted" ] || sed 's/^/# /' "$W/out"
}
hex() { od -An -v -tx1 "$@" | tr -d ' \n'; }
nv_count() { tpm2_getcap handles-nv-index | grep -c 0x; }
handles() { tpm2_getcap handles-transient; tpm2_getcap handles-loaded-session; tpm2_getcap handles-persistent; }

make_tpm() { tpm_make_certified "$W/$1"; } # NAME
start() { # NAME
    tpm_start "$W/$1" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }
    cat > "$W/conf" <<CONF
card = { store = "$W/$1-store"; tcti = "$TCTI"; };
helpers = { card_user = ""; check_user = ""; };
CONF
}
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
create() { vscmgr create --generate --key p256 "$@" 2> "$W/err" > "$W/out"; }
# The verifier: no TPM, no configuration.
verify() { "$B/vscmgr" attest --verify "$@"; }
make_tpm tpm && make_tpm other || { echo "1..1"; echo "not ok 1 - TPMs with certificates"; exit 1; }

# ---- on the card's machine
start tpm
before=$(nv_count)
create --name Card --attestation aik_and_cert
check $? "create_attestation_aik_and_cert"
[ "$(nv_count)" = $((before + 2)) ]
check $? "the attestation key takes no NV memory"
create --name Plain
create --name Only --attestation aik_only
check $? "create_attestation_aik_only"
"$B/tpmvscmgr" create /name Windows /pin default /adminkey default /attestation AIK_AND_CERT \
    -c "$W/conf" > "$W/out" 2>&1
check $? "the Windows form takes /attestation"
is "attestation takes its two words" 2 'attestation' vscmgr create --name X --attestation cert
handles > "$W/handles"
is "attest_writes_a_bundle" 0 '' vscmgr attest Card --nonce 00112233445566778899 --out "$W/good"
[ "$(handles)" = "$(cat "$W/handles")" ]
check $? "attest_leaves_nothing_in_the_tpm"
jq -e '.format == "pam_vsc attestation" and .version == 1 and .nonce == "00112233445566778899" and
    (.ek.certificates | length) >= 1 and (.keys | length) == 1 and .keys[0].id == "00" and
    (.ak.name | length) == 68 and (.card.approver.name | length) == 68 and
    (.card.pin.name | length) == 68' "$W/good" > "$W/jq"
check $? "the bundle has AK, EK, certificates, keys, and the Names of K and P"
! grep -q "$(hex -j 21 -N 32 "$W/tpm-store/cards/0000/objects")" "$W/good"
check $? "the bundle does not hold the card's salt"
is "a card without an attestation key says so" 1 'made without --attestation' vscmgr attest Plain
is "a card without a key says so" 1 'no key' vscmgr attest Windows
is "an unknown card" 1 'no card' vscmgr attest Nobody

# ---- at the verifier
is "verify_accepts_a_good_bundle" 0 '^accepted' verify "$W/good" --ek-roots "$W/tpm.pem"
grep -q 'warning: the bundle alone does not show' "$W/out" && grep -q '^open  ak-in-tpm' "$W/out"
check $? "verify says that the AK is not proven"
is "each check is a line" 0 '^pass  ek-chain' verify "$W/good" --ek-roots "$W/tpm.pem"
[ "$(grep -cE '^(pass|open)  [a-z-]+( 00)?: ' "$W/out")" = 11 ]
check $? "no check is left out"
verify "$W/good" --ek-roots "$W/tpm.pem" --json 2> "$W/err" | jq -e '.accepted == true and
    .ak_proven == false and .card == "0000" and ([.checks[].result] | index("fail")) == null' > "$W/jq"
check $? "verify_json"
is "the issuing CA alone can be the root" 0 '^accepted' verify "$W/good" \
    --ek-roots "$W/tpm-ca/issuercert.pem"
mkdir "$W/roots" && cp "$W/tpm-ca/"*cert.pem "$W/roots"
is "a folder of roots" 0 '^accepted' verify "$W/good" --ek-roots "$W/roots"
is "other_roots_are_refused" 1 '^fail  ek-chain' verify "$W/good" --ek-roots "$W/other.pem"
is "no_roots_is_a_usage_error" 2 'ek-roots' verify "$W/good"
is "roots that are not there" 2 'nowhere' verify "$W/good" --ek-roots "$W/nowhere"
is "the_nonce_that_was_asked_for" 0 '^pass  nonce' verify "$W/good" --ek-roots "$W/tpm.pem" \
    --nonce 00112233445566778899
printf '\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99' > "$W/nonce"
is "the nonce from a file" 0 '^pass  nonce' verify "$W/good" --ek-roots "$W/tpm.pem" --nonce "$W/nonce"
is "another_nonce_is_refused" 1 '^fail  nonce' verify "$W/good" --ek-roots "$W/tpm.pem" --nonce 0011
is "aik_only_has_no_endorsement_certificate" 1 'aik_only' \
    eval 'vscmgr attest Only --out "$W/only" && verify "$W/only" --ek-roots "$W/tpm.pem"'
changed() { # NAME PATTERN JQ-FILTER: the changed bundle is refused, and why
    jq -c "$3" "$W/good" > "$W/bad"
    is "$1" 1 "$2" verify "$W/bad" --ek-roots "$W/tpm.pem"
}
create --name Second --attestation aik_and_cert && vscmgr attest Second --out "$W/second"
second() { jq -c "$1" "$W/second"; }
changed "another_card_s_ak_is_refused" '^fail  signature 00' ".ak = $(second .ak)"
changed "another_card_s_key_is_refused" '^fail  key 00' ".keys[0] = $(second '.keys[0]')"
changed "another_card_s_pin_index_is_refused" '^fail  (pin|key)' ".card.pin = $(second .card.pin)"
changed "another_card_s_K_is_refused" '^fail  pin' ".card.approver = $(second .card.approver)"
changed "another_card_s_serial_is_refused" '^fail  creation 00' ".card.serial = $(second .card.serial)"
changed "a_nonce_put_in_later_is_refused" '^fail  statement 00' '.nonce = "99"'
changed "a_request_put_in_later_is_refused" '^fail  statement 00' \
    ".csr_sha256 = \"$(printf '%064d' 0)\""
changed "a_bundle_without_keys_is_refused" 'no key' '.keys = []'
changed "a Name that does not follow is refused" 'malformed' '.ak.name = .keys[0].name'
changed "another version is refused" 'version 2' '.version = 2'
changed "something else is refused" 'format' '.format = "x"'
changed "a certificate chain in the wrong order is refused" '^fail  ek' \
    ".ek.certificates = [\"$(openssl x509 -in "$W/tpm-ca/issuercert.pem" -outform der | base64 -w 0)\"]"
head -c 1000 "$W/good" > "$W/bad"
is "a_bundle_cut_short_is_refused" 1 'not valid JSON' verify "$W/bad" --ek-roots "$W/tpm.pem"
verify "$W/bad" --ek-roots "$W/tpm.pem" --json 2> "$W/err" |
    jq -e '.accepted == false and .checks[0].check == "bundle"' > "$W/jq"
check $? "and in JSON"
is "a bundle that is not there" 2 'nowhere' verify "$W/nowhere" --ek-roots "$W/tpm.pem"

# ---- with a certificate request
printf '12345678\n' | vscmgr csr Card --pin stdin --out "$W/csr" && vscmgr attest Card --csr "$W/csr" \
    --out "$W/bound"
check $? "attest_binds_a_certificate_request"
is "verify_with_the_request" 0 '^pass  csr' verify "$W/bound" --csr "$W/csr" --ek-roots "$W/tpm.pem"
openssl req -in "$W/csr" -outform der -out "$W/csr.der"
is "the request in DER" 0 '^pass  csr' verify "$W/bound" --csr "$W/csr.der" --ek-roots "$W/tpm.pem"
is "a request beside a bundle that was made without it" 0 '^pass  csr' verify "$W/good" \
    --csr "$W/csr" --ek-roots "$W/tpm.pem"
openssl req -new -newkey rsa:2048 -nodes -keyout "$W/soft.key" -subj /CN=alice -out "$W/soft.csr" 2> "$W/err"
is "a_request_for_a_software_key_is_refused" 1 '^fail  csr: its key is none' verify "$W/good" \
    --csr "$W/soft.csr" --ek-roots "$W/tpm.pem"
is "another_request_than_the_bound_one_is_refused" 1 '^fail  csr' verify "$W/bound" \
    --csr "$W/soft.csr" --ek-roots "$W/tpm.pem"
head -c -10 "$W/csr.der" > "$W/broken.der" && head -c 10 /dev/zero >> "$W/broken.der"
"$B/vscmgr" attest --verify "$W/good" --csr "$W/broken.der" --ek-roots "$W/tpm.pem" > "$W/out" 2>&1
[ $? != 0 ]
check $? "a_request_whose_signature_does_not_verify_is_refused"

# ---- the AK is in the EK's TPM (PYSEC-2022-184: keep one record, compare the AK every time)
challenge() { # BUNDLE
    "$B/vscmgr" attest --challenge "$1" --ek-roots "$W/tpm.pem" --out "$W/challenge" \
        --secret-out "$W/secret" > "$W/ak" 2> "$W/err"
}
challenge "$W/good"
check $? "challenge_at_the_verifier"
[ "$(stat -c %a "$W/secret")" = 600 ] && [ "$(jq -r .ak.name "$W/good")" = "$(cat "$W/ak")" ]
check $? "the secret is for its owner's eyes, and the AK's Name is printed"
if [ "$(id -u)" = 0 ]; then
    mkdir "$W/shared" && touch "$W/shared/s" && chown 65534 "$W/shared/s"
    "$B/vscmgr" attest --challenge "$W/good" --ek-roots "$W/tpm.pem" --out "$W/challenge2" \
        --secret-out "$W/shared/s" > "$W/ak2" 2> "$W/err"
    [ $? = 3 ] && grep -q "somebody else's" "$W/err" && [ ! -s "$W/shared/s" ]
    check $? "the secret goes into no file that somebody else has put there"
fi
vscmgr attest Card --activate "$W/challenge" > "$W/answer" 2> "$W/err" && cmp -s "$W/answer" "$W/secret"
check $? "activate_gives_the_secret"
[ "$(handles)" = "$(cat "$W/handles")" ]
check $? "activate_leaves_nothing_in_the_tpm"
is "verify_with_the_proven_ak" 0 '^pass  ak-in-tpm' verify "$W/good" --ek-roots "$W/tpm.pem" \
    --ak "$(cat "$W/ak")"
! grep -q warning "$W/out"
check $? "then nothing is left to be warned of"
is "verify_with_another_ak_is_refused" 1 '^fail  ak-in-tpm' verify "$W/second" \
    --ek-roots "$W/tpm.pem" --ak "$(cat "$W/ak")"
is "aik_only_with_a_proven_ak" 0 '^accepted' verify "$W/only" --ak "$(jq -r .ak.name "$W/only")"
is "another_card_cannot_activate" 1 'not for this TPM' vscmgr attest Second --activate "$W/challenge"
# tpm2-tools' makers and readers of credentials understand ours and the other way round.
jq -r .ek.public "$W/good" | base64 -d > "$W/ek.pub"
printf 'thirty-two bytes of a secret....' > "$W/their.secret"
tpm2_makecredential -T none -u "$W/ek.pub" -s "$W/their.secret" -n "$(cat "$W/ak")" \
    -o "$W/theirs" > "$W/out" 2>&1 && vscmgr attest Card --activate "$W/theirs" --out "$W/answer" &&
    [ "$(hex "$W/their.secret")" = "$(cat "$W/answer")" ]
check $? "a_challenge_by_tpm2_makecredential_is_answered"
# The file "attestation": a format number, then public and private part with their lengths.
file=$W/tpm-store/cards/0000/attestation
size() { echo $((0x$(hex -j "$1" -N 4 "$file"))); }
tail -c +9 "$file" | head -c "$(size 4)" > "$W/ak.pub"
tail -c +$((13 + $(size 4))) "$file" | head -c "$(size $((8 + $(size 4))))" > "$W/ak.priv"
srk=$(tpm2_getcap handles-persistent | grep -oE '0x8100[0-9A-Fa-f]+' | head -n 1)
tpm2_startauthsession --policy-session -S "$W/session" > "$W/out" 2>&1 &&
    tpm2_policysecret -S "$W/session" -c e > "$W/out" 2>&1 &&
    tpm2_createek -c "$W/ek.ctx" -G rsa > "$W/out" 2>&1 && tpm2_flushcontext -t &&
    tpm2_load -C "$srk" -u "$W/ak.pub" -r "$W/ak.priv" -c "$W/ak.ctx" > "$W/out" 2>&1 &&
    tpm2_flushcontext -t && tpm2_activatecredential -c "$W/ak.ctx" -C "$W/ek.ctx" -i "$W/challenge" \
    -o "$W/their.answer" -P "session:$W/session" > "$W/out" 2>&1 &&
    [ "$(hex "$W/their.answer")" = "$(cat "$W/secret")" ]
check $? "tpm2_activatecredential_answers_our_challenge"
tpm_flush
tpm_stop

# ---- another TPM cannot answer, and a reboot changes nothing
start other
create --name Card --attestation aik_and_cert
is "another_tpm_cannot_activate" 1 'not for this TPM' vscmgr attest Card --activate "$W/challenge"
vscmgr attest Card --out "$W/others"
jq -c ".ek = $(jq -c .ek "$W/good")" "$W/others" > "$W/bad"
is "a_bundle_with_another_tpm_s_ek_looks_good_alone" 0 'does not show' verify "$W/bad" \
    --ek-roots "$W/tpm.pem"
cp "$W/challenge" "$W/first" && cp "$W/secret" "$W/secret.first"
challenge "$W/bad" && ! vscmgr attest Card --activate "$W/challenge" > "$W/out" 2>&1
check $? "and_is_found_out_by_the_challenge"
tpm_stop
start tpm
is "attest_after_a_reboot" 0 '' vscmgr attest Card --out "$W/after"
is "and it is accepted" 0 '^accepted' verify "$W/after" --ek-roots "$W/tpm.pem" \
    --ak "$(jq -r .ak.name "$W/good")"
vscmgr attest Card --activate "$W/first" > "$W/answer" 2> "$W/out" && cmp -s "$W/answer" "$W/secret.first"
check $? "activate_after_a_reboot"

# ---- an endorsement hierarchy with a password
tpm2_changeauth -c endorsement secret
is "endorsement_password_is_told_at_create" 1 'endorsement hierarchy .* has a password' \
    vscmgr create --name Third --attestation aik_and_cert
[ "$(vscmgr list --json | jq length)" = 5 ] && [ -z "$(find "$W/tpm-store" -name '.new-*')" ]
check $? "and nothing of the card stays"
is "endorsement_password_is_told_at_activate" 1 'endorsement hierarchy .* has a password' \
    vscmgr attest Card --activate "$W/challenge"
is "a bundle needs no endorsement password" 0 '' vscmgr attest Card --out "$W/after"
tpm2_changeauth -c endorsement -p secret
before=$(nv_count)
vscmgr destroy --name Card --yes > "$W/out" 2>&1 && [ "$(nv_count)" = $((before - 2)) ] &&
    [ ! -e "$W/tpm-store/cards/0000" ]
check $? "destroy_takes_the_attestation_key_with_it"

# ---- a TPM without a certificate
tpm_stop
start bare
is "aik_and_cert_needs_a_certificate" 3 'no certificate for its RSA endorsement key' \
    vscmgr create --name Card --attestation aik_and_cert
create --name Card --attestation aik_only
check $? "aik_only_needs_none"

echo "1..$n"
exit $failed
