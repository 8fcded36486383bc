#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# make install and uninstall with DESTDIR: what a packager does. (tests/slow/install.sh installs for
# real, in a throwaway root.)
set -u
B=$(realpath "${B:-build}")
D=$(mktemp -d) || exit 1
n=0 failed=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; return; fi
    echo "not ok $n - $2"; failed=1
    sed 's/^/# /' "$D.log"
}
# All is built already; what make says of its job server does not matter.
run() { env -u MAKEFLAGS -u MAKELEVEL make -s -o all B="$B" "$@" > "$D.log" 2>&1; }
trap 'rm -rf "$D" "$D.log"' EXIT

run install DESTDIR="$D"
check $? "make install with DESTDIR"
bad=0
for file in usr/lib/*/security/pam_vsc.so usr/libexec/pam_vsc/vsc-card \
    usr/libexec/pam_vsc/vsc-check usr/bin/certcheck usr/bin/vsc-enroll usr/include/certcheck/certcheck.h \
    usr/lib/*/libcertcheck.a usr/lib/*/pkgconfig/certcheck.pc usr/sbin/vscmgr usr/sbin/tpmvscmgr \
    usr/share/man/man5/pam_vsc.conf.5 usr/lib/sysusers.d/pam_vsc.conf \
    usr/lib/tmpfiles.d/pam_vsc.conf usr/lib/systemd/system/vsc-card.socket \
    usr/lib/systemd/system/vsc-card@.service usr/sbin/vsc-ca usr/libexec/pam_vsc/vsc-ca-serve \
    usr/libexec/pam_vsc/local-ca-submit usr/libexec/pam_vsc/cmp-submit usr/lib/systemd/system/vsc-ca.socket usr/lib/systemd/system/vsc-ca@.service \
    usr/lib/systemd/system/vsc-refresh.service usr/lib/systemd/system/vsc-refresh.timer \
    usr/lib/systemd/system/vsc-adminkey.service usr/lib/systemd/system/vsc-adminkey.timer \
    usr/lib/systemd/user/vsc-enroll.timer usr/lib/systemd/user/vsc-enroll.service etc/pam_vsc/pam_vsc.conf \
    usr/share/pam-configs/vsc usr/share/pam_vsc/pam.d/gdm-smartcard-vsc; do
    ls "$D"/$file > /dev/null 2>> "$D.log" || bad=1
done
check $bad "everything is installed below DESTDIR"
bad=0
for page in man/*.[13578]; do
    [ -e "$D/usr/share/man/man${page##*.}/${page#man/}" ] || { echo "$page" >> "$D.log"; bad=1; }
done
check $bad "every man page is installed"
diff -r conf/pam.d "$D/usr/share/pam_vsc/pam.d" > "$D.log" &&
    diff -r conf/authselect "$D/usr/share/pam_vsc/authselect" >> "$D.log" && [ ! -e "$D/etc/pam.d" ]
check $? "every stack is installed beside /etc/pam.d, and none in it"
[ -z "$(find "$D" -perm /6022 ! -type l)" ]
check $? "nothing is setuid or writable by others"
! grep -rlE '@[A-Z]+@' "$D/usr/lib/systemd" > "$D.log" &&
    grep -q '^ExecStart=/usr/libexec/pam_vsc/vsc-card$' "$D/usr/lib/systemd/system/vsc-card@.service" &&
    grep -q '^ExecStart=/usr/bin/vsc-enroll pulse --notify$' "$D/usr/lib/systemd/user/vsc-enroll.service" &&
    grep -q '^ExecStart=/usr/bin/certcheck refresh$' "$D/usr/lib/systemd/system/vsc-refresh.service" &&
    grep -q '^ExecStart=/usr/sbin/vscmgr stacks settle ' \
        "$D/usr/lib/systemd/system/multi-user.target.wants/vsc-rollback.service"
check $? "the units name the programs' places"
cmp -s conf/pam_vsc.conf "$D/etc/pam_vsc/pam_vsc.conf" &&
    echo '# mine' > "$D/etc/pam_vsc/pam_vsc.conf" && run install DESTDIR="$D" &&
    [ "$(cat "$D/etc/pam_vsc/pam_vsc.conf")" = '# mine' ]
check $? "a configuration that is there stays"
run uninstall DESTDIR="$D"
check $? "make uninstall with DESTDIR"
(cd "$D" && find . ! -type d | sort) > "$D.log"
[ "$(tr '\n' ' ' < "$D.log")" = './etc/pam_vsc/greeter.conf ./etc/pam_vsc/pam_vsc.conf ' ]
check $? "uninstall leaves the configuration only"

rm -rf "${D:?}"/*
run install DESTDIR="$D" GREETER=no && [ -e "$D/usr/sbin/vscmgr" ] && [ -z "$(find "$D" -name '*greeter*' ! -name 'gdm*')" ]
check $? "make install GREETER=no leaves the whole login screen out"
rm -rf "${D:?}"/*

# What make would do, as root and as another user (only `id` is another).
mkdir "$D/bin" && printf '#!/bin/sh\necho $FAKE_UID\n' > "$D/bin/id" && chmod 755 "$D/bin/id"
would() { # UID TARGET
    FAKE_UID=$1 PATH="$D/bin:$PATH" env -u MAKEFLAGS -u MAKELEVEL make -n "$2" > "$D.log" 2>&1
}
would 1000 deps && [ "$(grep -o 'sudo env [A-Z_]*=noninteractive apt-get' "$D.log" | wc -l)" = 2 ] &&
    would 0 deps && ! grep -q sudo "$D.log" && grep -q 'apt-get install -y' "$D.log"
check $? "packages are installed through sudo where make does not run as root"
for target in check demo; do
    would 0 $target && grep -q 'dpkg-query' "$D.log"
    check $? "make $target looks for packages that are missing"
done
echo "1..$n"
exit $failed
