# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/50-greeter-states.sh.
set -u
. tests/login/rig.sh
. tests/login/rig-greetd.sh
. tests/login/rig-screen.sh
. tests/login/rig-greeter.sh

picture() { screen_named && screen_tidy && screen_drawn "greeter-$1"; }

site_install > "$LOG" 2>&1 && greeter_prepare && greeter_settings && screen_start &&
    screen_bus _greetd && screen_reader _greetd && screen_no_pointer
ok $? "rig: greetd, a screen and its reader"

# ---- one person's day: no card, the card, a wrong PIN, another, the last try, the right one
cards
conversation 'secret PIN for TestVSC (Alice Smith):\s' 'expect 11111111' \
    'error Wrong PIN. 2 tries left.' 'secret PIN for TestVSC (2 tries left):\s' 'expect 22222222' \
    'error Wrong PIN. 1 try left.' 'secret PIN for TestVSC (1 try left):\s' 'expect 12345678' \
    "wait $W/checked" 'info Your certificate expires in 5 days.' 'user vscalice' 'return success'
greeter_start
screen_has notification '^No smart card found\. Insert one or use a password\.$' &&
    screen_focus "$TILE" '^Sign in with a user name and a password$' && picture no-card
is "no card: says so, the password has the focus"
card_event "\"card-added\",\"card\":$CARD_ALICE"
screen_has "$TILE" '^Sign in as Alice Smith with the virtual smart card TestVSC$' &&
    screen_focus "$TILE" 'TestVSC' && screen_gone notification 'No smart card' && picture one-card
is "a card: a tile with the person's name and the card's, which has the focus"
screen_key Return
screen_focus "$PIN_ENTRY" '^PIN for TestVSC \(Alice Smith\)$' &&
    screen_has label '^PIN for TestVSC \(Alice Smith\)$' && picture pin
is "PIN: a label above the entry, which has the focus"
screen_key Caps_Lock
screen_has notification '^Caps Lock is on$' && screen_picture greeter-caps-lock
is "PIN: says that Caps Lock is on"
screen_key Caps_Lock
screen_gone notification '^Caps Lock is on$' && screen_type 1234 && screen_gone '*' '^1234$' &&
    screen_key Tab && screen_focus 'toggle button' '^Show what is typed$' && screen_key space &&
    screen_has text '^1234$' && screen_key space && screen_gone '*' '^1234$' && screen_has "$PIN_ENTRY" '^PIN for'
is "PIN: is shown by a button, and hidden again"
screen_key Escape
screen_focus "$TILE" TestVSC
is "Esc goes back"
screen_key Return
screen_focus "$PIN_ENTRY" PIN && enter 11111111
screen_has alert '^Wrong PIN\. 2 tries left\.$' &&
    screen_focus "$PIN_ENTRY" '^PIN for TestVSC \(2 tries left\)$' && picture wrong-pin
is "wrong PIN: an alert with the tries left, the entry empty and with the focus"
enter 22222222
screen_has alert '^Wrong PIN\. 1 try left\.$' && screen_has alert 'This is the last try' &&
    screen_has "$TILE" '^Try once more$' && screen_focus "$PIN_ENTRY" '1 try left' && picture last-try
is "last try: a warning before it, and the button says so"
enter 12345678
screen_has '*' '^Checking the card' && screen_has "$TILE" '^Cancel$' && picture working
is "working: says what it waits for, and may be cancelled"
touch "$W/checked"
screen_has notification '^Your certificate expires in 5 days\.$' && screen_focus "$TILE" '^Continue$' &&
    screen_picture greeter-expires
is "certificate ends soon: a note, Continue has the focus"
screen_key Return
session_of vscalice && conversation_ended success
is "and on to the session"
greeter_end

# ---- several cards
cards "$CARD_LOCKED" "$CARD_BLOCKED" "$CARD_BOB" "$CARD_NOBODY" "$CARD_ALICE"
conversation 'error Carol is blocked after 5 wrong PINs. Ask your administrator to unblock it (VSC-BLOCKED).' \
    'secret Password:\s' 'expect right' 'user vscalice' 'return success'
greeter_start
screen_has "$TILE" 'Alice Smith.*TestVSC' && screen_has "$TILE" '^Sign in as Bob Carter' &&
    screen_has "$TILE" '^Sign in with the virtual smart card Spare$' &&
    screen_has "$TILE" '^Blocked$' && screen_has "$TILE" '^Locked, [0-9:]+' && picture several-cards
is "several cards: a tile each, with what is wrong with it"
screen_key d && screen_focus "$TILE" 'Dave Miller' && screen_key b && screen_focus "$TILE" 'Bob Carter'
is "several cards: letters go to the tile"
screen_key c && screen_focus "$TILE" 'Carol Jones' && screen_key Down && screen_focus "$TILE" 'Dave Miller' &&
    screen_key Up && screen_focus "$TILE" 'Carol Jones'
