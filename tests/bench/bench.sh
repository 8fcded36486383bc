#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a sign-in costs, side by side with the modules that one would use otherwise, on the same
# software TPM, in one run: `make bench`. Needs root (a mount namespace of its own, in which
# /etc/passwd and /etc/pam.d are others; the machine's stay as they are), takes four minutes.
#
# The rows, all with an RSA-2048 key and the same CA and CRLs:
#   pam_vsc               the native card
#   pam_vsc, tpm2-pkcs11  the same module, its helper asks Debian's tpm2-pkcs11
#   pam_p11               Debian's pam_p11 over tpm2-pkcs11 (compares keys; no chain, no CRL)
#   pam_pkcs11            Debian's pam_pkcs11 over tpm2-pkcs11 (chain and CRL, as pam_vsc)
#
# How to read it:
# - TPM commands: counted by a proxy before the TPM; "after" are those after the PIN was typed. A
#   hardware TPM takes 5-30 ms for a small command and 60-300 ms for one with a private key, so this
#   figure, which does not depend on the machine, is the one that matters, and the only one that
#   fails: more than 7 in all, or more than 3 after the PIN, with the native card.
# - Times: median, least and most of $RUNS runs in turn (A B C D A B C D ...) after a warm-up,
#   without the proxy. "pam_vsc is" is the median of pam_vsc's native card divided by this row's:
#   0.31 means that pam_vsc takes 31 % of its time. A limit stands beside; it is told, not enforced.
# - "PIN to verdict" is what a person waits for: from the answer of the PIN prompt, which comes after
#   a second of typing, to the return of pam_authenticate. "pamtester" is a whole process that has
#   the PIN at once.
# - Memory: "login process" is the peak of the process that called PAM; "all" is the peak of it and
#   its helpers together at one moment, shared pages divided among those who share them (PSS).
# - "A user without a card": pam_authenticate for an account that no card belongs to, from pam_start
#   to its return; TPM commands in it fail, the limit of the median is told.
# - The last table: a sign-in with a CRL of a million entries that `certcheck refresh` has indexed,
#   against one with an empty CRL, in turn; beside it, with the same CRL, those who read it.
# BENCH_RUNS=N makes another number of runs.
set -u
export LC_ALL=C
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
[ "$(id -u)" = 0 ] || exec sudo env B="$B" BENCH_RUNS="${BENCH_RUNS:-}" "$0"
[ -n "${VSC_BENCH_INSIDE:-}" ] ||
    VSC_BENCH_INSIDE=1 exec unshare --mount --propagation private "$0"
. "$HERE/../rig/tpm.sh"
. "$HERE/../rig/proxy.sh"

