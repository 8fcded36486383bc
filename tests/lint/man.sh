#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Man pages: clean, one for each program, and every option, message, key and reason stands in one.
set -u
fail=0
bad() { echo "man: $*"; fail=1; }

mandoc -Tlint -Wwarning man/*.[13578] || fail=1
for page in certcheck.1 certcheck.3 pam_vsc.8 vsc-card.8 vsc-check.8 vsc-removal.8 vsc-tgt.8 vscmgr.8 tpmvscmgr.8 pam_vsc.conf.5 vsc-attest.5 vsc-wire.7 vsc-greeter.8 greeter.conf.5 vsc-announce.8 vsc-pkcs11.8 vsc-watch.1 vsc-ca.8 local-ca-submit.8 cmp-submit.8 vsc-enroll.1 vsc-enroll.conf.5; do
    [ -e "man/$page" ] || bad "there is no man/$page"
done
has() { # PAGE WORD: the word stands in the page as it is read
    mandoc -Tutf8 "man/$1" 2>/dev/null | sed 's/.\x08//g' | grep -qF -- "$2" || bad "man/$1 does not speak of $2"
}
strings() { grep -oE '"[a-z][a-z0-9-]*"' "$@" | sed 's/.*"\(.*\)"/\1/' | sort -u; }
for code in $(grep -oE 'X\([A-Z_]+, "[a-z-]+"' common/reason.h | sed 's/.*"\(.*\)"/\1/'); do
    has certcheck.1 "$code"
done
for name in $(grep -oE '^ +X\([A-Z_]+, 0x' common/wire.h | sed 's/.*(\(.*\),.*/\1/'); do
    has vsc-wire.7 "$name"
