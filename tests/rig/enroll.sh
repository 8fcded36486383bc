# SPDX-License-Identifier: BSD-2-Clause
# vsc-enroll for the user daemon, with a card, vsc-card's socket and a CA behind a helper: source this
# file after tests/rig/tpm.sh.
#   enroll_missing      prints what is not there, and is true when something is
#   enroll_start        a software TPM, the card "Alice" (PIN 12345678), a CA, vsc-card, in $D
#                       CERTIFIED=yes: the TPM has an endorsement certificate; CARD_OPTIONS: more of
#                       vscmgr create
#   enroll_end          stops them and removes $D
#   as USER COMMAND...  vsc-enroll, what it says to $D/out; the PIN is on standard input. SESSION is an
#                       array of settings of its environment
#   enroll COMMAND...   as daemon, with the right PIN
#   profile NAME LINE...  root's file for a profile, which chains to the CA
#   keys                how many keys are on the card; on_card: all that is of keys and certificates there
#   signed_in PROFILE   SESSION becomes that of a sign-in with that profile's certificate
#   forget              as if nobody had ever enrolled
#   said PATTERN, is FILTER   of $D/out: a line of it, its JSON
#   status_is PROFILE FILTER [OPTION...]   what "status --json" says of a profile
#   in_days N           that time, for --at
#   check WHAT          a TAP line with the status of what came before; after a failure with the ends of $D/out
#                       and $D/log, and of the files of $D in SHOWN. At the end: echo "1..$TESTS"; exit $FAILED
#   hold, let_go        the helper of tests/rig/helper-ca.sh waits before it answers; held: it does now
#   processes PID       command line and environment of that process and of all below it
#   renewal_refused CODE   a renewal is refused for that, and the card is as it was
SESSION=()
CERTIFIED=
CARD_OPTIONS=()
LISTENER=
TESTS=0 FAILED=0 SHOWN=()

check() {
    local status=$?
    TESTS=$((TESTS + 1))
    if [ $status = 0 ]; then echo "ok $TESTS - $1"; return; fi
    echo "not ok $TESTS - $1"
    FAILED=1
    tail -n 60 "$D/out" "$D/log" "${SHOWN[@]/#/$D/}" 2> /dev/null | sed 's/^/# /'
}
said() { grep -qE -- "$1" "$D/out"; }
is() { jq -e "$1" "$D/out" > "$D/jq"; }
status_is() { as daemon status --profile "$1" "${@:3}" --json && is "$2"; }
in_days() { date -u -d "+$1 days" +%Y-%m-%dT%H:%M:%SZ; }

enroll_missing() {
    tpm_missing jq openssl && return 0
    [ "$(id -u)" -eq 0 ] || echo "needs several user ids: root only"
    [ "$(id -u)" -ne 0 ]
}

as() {
    setpriv --reuid "$1" --regid "$1" --clear-groups env -i XDG_STATE_HOME="$D/state-$1" HOME="$D" "${SESSION[@]}" \
        "$D/vsc-enroll" "${@:2}" -c "$D/conf" --pin stdin > "$D/out" 2>&1
}
enroll() { echo 12345678 | as daemon "$@"; }
keys() { find "$D/store/cards/0000/keys" -mindepth 1 -maxdepth 1 -type d | wc -l; }
on_card() { (cd "$D/store/cards/0000/keys" && find . -type f -exec sha256sum {} + | sort -k2); }
profile() {
    printf '%s\n' "name = \"$1\"; upn = \"%u@corp.test\"; key = \"p256\"; anchors = \"$D/anchors\";" "${@:2}" > "$D/enroll.d/$1.conf"
}
signed_in() {
    SESSION=()
    as daemon status --profile "$1" --json
    SESSION=("PKCS11_LOGIN_CERT_SERIAL=$(jq -r '.[0].certificate.serial' "$D/out")"
        "PKCS11_LOGIN_CERT_ISSUER=$(jq -r '.[0].certificate.issuer' "$D/out")")
}
forget() {
    rm -rf "$D"/state-daemon/pam_vsc
    "$B/vscmgr" show Alice --json -c "$D/conf" | jq -r '.keys[].id' | while read -r id; do
        "$B/vscmgr" delete-key Alice "$id" --yes -c "$D/conf" > "$D/show" 2>&1
    done
}
hold() { rm -f "$D/user/held"; : > "$D/hold"; }
held() { [ -e "$D/user/held" ]; }
let_go() { rm "$D/hold"; }
processes() {
    local child
    tr '\0' '\n' < "/proc/$1/cmdline"
    tr '\0' '\n' < "/proc/$1/environ"
    for child in $(cat "/proc/$1/task"/*/children); do processes "$child"; done
}
renewal_refused() {
    local before
    before=$(on_card)
    enroll renew --json
    [ $? = 1 ] && sed -n '/^{\|^\[/p' "$D/out" | jq -e ".code == \"$1\" and .result == \"failed\" and .phase == \"idle\"" > "$D/jq" &&
        [ "$(on_card)" = "$before" ]
}

enroll_start() {
    D=$(mktemp -d) && chmod 755 "$D" || return 1
    [ -z "$CERTIFIED" ] || tpm_make_certified "$D/tpm" || return 1
    tpm_start "$D/tpm" || return 1
    cp "$B/vsc-enroll" tests/pki/make-pki.sh tests/rig/helper-ca.sh "$D/" && mkdir "$D/enroll.d" "$D/user" || return 1
    install -d -o daemon -m 700 "$D/state-daemon" && install -d -o bin -m 700 "$D/state-bin" || return 1
    tests/pki/make-pki.sh base "$D/pki" daemon corp.test > "$D/out" 2>&1 || return 1
    cp -r "$D/pki/anchors" "$D/pki/intermediates" "$D/" && echo issue > "$D/mode" && : > "$D/asked"
    chown -R daemon "$D/pki" "$D/user" "$D/asked"
    cat > "$D/conf" <<CONF
card = { store = "$D/store"; tcti = "$TCTI"; socket = "$D/card.sock"; };
helpers = { card_user = "nobody"; check_user = ""; };
trust = { intermediates = "$D/intermediates"; };
enroll = { profiles = "$D/enroll.d"; };
CONF
    printf '%s\n' 12345678 | "$B/vscmgr" create --name Alice --owner daemon --pin stdin --adminkey random --tries 5 \
        "${CARD_OPTIONS[@]}" -c "$D/conf" > "$D/out" 2>&1 || return 1
    chmod 700 "$D/tpm"
    "$B/vsc-card" -c "$D/conf" --listen "$D/card.sock" 2> "$D/log" &
    LISTENER=$!
    until_socket "$D/card.sock"
}

enroll_end() {
    [ -n "$LISTENER" ] && kill "$LISTENER" && wait "$LISTENER"
    tpm_stop
    rm -rf "$D"
}
