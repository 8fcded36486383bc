/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sub-command of vscmgr: one file each, found by its name in the table of vscmgr_main.c. It
 * parses its own options, does its work, writes its result to standard output, and returns what
 * went wrong with the words in `problem`; main() prints them and makes the exit status of it.
 */
#ifndef VSC_VSCMGR_COMMAND_H
#define VSC_VSCMGR_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "card/admin/admin.h"
#include "card/card.h"
#include "common/err.h"
#include "common/options.h"
#include "common/problem.h"
#include "conf/conf.h"
#include "vscmgr/reach.h"

struct request {
    int argc; /* what follows the command's name */
    char **argv;
    struct problem *problem;
};

enum vsc_err command_create(const struct request *request);
enum vsc_err command_destroy(const struct request *request);
enum vsc_err command_list(const struct request *request);
enum vsc_err command_show(const struct request *request);
enum vsc_err command_passwd(const struct request *request);
enum vsc_err command_csr(const struct request *request);
enum vsc_err command_import(const struct request *request);
enum vsc_err command_answer(const struct request *request);
enum vsc_err command_attest(const struct request *request);
enum vsc_err command_unblock(const struct request *request);
enum vsc_err command_rotate_adminkey(const struct request *request);
enum vsc_err command_change_puk(const struct request *request);
enum vsc_err command_generate(const struct request *request);
enum vsc_err command_delete_key(const struct request *request);
enum vsc_err command_set_owner(const struct request *request);
enum vsc_err command_doctor(const struct request *request);
enum vsc_err command_stacks(const struct request *request);

/* conf.c: options of every command go through this: parse, then check the number of words. */
must_check enum vsc_err command_parse(const struct request *request, const struct option *table,
                                      void *target, const char **words, size_t word_count);
/* Load the configuration (NULL: the default file); release with conf_free(). */
must_check enum vsc_err command_conf(const struct request *request, const char *path,
                                     struct conf **ret_conf);
/* admin_open() by the configuration; what could not be cleaned up is told on standard error. */
must_check enum vsc_err command_admin(const struct request *request, const struct conf *conf,
                                      struct change *admin);
/* The same for commands that only read. */
void command_tidy(const struct conf *conf);

/* find.c: the card of the list that is meant by NAME, "0000" or ROOT\SMARTCARDREADER\0000. */
must_check enum vsc_err find_card(const struct card_list *list, const char *what,
                                  const struct card_info **ret_card, struct problem *problem);
/* VSC_DENIED for another's card, of which vsc-card tells the name only. */
must_check enum vsc_err check_own_card(const struct card_info *card, struct problem *problem);
/* NULL if the card has no such key. */
const struct card_key *find_key(const struct card_info *card, const char *id);
/* List, then find; the caller releases the list. */
must_check enum vsc_err list_and_find(struct card_source *source, const char *what,
                                      struct card_list *ret_list, const struct card_info **ret_card,
                                      struct problem *problem);
/* What show, passwd and csr work with. */
struct opened {
    struct conf *conf; /* owned */
    struct reach reach;
    struct card_list list;        /* owned */
    const struct card_info *card; /* in the list */
};

#define auto_opened __attribute__((cleanup(opened_done)))

/*
 * Load the configuration, tidy up, list the cards and find `what`. The caller releases `opened`,
 * also after a failure.
 */
must_check enum vsc_err open_card(const struct request *request, const char *conf_path,
                                  const char *what, struct opened *opened);
void opened_done(struct opened *opened);

/* keys.c: the types of --key, and what they mean. */
extern const char *const key_choices[];
extern const enum key_type key_types[];

#define INSTANCE_PREFIX "ROOT\\SMARTCARDREADER\\"

/* The deadline of a command that uses the TPM. */
#define COMMAND_DEADLINE_MS 60000

#endif