is "several cards: arrows too"
screen_key d && screen_focus "$TILE" 'Dave Miller' && screen_key Return
screen_has alert '^Dave is locked\.$' && screen_has label '^Try again in [0-9:]+' &&
    screen_has "$PIN_ENTRY" '^PIN$' -sensitive && screen_focus "$TILE" 'Use a password' && picture locked
is "locked: counts down, the entry is off, the password has the focus"
read -r before < <(grep -o 'Try again in [0-9:]*' < <(screen_tree) | head -n 1)
screen_gone label "^$before\$"
is "locked: the countdown goes on"
card_event '"locked","id":"0003","locked_seconds":0'
screen_focus "$TILE" 'Dave Miller|Alice Smith|Bob Carter'
is "locked: and ends by itself"
screen_key c && screen_focus "$TILE" 'Carol Jones' && screen_key Return
screen_has alert '^Carol is blocked after 5 wrong PINs\. .*\(VSC-BLOCKED\)\.$' &&
    screen_focus "$PIN_ENTRY" '^Password$' && ! screen_ask wait 0 "$TILE" '' 'Use a password' && picture blocked
is "blocked: says so with its code, and asks for the password"
enter right
session_of vscalice && conversation_ended success
is "blocked: the password leads on"
greeter_end

# ---- several certificates
cards "$CARD_ALICE"
conversation 'visible Sign in as:\n1. alice@corp.test (TestVSC)\n2. admin@corp.test (TestVSC)\nNumber:\s' \
    'expect 2' 'secret PIN for TestVSC (Alice Admin):\s' 'expect 12345678' 'user vscalice' 'return success'
greeter_start
screen_focus "$TILE" TestVSC && screen_key Return
screen_has "$TILE" 'alice@corp\.test \(TestVSC\)' && screen_has "$TILE" 'admin@corp\.test' &&
    screen_has '*' '^Sign in as' && picture several-certificates
is "several certificates: a list of them"
screen_key Down && screen_focus "$TILE" 'admin@corp\.test' && screen_key Return
screen_focus "$PIN_ENTRY" '^PIN for TestVSC \(Alice Admin\)$' && enter 12345678
session_of vscalice && conversation_ended success
is "several certificates: the one that was chosen"
greeter_end

# ---- several accounts for one certificate
cards "$CARD_ALICE"
conversation 'error TestVSC cannot be used: several accounts belong to this certificate. Make mapping.rules agree, or name the user (VSC-AMBIGUOUS-MAPPING).' \
    'return user_unknown'
greeter_start
screen_focus "$TILE" TestVSC && screen_key Return
screen_has alert 'VSC-AMBIGUOUS-MAPPING' && screen_focus text '^User name$' && picture several-accounts
is "several accounts for one certificate: asks which"
conversation 'secret PIN for TestVSC (Alice Smith):\s' 'expect 12345678' 'return success'
enter vscalice
screen_focus "$PIN_ENTRY" '^PIN for TestVSC' && enter 12345678
session_of vscalice
is "several accounts for one certificate: and takes the name"
greeter_end

# ---- certificates that are refused
for refused in \
    'expired:the certificate has expired. Renew it (VSC-EXPIRED).' \
    'not-yet-valid:the certificate is not valid yet. Check the clock (VSC-NOT-YET-VALID).' \
    'revoked:the certificate is revoked. Ask your administrator for a new one (VSC-REVOKED).'; do
    name=${refused%%:*}
    cards "$CARD_ALICE"
    conversation "error TestVSC cannot be used: ${refused#*:}" 'return cred_insufficient'
    greeter_start
    screen_focus "$TILE" TestVSC && screen_key Return
    screen_has alert "^TestVSC cannot be used: .*\\(VSC-${name^^}\\)\\.\$" &&
        screen_focus "$TILE" 'TestVSC|password' && no_session && picture "$name"
    is "$name: the reason with its code, and the way to a password"
    greeter_end
done

# ---- a PIN that somebody else chose
cards "$CARD_ALICE"
conversation 'secret PIN for TestVSC (Alice Smith):\s' 'expect 12345678' \
    'info Somebody else chose your PIN. Change it now.' \
    'secret New PIN for TestVSC:\s' 'expect 1234' 'error The PIN needs at least 8 characters.' \
    'secret New PIN for TestVSC:\s' 'expect 87654321' 'secret New PIN again:\s' 'expect 8765432' \
    'error The two PINs differ.' \
    'secret New PIN for TestVSC:\s' 'expect 87654321' 'secret New PIN again:\s' 'expect 87654321' \
    'user vscalice' 'return success'
greeter_start
screen_focus "$TILE" TestVSC && screen_key Return
screen_focus "$PIN_ENTRY" '^PIN for TestVSC' && enter 12345678
screen_has notification '^Somebody else chose your PIN\. Change it now\.$' &&
    screen_focus "$PIN_ENTRY" '^New PIN for TestVSC$' && picture new-pin
