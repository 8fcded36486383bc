# SPDX-License-Identifier: BSD-2-Clause
# The whole build, not recursive. Everything generated lies in $(B). A folder is a link layer:
# each has an archive of its own, and a product is one line that names the archives it may link.
#   make B=build/clang CC=clang     another compiler, another folder
#   make V=1                        show the commands

B       ?= build
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
VERSION := $(shell cat VERSION)

PREFIX     ?= /usr
SYSCONFDIR ?= /etc
MULTIARCH  := $(shell $(CC) -print-multiarch 2>/dev/null)
LIBDIR     ?= $(PREFIX)/lib/$(MULTIARCH)
PAMDIR     ?= $(PREFIX)/lib/$(MULTIARCH)/security
LIBEXECDIR ?= $(PREFIX)/libexec/pam_vsc
SYSTEMDDIR ?= $(PREFIX)/lib
STACKSDIR  := $(PREFIX)/share/pam_vsc/pam.d
LOCALEDIR  ?= $(PREFIX)/share/locale

ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $1 $2)

# ---- flags: ours first, the caller's last ----------------------------------------------------
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wformat=2 -Wundef \
            -Wvla -Wswitch-enum -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
probe     = $(shell echo 'int main(void){return 0;}' | \
              $(CC) -Werror $1 -x c - -o /dev/null >/dev/null 2>&1 && echo $1)
HARDENING := $(call probe,-fstack-clash-protection) $(call probe,-fcf-protection) \
             $(call probe,-ftrivial-auto-var-init=zero)
SAN      ?=
OPT      ?= -O2
FORTIFY  := $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
sanitize := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer -DVSC_SANITIZED)

PKGS     := libcrypto libssl libconfig libcurl ldap lber libxml-2.0 krb5-gssapi krb5 libp11 libsystemd tss2-esys tss2-mu tss2-rc tss2-tctildr
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
ALL_CFLAGS := -std=gnu17 -g $(OPT) $(WARNINGS) -fPIC -fvisibility=hidden -fstack-protector-strong \
              $(FORTIFY) $(HARDENING) $(sanitize) -I. -D_GNU_SOURCE $(PKG_CFLAGS) \
              -DVSC_VERSION='"$(VERSION)"' -DVSC_LIBEXECDIR='"$(LIBEXECDIR)"' -DVSC_STACKSDIR='"$(STACKSDIR)"' \
              -DVSC_MULTIARCH='"$(MULTIARCH)"' -DVSC_LOCALEDIR='"$(LOCALEDIR)"' \
              $(if $(SOURCE_DATE_EPOCH),-DVSC_SOURCE_DATE=$(SOURCE_DATE_EPOCH)) $(CFLAGS)
ALL_LDFLAGS := -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs -Wl,--as-needed $(sanitize) $(LDFLAGS)

# ---- objects and archives ----------------------------------------------------------------------
FLAGS_NOW := $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)
$(B)/flags: FORCE
	@mkdir -p $(B)
	@printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' | cmp -s - $@ || \
	    printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' > $@

# Objects have a folder of their own: build/certcheck is a program.
$(B)/obj/%.o: %.c $(B)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

