#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a domain sign-in with a Kerberos ticket costs, beside pam_krb5 with PKINIT and SSSD's card sign-in, on one
# member of one Samba domain, in one run: `make bench-domain`, and a part of `make bench` where its packages are.
# Needs root; all of it is in a throwaway root (tests/rig/throwaway.sh), and takes three minutes.
#
# Every row has an RSA-2048 key, a certificate of the same CA, and alice's account from SSSD:
#   pam_vsc                    the native card in the software TPM, with a ticket by vsc-tgt
#   pam_vsc, no ticket         the same with kerberos = "off": what the ticket costs
#   pam_krb5, vsc-pkcs11.so    pam_krb5 with use_pkinit, and the native card
#   pam_krb5, tpm2-pkcs11      pam_krb5 with use_pkinit, and Debian's tpm2-pkcs11 on the same TPM
#   pam_krb5, SoftHSM          the same with a key in a file
#   pam_sss, SoftHSM           SSSD's card sign-in; SSSD does not see a TPM's card (its slot is not removable)
#
# How to read it:
# - "AS exchange" is kinit with the same anchors and the same KDC, a whole process: what PKINIT costs with each
#   module, whatever PAM does. vsc-tgt is no process of its own there: its row is the time that the module's log
#   tells (ticket=granted ... ms=), with start, exchange, proof by the host's key and all.
# - "Whole sign-in" is pamtester with the PIN at once: pam_authenticate and pam_setcred.
# - Times are median, least and most of $RUNS runs in turn (A B C A B C ...) after a warm-up. "pam_vsc is" is the
#   median of pam_vsc divided by this row's: 0.80 means that pam_vsc takes 80 % of its time. A key in a file costs
#   next to nothing, a software TPM's some 30 ms and a hardware TPM's more; so SSSD's figure stands for its own work
#   only, and "pam_sss is" compares it with pam_krb5 on the same SoftHSM.
# - What the rows check differs: pam_krb5 proves the KDC by its certificate alone (no host key), pam_sss keeps what
#   it needs for an offline sign-in, pam_vsc checks chain, lists and mapping itself and proves the KDC by both.
# - TPM commands: counted by a proxy before the TPM. This figure does not depend on the machine, and is the only
#   one that fails: more than 20 for a sign-in with a ticket.
# BENCH_RUNS=N makes another number of runs. With --if-there it is told, and no failure, where a package is missing
# or the peers do not come to an end.
set -u
. tests/domain/start.sh

missing=
for tool in samba net winbindd sssd kinit ldbmodify pamtester softhsm2-util pkcs11-tool swtpm; do
    command -v $tool > /dev/null || missing="$missing $tool"
done
for file in /usr/lib/*/security/pam_krb5.so /usr/lib/*/security/pam_sss.so /usr/lib/*/pkcs11/libtpm2_pkcs11.so \
    /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/krb5/plugins/preauth/pkinit.so; do
    [ -e "$file" ] || missing="$missing $file"
done
if [ -n "$missing" ]; then
    echo "bench: the domain is left out, not installed:$missing (make deps-domain)"
    [ "${1:-}" = --if-there ]
    exit
fi
[ "$(id -u)" = 0 ] || exec sudo env B="$B" BENCH_RUNS="${BENCH_RUNS:-}" "$0" "$@"
domain tests/bench/inside/domain.sh "${BENCH_RUNS:-21}"
status=$?
[ $status != 3 ] || [ "${1:-}" != --if-there ] || { echo "bench: the domain is left out, see above"; exit 0; }
exit $status
