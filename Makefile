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
PAMDIR     ?= $(PREFIX)/lib/$(MULTIARCH)/security
LIBEXECDIR ?= $(PREFIX)/libexec/pam_vsc
SYSTEMDDIR ?= $(PREFIX)/lib

MAKEFLAGS += -j$(shell nproc)
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

PKGS     := libcrypto libconfig libp11 tss2-esys tss2-mu tss2-rc tss2-tctildr
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
ALL_CFLAGS := -std=gnu17 -g $(OPT) $(WARNINGS) -fPIC -fvisibility=hidden -fstack-protector-strong \
              $(FORTIFY) $(HARDENING) $(sanitize) -I. -D_GNU_SOURCE $(PKG_CFLAGS) \
              -DVSC_VERSION='"$(VERSION)"' -DVSC_LIBEXECDIR='"$(LIBEXECDIR)"' $(CFLAGS)
ALL_LDFLAGS := -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs -Wl,--as-needed $(sanitize) $(LDFLAGS)

# ---- objects and archives ----------------------------------------------------------------------
FLAGS_NOW := $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)
$(B)/flags: FORCE
	@mkdir -p $(B)
	@printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' | cmp -s - $@ || \
	    printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' > $@

$(B)/%.o: %.c $(B)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

objects = $(patsubst %.c,$(B)/%.o,$(filter-out %_main.c,$(foreach d,$1,$(wildcard $d/*.c))))

# $(call archive,NAME,FOLDERS)
define archive
$(B)/$1.a: $(call objects,$2)
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && ar rcsD $$@ $$^
endef
$(eval $(call archive,common,common))
$(eval $(call archive,conf,conf))
$(eval $(call archive,certcheck,certcheck))
$(eval $(call archive,card,card card/tpm card/pkcs11))
$(eval $(call archive,card_admin,card/admin))
$(eval $(call archive,support,tests/support))

# ---- products ------------------------------------------------------------------------------------
# $(call program,NAME,MAIN AND OWN SOURCES,ARCHIVES,PKG-CONFIG NAMES)
define program
PROGRAMS += $(B)/$1
$(B)/$1: $(patsubst %.c,$(B)/%.o,$2) $(foreach a,$3,$(B)/$a.a)
	$$(call say,LD,$$@)
	$$(Q)$(CC) -pie $(ALL_LDFLAGS) -o $$@ $$^ $$(shell pkg-config --libs $4)
endef
all: $(PROGRAMS)

# ---- tests -----------------------------------------------------------------------------------------
UNITS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/support.a $(B)/card_admin.a $(B)/card.a \
                   $(B)/certcheck.a $(B)/conf.a $(B)/common.a
	$(call say,LD,$@)
	$(Q)$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ $(shell pkg-config --libs $(PKGS) cmocka) -lpam

units: $(UNITS)

clean:
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
.PHONY: all units clean FORCE
.SECONDARY:
