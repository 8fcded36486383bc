#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a card's life costs, beside tpm2_ptool's tokens (tpm2-pkcs11) on the same software TPM, in one
# run: a part of `make bench`. A P-256 key on both sides.
#
#            vscmgr                      tpm2_ptool
#   create   create --generate           addtoken, addkey
#   passwd   passwd                      changepin
#   unblock  unblock --adminkey          initpin
#   destroy  destroy                     rmtoken
#
# How to read it: both go through tpm2-abrmd, which tpm2_ptool needs, and a proxy before the TPM. The
# commands are those that the proxy counts once, without the context saves and loads of the resource
# manager; the times are median, least and most of $RUNS runs in turn. tpm2_ptool changes the PIN of a key without the
# TPM's help, in its own file: an old copy of that file opens with the old PIN, and nothing counts wrong
# ones but the TPM's one counter. It fails when a command of vscmgr takes more TPM commands than its
# limit. BENCH_RUNS=N makes another number of runs.
set -u
export LC_ALL=C TSS2_LOG=all+NONE
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../rig/tpm.sh"
. "$HERE/../rig/proxy.sh"
RUNS=${BENCH_RUNS:-21}
KEY=010203040506070801020304050607080102030405060708
STEPS=(create passwd unblock destroy)
declare -A LIMIT=([create]=36 [passwd]=8 [unblock]=14 [destroy]=9)
missing=$(tpm_missing tpm2_ptool tpm2-abrmd dbus-daemon)
[ -z "$missing" ] || { echo "bench: missing: $missing (make deps-ci)" >&2; exit 1; }
W=$(mktemp -d /tmp/vsc-life.XXXXXX) || exit 1
trap 'proxy_stop; tpm_stop; rm -rf "$W"' EXIT
mkdir "$W/token"
die() { echo "bench: $*" >&2; tail -n 20 "$W/out" >&2; exit 1; }

configure() {
    printf 'card = { store = "%s/store"; tcti = "%s"; };\nhelpers = { card_user = ""; };\n' \
        "$W" "$TCTI" > "$W/conf"
}
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
ptool() { tpm2_ptool "$@" --path "$W/token"; }

vscmgr_create() {
    printf '12345678\n' | vscmgr create --name Card --pin stdin --generate --key p256
}
vscmgr_passwd() { printf '12345678\n87654321\n' | vscmgr passwd Card --pin stdin; }
vscmgr_unblock() { printf '%s\n12345678\n' $KEY | vscmgr unblock Card --adminkey stdin; }
vscmgr_destroy() { vscmgr destroy --name Card --yes; }
ptool_create() {
    ptool addtoken --pid 1 --sopin 00000000 --userpin 12345678 --label Card &&
        ptool addkey --algorithm ecc256 --label Card --userpin 12345678
}
ptool_passwd() { ptool changepin --user user --label Card --old 12345678 --new 87654321; }
ptool_unblock() { ptool initpin --label Card --sopin 00000000 --userpin 12345678; }
ptool_destroy() { ptool rmtoken --label Card; }

run() { # WHO STEP
    "$1_$2" > "$W/out" 2>&1 || die "$1 $2"
}
tpm_start "$W/tpm" && proxy_start "$W/log" || exit 1
TPM_OWN_TCTI=$TCTI
tpm_start_abrmd "$W" || exit 1
configure
ptool init > "$W/out" 2>&1 || die "tpm2_ptool init"

declare -A count
# The storage root key is there from the second card on.
run vscmgr create
run vscmgr destroy
for who in vscmgr ptool; do
    for step in "${STEPS[@]}"; do
        : > "$W/log"
        run $who "$step"
        count[$who.$step]=$(grep -cvE ' Context(Save|Load) ' "$W/log")
    done
done
for round in $(seq 0 "$RUNS"); do
    for who in vscmgr ptool; do
        for step in "${STEPS[@]}"; do
            from=$EPOCHREALTIME
            run $who "$step"
            [ "$round" = 0 ] || echo $((${EPOCHREALTIME/./} - ${from/./})) >> "$W/$who.$step"
        done
    done
done
figures() { # FILE: median, least, most in ms
    sort -n "$1" | awk '{ v[NR] = $1 / 1000 } END { print v[int((NR + 1) / 2)], v[1], v[NR] }'
}
echo "The life of a card: $RUNS runs each in turn, $SECONDS s in all"
printf '  %-22s %9s %9s %9s %9s\n' '' "commands" "median ms" least most
status=0
for step in "${STEPS[@]}"; do
    for who in vscmgr ptool; do
        read -r median least most < <(figures "$W/$who.$step")
        printf '  %-22s %9d %9.1f %9.1f %9.1f' "$step, ${who/ptool/tpm2_ptool}" \
            "${count[$who.$step]}" "$median" "$least" "$most"
        if [ $who = vscmgr ]; then
            printf '   limit %d' "${LIMIT[$step]}"
            [ "${count[$who.$step]}" -le "${LIMIT[$step]}" ] || { status=1; printf '  MISSED'; }
        fi
        echo
    done
done
exit $status