done
for option in $(grep -hoE '\{ *"[a-z_-]+", *OPTION_' certcheck/cli/*.c | sed 's/.*"\(.*\)".*/\1/' | sort -u); do
    has certcheck.1 "$option"
done
for option in $(grep -hoE '\{ *"[a-z_-]+", *OPTION_' vscmgr/*.c | sed 's/.*"\(.*\)".*/\1/' | sort -u); do
    has vscmgr.8 "$option"
done
for word in $(grep -hoE '\{ *"[a-z-]+", *(OPTION_|command_)' enroll/*.c | sed 's/.*"\(.*\)".*/\1/' | sort -u) $(grep -hoE 'code, sizeof run->code, "[a-z-]+"' enroll/*.c | sed 's/.*"\(.*\)"/\1/'); do
    [ "$word" = proof-failed ] || has vsc-enroll.1 "$word"
done
for word in $(grep -hoE 'refuse\("[a-z-]+"|CODE_MAX, "[a-z-]+"' enroll/xcep/*.c | sed 's/.*"\(.*\)"/\1/'); do
    has vsc-enroll.1 "$word"
done
for id in $(grep -oE '"[0-9a-f]{32}"' enroll/events.h | tr -d '"'); do
    has vsc-enroll.1 "$id"
done
for key in $(grep -oE '\.name = "[a-z_]+"' enroll/profile.c | sed 's/.*"\(.*\)"/\1/'); do
    has vsc-enroll.conf.5 "$key"
done
for name in $(grep -oE '"CERTMONGER_[A-Z_]+"' enroll/helper.c | tr -d '"'); do
    has vsc-enroll.conf.5 "$name"
done
for option in $(grep -hoE '\{ *"[a-z_]+", *OPTION_' pam_vsc/*.c | sed 's/.*"\(.*\)".*/\1/' | sort -u); do
    has pam_vsc.8 "$option"
done
for option in $(grep -oE '\.name = "[a-z0-9]+"' card/vsc_card_main.c | sed 's/.*"\(.*\)"/\1/'); do
    has vsc-card.8 "-$option"
done
for option in $(grep -oE '\.name = "[a-z0-9]+"' greeter/watch/vsc_watch_main.c | sed 's/.*"\(.*\)"/\1/'); do
    has vsc-watch.1 "-$option"
done
for event in $(grep -oE '"(state|card-[a-z]+|locked|announce|helper-[a-z]+)"' greeter/watch/tell.c | tr -d '"' | sort -u) \
    $(grep -oE 'u << [0-9], "[a-z]+"' greeter/watch/shown.h | sed 's/.*"\(.*\)"/\1/') \
    $(grep -oE 'json, "[a-z_]+"|put_tries\(json, "[a-z_]+"' greeter/watch/tell.c | sed 's/.*"\(.*\)"/\1/'); do
    has vsc-watch.1 "$event"
done
for option in $(grep -oE '\.name = "[a-z]+"' greeter/vsc_greeter_main.c | sed 's/.*"\(.*\)"/\1/'); do
    has vsc-greeter.8 "-$option"
done
for key in $(sed -n 's/^    X(\([a-z_]*\), [A-Z]*,.*/\1/p' greeter/files/settings.h); do
    has greeter.conf.5 "$key"
    grep -q "^$key=" conf/greeter.conf || bad "conf/greeter.conf does not state $key"
done
for option in $(grep -oE '\.name = "[a-z0-9]+"' removal/vsc_removal_main.c | sed 's/.*"\(.*\)"/\1/'); do
    has vsc-removal.8 "-$option"
done
for option in $(grep -ohE '^ +--[a-z-]+( \| --[a-z-]+)?\)' ca/vsc-ca/*.sh | grep -oE -- '--[a-z-]+' | sort -u); do
    case $option in --uid | --operation | --cookie) continue ;; esac # between vsc-ca-serve and vsc-ca
    has vsc-ca.8 "$option"
done
for name in $(grep -oE '"(CERTMONGER|VSC)_[A-Z_]+"' ca/local_ca_submit_main.c | tr -d '"' | sort -u); do
    has local-ca-submit.8 "$name"
done
for option in config $(sed -n "s/^NAMES='\(.*\)'/\1/p" enroll/cmp-submit.sh | tr '|' ' '); do
    has cmp-submit.8 "--$option"
done
for service in $(grep -oE '\{"[a-z0-9*-]+", +TALK_' certcheck/talk.c | sed 's/.*"\(.*\)".*/\1/'); do
    has vsc-check.8 "$service"
done
# The codes of the log that are no reasons; some are never logged.
for code in $(sed -n '/define VSC_ENDINGS/,/^$/p' pam_vsc/result.h | grep -oE '"[a-z-]+"\)' | tr -d '")'); do
    case $code in internal | not-ours | refused | lapsed | proof-failed | no-account) continue ;; esac
    has pam_vsc.8 "$code"
done
for name in $(grep -hoE 'define ENV_[A-Z]+ +"[A-Z0-9_]+"' pam_vsc/*.h | sed 's/.*"\(.*\)"/\1/'); do
    has pam_vsc.8 "$name"
done
for command in $(grep -oE '\{"[a-z-]+", command_' certcheck/cli/certcheck_main.c | sed 's/.*"\(.*\)".*/\1/'); do
    has certcheck.1 "$command"
done
for word in $(sed -n '/words\[\]/,/};/p' certcheck/refresh/report.c | grep -oE '"[a-z]+"' | tr -d '"') \
    $(sed -n '/kind_words\[\]/,/};/p' certcheck/refresh/plan.c | grep -oE '"[a-z]+"' | tr -d '"'); do
    has certcheck.1 "$word"
done
for command in $(grep -oE '\{"[a-z-]+", command_' vscmgr/vscmgr_main.c | sed 's/.*"\(.*\)".*/\1/'); do
    has vscmgr.8 "$command"
done
for id in $(grep -oE 'X\([A-Z_]+, "[a-z-]+", (ERROR|WARNING)' vscmgr/stacks/report.h | sed 's/.*"\(.*\)".*/\1/'); do
    has vscmgr.8 "$id"
done
for option in $(grep -oE '\{"/[a-z?]+", "--' vscmgr/windows.c | sed 's/.*{"\(.*\)".*"--/\1/'); do
    has tpmvscmgr.8 "$option"
done
for page in man/*.[13578]; do
    for key in $(mandoc -Tutf8 "$page" 2>/dev/null | sed 's/.\x08//g' |
        grep -oE '\b(card|helpers|trust|policy|revocation|mapping|login)\.[a-z0-9_]+' | sort -u); do
        case $key in card.conf | card.sock | mapping.file | policy.*certificate) continue ;; esac
        grep -qF "\"${key%%.*}\", \"${key#*.}\"" conf/table.c || bad "$page: there is no key $key"
    done
done
for key in $(grep -oE '^ *[a-z_0-9]+ =' conf/pam_vsc.conf | tr -d ' ='); do
    has pam_vsc.conf.5 "$key"
done
exit $fail
