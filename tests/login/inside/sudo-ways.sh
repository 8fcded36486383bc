# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/24-sudo-ways.sh.
set -u
. tests/login/rig.sh

login_site && stack_on sudo && echo 'ALL ALL=(ALL) ALL' > /etc/sudoers.d/all
ok $? "sudo: an installed site with a card"
check() { ok "$1" "sudo: $2"; }
shown() { grep -qF -- "$1" "$LOG"; }
by() { # USER SUDO'S ARGUMENT...: its input is ours
    fresh
    setpriv --reuid "$1" --regid "$1" --init-groups sudo "${@:2}" > "$LOG" 2>&1
}
is_root() { grep -q 'root$' "$LOG"; } # behind a prompt there is no end of line

by vscalice -n -k id -un < /dev/null
[ $? = 1 ] && ! is_root && shown 'a password is required' && [ "$(tries Alice)" = 5 ] && no_helpers
check $? "-n asks nothing and lets nobody in"
by vscalice -S -k id -un <<< $PIN && is_root && shown 'PIN for Alice: ' && [ "$(tries Alice)" = 5 ]
check $? "-S: the PIN by standard input"
by vscalice -S -k id -un <<< $'87654321\n87654321'
[ $? = 1 ] && ! is_root && [ "$(tries Alice)" = 4 ]
check $? "-S: the same wrong PIN again costs one try"
by vscalice -S -k id -un <<< $'87654321\n12345678' && is_root && [ "$(tries Alice)" = 5 ]
check $? "-S: a wrong PIN, then the right one"
by vscalice -S -k id -un <<< $'\n'"$PASSWORD" && is_root && [ "$(tries Alice)" = 5 ]
check $? "-S: no PIN, then the password"
by vscalice -S -k id -un < /dev/null
[ $? = 1 ] && ! is_root && [ "$(tries Alice)" = 5 ] && no_helpers
check $? "-S: nothing to read costs no try"
by vscbob -S -k id -un <<< "$PASSWORD" && is_root && ! shown PIN
check $? "-S: another user's card: the password"
cp "$LOG" "$W/with"
stack_off
by vscbob -S -k id -un <<< "$PASSWORD" && cmp "$LOG" "$W/with"
check $? "-S: and nothing else is shown"
stack_on sudo
by vscbob -S -k id -un <<< $PIN
[ $? = 1 ] && ! is_root && [ "$(tries Alice)" = 5 ]
check $? "-S: another user's card: its PIN is nothing"

fresh
talk setpriv --reuid vscalice --regid vscalice --init-groups bash -c \
    'sudo -k; sudo id -un; sudo id -un; sudo -n id -un; sudo -k; sudo -n id -un || echo forgotten' -- \
    'PIN for Alice: ' $PIN && [ "$(grep -c '^root' "$LOG")" = 3 ] && shown forgotten &&
    [ "$(grep -c 'PIN for' "$LOG")" = 1 ] && [ "$(grep -c ':auth): result=success' "$MESSAGES")" = 1 ]
check $? "a timestamp: the PIN is asked once, and again after -k"
fresh
talk setpriv --reuid vscalice --regid vscalice --init-groups bash -c 'sudo -k; sudo -v; sudo -n id -un' -- \
    'PIN for Alice: ' $PIN && shown root
check $? "-v takes the PIN too"

# A certificate that ends soon is told of, but not to who wants no such text.
tests/pki/make-pki.sh issue "$W/pki" "$W/Alice.csr" "$W/soon.pem" --upn vscalice@corp.test --days 3 > "$LOG" 2>&1 &&
    vscmgr import Alice "$W/soon.pem" >> "$LOG" && stack_on sudo su
by vscalice -S -k id -un <<< $PIN && is_root && ! shown expires
check $? "PAM_SILENT: no informative text"
fresh
talk setpriv --reuid vscbob --regid vscbob --init-groups su - vscalice -- 'PIN for Alice: ' $PIN &&
    shown 'Your certificate expires in'
ok $? "su: the same text is shown"
login_end
echo "1..$number"