objects = $(patsubst %.c,$(B)/obj/%.o,$(filter-out %_main.c,$(foreach d,$1,$(wildcard $d/*.c))))

# $(call archive,NAME,FOLDERS)
define archive
$(B)/$1.a: $(call objects,$2)
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && ar rcsD $$@ $$^
endef
$(eval $(call archive,common,common))
$(eval $(call archive,conf,conf))
$(eval $(call archive,certcheck,certcheck))
$(eval $(call archive,certcheck_cli,certcheck/cli))
$(eval $(call archive,certcheck_library,certcheck/library))
$(eval $(call archive,refresh,certcheck/refresh))
$(eval $(call archive,card,card card/tpm card/pkcs11))
$(eval $(call archive,card_owner,card/owner))
$(eval $(call archive,card_helpdesk,card/helpdesk))
$(eval $(call archive,card_attest,card/attest))
$(eval $(call archive,card_admin,card/admin))
$(eval $(call archive,stacks,vscmgr/stacks))
$(eval $(call archive,doctor,vscmgr/doctor))
$(eval $(call archive,adminkey,vscmgr/adminkey))
$(eval $(call archive,greeter_model,greeter/model))
$(eval $(call archive,greeter_backend,greeter/backend))
$(eval $(call archive,greeter_lightdm,greeter/lightdm))
$(eval $(call archive,greeter_files,greeter/files))
$(eval $(call archive,greeter_gtk,greeter/gtk))
$(eval $(call archive,greeter_played,tests/greeter))
LIGHTDM := liblightdm-gobject-1 gobject-2.0
$(B)/obj/greeter/lightdm/%.o $(B)/obj/tests/unit/test_greeter_lightdm.o: \
    ALL_CFLAGS += $(shell pkg-config --cflags $(LIGHTDM) 2>/dev/null)
$(eval $(call archive,watch,greeter/watch))
$(eval $(call archive,support,tests/support))
$(eval $(call archive,pam_vsc,pam_vsc))
$(eval $(call archive,pkcs11,pkcs11))
$(eval $(call archive,removal,removal))
$(eval $(call archive,ca,ca))
$(eval $(call archive,tgt,tgt))
$(eval $(call archive,enroll,enroll enroll/est enroll/xcep enroll/notify))
$(eval $(call archive,fakepam,tests/fakepam tests/fakehelper tests/pam))

# ---- products ------------------------------------------------------------------------------------
# $(call program,NAME,MAIN AND OWN SOURCES,ARCHIVES,PKG-CONFIG NAMES)
define program
PROGRAMS += $(B)/$1
$(B)/$1: $(patsubst %.c,$(B)/obj/%.o,$2) $(foreach a,$3,$(B)/$a.a)
	$$(call say,LD,$$@)
	$$(Q)$(CC) -pie $(ALL_LDFLAGS) -o $$@ $$^ $(if $4,$$(shell pkg-config --libs $4))
endef
TSS := tss2-esys tss2-mu tss2-rc tss2-tctildr
$(eval $(call program,vsc-card,card/vsc_card_main.c,card_attest card_helpdesk card_owner card conf common,$(TSS) libp11 libcrypto libconfig))
$(eval $(call program,certcheck,certcheck/cli/certcheck_main.c,certcheck_cli certcheck conf common,libcrypto libconfig))
$(eval $(call program,certcheck-refresh,certcheck/cli/certcheck_refresh_main.c,refresh certcheck_cli certcheck conf common,libcrypto libconfig libcurl ldap lber krb5))
$(eval $(call program,vsc-check,certcheck/vsc_check_main.c,certcheck conf common,libcrypto libconfig))
$(eval $(call program,vscmgr,$(wildcard vscmgr/*.c),doctor stacks adminkey card_admin card_helpdesk card_owner card_attest card certcheck conf common,$(TSS) libcrypto libconfig libqrencode))
$(eval $(call program,vsc-watch,greeter/watch/vsc_watch_main.c,watch common))

$(B)/obj/greeter/files/settings.o: ALL_CFLAGS += -DVSC_BINDIR='"$(PREFIX)/bin"'
# The login screen is the one thing that needs GTK: make GREETER=no is for servers.
GTK        := gtk+-3.0 gio-unix-2.0
GTK_CFLAGS := $(shell pkg-config --cflags $(GTK) 2>/dev/null | sed 's/-I/-isystem /g')
ifneq ($(GREETER),no)
$(B)/obj/greeter/gtk/%.o $(B)/obj/greeter/vsc_greeter_main.o: ALL_CFLAGS += $(GTK_CFLAGS)
$(B)/obj/greeter/gtk/style.css.o: greeter/gtk/style.css
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && ld -r -b binary -z noexecstack -o $@ $<
$(eval $(call program,vsc-greeter,greeter/vsc_greeter_main.c greeter/service.c,greeter_gtk greeter_model greeter_backend greeter_lightdm greeter_files common,$(GTK) liblightdm-gobject-1))
$(B)/vsc-greeter: $(B)/obj/greeter/gtk/style.css.o
endif
$(eval $(call program,vsc-removal,removal/vsc_removal_main.c,removal conf common,libconfig))
# Where libkrb5 finds the card (PKINIT). Its headers are those of krb5-gssapi.
$(B)/obj/tgt/vsc_tgt_main.o: ALL_CFLAGS += -DVSC_PKCS11_MODULE='"$(LIBDIR)/pkcs11/vsc-pkcs11.so"'
$(eval $(call program,vsc-tgt,tgt/vsc_tgt_main.c,tgt conf common,krb5 libconfig))
# Of card.a and card_owner.a what speaks to vsc-card and builds requests: nothing of the TPM.
$(eval $(call program,vsc-enroll,enroll/vsc_enroll_main.c,enroll card_owner card certcheck conf common,libcrypto libssl libconfig libcurl libxml-2.0 krb5-gssapi libsystemd))

$(B)/obj/ca/vsc_ca_serve_main.o: ALL_CFLAGS += -DVSC_SBINDIR='"$(PREFIX)/sbin"'
$(eval $(call program,vsc-ca-serve,ca/vsc_ca_serve_main.c,ca common))
$(eval $(call program,local-ca-submit,ca/local_ca_submit_main.c,ca common))
# The CA itself is a shell program; its parts are one file.
$(B)/vsc-ca: $(sort $(wildcard ca/vsc-ca/*.sh)) VERSION $(B)/flags
	$(call say,GEN,$@)
	$(Q)cat $(filter %.sh,$^) | sed 's,@LIBEXECDIR@,$(LIBEXECDIR),; s,@VERSION@,$(VERSION),' > $@ && chmod 755 $@

$(B)/cmp-submit: enroll/cmp-submit.sh VERSION
	$(call say,GEN,$@)
	$(Q)sed 's,@VERSION@,$(VERSION),' $< > $@ && chmod 755 $@

$(B)/tpmvscmgr: $(B)/vscmgr
	$(Q)ln -sf vscmgr $@

$(B)/pam_vsc.so: $(call objects,pam_vsc) $(B)/common.a pam_vsc/pam_vsc.map
	$(call say,LD,$@)
	$(Q)$(CC) -shared $(ALL_LDFLAGS) -Wl,--version-script=pam_vsc/pam_vsc.map \
	    -o $@ $(filter %.o %.a,$^) -lpam
# Its objects as they are, no archive: what they define must win over greeter/announce/refuse.c.
ANNOUNCE := $(call objects,greeter/announce)
$(B)/vsc-announce.so: $(ANNOUNCE) $(B)/common.a greeter/announce/vsc-announce.map
	$(call say,LD,$@)
	$(Q)$(CC) -shared $(ALL_LDFLAGS) -Wl,--version-script=greeter/announce/vsc-announce.map \
	    -o $@ $(filter %.o %.a,$^) -pthread
# The card for every other program (PKCS #11): nothing but libc in an application's process.
$(B)/vsc-pkcs11.so: $(call objects,pkcs11) $(B)/common.a pkcs11/vsc-pkcs11.map
	$(call say,LD,$@)
	$(Q)$(CC) -shared $(ALL_LDFLAGS) -Wl,--version-script=pkcs11/vsc-pkcs11.map \
	    -o $@ $(filter %.o %.a,$^)
# For other programs: one object with all that it needs of the archives, of which nothing but
# certcheck_ is to be seen.
$(B)/libcertcheck.a: $(call objects,certcheck/library) $(foreach a,certcheck conf common,$(B)/$a.a)
	$(call say,AR,$@)
	$(Q)ld -r -o $(B)/libcertcheck.o $^
	$(Q)objcopy --wildcard --keep-global-symbol='certcheck_*' $(B)/libcertcheck.o
	$(Q)rm -f $@ && ar rcsD $@ $(B)/libcertcheck.o
all: $(PROGRAMS) $(B)/vsc-ca $(B)/cmp-submit $(B)/tpmvscmgr $(B)/pam_vsc.so $(B)/vsc-pkcs11.so $(B)/vsc-announce.so $(B)/libcertcheck.a

# ---- translations: gettext's domain pam_vsc, for the module and the greeter ----------------------
LINGUAS := $(basename $(notdir $(wildcard po/*.po)))
MO      := $(LINGUAS:%=$(B)/locale/%/LC_MESSAGES/pam_vsc.mo)
all: $(MO)
$(B)/locale/%/LC_MESSAGES/pam_vsc.mo: po/%.po
	$(call say,MSG,$@)
	$(Q)mkdir -p $(@D) && msgfmt -c -o $@ $<
# After texts have changed: then translate what is new in po/*.po.
pot:
	$(Q)po/extract po/pam_vsc.pot
	$(Q)for po in po/*.po; do msgmerge -q -U --backup=none --no-fuzzy-matching --previous $$po po/pam_vsc.pot || exit 1; done

# ---- Debian's packages ---------------------------------------------------------------------------
DEPS := gcc libc6-dev pkg-config libpam0g-dev libssl-dev libp11-dev libtss2-dev libconfig-dev \
        libcurl4-openssl-dev libldap-dev libsasl2-dev libxml2-dev libkrb5-dev libsystemd-dev \
        libcmocka-dev libpam-wrapper pamtester swtpm swtpm-tools tpm2-tools softhsm2 opensc openssl \
        jq procps binutils mandoc expect libcap2-bin libqrencode-dev gettext \
        $(if $(filter no,$(GREETER)),,libgtk-3-dev liblightdm-gobject-dev adwaita-icon-theme) libgdm-dev
DEPS_CI := $(DEPS) certmonger golang-go golang-github-smallstep-certificates-dev curl python3-dbusmock strongswan-pki libstrongswan-extra-plugins libstrongswan-standard-plugins python3 shellcheck clang clang-tidy clang-format cppcheck libclang-rt-14-dev debootstrap git \
           tpm2-abrmd libtpm2-pkcs11-tools libtss2-tcti-tabrmd0 dbus libtpm2-pkcs11-1 libpam-pkcs11 libpam-p11 sudo \
           systemd iproute2 libwbclient0 libsss-nss-idmap0 slapd ldap-utils libsasl2-modules-gssapi-mit \
           gnutls-bin krb5-kdc krb5-admin-server krb5-user krb5-pkinit python3-gssapi libxml2-utils libnss3-tools openssh-client openssh-server
DEPS_LOGIN := krb5-kdc krb5-admin-server krb5-user krb5-pkinit expect sshpass openssh-server sudo python3 systemd dbus iproute2 \
              greetd xvfb xdotool imagemagick at-spi2-core python3-gi gir1.2-atspi-2.0 fonts-dejavu-core \
              gnome-themes-extra adwaita-icon-theme i3lock swaylock sway wtype cage gdm3 cron lightdm \
              lightdm-gtk-greeter x11-utils \
              gnome-shell gnome-settings-daemon accountsservice libnss3-tools libpam-systemd \
              p11-kit polkitd
DEPS_DOMAIN := samba samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules python3-samba ldb-tools \
               winbind libnss-winbind sssd-ad sssd-tools libnss-sss krb5-user krb5-pkinit krb5-kdc krb5-admin-server \
               ldap-utils libsasl2-modules-gssapi-mit iproute2 curl strace libpam-winbind libpam-sss libpam-krb5
as_root := $(if $(filter 0,$(shell id -u)),,sudo) env DEBIAN_FRONTEND=noninteractive
install_packages = $(as_root) apt-get update -q && \
                   $(as_root) apt-get install -y -q --no-install-recommends $1

deps:
	$(call install_packages,$(DEPS))
deps-ci:
	$(call install_packages,$(DEPS_CI))
deps-login:
	$(call install_packages,$(DEPS_LOGIN))
# What their scripts do to nsswitch.conf, pam.d and the services is undone.
deps-domain:
	$(as_root) tests/domain/packages $(DEPS_DOMAIN)
# A Debian package that is missing is installed; elsewhere the compiler will tell.
have_packages = command -v dpkg-query >/dev/null || exit 0; \
	have=$$(dpkg-query -W -f '$${Status}\n' $1 2>/dev/null | grep -c 'ok installed'); \
	[ "$$have" = $(words $1) ] || $(MAKE) --no-print-directory $2
have-deps:
	$(Q)$(call have_packages,$(DEPS),deps)
have-deps-login: have-deps
	$(Q)$(call have_packages,$(DEPS_LOGIN),deps-login)
have-deps-domain: have-deps
	$(Q)$(call have_packages,$(DEPS_DOMAIN),deps-domain)

# ---- tests -----------------------------------------------------------------------------------------
# fakepam.a stands in for libpam where the module's own objects are tested; they need each other.
TEST_ARCHIVES := $(foreach a,greeter_played greeter_model greeter_backend greeter_files support watch doctor stacks adminkey card_admin card_helpdesk card_owner card_attest card certcheck_library certcheck_cli refresh certcheck conf fakepam pam_vsc pkcs11,$(B)/$a.a) \
                 $(B)/fakepam.a $(B)/common.a
TEST_ARCHIVES := $(B)/tgt.a $(B)/removal.a $(B)/ca.a $(B)/enroll.a $(TEST_ARCHIVES)
FUZZ_NAMES    := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
UNITS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c)) \
         $(FUZZ_NAMES:%=$(B)/tests/fuzz/replay_%)
ifeq ($(GREETER),no)
UNITS := $(filter-out %/test_greeter_lightdm,$(UNITS))
endif
link_test = mkdir -p $(@D) && $(CC) -pie $(ALL_LDFLAGS) $1 -o $@ $+ $(shell pkg-config --libs $(PKGS) cmocka) -lpam

# How it is compiled and linked, for tests/slow/mutation.sh.
compile-line:
	$(info $(CC) $(ALL_CFLAGS) -c)@:
link-line:
	$(info $(CC) -pie $(ALL_LDFLAGS) -- $(TEST_ARCHIVES) -- $(shell pkg-config --libs $(PKGS) cmocka) -lpam)@:
$(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(TEST_ARCHIVES)
	$(call say,LD,$@)
	$(Q)$(call link_test)
# Memory runs out at every single allocation.
$(B)/tests/unit/test_memory: private ALL_LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=strdup

# tests/fuzz/fuzz.h: a target and its corpus are found by their names.
$(B)/tests/fuzz/replay_%: $(B)/obj/tests/fuzz/fuzz_%.o $(B)/obj/tests/fuzz/replay_main.o $(TEST_ARCHIVES)
	$(call say,LD,$@)
	$(Q)$(call link_test)
$(B)/tests/fuzz/fuzz_%: $(B)/obj/tests/fuzz/fuzz_%.o $(TEST_ARCHIVES)
	$(call say,LD,$@)
	$(Q)$(call link_test,-fsanitize=fuzzer)
$(B)/tests/fuzz/make_%: $(B)/obj/tests/fuzz/make_%_main.o $(TEST_ARCHIVES)
	$(call say,LD,$@)
	$(Q)$(call link_test)

# Programs that tests need: a proxy before the TPM, a helper that plays a script.
FAKEHELPER    := $(B)/tests/fakehelper/fakehelper
TEST_PROGRAMS := $(B)/tests/tpm_proxy $(B)/tests/card_client $(B)/tests/tgt_client $(B)/tests/sign_in $(B)/tests/httpd $(B)/tests/without $(FAKEHELPER)
$(B)/tests/httpd: $(B)/obj/tests/httpd/httpd_main.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -pie $(ALL_LDFLAGS) -o $@ $^
$(FAKEHELPER): $(B)/obj/tests/fakehelper/fakehelper_main.o $(B)/fakepam.a $(B)/common.a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -pie $(ALL_LDFLAGS) -o $@ $^
$(B)/obj/tests/pam/stage.o: ALL_CFLAGS += -DFAKEHELPER='"$(FAKEHELPER)"'
# The real module in the real libpam: fakepam.a only for what is beside it.
$(B)/tests/unit/test_pam_confdir $(B)/tests/unit/test_pam_host: $(B)/tests/unit/%: \
    $(B)/obj/tests/unit/%.o $(addprefix $(B)/obj/tests/pam/,real.o stage.o memory.o) $(B)/common.a \
    | $(B)/pam_vsc.so $(FAKEHELPER)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -pie $(ALL_LDFLAGS) -o $@ $^ -lcmocka -lpam -ldl -pthread
$(B)/obj/tests/unit/test_pam_confdir.o $(B)/obj/tests/unit/test_pam_host.o: \
    ALL_CFLAGS += -DPAM_MODULE='"$(B)/pam_vsc.so"'
$(B)/tests/unit/test_application $(B)/tests/unit/test_application_rules: | $(B)/vsc-pkcs11.so
$(B)/obj/tests/unit/test_application.o $(B)/obj/tests/unit/test_application_rules.o: \
    ALL_CFLAGS += -DPKCS11_MODULE='"$(B)/vsc-pkcs11.so"'
# GDM's own macros cast a const away.
$(B)/obj/tests/unit/test_pam_gdm_wire.o: ALL_CFLAGS += -Wno-cast-qual
$(B)/obj/tests/unit/test_refresh_http.o: ALL_CFLAGS += -DHTTPD='"$(B)/tests/httpd"'
# Beside the real libpam.
$(B)/tests/unit/test_stacks $(B)/tests/unit/test_stack_corpus $(B)/tests/unit/test_stack_shipped: \
    $(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(foreach a,support stacks common,$(B)/$a.a) | $(B)/tests/pam_told.so
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -pie $(ALL_LDFLAGS) -o $@ $^ -lcmocka -lpam
# As they are linked into the module: before an archive.
$(B)/tests/unit/test_announce $(B)/tests/unit/test_announce_asking: $(B)/tests/unit/%: \
    $(B)/obj/tests/unit/%.o $(ANNOUNCE) $(B)/support.a $(B)/common.a | $(B)/vsc-announce.so
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -pie $(ALL_LDFLAGS) -o $@ $^ -lcmocka -ldl -pthread
$(B)/obj/tests/unit/test_announce.o: ALL_CFLAGS += -DANNOUNCE_MODULE='"$(B)/vsc-announce.so"'
# With GLib.
$(B)/tests/unit/test_greeter_lightdm: $(B)/obj/tests/unit/test_greeter_lightdm.o $(foreach a,greeter_lightdm common,$(B)/$a.a)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -pie $(ALL_LDFLAGS) -o $@ $^ $(shell pkg-config --libs $(LIGHTDM) cmocka)
wrap = $(patsubst %,-Wl$(comma)--wrap=%,$1)
comma := ,
# The machine keeps its own mark: tests/pam/marks.h.
$(B)/tests/unit/test_pam_%: private ALL_LDFLAGS += $(call wrap,mark_write session_record_write session_record_remove sign_ins_note)
$(B)/tests/unit/test_pam_scripts: private ALL_LDFLAGS += $(call wrap,getuid geteuid helper_start caller_find)
$(B)/tests/unit/test_refresh_accounts_fetch: private ALL_LDFLAGS += $(call wrap,ldap_directory_search ldap_directory_base)
$(B)/tests/unit/test_announce $(B)/tests/unit/test_announce_asking: private ALL_LDFLAGS += $(call wrap,clock_ms)
$(B)/tests/unit/test_pam_freshen $(B)/tests/unit/test_pam_messages: private ALL_LDFLAGS += $(call wrap,clock_ms)
$(B)/tests/unit/test_tgt_judge: private ALL_LDFLAGS += $(call wrap,krb5_get_init_creds_password krb5_verify_init_creds)
$(B)/tests/unit/test_tgt_faults: private ALL_LDFLAGS += $(call wrap,read $(addprefix krb5_,get_init_creds_password \
    get_init_creds_opt_set_responder responder_pkinit_get_challenge responder_pkinit_set_answer \
    responder_pkinit_challenge_free))
$(B)/tests/unit/test_watch_faults: private ALL_LDFLAGS += $(call wrap,malloc calloc fmemopen socket connect \
    getsockopt sendmsg recv write poll)
$(B)/tests/unit/test_pam_faults: private ALL_LDFLAGS += $(call wrap,malloc calloc socketpair poll sendmsg \
    recv posix_spawn posix_spawn_file_actions_init posix_spawn_file_actions_adddup2 \
    posix_spawn_file_actions_addclosefrom_np posix_spawnattr_init posix_spawnattr_setflags \
    secret_set io_open_trusted helper_stop syscall)
$(B)/tests/tpm_proxy: $(B)/obj/tests/proxy/tpm_proxy_main.o $(call objects,tests/proxy) $(B)/common.a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -pie $(ALL_LDFLAGS) -o $@ $^ -pthread

BENCH_PROGRAMS := $(B)/tests/tpm_proxy $(B)/tests/p11_shim.so \
                  $(addprefix $(B)/tests/bench/,signin stopwatch host big_crl)
$(B)/tests/bench/big_crl: $(B)/obj/tests/bench/big_crl.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -pie $(ALL_LDFLAGS) -o $@ $^ $(shell pkg-config --libs libcrypto)
$(B)/tests/bench/%: $(B)/obj/tests/bench/%.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -pie $(ALL_LDFLAGS) -o $@ $^ -lpam -ldl

# It takes the place of poll(), which a fortified header defines itself.
$(B)/obj/tests/probe/probe.o: ALL_CFLAGS += -U_FORTIFY_SOURCE
$(B)/tests/probe.so: $(B)/obj/tests/probe/probe.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -shared $(ALL_LDFLAGS) -o $@ $^

# vsc-card's other end, for scripts.
$(B)/tests/card_client: $(B)/obj/tests/client/card_client_main.o $(foreach a,card conf common,$(B)/$a.a)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -pie $(ALL_LDFLAGS) -o $@ $^ $(shell pkg-config --libs $(PKGS))

# A login program that tells each code.
$(B)/tests/sign_in: $(B)/obj/tests/client/sign_in_main.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -pie $(ALL_LDFLAGS) -o $@ $^ -lpam

$(B)/tests/tgt_client: $(B)/obj/tests/client/tgt_client_main.o $(B)/common.a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -pie $(ALL_LDFLAGS) -o $@ $^

# A PKCS#11 module that stands before another one, with settings in a file and faults on demand.
$(B)/tests/p11_shim.so: $(B)/obj/tests/modules/p11_shim.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -shared $(sanitize) -o $@ $^

# A PAM module that returns what it is told, for stacks of real modules.
$(B)/tests/pam_told.so: $(B)/obj/tests/modules/pam_told.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -shared $(ALL_LDFLAGS) -o $@ $^ -lpam
$(B)/obj/tests/unit/test_stack_corpus.o $(B)/obj/tests/unit/test_stack_shipped.o: \
    ALL_CFLAGS += -DPAM_TOLD='"$(B)/tests/pam_told.so"'

# A client library of a directory that does not exist, and the accounts in it.
$(B)/tests/fake_directory.so $(B)/tests/fake_nss.so: $(B)/tests/%.so: $(B)/obj/tests/modules/%.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -shared $(sanitize) -o $@ $^
# A PAM module that plays a conversation from a file.
$(B)/tests/pam_script.so: $(B)/obj/tests/modules/pam_script.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -shared $(ALL_LDFLAGS) -o $@ $^ -lpam
$(B)/obj/tests/unit/test_directory.o: ALL_CFLAGS += -DFAKE_DIRECTORY='"$(B)/tests/fake_directory.so"'
# A kernel that lacks a part of the sandbox.
$(B)/tests/without: $(B)/obj/tests/without/without_main.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -pie $(ALL_LDFLAGS) -o $@ $^

$(B)/tests/kill_shim.so: $(B)/obj/tests/kill/kill_shim.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -shared $(ALL_LDFLAGS) -o $@ $^ -ldl

# A deadline of minutes passes in a moment.
$(B)/tests/stall_shim.so: $(B)/obj/tests/stall/stall_shim.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -shared $(ALL_LDFLAGS) -o $@ $^ -ldl
$(B)/obj/tests/stall/stall_shim.o: ALL_CFLAGS += -U_FORTIFY_SOURCE

# The tests run the programs.
units: all $(UNITS) $(TEST_PROGRAMS) $(B)/tests/kill_shim.so $(B)/tests/stall_shim.so \
       $(B)/tests/probe.so $(B)/tests/p11_shim.so $(B)/tests/fake_directory.so $(B)/tests/fake_nss.so \
       $(B)/tests/pam_script.so

# make check installs what is missing, then starts anew: what pkg-config says is read at the start.
check: have-deps
	+$(Q)$(MAKE) --no-print-directory run-check
run-check: all units
	$(Q)B=$(B) tests/run $(UNITS) $(wildcard tests/e2e/*.sh)
# The slower suites; .ci/run calls them.
check-slow: all units
	$(Q)B=$(B) TEST_TIMEOUT=3600 tests/run $(wildcard tests/slow/*.sh)
# Real login programs in throwaway roots: sshd, sudo, su, login, lockers, display managers.
check-login: have-deps-login
	+$(Q)$(MAKE) --no-print-directory run-check-login
run-check-login: all units
	$(Q)B=$(B) TEST_TIMEOUT=1800 tests/run $(wildcard tests/login/[0-9]*.sh)
# An Active Directory domain, and members of it, in throwaway roots. A domain for each that runs: two at once.
check-domain: have-deps-domain
	+$(Q)$(MAKE) --no-print-directory run-check-domain
run-check-domain: all units
	$(Q)B=$(B) JOBS=2 TEST_TIMEOUT=1800 tests/run $(wildcard tests/domain/[0-9]*.sh)
asan:
	+$(Q)$(MAKE) --no-print-directory B=$(B)/asan SAN=address,undefined all units
	$(Q)B=$(B)/asan tests/run $(patsubst $(B)/%,$(B)/asan/%,$(UNITS))
# Threads and forks in an application of vsc-pkcs11.so; vsc-card is the one without the sanitizer.
tsan: all
	+$(Q)$(MAKE) --no-print-directory B=$(B)/tsan SAN=thread $(B)/tsan/tests/unit/test_application
	$(Q)B=$(B) TSAN_OPTIONS=die_after_fork=0 tests/run $(B)/tsan/tests/unit/test_application
# Fresh inputs for FUZZ_TIME seconds a target; what is found beyond the corpus stays in the build.
FUZZ_TIME ?= 30
fuzz:
	+$(Q)$(MAKE) --no-print-directory B=$(B)/fuzz CC=clang SAN=fuzzer-no-link,address,undefined run-fuzz
run-fuzz: $(FUZZ_NAMES:%=$(B)/tests/fuzz/fuzz_%)
	$(Q)printf '%s\n' $(FUZZ_NAMES) | xargs -P $(shell nproc) -I NAME sh -c ' \
	    mkdir -p $(B)/found/NAME; log=$(B)/found/NAME.log; \
	    $(B)/tests/fuzz/fuzz_NAME -max_total_time=$(FUZZ_TIME) -timeout=60 -verbosity=0 \
	        -print_final_stats=1 -artifact_prefix=$(B)/found/NAME- \
	        $(B)/found/NAME tests/fuzz/corpus/NAME > $$log 2>&1 || \
	        { tail -n 40 $$log; echo "not ok fuzz_NAME (see $$log)"; exit 255; }; \
	    echo "ok fuzz_NAME: $$(sed -n "s/.*executed_units: *//p" $$log) inputs"'
demo: have-deps
	+$(Q)$(MAKE) --no-print-directory all
	$(Q)B=$(B) demo/demo.sh
bench: all $(BENCH_PROGRAMS)
	$(Q)B=$(B) tests/bench/bench.sh
	$(Q)B=$(B) tests/bench/life.sh
	$(Q)B=$(B) tests/bench/domain.sh --if-there
bench-domain: have-deps-domain
	+$(Q)$(MAKE) --no-print-directory run-bench-domain
run-bench-domain: all $(BENCH_PROGRAMS)
	$(Q)B=$(B) tests/bench/domain.sh

# ---- looking at the code without running it --------------------------------------------------------
C_FILES := $(wildcard $(foreach d,common conf certcheck certcheck/cli certcheck/library certcheck/refresh card card/tpm card/pkcs11 card/owner card/admin card/attest card/helpdesk pam_vsc pkcs11 \
             vscmgr vscmgr/adminkey vscmgr/doctor vscmgr/stacks greeter greeter/announce greeter/files greeter/gtk greeter/model greeter/backend greeter/watch greeter/lightdm tests/greeter tests/support tests/unit tests/pam tests/fakepam tests/fakehelper tests/fuzz \
             tests/proxy tests/bench tests/modules tests/stall tests/client tests/library tests/httpd tests/without,\
             $d/*.c $d/*.h))
C_FILES += $(wildcard removal/*.[ch] ca/*.[ch] tgt/*.[ch] enroll/*.[ch] enroll/est/*.[ch] enroll/xcep/*.[ch] enroll/notify/*.[ch])
PRODUCT_C := $(filter-out tests/%,$(filter %.c,$(C_FILES)))

lint: all
	$(Q)for script in tests/lint/*.sh; do B=$(B) CC=$(CC) $$script || failed=1; done; [ -z "$$failed" ]
format:
	clang-format -i $(C_FILES)
format-check:
	$(Q)clang-format --dry-run -Werror $(C_FILES)
# What gcc 12's analyzer cannot follow: release by scope (the address sanitizer finds leaks), and that
# a count and an array belong together.
NO_ANALYZER := -Wno-analyzer-malloc-leak -Wno-analyzer-null-dereference
analyze:
	+$(Q)$(MAKE) --no-print-directory B=$(B)/analyze CFLAGS='-fanalyzer -Werror $(NO_ANALYZER)' all
	+$(Q)$(MAKE) --no-print-directory B=$(B)/clang CC=clang CFLAGS=-Werror all units
	$(Q)cppcheck -q -j2 --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem --suppress=memleak \
	    --suppress=legacyUninitvar -I. $(PRODUCT_C)
	$(Q)printf '%s\n' $(PRODUCT_C) | xargs -n 8 -P 2 sh -c \
	    'clang-tidy --quiet --warnings-as-errors="*" "$$@" -- -std=gnu17 -I. -D_GNU_SOURCE \
	     $(PKG_CFLAGS) -DVSC_VERSION=\"$(VERSION)\" -DVSC_LIBEXECDIR=\"$(LIBEXECDIR)\" \
	     -DVSC_STACKSDIR=\"$(STACKSDIR)\" \
	     -DVSC_MULTIARCH=\"$(MULTIARCH)\" -DVSC_LOCALEDIR=\"$(LOCALEDIR)\" \
	     -DVSC_PKCS11_MODULE=\"$(LIBDIR)/pkcs11/vsc-pkcs11.so\" -DVSC_BINDIR=\"$(PREFIX)/bin\" -DVSC_SBINDIR=\"$(PREFIX)/sbin\" $(GTK_CFLAGS) $(shell pkg-config --cflags $(LIGHTDM) 2>/dev/null)' sh 2>/dev/null

# ---- installation ------------------------------------------------------------------------------------
D := $(DESTDIR)
MAN_PAGES := $(wildcard man/*.[13578])
# Left out by make GREETER=no, together with what else is the login screen's.
GREETER_PAGES := man/vsc-greeter.8 man/greeter.conf.5
without_greeter := $(if $(filter no,$(GREETER)),true,[ ! -e $(B)/vsc-greeter ])
P11KITDIR := $(PREFIX)/share/p11-kit/modules
UNITDIR   := $(SYSTEMDDIR)/systemd/system
TRIALDIR  := /var/lib/pam_vsc/stacks
UNITS_TO_ENABLE := vsc-card.socket vsc-ca.socket vsc-removal.path vsc-refresh.timer vsc-adminkey.timer
USERUNITDIR := $(SYSTEMDDIR)/systemd/user
USER_UNITS_TO_ENABLE := vsc-enroll.timer
put = install -D -m $1 $2 $(D)$3

install: all
	$(call put,755,$(B)/pam_vsc.so,$(PAMDIR)/pam_vsc.so)
	$(call put,755,$(B)/vsc-card,$(LIBEXECDIR)/vsc-card)
	$(call put,755,$(B)/vsc-check,$(LIBEXECDIR)/vsc-check)
	$(call put,755,$(B)/vsc-removal,$(LIBEXECDIR)/vsc-removal)
	$(call put,755,$(B)/vsc-tgt,$(LIBEXECDIR)/vsc-tgt)
	$(call put,755,$(B)/certcheck,$(PREFIX)/bin/certcheck)
	$(call put,755,$(B)/certcheck-refresh,$(LIBEXECDIR)/certcheck-refresh)
	$(call put,755,$(B)/vscmgr,$(PREFIX)/sbin/vscmgr)
	ln -sf vscmgr $(D)$(PREFIX)/sbin/tpmvscmgr
	$(call put,755,$(B)/vsc-watch,$(PREFIX)/bin/vsc-watch)
	$(call put,755,$(B)/vsc-ca,$(PREFIX)/sbin/vsc-ca)
	$(call put,755,$(B)/vsc-ca-serve,$(LIBEXECDIR)/vsc-ca-serve)
	$(call put,755,$(B)/local-ca-submit,$(LIBEXECDIR)/local-ca-submit)
	$(call put,755,$(B)/vsc-enroll,$(PREFIX)/bin/vsc-enroll)
	$(call put,755,$(B)/cmp-submit,$(LIBEXECDIR)/cmp-submit)
	$(call put,644,$(B)/libcertcheck.a,$(LIBDIR)/libcertcheck.a)
	$(call put,644,certcheck/certcheck.h,$(PREFIX)/include/certcheck/certcheck.h)
	install -d $(D)$(LIBDIR)/pkgconfig
	sed 's,@PREFIX@,$(PREFIX),; s,@LIBDIR@,$(LIBDIR),; s,@VERSION@,$(VERSION),' \
	    certcheck/library/certcheck.pc.in > $(D)$(LIBDIR)/pkgconfig/certcheck.pc
	chmod 644 $(D)$(LIBDIR)/pkgconfig/certcheck.pc
	for page in $(filter-out $(if $(filter no,$(GREETER)),$(GREETER_PAGES)),$(MAN_PAGES)); do section=$${page##*.}; \
	    install -D -m 644 $$page $(D)$(PREFIX)/share/man/man$$section/$${page#man/} || exit 1; done
	$(call put,644,conf/sysusers.d/pam_vsc.conf,$(SYSTEMDDIR)/sysusers.d/pam_vsc.conf)
	$(call put,644,conf/tmpfiles.d/pam_vsc.conf,$(SYSTEMDDIR)/tmpfiles.d/pam_vsc.conf)
	$(call put,755,$(B)/vsc-announce.so,$(LIBDIR)/pkcs11/vsc-announce.so)
	install -d $(D)$(P11KITDIR)
	$(call put,755,$(B)/vsc-pkcs11.so,$(LIBDIR)/pkcs11/vsc-pkcs11.so)
	for name in vsc-announce vsc-pkcs11; do \
	    sed 's,@LIBDIR@,$(LIBDIR),' conf/p11-kit/$$name.module > $(D)$(P11KITDIR)/$$name.module; \
	    chmod 644 $(D)$(P11KITDIR)/$$name.module; done
	$(call put,644,conf/systemd/vsc-card.socket,$(UNITDIR)/vsc-card.socket)
	install -d $(D)$(UNITDIR)
	sed 's,@LIBEXECDIR@,$(LIBEXECDIR),' conf/systemd/vsc-card@.service > $(D)$(UNITDIR)/vsc-card@.service
	chmod 644 $(D)$(UNITDIR)/vsc-card@.service
	$(call put,644,conf/systemd/vsc-ca.socket,$(UNITDIR)/vsc-ca.socket)
	sed 's,@LIBEXECDIR@,$(LIBEXECDIR),' conf/systemd/vsc-ca@.service > $(D)$(UNITDIR)/vsc-ca@.service
	chmod 644 $(D)$(UNITDIR)/vsc-ca@.service
	$(call put,644,conf/systemd/vsc-removal.path,$(UNITDIR)/vsc-removal.path)
	sed 's,@LIBEXECDIR@,$(LIBEXECDIR),' conf/systemd/vsc-removal.service > $(D)$(UNITDIR)/vsc-removal.service
	chmod 644 $(D)$(UNITDIR)/vsc-removal.service
	$(call put,644,conf/systemd/vsc-refresh.timer,$(UNITDIR)/vsc-refresh.timer)
	sed 's,@PREFIX@,$(PREFIX),' conf/systemd/vsc-refresh.service > $(D)$(UNITDIR)/vsc-refresh.service
	chmod 644 $(D)$(UNITDIR)/vsc-refresh.service
	$(call put,644,conf/systemd/vsc-adminkey.timer,$(UNITDIR)/vsc-adminkey.timer)
	sed 's,@PREFIX@,$(PREFIX),' conf/systemd/vsc-adminkey.service > $(D)$(UNITDIR)/vsc-adminkey.service
	chmod 644 $(D)$(UNITDIR)/vsc-adminkey.service
	$(call put,644,conf/systemd/user/vsc-enroll.timer,$(USERUNITDIR)/vsc-enroll.timer)
	sed 's,@PREFIX@,$(PREFIX),' conf/systemd/user/vsc-enroll.service > $(D)$(USERUNITDIR)/vsc-enroll.service
	chmod 644 $(D)$(USERUNITDIR)/vsc-enroll.service
	sed 's,@PREFIX@,$(PREFIX),' conf/systemd/vsc-rollback.service > $(D)$(UNITDIR)/vsc-rollback.service
	chmod 644 $(D)$(UNITDIR)/vsc-rollback.service
	install -d $(D)$(UNITDIR)/multi-user.target.wants
	ln -sf ../vsc-rollback.service $(D)$(UNITDIR)/multi-user.target.wants/vsc-rollback.service
	$(call put,644,conf/pam-configs/vsc,$(PREFIX)/share/pam-configs/vsc)
	$(call put,644,conf/pam-configs/vsc-session,$(PREFIX)/share/pam-configs/vsc-session)
	install -d $(D)$(STACKSDIR) && install -m 644 conf/pam.d/* $(D)$(STACKSDIR)
	install -d $(D)$(PREFIX)/share/pam_vsc/authselect && \
	    install -m 644 conf/authselect/* $(D)$(PREFIX)/share/pam_vsc/authselect
	install -d $(addprefix $(D)$(SYSCONFDIR)/pam_vsc/,anchors intermediates crls enroll.d)
	for language in $(LINGUAS); do install -D -m 644 $(B)/locale/$$language/LC_MESSAGES/pam_vsc.mo \
	    $(D)$(LOCALEDIR)/$$language/LC_MESSAGES/pam_vsc.mo || exit 1; done
	$(without_greeter) || $(call put,755,$(B)/vsc-greeter,$(PREFIX)/bin/vsc-greeter)
	$(without_greeter) || $(call put,644,conf/vsc-greeter.desktop,$(PREFIX)/share/xgreeters/vsc-greeter.desktop)
	$(without_greeter) || [ -e $(D)$(SYSCONFDIR)/pam_vsc/greeter.conf ] || \
	    $(call put,644,conf/greeter.conf,$(SYSCONFDIR)/pam_vsc/greeter.conf)
	[ -e $(D)$(SYSCONFDIR)/pam_vsc/pam_vsc.conf ] || \
	    $(call put,644,conf/pam_vsc.conf,$(SYSCONFDIR)/pam_vsc/pam_vsc.conf)

# Configuration, cards and the helpers' users stay. What enabled the module goes first.
uninstall:
	[ -n "$(D)" ] || ! command -v pam-auth-update || pam-auth-update --package --remove vsc vsc-session
	[ -n "$(D)" ] || ! command -v update-alternatives || \
	    update-alternatives --remove gdm-smartcard $(STACKSDIR)/gdm-smartcard-vsc
	[ -n "$(D)" ] || [ ! -x $(PREFIX)/sbin/vscmgr ] || { \
	    [ ! -e $(TRIALDIR)/trial ] || $(PREFIX)/sbin/vscmgr stacks rollback; \
	    for enabled in $(TRIALDIR)/enabled.*; do [ ! -e $$enabled ] || \
	        $(PREFIX)/sbin/vscmgr stacks disable $${enabled#$(TRIALDIR)/enabled.}; done; }
	[ -n "$(D)" ] || ! command -v systemctl || { systemctl disable $(UNITS_TO_ENABLE) && \
	    systemctl --global disable $(USER_UNITS_TO_ENABLE); }
	rm -f $(addprefix $(D)$(PREFIX)/share/pam-configs/,vsc vsc-session) $(D)$(UNITDIR)/vsc-rollback.service \
	    $(D)$(UNITDIR)/multi-user.target.wants/vsc-rollback.service
	rm -rf $(D)$(PREFIX)/share/pam_vsc
	rm -f $(D)$(PAMDIR)/pam_vsc.so $(D)$(PREFIX)/bin/certcheck $(D)$(PREFIX)/bin/vsc-watch $(D)$(PREFIX)/bin/vsc-enroll $(D)$(PREFIX)/bin/vsc-greeter \
	    $(D)$(PREFIX)/sbin/vscmgr $(D)$(PREFIX)/sbin/tpmvscmgr $(D)$(PREFIX)/sbin/vsc-ca
	rm -f $(LINGUAS:%=$(D)$(LOCALEDIR)/%/LC_MESSAGES/pam_vsc.mo)
	rm -f $(D)$(PREFIX)/share/xgreeters/vsc-greeter.desktop
	rm -f $(D)$(LIBDIR)/libcertcheck.a $(D)$(LIBDIR)/pkgconfig/certcheck.pc
	rm -rf $(D)$(PREFIX)/include/certcheck
	for name in vsc-announce vsc-pkcs11; do \
	    rm -f $(D)$(LIBDIR)/pkcs11/$$name.so $(D)$(P11KITDIR)/$$name.module; done
	rm -rf $(D)$(LIBEXECDIR)
	for page in $(MAN_PAGES); do section=$${page##*.}; \
	    rm -f $(D)$(PREFIX)/share/man/man$$section/$${page#man/}; done
	rm -f $(D)$(SYSTEMDDIR)/sysusers.d/pam_vsc.conf $(D)$(SYSTEMDDIR)/tmpfiles.d/pam_vsc.conf \
	    $(D)$(UNITDIR)/vsc-card.socket $(D)$(UNITDIR)/vsc-card@.service \
	    $(D)$(UNITDIR)/vsc-ca.socket $(D)$(UNITDIR)/vsc-ca@.service \
	    $(D)$(UNITDIR)/vsc-removal.path $(D)$(UNITDIR)/vsc-removal.service \
	    $(D)$(UNITDIR)/vsc-refresh.service $(D)$(UNITDIR)/vsc-refresh.timer \
	    $(D)$(UNITDIR)/vsc-adminkey.service $(D)$(UNITDIR)/vsc-adminkey.timer \
	    $(D)$(USERUNITDIR)/vsc-enroll.service $(D)$(USERUNITDIR)/vsc-enroll.timer
	rm -rf $(D)/run/pam_vsc $(D)/var/cache/pam_vsc

clean:
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
.PHONY: all pot units check run-check check-slow check-login run-check-login check-domain run-check-domain asan tsan fuzz run-fuzz demo bench bench-domain run-bench-domain deps deps-ci deps-login deps-domain have-deps have-deps-login have-deps-domain lint format \
        format-check analyze install uninstall clean compile-line link-line FORCE
.SECONDARY:
