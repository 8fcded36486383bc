# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/51-greeter-looks.sh.
set -u
. tests/login/rig.sh
. tests/login/rig-greetd.sh
. tests/login/rig-screen.sh
. tests/login/rig-greeter.sh

picture() { screen_named && screen_tidy && screen_drawn "greeter-$LOOK-$1"; }

# look NAME SETTING..: the main states in that look, each without a fault that can be measured
look() {
    LOOK=$1
    shift
    greeter_settings "$@"
    cards "$CARD_ALICE" "$CARD_BLOCKED" "$CARD_LOCKED"
    conversation 'secret PIN for TestVSC (Alice Smith):\s' 'expect 11111111' \
        'error Wrong PIN. 1 try left.' 'secret PIN for TestVSC (1 try left):\s' 'expect 12345678' \
        "wait $W/never" 'return success'
    rm -rf /tmp/greeter-home # where it remembers the last card
    greeter_start
    screen_focus "$TILE" TestVSC && picture cards
    is "$LOOK: cards"
    screen_key Return
    screen_focus "$PIN_ENTRY" PIN && screen_type 11111111 && screen_key Return &&
        screen_focus "$PIN_ENTRY" '1 try left' && screen_has alert 'Wrong PIN' && picture last-try
    is "$LOOK: PIN, with an alert and a warning"
    screen_key Escape
    screen_focus "$TILE" TestVSC && screen_key d && screen_focus "$TILE" Dave && screen_key Return &&
        screen_has alert Dave && picture locked
    is "$LOOK: locked"
    greeter_end
}

site_install > "$LOG" 2>&1 && greeter_prepare && screen_start && screen_bus _greetd &&
    screen_reader _greetd && screen_no_pointer
ok $? "rig: greetd, a screen and its reader"

look light
look dark dark=true
look high-contrast high_contrast=true
look high-contrast-dark high_contrast=true dark=true
look large-text large_text=true
for language in de fr es ja; do
    GREETER_ENV="LANGUAGE=$language"
    look $language
done
GREETER_ENV='LANGUAGE=de'
greeter_start
screen_focus "$TILE" '^Anmelden als Alice Smith' && screen_ask half right 'toggle button' '^Sitzung$'
is "de: speaks German"
greeter_end
GREETER_ENV='LANGUAGE=he'
look he
greeter_start
screen_focus "$TILE" '^כניסה בתור Alice Smith' && screen_ask half left 'toggle button' '^הפעלה$' &&
    screen_ask half right label "[0-9]:[0-9]"
is "he: speaks Hebrew, from right to left"
greeter_end
look he-large-text large_text=true
GREETER_ENV=

# ---- menus, by keys alone
greeter_settings
cards "$CARD_ALICE"
conversation 'secret PIN for TestVSC (Alice Smith):\s' 'expect 12345678' 'user vscalice' 'return success'
greeter_start
screen_focus "$TILE" TestVSC && screen_key F10 && screen_has 'radio button' \
    '^Another session' && screen_drawn greeter-menu-session
is "session menu: F10 opens it"
screen_key Escape
screen_gone '*' '^Another session' && screen_focus '*' .
is "session menu: Esc closes it"
screen_key shift+Tab && screen_focus 'toggle button' '^Accessibility$' && screen_key space
screen_focus 'check box' '^High contrast$' && screen_key space &&
    screen_has 'check box' '^High contrast$' checked && screen_drawn greeter-menu-accessibility
is "accessibility menu: high contrast by keys"
screen_key Escape
screen_gone 'check box' '^High contrast$' && screen_drawn greeter-contrast-by-keys
is "accessibility menu: and closes"
greeter_end

# A menu in the corner, from anywhere: its button by the keyboard, then what is in it.
menu_open() { # NAME
    screen_go shift+Tab 'toggle button' "^$1\$" && screen_key space
}
to_session() { screen_go Tab "$TILE" TestVSC && screen_key Return && screen_focus "$PIN_ENTRY" PIN && enter 12345678; }
choose_session() { # FROM KEY TO: by the menu
    screen_focus "$TILE" TestVSC && screen_key F10 && screen_has 'radio button' "^$1" checked &&
        screen_go "$2" 'radio button' "^$3" && screen_has 'radio button' "^$3" checked
}
rm -rf /tmp/greeter-home
greeter_start
choose_session 'Test session' Up 'Another session'
is "session menu: another one by keys"
screen_key Escape
screen_gone 'radio button' '^Another session' && to_session && session_of vscalice &&
    grep -qx SESSION_IS=another $STARTED.env
