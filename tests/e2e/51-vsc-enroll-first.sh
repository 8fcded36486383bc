#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# From an empty card, by vsc-enroll pulse --notify alone: the first certificate, and renewals over ten
# years, each after the click on a notice, the key before deleted by what the module notes of sign-ins.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
. tests/rig/desktop.sh
if missing=$(enroll_missing) || missing=$(desktop_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
# A journal of our own, and what the module notes.
if [ "${1:-}" != inside ]; then exec unshare --mount "$0" inside; fi
mount -t tmpfs -o mode=755 tmpfs /var/lib && mkdir -m 755 /var/lib/pam_vsc && mkdir -m 711 /var/lib/pam_vsc/sign-ins || exit 1
export TSS2_LOG=all+NONE
SHOWN=(pulse said asked-pin journal)
clean_up() { desktop_stop; enroll_end; }
trap clean_up EXIT
enroll_start && desktop_start || { echo "1..1"; echo "not ok 1 - software TPM, card, CA and desktop"; exit 1; }
ca() { profile ca 'backend = "helper";' "helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];" "$@"; }
nothing() { # a pulse of the timer asks nobody, and makes nothing
    : > "$D/asked"; answers "$PIN"; pulse "$@"
    end_of_pulse 0 && [ ! -s "$D/pulse" ] && [ "$(notices)" = 0 ] && [ "$(questions)" = 0 ] && [ ! -s "$D/asked" ] && [ ! -s "$D/journal" ] && [ "$(keys)" = 0 ]
}

# ---- who gets none
server 'body actions persistence'
ca && nothing
check "a profile that does not say so: an empty card stays empty"
ca 'autoenroll = true;' 'users = [ "bin" ];' && nothing
check "a profile for others: neither"
ca 'autoenroll = true;' 'prompt = false;' && nothing
check "prompt = false: nobody is asked for a PIN, and without it there is no key"
ca 'autoenroll = true;'
profile next 'backend = "helper";' "helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];" 'supersedes = [ "ca" ];'
nothing
check "a profile whose place another takes: neither"
rm "$D/enroll.d/next.conf"
as bin pulse < /dev/null && [ ! -s "$D/out" ] && as bin pulse --json < /dev/null && [ "$(jq length "$D/out")" = 0 ]
check "who has no card is told nothing"

# ---- the first certificate
answers "$PIN"; pulse
at_notice && told 'A new certificate for the smart card Alice is due' && told 'Renew now' && [ "$(questions)" = 0 ] && [ ! -s "$D/asked" ] && [ "$(keys)" = 0 ] && event due
check "an empty card: a notice, and nothing else before the click"
signal ActionInvoked us 1 later
end_of_pulse 0 && event postponed && [ "$(keys)" = 0 ] && [ "$(questions)" = 0 ]
check "Remind me later: the next pulse asks again"
server 'body actions persistence'
echo 'say 2 not you' > "$D/mode"; answers "$PIN"; pulse; at_notice; signal ActionInvoked us 1 renew
end_of_pulse 1 && event refused && [ "$(notices)" = 2 ] && told 'not you' && [ "$(keys)" = 0 ] && [ "$(questions)" = 1 ]
check "the CA refuses: one summary, and the card is empty"
echo issue > "$D/mode"; server 'body actions persistence'
answers "$PIN"; pulse; at_notice; signal ActionInvoked us 1 renew
end_of_pulse 0 && event enrolled && [ "$(notices)" = 1 ] && [ "$(questions)" = 1 ] && [ "$(keys)" = 1 ] && status_is ca '.[0].certificate != null and .[0].phase == "idle"'
check "Renew now: the PIN, and the first certificate, without a word"
server 'body actions persistence'
pulse; end_of_pulse 0 && [ "$(notices)" = 0 ] && [ ! -s "$D/journal" ]
check "and then there is nothing to do"

# ---- ten years of it
sed -i '1s/ anchors.*//' "$D/enroll.d/ca.conf" # the CA's own certificate ends before
at_month() { date -u -d "+$1 months" +"${2:-%Y-%m-%dT%H:%M:%SZ}"; }
bad=0
for month in $(seq 11 11 121); do
    echo "issue --from $(at_month $((month - 1)) %Y%m%d%H%M%SZ) --until $(at_month $((month + 12)) %Y%m%d%H%M%SZ)" > "$D/mode"
    server 'body actions persistence'
    answers "$PIN"; pulse --at "$(at_month "$month")"; at_notice; signal ActionInvoked us 1 renew
    { end_of_pulse 0 && [ "$(keys)" = 2 ]; } || { bad=$month; break; }
    as daemon status --json
    jq -r '.[0].certificate | "\(.serial) \(.issuer)"' "$D/out" > /var/lib/pam_vsc/sign-ins/1
    pulse --at "$(at_month "$month")"
    { end_of_pulse 0 && event old-key-deleted && [ "$(keys)" = 1 ] && [ "$(notices)" = 1 ]; } || { bad=$month; break; }
done
[ $bad = 0 ] && "$B/vscmgr" show Alice --json -c "$D/conf" > "$D/out" && jq -e '[.keys[] | select(.certificate == null)] == []' "$D/out" > "$D/jq"
check "ten years of pulses by the timer leave one key and no orphan (month $bad)"
echo 12345678 | "$B/vscmgr" csr Alice --pin stdin -c "$D/conf" > "$D/csr" 2> "$D/log"
check "and a card that signs"

# ---- other certificates, other cards
echo issue > "$D/mode"
profile logon 'backend = "helper";' "helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];" 'autoenroll = true;'
rm "$D/enroll.d/ca.conf"
server 'body actions persistence'
answers "$PIN"; pulse; at_notice; signal ActionInvoked us 1 renew
at_notice 2 && told 'Replace the certificate that signs you in' && signal ActionInvoked us 1 keep
end_of_pulse 0 && [ "$(questions)" = 0 ] && [ "$(keys)" = 1 ] && event postponed
check "another certificate signs in: it is asked whether it may be replaced, and Keep keeps it"
enroll request --json; [ $? = 1 ] && said '"why":.*--yes' && [ "$(keys)" = 1 ] && event failed
check "by hand too: nobody to answer is a no, and the journal has it"
cat > "$D/tty.exp" <<END
log_user 0
set timeout 120
spawn setpriv --reuid daemon --regid daemon --clear-groups env -i XDG_STATE_HOME=$D/state-daemon HOME=$D $D/vsc-enroll request -c $D/conf
expect "take its place"
send "\r"
expect "keeps its place"
expect eof
exit [lindex [wait] 3]
END
expect "$D/tty.exp" > "$D/out" 2>&1; [ $? = 1 ] && [ "$(keys)" = 1 ]
check "on a terminal it is asked, and Enter alone is a no"
: > "$D/journal"
enroll request --yes && said 'logon: enrolled' && [ "$(keys)" = 2 ] && event enrolled
check "with --yes it is replaced, and the journal has the same entry as of a pulse"
: > "$D/journal"
as daemon status --json; jq -r '.[0].certificate | "\(.serial) \(.issuer)"' "$D/out" > /var/lib/pam_vsc/sign-ins/1
enroll renew && event enrolled && [ "$(keys)" = 3 ] && rm /var/lib/pam_vsc/sign-ins/1 && ! enroll renew && said 'third key' && event failed && [ "$(keys)" = 3 ]
check "a renewal by hand is in the journal, and a third key is none"
printf '%s\n' 12345678 | "$B/vscmgr" create --name Second --owner daemon --pin stdin --adminkey random --tries 5 -c "$D/conf" > "$D/out" 2>&1
rm -rf "$D/state-daemon/pam_vsc"
server 'body actions persistence'
answers 'ERR 83886194 not confirmed' 'OK' "$PIN"; pulse; at_notice && told 'to be chosen' && signal ActionInvoked us 1 renew
end_of_pulse 0 && [ "$(questions)" = 3 ] && status_is logon '.[0].card == "Second" and .[0].certificate != null'
check "several cards: the one that is chosen gets the first certificate"

# ---- one question a pulse
profile another 'backend = "helper";' "helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];" 'version = 1;'
enroll request --profile another --card Second --yes && enroll request --profile another --card Alice; [ $? != 0 ] && sed -i 's/version = 1/version = 2/' "$D/enroll.d/another.conf" &&
    sed -i '$a version = 2;' "$D/enroll.d/logon.conf" && server 'body actions persistence' &&
    { answers 'ERR 83886179 canceled' "$PIN"; pulse; at_notice; signal ActionInvoked us 1 renew; at_notice 2; signal ActionInvoked us 1 replace; end_of_pulse 0; } && [ "$(questions)" = 1 ] &&
    ! has_event wrong-pin && ! has_event failed && event postponed
check "two profiles are due, and the PIN dialog is cancelled: one question, no failure"

echo "1..$TESTS"
exit $FAILED
