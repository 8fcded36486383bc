#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# certmonger itself, run by an ordinary user, with vsc-ca as its CA: a certificate at once, one that
# waits for approval, and one that is denied.
set -u
umask 022
B=$(realpath "${B:-build}")
HELPERS=/usr/lib/certmonger
. tests/rig/until.sh
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 0; }
for tool in "$HELPERS/certmonger-session" /usr/bin/getcert /usr/bin/dbus-run-session; do
    [ -x "$tool" ] || { echo "1..0 # SKIP not installed: $tool"; exit 0; }
done
W=$(mktemp -d) || exit 1
chmod 755 "$W"
SERVER= BUS=
finish() {
    exec 8>&- 9<&-
    [ -z "$BUS" ] || wait "$BUS"
    [ -z "$SERVER" ] || { kill "$SERVER" && wait "$SERVER"; } 2> /dev/null
    rm -rf "$W"
}
trap finish EXIT
n=0 failed=0
ok() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; return; fi
    echo "not ok $n - $2"; failed=1
    tail -n 20 "$W/out" | sed 's/^/# /'
}
ca() { "$B/vsc-ca" --folder "$W/ca" "$@"; }
{
    ca init --upn-suffix corp.test && ca template duplicate "Smartcard Logon" Now --allow-user nobody &&
        ca template duplicate "Smartcard Logon" Later --allow-user nobody --approval yes
} > "$W/out" 2>&1
ok $? "a CA with two templates"
cp "$B/local-ca-submit" "$W/"
"$B/vsc-ca" --folder "$W/ca" serve --listen "$W/ca.sock" > "$W/server" 2>&1 &
SERVER=$!
mkdir "$W/home" && chown nobody "$W/home" && mkfifo "$W/in" "$W/done"
until_socket "$W/ca.sock"

# The user's own session: a shell on its bus, which certmonger comes to when it is asked; it goes
# with the bus.
(cd / && exec setpriv --reuid nobody --regid nogroup --clear-groups env -i HOME="$W/home" PATH="$PATH" \
    dbus-run-session -- bash) < "$W/in" > "$W/session" 2>&1 &
BUS=$!
exec 8> "$W/in"
exec 9<> "$W/done"
session() { # COMMAND: its status; what it says goes to $W/out
    local status
    chown nobody "$W/done"
    printf '{ %s; } > %q 2>&1; echo $? > %q\n' "$1" "$W/home/out" "$W/done" >&8
    read -r -t 120 status <&9 || status=255
    cat "$W/home/out" > "$W/out" 2> /dev/null
    return "$status"
}
status_is() { # ID STATUS: in a minute
    session "for i in \$(seq 300); do getcert list -s -i $1 | grep -q 'status: $2' && exit_status=0 && break
        exit_status=1; sleep 0.2; done; getcert list -s -i $1; [ \$exit_status = 0 ]"
}
session "getcert add-ca -s -c vsc -e '$W/local-ca-submit --socket $W/ca.sock'"
ok $? "certmonger takes local-ca-submit as a CA"
session "getcert request -s -c vsc -I now -T Now -N CN=root -f $W/home/now.pem -k $W/home/now.key -w -v"
status_is now MONITORING && grep -q 'eku: id-ms-kp-sc-logon,id-kp-clientAuth' "$W/out"
ok $? "certmonger has a certificate at once, for Smartcard Logon"
openssl x509 -in "$W/home/now.pem" -noout -text > "$W/out" 2>&1 &&
    grep -q 'UPN::nobody@corp.test' "$W/out" && grep -q 'Subject:.*CN = nobody$' "$W/out"
ok $? "in the user's name, not in the one that was asked for"
session "getcert request -s -c vsc -I later -T Later -N CN=x -f $W/home/later.pem -k $W/home/later.key"
status_is later CA_WORKING
ok $? "certmonger waits for the approval"
ca approve "$(ca pending | awk '/Later/ { print $1 }')" > "$W/out" 2>&1 &&
    session "getcert refresh -s -i later" && status_is later MONITORING && [ -s "$W/home/later.pem" ]
ok $? "and has the certificate afterwards"
session "getcert request -s -c vsc -I no -T Later -N CN=y -f $W/home/no.pem -k $W/home/no.key"
status_is no CA_WORKING && ca deny "$(ca pending | awk '/Later/ { print $1 }')" --reason 'Ask in person' > "$W/out" 2>&1 &&
    session "getcert refresh -s -i no" && status_is no CA_REJECTED && grep -q 'Ask in person' "$W/out"
ok $? "certmonger shows why it was denied"
echo "1..$n"
exit $failed
