#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The part of tests/login/70-gdm.sh that runs in the throwaway root.
set -u
. tests/login/rig.sh
. tests/login/rig-screen.sh
. tests/login/rig-gdm.sh

check() { # STATUS CASE: with what was sent and shown, after a failure
    if [ "$1" != 0 ]; then
        { screen_tree | grep -E '"[^" ][^"]*"|focused'; pam_texts | tail -n 20; grep -aE 'pam_(vsc|unix)\(' "$MESSAGES"; sessions; } > "$LOG.seen" 2>&1
        screen_picture gdm-failed
        mv "$LOG.seen" "$LOG"
    fi
    ok "$1" "gdm: $2"
}
new_screen() { gdm_screen > "$LOG" 2>&1 || check 1 "the login screen comes up"; }
# After an answer the first Escape only begins anew with the same name.
back() {
    local i
    tpm_flush # what a killed helper left: a TPM's resource manager would
    for i in 1 2 3 4; do
        screen_key Escape
        SCREEN_PATIENCE=20 users_shown && return 0
    done
    return 1
}
again() {
    tpm_flush
    fresh
    screen_key Escape
    until_true grep -aq 'extended pam message' "$MESSAGES" && told '^Use a password$'
}

gdm_site && login_cards > "$LOG" 2>&1
check $? "a site with cards of every kind"

# ---- announce = "never": the name comes first

part_never() {
    setting
    new_screen
    users_shown && until_true pgrep -x vsc-card -P 1 && sleep 3 && users_shown &&
        screen_gone label 'Sign in as' && shot users
    check $? "with announce off the list of users stays"
    click '^vscalice$' && asked 'PIN for Alice: ' && told '^vscalice$' && shot name-first
    check $? "name first: the PIN is asked for under the name"
    answer 00000000 && asked 'PIN for Alice (4 tries left): ' && told 'Wrong PIN. 4 tries left' &&
        shot wrong-pin
    check $? "name first: a wrong PIN, and the tries left"
    answer 00000000 && asked 'PIN for Alice (4 tries left): ' && [ "$(tries Alice)" = 4 ] && no_session
    check $? "name first: the same wrong PIN again costs one try"
    answer $PIN && session vscalice VSC_CARD=Alice VSC_UPN=vscalice@corp.test &&
        [ "$(tries Alice)" = 5 ]
    check $? "name first: the right PIN opens the session"
    ! grep -q PKCS11_LOGIN_TOKEN_NAME "$W/session.env"
    check $? "name first: the session knows no token whose removal could matter"
}

# ---- announce = "single" with several cards: still the name first

part_single() {
    setting 'announce = "single"; timeout = 15;'
    new_screen
    users_shown && sleep 3 && users_shown && screen_gone label 'Sign in as'
    check $? "with announce = single and several cards the list of users stays"
    click '^vscbert$' && told 'VSC-BLOCKED' && asked 'Password: ' && ! pam_sent 'PIN for' &&
        shot blocked
    check $? "name first: a blocked card is told, and the password asked for"
    back && click '^vscalice$' && asked 'PIN for Alice: ' && kill_card && answer $PIN &&
        asked 'Password: ' && no_session && shot helper-gone
    check $? "name first: a helper killed in the middle leads to the password"
    back && click '^vscalice$' && asked 'PIN for Alice: ' && stop_card && answer $PIN &&
        asked 'Password: ' && no_session
    check $? "name first: a helper that hangs leads to the password"
    back && click '^vscruth$' && told 'VSC-REVOKED' && asked 'Press Enter to try again: ' &&
        ! pam_sent 'PIN for' && no_session && shot revoked
    check $? "name first: a revoked certificate is told, and nobody gets in"
    back && remote
    click '^vscalice$' && asked 'Password: ' && ! pam_sent 'PIN for' && no_session
    check $? "name first: a service that login.remote does not name asks for no PIN"
    remote gdm-password gdm-smartcard
    back && click '^vscbob$' && asked 'Password: ' && [ "$(pam_texts | wc -l)" = 1 ] && shot no-card
    check $? "name first: no card, and other users' cards: the password at once, and nothing is told"
    answer $PIN && asked 'Password: ' && no_session
    check $? "name first: another user's PIN is no password"
    answer "$PASSWORD" && session vscbob && ! grep -q VSC_ "$W/session.env"
    check $? "name first: the password opens the session"
}

# ---- announce = "always": the card comes first

part_always() {
    setting 'announce = "always";'
    new_screen
    told '^vscalice' && told '^vsccarol' && told '^Use a password$' && told '^Sign in as' &&
        shot identities && screen_gone 'push button' '^Not listed'
    check $? "announced: identities without a name typed, no list of users"
    screen_gone label '^vscbert' && screen_gone label '^vscruth'
    check $? "announced: no identity of a blocked or a revoked card"
    click '^vscalice' && asked 'PIN for Alice: ' && shot identity-pin
    check $? "announced: the identity chosen, the PIN is asked for"
    answer 00000000 && asked 'PIN for Alice (4 tries left): ' && told 'Wrong PIN. 4 tries left' &&
        shot identity-wrong-pin
    check $? "announced: a wrong PIN, and the tries left"
    kill_card && answer $PIN && asked 'Username:' && no_session
    check $? "announced: a helper killed in the middle leads to name and password"
    again && click '^Use a password$' && asked 'Username:' && shot use-a-password && answer vscbob &&
        asked 'Password: ' && answer $PIN && told '^Sorry' && no_session
    check $? "announced: Use a password, a wrong one"
}

# ---- announce = "single" with one card

part_one() {
    mkdir "$W/others" && mv /var/lib/pam_vsc/cards/000[1-9] "$W/others"
    setting 'announce = "single";'
    new_screen
    told '^vscalice' && told '^Use a password$' && screen_gone label '^vsccarol' && shot single
    check $? "with announce = single and one card the card comes first"
    click '^Use a password$' && asked 'Username:' && answer vscbob && asked 'Password: ' &&
        answer "$PASSWORD" && session vscbob && ! grep -q VSC_ "$W/session.env"
    check $? "announced: Use a password opens the session"
    new_screen
    click '^vscalice' && asked 'PIN for Alice' && answer $PIN &&
        session vscalice VSC_CARD=Alice VSC_UPN=vscalice@corp.test && [ "$(tries Alice)" = 5 ]
    check $? "announced: the right PIN opens the session, and no name was typed"
    ! grep -q PKCS11_LOGIN_TOKEN_NAME "$W/session.env"
    check $? "announced: the session knows no token whose removal could matter"
    mv "$W/others"/* /var/lib/pam_vsc/cards/
}

# ---- announced, but gdm may not be asked from another machine

part_remote() {
    remote
    setting 'announce = "always";'
    new_screen
    asked 'Username:' && ! pam_sent 'Sign in as' && ! pam_sent 'PIN for' && no_session
    check $? "announced: a service that login.remote does not name shows no card"
    sleep 5 # a stack that begins anew by itself does so several times a second
    [ "$(pam_texts | wc -l)" -le 2 ]
    check $? "announced: and does not ask again and again"
    answer root && told '^Sorry' && ! pam_sent Password && no_session
    check $? "announced: the password is not for root"
    remote gdm-password gdm-smartcard
}

for part in "${@:-never single always one remote}"; do
    for part in $part; do "part_$part"; done
done
echo "1..$number"
gdm_end
