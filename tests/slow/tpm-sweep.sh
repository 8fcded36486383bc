#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every TPM command of create, sign, passwd, unblock and destroy fails in turn: with each response
# code that chips are known for, with garbage, with a connection that closes or stalls. Each time
# there is an error in words and no success that is none; no NV index, object or session stays; and
# no card is lost. Of a creation's many commands each meets five lengths of garbage in turn (all
# seventeen with SWEEP=full); those of the others meet all.
set -u
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../rig/tpm.sh"
. "$HERE/../rig/proxy.sh"
if missing=$(tpm_missing jq); then
    echo "1..0 # SKIP $missing"; exit 0
fi
W=$(mktemp -d) || exit 1
trap 'proxy_stop; tpm_stop; rm -rf "$W"' EXIT
export TSS2_LOG=all+NONE
CODES="0x101 0x120 0x12F 0x902 0x903 0x908 0x921 0x922 0x923 0x98E 0x9A2 0x18B"
KEY=010203040506070801020304050607080102030405060708
n=0 failed=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi
}
wrong() { # a word to what went wrong
    echo "# $what, command $at (${names[at]:-?}), $fault: $*"
    [ ! -s "$W/e" ] || sed 's/^/#   /' "$W/e" | tail -n 2
    bad=$((bad + 1))
}

tpm_start "$W/tpm" && proxy_start "$W/log" --faults "$W/fault" ||
    { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }
PORT=${TCTI##*=}
printf 'card = { store = "%s/store"; tcti = "%s"; };\nhelpers = { card_user = ""; };\n' \
    "$W" "$TCTI" > "$W/conf"
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
# What is left in the TPM: $loaded objects and sessions (flushed by that), $indices NV indices.
left() {
    loaded=? indices=?
    exec 4<> "/dev/tcp/127.0.0.1/$PORT" && printf '\x80\x01\0\0\0\x0a\xff\xff\xff\xff' >&4 &&
        read -r loaded indices <&4
    exec 4>&-
}
# What was told once is not to be told again.
forget() {
    local handle
    for handle in $(tpm2_getcap handles-nv-index | grep -o '0x18.*'); do
        tpm2_nvundefine -C o "$handle" > "$W/o" 2>&1
    done
}
opens() { printf '%s\n' "$1" | vscmgr csr Card --pin stdin > "$W/csr" 2> "$W/csr.err"; }
is_card() { [ -e "$W/store/cards/0000/card.conf" ]; }
is_empty() { [ -z "$(ls -A "$W/store/cards")" ]; }

now=12345678 next=87654321
swap() { local other=$now; now=$next next=$other; }
make() {
    printf '12345678\n' | vscmgr create --name Card --pin stdin --generate --key p256 --quiet \
        > "$W/o" 2> "$W/e"
    now=12345678 next=87654321
}

# Each command: start it (with $LD_PRELOAD as it is), and after a failure, after a success.
start_create() {
    printf '12345678\n' | "$B/vscmgr" create --name Card --pin stdin --generate --key p256 -c "$W/conf"
}
failed_create() {
    is_card && wrong "there is a card"
    [ "$indices" = 0 ] || { vscmgr list > "$W/o" 2>&1; left; }
    [ "$indices" = 0 ] || { wrong "$indices NV indices stay"; forget; }
    is_empty || vscmgr list > "$W/o" 2>&1
    is_empty || wrong "files stay: $(ls -A "$W/store/cards")"
}
done_create() {
    opens 12345678 || wrong "a success, and the card does not open"
    vscmgr destroy --name Card --yes > "$W/o" 2>&1 || wrong "it cannot be destroyed"
}

start_sign() { printf '%s\n' "$now" | "$B/vscmgr" csr Card --pin stdin -c "$W/conf"; }
failed_sign() { [ ! -s "$W/o" ] || wrong "it failed and wrote a request"; }
done_sign() { grep -q 'END CERTIFICATE REQUEST' "$W/o" || wrong "a success without a request"; }

# The TPM did not get the command that failed: what it got before stands.
either_pin() {
    opens "$now" && return
    if opens "$next"; then swap; else wrong "no PIN opens the card: $(cat "$W/csr.err")"; fi
}
done_pin() { if opens "$next"; then swap; else wrong "a success, and the new PIN does not open"; fi; }
start_passwd() {
    printf '%s\n%s\n' "$now" "$next" | "$B/vscmgr" passwd Card --pin stdin -c "$W/conf"
}
failed_passwd() { either_pin; }
done_passwd() { done_pin; }
start_unblock() {
    printf '%s\n%s\n' "$KEY" "$next" | "$B/vscmgr" unblock Card --adminkey stdin -c "$W/conf"
}
failed_unblock() { either_pin; }
done_unblock() { done_pin; }

start_destroy() { "$B/vscmgr" destroy --name Card --yes -c "$W/conf"; }
failed_destroy() {
    if is_card; then
        opens "$now" || wrong "the card is there and does not open"
        return
    fi
    vscmgr list > "$W/o" 2>&1
    left
    [ "$indices" = 0 ] && is_empty || wrong "no card, and $indices NV indices or files stay"
    make || wrong "no other card can be made"
}
done_destroy() {
    left
    is_card || [ "$indices" != 0 ] && wrong "a success, and something stays"
    make || wrong "no other card can be made"
}

# One run with $fault at command $at. False: the command has fewer.
attempt() {
    local shim=
    printf '%s %s\n' "$at" "$fault" > "$W/fault"
    [ "$fault" != stall ] || shim=$B/tests/stall_shim.so
    LD_PRELOAD=$shim start_$what > "$W/o" 2> "$W/e"
    status=$?
    if [ -e "$W/fault" ]; then
        rm -f "$W/fault"
        done_$what
        return 1
    fi
    runs=$((runs + 1))
    left
    case $fault in rc*)
        [ "$loaded" = 0 ] || [ "${names[at]}" = FlushContext ] ||
            wrong "$loaded objects or sessions stay"
    esac
    if [ $status = 0 ]; then
        done_$what
    else
        [ $status = 1 ] || [ $status = 3 ] || wrong "exit status $status"
        tail -n 1 "$W/e" | grep -qE '^vscmgr: [A-Za-z ]+: .' || wrong "no word of what went wrong"
        failed_$what
    fi
}
lengths() { # at this position
    local i
    if [ "$what" != create ] || [ "${SWEEP:-}" = full ]; then
        seq 0 16
    else
        for i in 0 1 2 3 4; do echo $(((at * 5 + i) % 17)); done
    fi
}
sweep() { # COMMAND
    what=$1 bad=0 at=0 runs=0 fault=none
    : > "$W/log"
    start_$what > "$W/o" 2> "$W/e"
    names=(none $(awk '{ print $3 }' "$W/log"))
    done_$what
    while at=$((at + 1)); do
        for code in $CODES; do fault="rc $code"; attempt || break 2; done
        for len in $(lengths); do fault="bytes $len"; attempt; done
        fault=close; attempt
        fault=stall; attempt
    done
    echo "# $what: $((at - 1)) commands, $runs failures, $SECONDS s so far"
    [ $at -gt 4 ] && [ $bad = 0 ]
    check $? "every_command_of_${what}_fails_in_every_way"
}

# The storage root key is made by the first card.
make && vscmgr destroy --name Card --yes --quiet
sweep create
make
sweep sign
sweep passwd
sweep unblock
sweep destroy
opens "$now"
check $? "in_the_end_the_card_signs"
echo "1..$n"
exit $failed
