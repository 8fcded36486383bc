#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Translations: the template is the code's, and every language is whole and well-formed.
set -u
fail=0
bad() { echo "translations: $*"; fail=1; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

grep -lE '\b(_|N_|plural)\("' -r common pam_vsc greeter enroll --include='*.[ch]' | sort | cmp -s - po/POTFILES ||
    bad "po/POTFILES does not name the files with texts"
po/extract "$work/pam_vsc.pot"
cmp -s "$work/pam_vsc.pot" po/pam_vsc.pot || bad "po/pam_vsc.pot is not what the code says: make pot"
for language in de fr es ja he; do
    [ -e "po/$language.po" ] || bad "there is no po/$language.po"
done
for po in po/*.po; do
    msgfmt -c -o /dev/null "$po" || fail=1
    # Whole: nothing missing, nothing that is not certain, nothing left over.
    msgcmp "$po" po/pam_vsc.pot 2> "$work/said" || { cat "$work/said"; bad "$po: make pot, and translate"; }
    [ -z "$(msgattrib --only-fuzzy "$po")$(msgattrib --only-obsolete "$po")" ] || bad "$po: fuzzy or obsolete"
    # Codes and the ends of prompts are the same in every language.
    msgattrib --no-wrap "$po" | awk -v po="$po" '
        /^msgid "/ { id = $0 } /^msgstr(\[[0-9]\])? "/ {
            if (match(id, /VSC-[A-Z-]+/) && index($0, substr(id, RSTART, RLENGTH)) == 0) { print "translations: " po ": no code: " $0; bad = 1 }
            if (id ~ /: "$/ && $0 !~ /: "$/) { print "translations: " po ": no prompt: " $0; bad = 1 } }
        END { exit bad }' || fail=1
done
exit $fail
