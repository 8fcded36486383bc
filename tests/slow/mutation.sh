#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every check that certcheck makes is switched off in turn (tests/mutations says how), and some case
# of the units that are named there must fail then. A mutant that nobody kills is a check that no
# test holds.
#   mutation.sh [WORD]    only the mutants whose line has WORD in it
set -u
B=${B:-build}
export LC_ALL=C
umask 022
W=$(mktemp -d) || exit 1
trap 'rm -rf "$W"' EXIT
# As the build has it, but without optimisation, and without its warnings.
line() { MAKEFLAGS='' make -s --no-print-directory B="$B" OPT=-O0 FORTIFY= WARNINGS=-w "$1"; }
compile=$(line compile-line)
link=$(line link-line)
archives=${link#* -- }; link=${link%% -- *}
libraries=${archives#* -- }; archives=${archives%% -- *}
export B W compile link archives libraries

# A unit stands in for functions by wraps of them; the module's leave no mark (tests/pam/marks.h).
wraps_of() { # UNIT
    nm "$B/obj/tests/unit/$1.o" | sed -n 's/.* T __wrap_/-Wl,--wrap=/p' | tr '\n' ' '
    case $1 in test_pam_*) echo -Wl,--wrap=mark_write,--wrap=session_record_write,--wrap=session_record_remove,--wrap=sign_ins_note ;; esac
}
# UNIT[=ARGUMENTS] [MUTANT'S OBJECT]: link it before the archives, so that it takes its original's
# place, and run; a mutant that makes it wait for ever is killed too.
passes() {
    local unit=${1%%=*} object=${2:-} seconds=600 arguments=
    local program=$W/$unit-$BASHPID
    case $1 in *=*) arguments=${1#*=} ;; esac
    eval "$link $(wraps_of "$unit") -o $program $B/obj/tests/unit/$unit.o $object $archives $libraries" || return 2
    [ -z "$object" ] || seconds=100
    # shellcheck disable=SC2086 # a pattern
    timeout $seconds "$program" $arguments > "$program.log" 2>&1
    local status=$?
    pkill -KILL -f "^$program" # what a mutant that failed did not wait for
    rm -f "$program"
    return $((status != 0))
}
# LINE OF THE LIST: says "killed", or what is wrong.
try() {
    local number=$1 file=$2 units=$3 change=$4 mutant=$W/$1.c object=$W/$1.o changed unit
    if ! sed -E "$change" "$file" > "$mutant"; then
        echo "not ok $number - $file: $change: no sed expression"; return
    fi
    changed=$(diff "$file" "$mutant" | grep -c '^>')
    if [ "$changed" != 1 ]; then
        echo "not ok $number - $file: $change: changes $changed lines, not one"; return
    fi
    if ! eval "$compile -o $object $mutant" 2> "$W/$number.err"; then
        echo "not ok $number - $file: $change: does not compile: $(grep -m 1 error "$W/$number.err")"; return
    fi
    for unit in ${units//,/ }; do
        passes "$unit" "$object"
        case $? in
        0) ;;
        2) echo "not ok $number - $file: $change: $unit does not link"; return ;;
        *) echo "ok $number - $file: $change"; return ;;
        esac
    done
    echo "not ok $number - $file: $change: nobody minds (of $units)"
}
export -f wraps_of passes try

grep -vE '^(#|$)' tests/mutations | grep -F -- "${1:-}" > "$W/list"
# Without a change they pass: else a mutant would be killed by something else.
for unit in $(awk '{ print $2 }' "$W/list" | tr ',' '\n' | sort -u); do
    passes "$unit" || { echo "1..1"; echo "not ok 1 - $unit fails as it is"; exit 1; }
done
count=$(wc -l < "$W/list")
echo "1..$count"
awk '{ print NR; print $1; print $2; line = $0; sub(/^[^ ]+ +[^ ]+ +/, "", line); print line }' "$W/list" |
    tr '\n' '\0' | xargs -0 -n 4 -P "$(nproc)" bash -c 'try "$@"' try > "$W/results"
sort -k2,2 -t' ' -s "$W/results"
! grep -q '^not ok' "$W/results" && [ "$(wc -l < "$W/results")" = "$count" ]