is "session menu: the session that was chosen is the one that starts"
greeter_end
greeter_start
choose_session 'Another session' Down 'Test session'
is "session menu: the next time it is still the one chosen"
screen_key Escape
screen_gone 'radio button' '^Test session' && to_session && session_of vscalice &&
    ! grep -q SESSION_IS $STARTED.env
is "session menu: and another one may be chosen again"
greeter_end

# What helps is a program of its own: it tells its process in a file, and is there until it is ended.
install -d -o _greetd -m 700 "$W/helps"
not_checked() { ! screen_ask wait 0 'check box' checked "^$1\$"; }
for help in reader keyboard; do
    printf '#!/bin/sh\necho $$ > %s/helps/%s.new && mv %s/helps/%s.new %s/helps/%s\nexec sleep 3600\n' \
        "$W" $help "$W" $help "$W" $help > "$W/played-$help"
    chmod 755 "$W/played-$help"
done
greeter_settings "screen_reader=$W/played-reader" "screen_keyboard=$W/played-keyboard"
greeter_start
screen_focus "$TILE" TestVSC && menu_open Accessibility && screen_focus 'check box' .
for help in 'reader:Screen reader' 'keyboard:On-screen keyboard'; do
    told=$W/helps/${help%%:*} name=${help#*:}
    screen_go Tab 'check box' "^$name\$" && [ ! -e "$told" ] && screen_key space &&
        screen_has 'check box' "^$name\$" checked && until_true test -s "$told" &&
        [ "$(ps -o user= -p "$(cat "$told")")" = _greetd ]
    is "accessibility menu: $name: its program runs"
    screen_key space && until_ended "$(cat "$told")" && screen_focus 'check box' "^$name\$" && screen_wait not_checked "$name"
    is "accessibility menu: $name: and is ended again"
done
greeter_end

layout_is() { setxkbmap -query | grep -q "^layout: *$1\$"; }
greeter_settings 'layouts=us,de'
install -o _greetd -m 600 /dev/null "$W/power"
setpriv --reuid _greetd --regid _greetd --init-groups env DBUS_SESSION_BUS_ADDRESS="$BUS" \
    tests/login/played-logind "$W/power" > "$W/logind.log" 2>&1 &
LOGIND=$!
until_true setpriv --reuid _greetd --regid _greetd --init-groups \
    busctl --address="$BUS" call org.freedesktop.login1 /org/freedesktop/login1 \
    org.freedesktop.login1.Manager CanReboot
GREETER_ENV="DBUS_SYSTEM_BUS_ADDRESS=$BUS"
greeter_start
screen_focus "$TILE" TestVSC && menu_open 'Keyboard layout' && screen_focus 'radio button' '^us$' &&
    screen_key Down && screen_has 'radio button' '^de$' checked && until_true layout_is de &&
    screen_drawn greeter-menu-layout
is "keyboard layout menu: another one by keys"
screen_key Escape
setxkbmap us
screen_gone 'radio button' '^de$' && menu_open Power && screen_focus 'push button' '^Restart$' &&
    screen_has 'push button' '^Power off$' && ! screen_ask wait 0 'push button' '' '^Suspend$' &&
    screen_drawn greeter-menu-power && [ ! -s "$W/power" ]
is "power menu: what logind allows, and nothing is done before it is chosen"
screen_key Tab && screen_focus 'push button' '^Power off$' && screen_key space &&
    until_true grep -qx 'PowerOff False' "$W/power" && [ "$(wc -l < "$W/power")" = 1 ]
is "power menu: by keys, and logind is asked once"
greeter_end
GREETER_ENV=
screen_stop $LOGIND

screen_end
rm -rf "$W"
echo "1..$number"