RUNS=${BENCH_RUNS:-21}
PERSON=vscbench
STRANGER=vscnocard
PIN=12345678
P11=$(echo /usr/lib/*/pkcs11/libtpm2_pkcs11.so)
PKI=$HERE/../pki/make-pki.sh
PATHS=(vsc_native vsc_pkcs11 pam_p11 pam_pkcs11)
declare -A LABEL=([vsc_native]="pam_vsc" [vsc_pkcs11]="pam_vsc, tpm2-pkcs11"
    [pam_p11]="pam_p11" [pam_pkcs11]="pam_pkcs11")

die() { echo "bench: $*" >&2; [ ! -s "$W/log" ] || tail -n 30 "$W/log" >&2; exit 1; }
quiet() { "$@" > "$W/log" 2>&1 || die "failed: $*"; }

missing=$(tpm_missing pamtester pkcs11-tool openssl)
for file in "$P11" /usr/lib/*/security/pam_p11.so /usr/lib/*/security/pam_pkcs11.so; do
    [ -e "$file" ] || missing="$missing $file"
done
[ -z "$missing" ] || { echo "bench: missing: $missing (make deps-ci)" >&2; exit 1; }

W=$(mktemp -d /tmp/vsc-bench.XXXXXX) || exit 1
trap 'proxy_stop; tpm_stop; rm -rf "$W"' EXIT
trap 'exit 1' INT TERM
mkdir -p "$W"/{home/.eid,services,token,store,helpers,p11,ca,crl,data}

# ---- the same TPM, CA and account for all ----------------------------------------------------------

make_world() {
    { grep -v "^$PERSON:" /etc/passwd; echo "$PERSON:x:61234:61234::$W/home:/bin/sh"
      echo "$STRANGER:x:61235:61235::/nonexistent:/bin/sh"; } > "$W/passwd"
    mount --bind "$W/passwd" /etc/passwd && mount --bind "$W/services" /etc/pam.d ||
        die "cannot mount"
    tpm_start "$W/tpm" || die "no software TPM"
    quiet "$PKI" base "$W/pki" "$PERSON" corp.test
}

token_tool() { quiet pkcs11-tool --module "$P11" "$@"; }

make_token() {
    export TPM2_PKCS11_STORE=$W/token TPM2_PKCS11_TCTI=$TCTI TPM2_PKCS11_LOG_LEVEL=0 TSS2_LOG=all+NONE
    token_tool --init-token --label bench --so-pin 87654321
    token_tool --login --login-type so --so-pin 87654321 --init-pin --pin "$PIN"
    token_tool --login --pin "$PIN" --keypairgen --key-type rsa:2048 --id 01 --label key
    token_tool --read-object --type pubkey --id 01 -o "$W/token.der"
    quiet openssl pkey -pubin -inform DER -in "$W/token.der" -out "$W/token.pub"
    quiet "$PKI" issue "$W/pki" "$W/token.pub" "$W/token.pem"
    quiet openssl x509 -in "$W/token.pem" -outform DER -out "$W/token.der"
    token_tool --login --pin "$PIN" --write-object "$W/token.der" --type cert --id 01 --label key
    tpm_flush
}

# The sign-in services of the rivals, which read TPM2_PKCS11_* from the environment.
make_rivals() {
    local name
    cp "$W/token.pem" "$W/home/.eid/authorized_certificates"
    cp "$W"/pki/anchors/*.pem "$W"/pki/intermediates/*.pem "$W/ca/"
    for name in "$W"/pki/crls/*.crl; do cp "$name" "$W/crl/$(basename "$name" .crl).pem"; done
    quiet openssl rehash "$W/ca"
    quiet openssl rehash "$W/crl"
    cat > "$W/pam_pkcs11.conf" <<END
pam_pkcs11 {
  nullok = false; debug = false; use_first_pass = false; try_first_pass = false; use_authtok = false;
  card_only = true; wait_for_card = false; use_pkcs11_module = tpm;
  pkcs11_module tpm {
    module = $P11; description = "TPM"; slot_num = 0; support_threads = false;
    ca_dir = $W/ca; crl_dir = $W/crl; cert_policy = ca,signature,crl_offline;
  }
  use_mappers = ms; mapper_search_path = /lib/pam_pkcs11;
  mapper ms {
    debug = false; module = internal; ignorecase = false; ignoredomain = true; domain = "corp.test";
  }
}
END
    echo "auth required pam_p11.so $P11" > "$W/services/pam_p11"
    echo "auth required pam_pkcs11.so config_file=$W/pam_pkcs11.conf" > "$W/services/pam_pkcs11"
}

write_conf() { # NAME BACKEND MODULES [CRLS CACHE]
    cat > "$W/$1.conf" <<END
card = { backends = [ "$2" ]; store = "$W/store"; tcti = "$TCTI"; socket = "$W/card.sock";
         pkcs11_modules = [ $3 ]; };
helpers = { card_user = ""; check_user = ""; fetch_user = ""; };
trust = { anchors = "$W/pki/anchors"; intermediates = "$W/pki/intermediates"; };
revocation = { crls = "${4:-$W/pki/crls}"; cache = "${5:-}"; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); };
END
    echo "auth required $W/helpers/pam_vsc.so config=$W/$1.conf helpers=$W/helpers" > "$W/services/$1"
}

vscmgr() { "$B/vscmgr" "$@" -c "$W/vsc_native.conf"; }

make_card() {
    cp "$B/vsc-card" "$B/vsc-check" "$B/pam_vsc.so" "$W/helpers/"
    # Helpers have an empty environment; the shim sets what tpm2-pkcs11 wants to read there.
    cp "$B/tests/p11_shim.so" "$W/p11/tpm2.so"
    printf '%s\n' "module $P11" "env TPM2_PKCS11_STORE=$W/token" "env TPM2_PKCS11_TCTI=$TCTI" \
        "env TPM2_PKCS11_LOG_LEVEL=0" "env TSS2_LOG=all+NONE" > "$W/p11/tpm2.so.conf"
    write_conf vsc_native tpm ""
    write_conf vsc_pkcs11 pkcs11 "\"$W/p11/tpm2.so\""
    quiet vscmgr create --name bench --pin default --adminkey random --owner "$PERSON" \
        --key rsa2048 --generate --quiet
    quiet vscmgr csr bench --upn "$PERSON@corp.test" --pin stdin --out "$W/card.csr" <<< "$PIN"
    quiet "$PKI" issue "$W/pki" "$W/card.csr" "$W/card.pem"
    quiet vscmgr import bench "$W/card.pem"
}

# The proxy has another port.
through() { # TCTI
    export TPM2_PKCS11_TCTI=$1
    sed -i "s|TPM2_PKCS11_TCTI=.*|TPM2_PKCS11_TCTI=$1|" "$W/p11/tpm2.so.conf"
    sed -i "s|tcti = \"[^\"]*\"|tcti = \"$1\"|" "$W"/vsc_*.conf
}

# ---- runs ------------------------------------------------------------------------------------------

sign_in() { # COLUMN DELAY-MS: the line of signin
    "$B/tests/bench/signin" "$W/services" "$1" "$PERSON" "$2" <<< "$PIN" 2> "$W/log"
}

# BEFORE AFTER for a sign-in with a second of typing; the most of three.
count_commands() { # COLUMN
    local line answer before=0 after=0 i
    for i in 1 2 3; do
        proxy_start "$W/proxy.log" || die "no proxy"
        through "$TCTI"
        line=$(sign_in "$1" 1000) || die "sign-in with ${LABEL[$1]}: $line"
        proxy_stop
        answer=$(cut -d' ' -f3 <<< "$line")
        awk -v answer="$answer" -v before="$before" -v after="$after" '
            $1 < answer { b++ } $1 >= answer { a++ }
            END { print (b > before ? b : before), (a > after ? a : after) }' "$W/proxy.log" \
            > "$W/counts"
        read -r before after < "$W/counts"
    done
    through "$TCTI"
    cp "$W/proxy.log" "$W/data/$1.commands"
    echo "$before $after" > "$W/data/$1.counts"
}

# As sign_in(), by somebody whom PAM_AUTHINFO_UNAVAIL (9) sends on at once.
turn_away() {
    local line
    line=$("$B/tests/bench/signin" "$W/services" vsc_native "$STRANGER" 0 <<< "$PIN" 2> "$W/shown")
    [ "${line%% *}" = 9 ] && [ ! -s "$W/shown" ] || die "a user without a card: $line"
    awk '{ print $4 - $2 }' <<< "$line"
}

run_stranger() {
    local i
    proxy_start "$W/proxy.log" || die "no proxy"
    through "$TCTI"
    turn_away > "$W/log"
    proxy_stop
    through "$TCTI"
    sed -n '$=' "$W/proxy.log" > "$W/data/stranger.commands"
    turn_away > "$W/log"
    for i in $(seq "$RUNS"); do turn_away >> "$W/data/stranger"; done
}

one_round() { # FOLDER FOR THE FIGURES
    local column line
    for column in "${PATHS[@]}"; do
        line=$(sign_in "$column" 1000) || die "sign-in with ${LABEL[$column]}: $line"
        awk '{ print $4 - $3, $5 }' <<< "$line" >> "$1/$column.verdict"
    done
    for column in "${PATHS[@]}"; do
        "$B/tests/bench/stopwatch" "$1/$column.whole" pamtester "$column" "$PERSON" authenticate \
            <<< "$PIN" > "$W/log" 2>&1 || die "pamtester with ${LABEL[$column]}"
    done
}

weigh() { # COLUMN
    "$B/tests/bench/stopwatch" --pss "$W/data/$1.memory" pamtester "$1" "$PERSON" authenticate \
        <<< "$PIN" > "$W/log" 2>&1 || die "pamtester with ${LABEL[$1]}"
}

check_chains() {
    local i pki=$W/pki
    : > "$W/none.conf"
    for i in $(seq 0 "$RUNS"); do
        "$B/tests/bench/stopwatch" "$W/data/certcheck" "$B/certcheck" -c "$W/none.conf" \
            --anchors "$pki/anchors" --intermediates "$pki/intermediates" --crl "$pki/crls" \
            --purpose any --no-mapping "$W/token.pem" > "$W/log" 2>&1 || die "certcheck refused"
        "$B/tests/bench/stopwatch" "$W/data/openssl" openssl verify -crl_check_all \
            -CAfile "$pki/anchors/root.pem" -untrusted "$pki/intermediates/sub.pem" \
            -CRLfile "$pki/crls/root.crl" -CRLfile "$pki/crls/sub.crl" "$W/token.pem" \
            > "$W/log" 2>&1 || die "openssl verify refused"
    done
    sed -i 1d "$W/data/certcheck" "$W/data/openssl"
}

# ---- a million entries ----------------------------------------------------------------------------

# pam_vsc with an empty list and with the large one, pam_pkcs11, and the two commands.
make_million() {
    local size name
    for size in empty million; do
        mkdir -p "$W/$size"/{crls,cache}
        cp "$W/pki/crls/root.crl" "$W/$size/crls/"
        write_conf "vsc_$size" tpm "" "$W/$size/crls" "$W/$size/cache"
    done
    quiet "$B/tests/bench/big_crl" "$W"/pki/ca/sub/{cert,key}.pem 0 "$W/empty/crls/sub.crl"
    quiet "$B/tests/bench/big_crl" "$W"/pki/ca/sub/{cert,key}.pem 1000000 "$W/million/crls/sub.crl"
    for size in empty million; do quiet "$B/certcheck" refresh -c "$W/vsc_$size.conf"; done
    mkdir "$W/million/pem"
    for name in root sub; do
        openssl crl -in "$W/million/crls/$name.crl" -out "$W/million/pem/$name.pem" || die "openssl crl"
    done
    quiet openssl rehash "$W/million/pem"
    sed "s|crl_dir = [^;]*|crl_dir = $W/million/pem|" "$W/pam_pkcs11.conf" > "$W/pam_million.conf"
    echo "auth required pam_pkcs11.so config_file=$W/pam_million.conf" > "$W/services/pam_million"
}

timed() { # [--pss] FIGURES COMMAND...
    "$B/tests/bench/stopwatch" "$@" <<< "$PIN" > "$W/log" 2>&1 || die "$*"
}

run_million() {
    local i size pki=$W/pki
    for i in $(seq 0 "$RUNS"); do
        for size in empty million; do
            timed "$W/data/$size" pamtester "vsc_$size" "$PERSON" authenticate
        done
        for size in empty million; do
            timed --pss "$W/data/$size.memory" pamtester "vsc_$size" "$PERSON" authenticate
        done
    done
    for i in 0 1 2 3; do
        timed "$W/data/million.pam_pkcs11" pamtester pam_million "$PERSON" authenticate
        timed "$W/data/million.certcheck" "$B/certcheck" -c "$W/vsc_million.conf" --purpose any \
            --no-mapping "$W/token.pem"
        timed "$W/data/million.openssl" openssl verify -crl_check_all -untrusted \
            "$pki/intermediates/sub.pem" -CAfile "$pki/anchors/root.pem" \
            -CRLfile "$W/million/pem/root.pem" -CRLfile "$W/million/pem/sub.pem" "$W/token.pem"
    done
    sed -i 1d "$W"/data/{empty,million}{,.memory} "$W"/data/million.{pam_pkcs11,certcheck,openssl}
}

# ---- figures ---------------------------------------------------------------------------------------

figures() { # FILE FIELD: median, least, most
    cut -d' ' -f"$2" "$1" | sort -n |
        awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2, v[1], v[NR] }'
}

table() { # SUFFIX FIELD LIMIT
    local column median least most first=
    printf '  %-22s %9s %9s %9s   %s\n' '' median least most "pam_vsc is"
    for column in "${PATHS[@]}"; do
        read -r median least most < <(figures "$W/data/$column.$1" "$2")
        first=${first:-$median}
        printf '  %-22s %9.1f %9.1f %9.1f' "${LABEL[$column]}" "$median" "$least" "$most"
        case $column in
        vsc_native) echo ;;
        pam_*) awk -v a="$first" -v b="$median" -v limit="$3" \
            'BEGIN { printf "   %.2f  limit %s%s\n", a / b, limit, a / b <= limit ? "" : "  MISSED" }' ;;
        *) awk -v a="$first" -v b="$median" 'BEGIN { printf "   %.2f\n", a / b }' ;;
        esac
    done
}

tell_commands() {
    local column before after verdict status=0
    printf '\nTPM commands for a sign-in\n  %-22s %9s %9s %9s\n' '' "before" "after" "in all"
    for column in "${PATHS[@]}"; do
        read -r before after < "$W/data/$column.counts"
        verdict=
        if [ "$column" = vsc_native ]; then
            verdict="   limits: 7 in all, 3 after the PIN"
            [ "$after" -le 3 ] && [ $((before + after)) -le 7 ] || { status=1; verdict+="  MISSED"; }
        fi
        printf '  %-22s %9d %9d %9d%s\n' "${LABEL[$column]}" "$before" "$after" \
            "$((before + after))" "$verdict"
    done
    [ "$status" = 0 ] || cut -d' ' -f1,3,5,6 "$W/data/vsc_native.commands"
    return "$status"
}

tell_memory() {
    local column rss pss module kb files
    printf '\nMemory, KB\n  %-22s %13s %9s\n' '' "login process" all
    for column in "${PATHS[@]}"; do
        rss=$(figures "$W/data/$column.verdict" 2 | cut -d' ' -f1)
        pss=$(figures "$W/data/$column.memory" 4 | cut -d' ' -f1)
        printf '  %-22s %13.0f %9.0f\n' "${LABEL[$column]}" "$rss" "$pss"
    done
    printf '\nWhat loading the module adds to its host\n  %-22s %13s %9s\n' '' KB libraries
    for module in "$W/helpers/pam_vsc.so" /usr/lib/*/security/pam_p11.so \
        /usr/lib/*/security/pam_pkcs11.so; do
        read -r kb files < <("$B/tests/bench/host" "$module")
        printf '  %-22s %13d %9d' "$(basename "$module")" "$kb" "$files"
        case $module in
        */pam_vsc.so) echo "   limits: 200 KB, 0$([ "$kb" -le 200 ] && [ "$files" = 0 ] ||
            echo "  MISSED")" ;;
        *) echo ;;
        esac
    done
}

