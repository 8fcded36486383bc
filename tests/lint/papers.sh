#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# README, HACKING and SECURITY say what they have to, and name nothing that is not there.
set -u
fail=0
bad() { echo "papers: $*"; fail=1; }
says() { # FILE TEXT
    grep -qF -- "$2" "$1" || bad "$1 does not say \"$2\""
}

# README: what it is, the two command lines, a diagram, what works.
says README.md 'virtual smart card'
says README.md 'apt-get install -y make && make demo'
says README.md 'apt-get install -y make && make check'
says README.md '## What works'
for paper in README.md HACKING.md; do
    for word in pam_vsc.so vsc-card vsc-check EVALUATE PROVE SIGN TPM; do
        sed -n '/^```$/,/^```$/p' "$paper" | grep -qF "$word" || bad "$paper: no $word in the diagram"
    done
done
# Two pages are about 130 lines each.
[ "$(wc -l < HACKING.md)" -le 260 ] || bad "HACKING.md has more than two pages"
# SECURITY: who can do what.
for attacker in 'steals the laptop' 'steals the disk' 'root on' 'group tss' 'hostile PKCS#11 module' \
    'hostile certificate' "listens on the TPM's bus" 'a local user' 'from another machine'; do
    grep '^| ' SECURITY.md | grep -qF -- "$attacker" || bad "SECURITY.md: nothing about \"$attacker\""
done
says SECURITY.md '## Limits, said plainly'

# Man pages, files, make targets and options that they speak of.
for page in $(grep -ohE '\b[a-z_][a-z0-9_.-]*\([13578]\)' README.md HACKING.md SECURITY.md | sort -u); do
    [ -e "man/$(echo "$page" | tr '(' . | tr -d ')')" ] || bad "there is no $page"
done
for target in $(grep -ohE '\bmake [a-z][a-z-]+' README.md HACKING.md SECURITY.md | cut -d' ' -f2 | sort -u); do
    case $target in it | tells) continue ;; esac
    grep -qE "^$target( [a-z]+)*:" Makefile || bad "there is no make $target"
done
for file in $(grep -ohE '(^|[ (`])(common|conf|certcheck|card|pam_vsc|vscmgr|greeter|tests|demo|man)/[A-Za-z0-9_./-]*[A-Za-z0-9_]' \
    README.md HACKING.md SECURITY.md | tr -d ' (`' | sort -u); do
    [ -e "$file" ] || bad "there is no $file"
done
exit $fail
