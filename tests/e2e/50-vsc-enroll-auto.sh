#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Autoenrollment: vsc-enroll pulse --notify against python-dbusmock's notification daemon, a played
# pinentry and a played journal.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
. tests/rig/est.sh
. tests/rig/desktop.sh
if missing=$(enroll_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
if missing=$(desktop_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
# A journal of our own, where that of the machine would be.
if [ "${1:-}" != inside ]; then exec unshare --mount "$0" inside; fi
export TSS2_LOG=all+NONE
SHOWN=(pulse said asked-pin journal)
clean_up() { est_stop; desktop_stop; enroll_end; }
trap clean_up EXIT
enroll_start || { echo "1..1"; echo "not ok 1 - software TPM, card and CA"; exit 1; }

desktop_start || { echo "1..1"; echo "not ok 1 - a bus and a journal"; exit 1; }
HELPER="helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];"

profile ca 'backend = "helper";' "$HELPER"
# The PIN is in no process's command line or environment while the CA is asked, and not in a log.
keeps_the_pin() { # FILE...
    grep -qx 'CERTMONGER_OPERATION=SUBMIT' "$D/processes" && grep -qx "XDG_STATE_HOME=$D/state-daemon" "$D/processes" && grep -qx "$D/vsc-enroll" "$D/processes" &&
        grep -qx "$D/helper-ca.sh" "$D/processes" && ! grep -rE '12345678|11111111' "$D/processes" "$D/asked" "$D/journal" "$D/log" "$D/state-daemon" "$@"
}
hold; enroll request & REQUEST=$!
until_true held; processes "$REQUEST" > "$D/processes" 2> "$D/err"; let_go
wait "$REQUEST" && [ "$(keys)" = 1 ] && event enrolled
check "enrolled"
keeps_the_pin "$D/out"
check "--pin stdin: the PIN is in no command line, environment, journal, output or state"

mkdir "$D/units" && sed "s,@PREFIX@/bin,$D," conf/systemd/user/vsc-enroll.service > "$D/units/vsc-enroll.service" && cp conf/systemd/user/vsc-enroll.timer "$D/units/" &&
    XDG_RUNTIME_DIR=$D/user systemd-analyze --user --man=no verify "$D/units/vsc-enroll.timer" "$D/units/vsc-enroll.service" > "$D/out" 2>&1; ! grep 'vsc-enroll' "$D/out" &&
    [ "$(systemd-analyze timespan "$(sed -n 's/^OnUnitActiveSec=//p' "$D/units/vsc-enroll.timer")" | grep -c 28800000000)" = 1 ]
check "the user units are sound"

# ---- nothing to do, and nobody to tell --------------------------------------------------------------
server 'body actions persistence body-markup'
: > "$D/asked"; pulse --at "$(in_days 100)"
end_of_pulse 0 && [ ! -s "$D/pulse" ] && [ "$(notices)" = 0 ] && [ ! -s "$D/asked" ] && [ ! -s "$D/journal" ]
check "nothing is due: no notice, nothing said, the CA not asked"

# ---- the notice and its buttons ---------------------------------------------------------------------
answers "$PIN"; : > "$D/asked"; pulse --at "$(in_days 330)"
at_notice && told 'Renew now' && told 'Remind me later' && told 'Details' && told 'The certificate of the smart card Alice ends on' &&
    [ "$(questions)" = 0 ] && [ ! -s "$D/asked" ] && [ "$(keys)" = 1 ] && event due
check "a renewal is due: a notice with three buttons, and no question before the click"
unconnected() { [ -z "$(cat "/proc/$LISTENER/task/$LISTENER/children")" ]; }
until_true unconnected && ! ended
check "while it waits, nothing is held at vsc-card"
as daemon status && enroll renew --profile none; [ $? = 2 ]
check "while it waits another vsc-enroll can work"
signal ActionInvoked us 99 renew; sleep 0.3; kill -0 "$PULSE" && [ "$(questions)" = 0 ]
check "a click on another notice is none"
signal ActionInvoked us 1 later
end_of_pulse 0 && [ "$(questions)" = 0 ] && [ "$(keys)" = 1 ] && event postponed && [ ! -s "$D/pulse" ]
check "Remind me later: nothing is done, and the next pulse asks again"
server 'body actions persistence body-markup'
pulse --at "$(in_days 330)"; at_notice
signal ActionInvoked us 1 details
at_notice 2 && told 'Profile: ca' && kill -0 "$PULSE" && signal NotificationClosed uu 1 2 && end_of_pulse 0 && [ "$(questions)" = 0 ]
check "Details: the profile and the card; closing it is no click"
server 'body actions persistence'
pulse --at "$(in_days 330)"; at_notice
signal NotificationClosed uu 1 1; sleep 0.3
kill -0 "$PULSE" && [ "$(notices)" = 1 ] && signal ActionInvoked us 1 later && end_of_pulse 0
check "a notice that has faded can be clicked on still, where the desktop keeps it"
server 'body actions'
pulse --at "$(in_days 330)"; at_notice
signal NotificationClosed uu 1 1
at_notice 2 && told '"urgency": 2' && signal ActionInvoked us 1 later && end_of_pulse 0
check "and where it does not, it is shown again as one that stays"
pulse --at "$(in_days 330)" --wait 1
end_of_pulse 0 && event postponed && told 'CloseNotification'
check "nobody clicks: it is taken away in the end, and the next pulse asks again"
server 'body actions'
pulse --at "$(in_days 330)"; at_notice; server_stop
end_of_pulse 0 && event postponed
check "a desktop that goes away ends the waiting"

# ---- the PIN, after the click -----------------------------------------------------------------------
server 'body actions persistence'
answers 'ERR 83886179 canceled'; pulse --at "$(in_days 330)"; at_notice; signal ActionInvoked us 1 renew
end_of_pulse 0 && [ "$(questions)" = 1 ] && [ "$(keys)" = 1 ] && event postponed && [ "$(notices)" = 1 ]
check "the PIN dialog is cancelled: no failure, nothing done"
server 'body actions persistence'
answers "$WRONG" "$WRONG" "$PIN"; pulse --at "$(in_days 330)"; at_notice; signal ActionInvoked us 1 renew
end_of_pulse 1 && [ "$(questions)" = 2 ] && grep -q 'The PIN was wrong, 4 tries are left' "$D/asked-pin" && [ "$(keys)" = 1 ] && event wrong-pin &&
    [ "$(notices)" = 2 ] && told 'was not renewed'
check "a wrong PIN: one question and one retry, no key, one summary"
server 'body actions persistence'
answers "$WRONG" "$PIN"; pulse --at "$(in_days 330)"; at_notice; signal ActionInvoked us 1 renew
end_of_pulse 1 && [ "$(questions)" = 1 ] && told 'nobody is asked'
check "no retry where a wrong PIN would reach the reserve"
server 'body actions persistence'
answers "$PIN"; pulse --at "$(in_days 330)"
end_of_pulse 1 && [ "$(questions)" = 0 ] && ! told 'Renew now' && told 'nobody is asked' && [ "$(notices)" = 1 ]
check "nor a notice that leads to a question which could block the card"
echo 12345678 | "$B/vscmgr" csr Alice --key-id "$(find "$D/store/cards/0000/keys" -mindepth 1 -maxdepth 1 -type d -printf '%f\n')" --pin stdin -c "$D/conf" > "$D/csr" 2> "$D/out"
check "the owner gives the right PIN elsewhere"
server 'body actions persistence'
hold; answers "$WRONG" "$PIN"; pulse --at "$(in_days 330)"; at_notice; signal ActionInvoked us 1 renew
until_true held; processes "$PULSE" > "$D/processes" 2> "$D/err"; let_go
end_of_pulse 0 && [ "$(questions)" = 2 ] && [ "$(keys)" = 2 ] && event enrolled && [ "$(notices)" = 1 ] && [ ! -s "$D/pulse" ]
check "Renew now: renewed after the retry, and success is silent"
grep -qx "$D/pinentry" "$D/user/pinentry-env" && keeps_the_pin "$D/said" "$D/user/pinentry-env" "$D/pulse"
check "the PIN of pinentry is in no command line, environment, journal, notice, output or state"
grep -q '^SETDESC PIN of the smart card Alice' "$D/asked-pin" && grep -q '^DBUS_SESSION_BUS_ADDRESS=' "$D/user/pinentry-env" && ! grep -q '^XDG_STATE_HOME' "$D/user/pinentry-env"
check "pinentry is told which card, and gets the environment of a dialog only"
signed_in ca; pulse; end_of_pulse 0 && [ "$(keys)" = 1 ] && event old-key-deleted
check "after a sign-in with the new one the old key goes, without a word"
SESSION=()

# ---- what degrades ----------------------------------------------------------------------------------
server 'body'
pulse --at "$(in_days 340)"
end_of_pulse 0 && at_notice && told 'vsc-enroll pulse' && ! told 'Renew now' && event postponed
check "a desktop without buttons: the notice says what to type"
server_stop
pulse --at "$(in_days 340)"
end_of_pulse 0 && event due && event postponed && [ ! -s "$D/pulse" ]
check "a bus without a desktop: the journal only"
KEEP=$BUS; BUS=unix:path=$D/none; pulse --at "$(in_days 340)"; BUS=$KEEP
end_of_pulse 0 && event due && event postponed
check "no bus: the journal only"
server 'body actions persistence'
chmod 777 "$D/pinentry"; answers "$PIN"; pulse --at "$(in_days 340)"; at_notice; signal ActionInvoked us 1 renew
end_of_pulse 0 && [ "$(questions)" = 0 ] && [ "$(keys)" = 1 ]
check "a pinentry that others can write is not started"
chmod 755 "$D/pinentry"
for line in 'garbage' "$(head -c 1500 /dev/zero | tr '\0' x)" 'D 1%2\nOK' "D $(head -c 400 /dev/zero | tr '\0' 1)\nOK" 'INQUIRE X' 'OK'; do
    server 'body actions persistence'
    answers "$line"; pulse --at "$(in_days 340)"; at_notice; signal ActionInvoked us 1 renew
    end_of_pulse 0 && [ "$(keys)" = 1 ]
    check "a pinentry that answers ${line:0:12}: no PIN"
done
cat > "$D/tty.exp" <<END
log_user 0
set timeout 300
spawn setpriv --reuid daemon --regid daemon --clear-groups env -i XDG_STATE_HOME=$D/state-daemon HOME=$D DBUS_SESSION_BUS_ADDRESS=unix:path=$D/none $D/vsc-enroll pulse --notify -c $D/conf --at $(in_days 340)
expect "PIN of the smart card Alice" { send "12345678\r" }
expect eof
exit [lindex [wait] 3]
END
expect "$D/tty.exp" > "$D/out" 2>&1 && [ "$(keys)" = 2 ]
check "a terminal and no desktop: the PIN is asked for there"
signed_in ca; as daemon pulse < /dev/null; SESSION=()

# ---- the CA -----------------------------------------------------------------------------------------
server 'body actions persistence'
echo "say 5 3600\ncookie" > "$D/mode"
enroll renew; echo "say 3 no route" > "$D/mode"
pulse --at "$(in_days 2)"
end_of_pulse 3 && [ "$(notices)" = 0 ] && event failed
check "a CA that cannot be reached is for the journal"
echo issue > "$D/mode"
answers "$PIN"; pulse --at "$(in_days 3)"; at_notice; [ "$(questions)" = 0 ] && signal ActionInvoked us 1 renew
end_of_pulse 0 && [ "$(keys)" = 2 ] && event enrolled
check "a pending request is picked up, and its certificate stored after a click"
signed_in ca; as daemon pulse < /dev/null; SESSION=()
server 'body actions persistence'
echo "say 5 3600\ncookie" > "$D/mode"
enroll renew; echo "say 2 not <you>" > "$D/mode"
pulse --at "$(in_days 2)"
end_of_pulse 1 && [ "$(notices)" = 1 ] && told 'was not renewed' && told 'not <you>' && event refused && [ "$(keys)" = 1 ]
check "a refusal is told, in one summary"
echo issue > "$D/mode"

# ---- versions, other certificates, other cards ------------------------------------------------------
profile ca 'backend = "helper";' "$HELPER" 'version = 3;'
server 'body actions persistence'
answers "$PIN"; pulse; at_notice; signal ActionInvoked us 1 renew
end_of_pulse 0 && [ "$(keys)" = 2 ] && event enrolled && server 'body actions' && { pulse; end_of_pulse 0; } && [ "$(notices)" = 0 ]
check "a profile of a higher version: enrolled anew, once"
signed_in ca; as daemon pulse < /dev/null; SESSION=()
profile other 'backend = "helper";' "$HELPER"
! enroll request --profile other && [ "$(keys)" = 1 ] && enroll request --profile other --yes && default=$("$B/vscmgr" show Alice --json -c "$D/conf" | jq -r '.keys[] | select(.default).id') && [ "$(keys)" = 2 ]
check "another profile's certificate becomes the default"
server 'body actions persistence'
answers "$PIN"; pulse --profile ca --at "$(in_days 340)"; at_notice; signal ActionInvoked us 1 renew
at_notice 2 && told 'Replace the certificate that signs you in' && signal ActionInvoked us 1 keep
end_of_pulse 0 && [ "$(questions)" = 0 ] && [ "$(keys)" = 2 ] && event postponed
check "the default container is another's: the question comes first, and Keep keeps it"
server 'body actions persistence'
answers "$PIN"; pulse --profile ca --at "$(in_days 340)"; at_notice; signal ActionInvoked us 1 renew
at_notice 2; signal NotificationClosed uu 1 2
end_of_pulse 0 && [ "$("$B/vscmgr" show Alice --json -c "$D/conf" | jq -r '.keys[] | select(.default).id')" = "$default" ]
check "whoever does not answer has said no"
echo 12345678 | as daemon pulse --profile ca --at "$(in_days 340)" && [ "$(keys)" = 2 ]
check "nobody to answer: no"
server 'body actions persistence'
answers "$PIN"; pulse --profile ca --at "$(in_days 340)"; at_notice; signal ActionInvoked us 1 renew
at_notice 2; signal ActionInvoked us 1 replace
end_of_pulse 0 && [ "$(keys)" = 3 ] && [ "$("$B/vscmgr" show Alice --json -c "$D/conf" | jq -r '.keys[] | select(.default).id')" != "$default" ]
check "Replace replaces it"
rm "$D/enroll.d/ca.conf" "$D/enroll.d/other.conf"
for name in Second Third; do
    printf '%s\n' 12345678 | "$B/vscmgr" create --name $name --owner daemon --pin stdin --adminkey random --tries 5 -c "$D/conf" > "$D/out" 2>&1
done
profile next 'backend = "helper";' "$HELPER" 'supersedes = [ "ca" ];'
server 'body actions persistence'
answers 'ERR 83886194 not confirmed' 'ERR 83886179 canceled'; pulse; at_notice; told 'to be chosen' && signal ActionInvoked us 1 renew
end_of_pulse 0 && [ "$(questions)" = 2 ] && grep -q 'SETNOTOK Another card' "$D/asked-pin" && event postponed
check "several cards: each is offered; cancel leaves the profile"
profile zweites 'backend = "helper";' "$HELPER" 'supersedes = [ "other" ];'
server 'body actions persistence'
answers 'ERR 83886179 canceled' 'ERR 83886194 not confirmed' 'OK' "$PIN"; pulse; at_notice; signal ActionInvoked us 1 renew
end_of_pulse 0 && [ "$(questions)" = 4 ] && as daemon status --profile zweites --card Second --json && jq -e '.[0].certificate != null' "$D/out" > "$D/jq"
check "cancel goes on to the next profile, and another card is taken"
profile zweites 'backend = "helper";' "$HELPER" 'version = 1;'
rm "$D/enroll.d/next.conf"
"$B/vscmgr" destroy --name Second --yes -c "$D/conf" > "$D/out" 2>&1
server 'body actions persistence'
answers 'ERR 83886194 not confirmed' 'OK' "$PIN"; pulse; at_notice; signal ActionInvoked us 1 renew
end_of_pulse 0 && as daemon status --profile zweites --json && jq -e '.[0].card == "Third" and .[0].certificate != null' "$D/out" > "$D/jq"
check "the card before is gone: another one is asked for, and gets a certificate"

# ---- an EST server that takes its time --------------------------------------------------------------
rm "$D/enroll.d/zweites.conf"; forget
est_certificates && est '{"pend": 2, "retry": 7200}' && est_serve good
profile est 'backend = "est";' "url = \"https://127.0.0.1:$PORT\"; tls_anchors = \"$D/anchors\";"
"$B/vscmgr" destroy --name Third --yes -c "$D/conf" > "$D/out" 2>&1
enroll request && said 'not decided yet' && status_is est '.[0].phase == "pending"' && asked 'map(select(.path | endswith("/simpleenroll"))) | length == 1'
check "EST: 202, the request waits"
server 'body actions persistence'
: > "$D/est.log"; pulse
end_of_pulse 0 && [ "$(notices)" = 0 ] && [ ! -s "$D/pulse" ] && [ ! -s "$D/est.log" ]
check "EST: a pulse of the timer before Retry-After asks nobody"
pulse --at "$(in_days 1)"
end_of_pulse 0 && [ "$(notices)" = 0 ] && status_is est '.[0].phase == "pending"' && asked 'map(.path | split("/") | last) == ["simpleenroll"]'
check "EST: a later one asks, and 202 once more is no notice"
answers "$PIN"; pulse --at "$(in_days 2)"; at_notice && [ "$(questions)" = 0 ] && status_is est '.[0].phase == "issued"' && signal ActionInvoked us 1 renew
end_of_pulse 0 && [ "$(questions)" = 1 ] && [ "$(notices)" = 1 ] && event enrolled && [ "$(keys)" = 1 ] && status_is est '.[0].phase == "idle" and .[0].certificate != null'
check "EST: the pending certificate is picked up by the timer's pulse, and stored after a click"

as daemon pulse --notify; [ $? = 2 ]
check "--notify does not go with --pin stdin"
echo "1..$TESTS"
exit $FAILED