is "PIN change required: says why, the new PIN has the focus"
enter 1234
screen_has alert '^The PIN needs at least 8 characters\.$' &&
    screen_focus "$PIN_ENTRY" '^New PIN for TestVSC$' && picture new-pin-refused
is "PIN change: what is wrong with the new one"
enter 87654321
screen_focus "$PIN_ENTRY" '^New PIN again$' && picture new-pin-again
is "PIN change: asks for it again"
enter 8765432
screen_has alert '^The two PINs differ\.$' && screen_focus "$PIN_ENTRY" '^New PIN for TestVSC$'
is "PIN change: two that differ"
enter 87654321
screen_focus "$PIN_ENTRY" '^New PIN again$' && enter 87654321
session_of vscalice && conversation_ended success
is "PIN change: and on to the session"
greeter_end

# ---- unblocking
cards "$CARD_BLOCKED"
conversation 'error Carol is blocked after 5 wrong PINs. Ask your administrator to unblock it (VSC-BLOCKED).' \
    'secret PUK of Carol, for a new PIN (or Enter alone):\s' 'expect 99999999' \
    'error Wrong PUK. 9 tries left.' 'secret PUK of Carol, for a new PIN (or Enter alone):\s' 'empty' \
    'error Call the help desk. Card: 0123-45. Challenge: 89AB-CDEF-0123-4567-89AB-CDEF-01.' \
    "visible The help desk's answer for Carol (or Enter alone):\\s" 'expect 0W00' 'return auth_err'
greeter_start
screen_focus "$TILE" 'Carol' && screen_key Return
screen_has alert 'VSC-BLOCKED' && screen_focus "$PIN_ENTRY" '^PUK of Carol' && picture puk
is "blocked, with a PUK: asks for it"
enter 99999999
screen_has alert '^Wrong PUK\. 9 tries left\.$' && screen_focus "$PIN_ENTRY" '^PUK of Carol' && picture wrong-puk
is "blocked: a wrong PUK"
screen_key Return
screen_has alert 'Challenge: 89AB-CDEF' && screen_focus text "^The help desk's answer for Carol" && picture help-desk
is "blocked: the help desk's challenge can be read, the answer be typed"
enter 0W00
conversation_ended auth_err && no_session
is "blocked: the answer comes to the module"
greeter_end

# ---- what happens meanwhile
cards "$CARD_ALICE"
conversation 'secret PIN for TestVSC (Alice Smith):\s' 'expect 12345678' 'return success'
greeter_start
screen_focus "$TILE" TestVSC
card_event '"helper-gone"'
screen_has notification '^The smart card service does not answer\.' && screen_gone "$TILE" TestVSC &&
    screen_focus "$TILE" 'user name and a password' && picture helper-gone
is "helper gone: says so, and the password has the focus"
card_event '"helper-back"'
card_event "\"state\",\"helper\":\"ok\",\"announce\":false,\"cards\":[$CARD_ALICE]"
screen_focus "$TILE" TestVSC && screen_gone notification 'does not answer'
is "helper back: the card is there again"
screen_key Return
screen_focus "$PIN_ENTRY" PIN && screen_type 1234
card_event '"card-removed","id":"0000"'
screen_has alert '^The card was removed\.$' && screen_gone "$PIN_ENTRY" PIN && picture card-removed
is "card removed at the PIN: the conversation ends"
greeter_end

cards "$CARD_ALICE"
greeter_start
screen_focus "$TILE" TestVSC && kill -KILL "$GREETD_PID" && screen_gone frame ''
is "login service gone: the greeter ends, to be started anew"
greeter_end

# ---- the password way
cards "$CARD_ALICE"
conversation 'secret Password:\s' 'expect right' 'user vscalice' 'return success'
greeter_start
screen_focus "$TILE" TestVSC && screen_key Down && screen_focus "$TILE" 'user name and a password' &&
    screen_key Return
screen_focus text '^User name$' && picture user-name
is "password: asks for the user"
enter vscalice
screen_focus "$PIN_ENTRY" '^Password$' && picture password
is "password: and for the password"
enter wrong
screen_has alert 'failed' && no_session && screen_focus text '^User name$' && picture refused
is "password: a wrong one is refused"
rm -f $PLAYED/conversation.log
screen_key Return
screen_focus "$PIN_ENTRY" '^Password$' && enter right
session_of vscalice && conversation_ended success
is "password: the right one leads on"
greeter_end

# ---- straight to the PIN
greeter_settings direct=true
cards "$CARD_ALICE"
conversation 'secret PIN for TestVSC (Alice Smith):\s' 'expect 12345678' 'user vscalice' 'return success'
greeter_start
screen_focus "$PIN_ENTRY" '^PIN for TestVSC' && enter 12345678
session_of vscalice && conversation_ended success
is "direct: one card leads straight to its PIN, and the PIN alone to the session"
greeter_end
greeter_settings

screen_end
rm -rf "$W"
echo "1..$number"