tell_stranger() {
    local median least most commands
    read -r median least most < <(figures "$W/data/stranger" 1)
    commands=$(cat "$W/data/stranger.commands")
    commands=${commands:-0}
    printf '\nA user without a card, ms\n  %-22s %9s %9s %9s\n' '' median least most
    printf '  %-22s %9.1f %9.1f %9.1f' pam_vsc "$median" "$least" "$most"
    awk -v a="$median" 'BEGIN { printf "   limit 10%s\n", a <= 10 ? "" : "  MISSED" }'
    printf '  TPM commands: %d   limit 0\n' "$commands"
    [ "$commands" = 0 ]
}

tell_chains() {
    local name median least most first=
    printf '\nA chain of three with CRLs, ms\n  %-22s %9s %9s %9s\n' '' median least most
    for name in certcheck openssl; do
        read -r median least most < <(figures "$W/data/$name" 1)
        first=${first:-$median}
        printf '  %-22s %9.2f %9.2f %9.2f' "$name" "$median" "$least" "$most"
        [ "$name" = certcheck ] && { echo; continue; }
        awk -v a="$first" -v b="$median" \
            'BEGIN { printf "   certcheck is %.2f  limit 1.0%s\n", a / b, a / b <= 1 ? "" : "  MISSED" }'
    done
}

million_row() { # LABEL FIGURES FIELD-OF-MEMORY FIGURES-OF-MEMORY
    local median least most kb
    read -r median least most < <(figures "$W/data/$2" 1)
    kb=$(figures "$W/data/$4" "$3" | cut -d' ' -f1)
    printf '  %-34s %9.1f %9.1f %9.1f %9.0f\n' "$1" "$median" "$least" "$most" "$kb"
}

tell_million() {
    local name
    printf '\nA CRL of 1,000,000 entries: ms, and KB in all\n  %-34s %9s %9s %9s %9s\n' '' median least most KB
    million_row "pam_vsc, empty CRL" empty 4 empty.memory
    million_row "pam_vsc, indexed" million 4 million.memory
    million_row "pam_pkcs11" million.pam_pkcs11 3 million.pam_pkcs11
    million_row "certcheck, indexed" million.certcheck 3 million.certcheck
    million_row "openssl verify -crl_check_all" million.openssl 3 million.openssl
    for name in 1: 4:.memory; do
        awk -v what="$([ "$name" = 1: ] && echo time || echo memory)" \
            -v a="$(figures "$W/data/million${name#*:}" "${name%%:*}" | cut -d' ' -f1)" \
            -v b="$(figures "$W/data/empty${name#*:}" "${name%%:*}" | cut -d' ' -f1)" 'BEGIN {
                printf "  pam_vsc, %s: indexed is %.2f of empty  limit 1.05%s\n", what, a / b,
                    a / b <= 1.05 ? "" : "  MISSED" }'
    done
}

# ---- all of it -------------------------------------------------------------------------------------

make_world
make_token
make_rivals
make_card
for column in "${PATHS[@]}"; do count_commands "$column"; done
mkdir "$W/warm"
one_round "$W/warm"
for _ in $(seq "$RUNS"); do one_round "$W/data"; done
for _ in 1 2 3; do for column in "${PATHS[@]}"; do weigh "$column"; done; done
run_stranger
check_chains
make_million
run_million

echo "$(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg), swtpm $(swtpm --version |
    sed -n 's/.*version \([0-9.]*\).*/\1/p'), $RUNS runs each in turn, $SECONDS s in all"
tell_commands
status=$?
printf '\nPIN to verdict, ms\n'
table verdict 1 0.5
printf '\npamtester, PIN at once, ms\n'
table whole 1 1.0
tell_stranger || status=1
tell_memory
tell_chains
tell_million
exit "$status"
