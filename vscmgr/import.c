/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr import: a certificate for a key of a card. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "vscmgr/command.h"

#define FILE_MAX (CHAIN_MAX * CERT_MAX * 2)

struct import_options {
    const char *conf;
    bool quiet;
};

static const struct option import_table[] = {
    {"c", OPTION_STRING, offsetof(struct import_options, conf), 0, 0, NULL},
    {"quiet", OPTION_FLAG, offsetof(struct import_options, quiet), 0, 0, NULL},
    {0},
};

DEFINE_AUTO(struct conf, conf_free)

static enum vsc_err read_file(const char *path, struct buf *ret_content, struct problem *problem)
{
    auto_fd int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0)
        return problem_set(problem, VSC_INPUT, "%s: %s", path, strerror(errno));
    if (io_read_all(file, FILE_MAX, ret_content) != VSC_OK)
        return problem_set(problem, VSC_INPUT, "%s: too large, or cannot be read", path);
    return VSC_OK;
}

enum vsc_err command_import(const struct request *request)
{
    struct import_options options = {0};
    auto_by(conf_free) struct conf *conf = NULL;
    auto_reach struct reach reach = {0};
    auto_card_list struct card_list list = {0};
    auto_buf struct buf content;
    const struct card_info *card = NULL;
    const char *words[2] = {0};
    char key[KEY_ID_SIZE];
    enum vsc_err err;

    buf_init(&content, FILE_MAX);
    err = command_parse(request, import_table, &options, words, 2);
    if (err == VSC_OK)
        err = command_conf(request, options.conf, &conf);
    if (err == VSC_OK)
        err = read_file(words[1], &content, request->problem);
    if (err == VSC_OK)
        err = reach_open(conf, &reach, request->problem);
    if (err == VSC_OK)
        err = list_and_find(reach.source, words[0], &list, &card, request->problem);
    if (err == VSC_OK)
        err = reach_import(&reach, card->id, content.data, content.len, key, request->problem);
    if (err == VSC_OK && !options.quiet)
        (void)printf("The certificate is stored with key %s of %s.\n", key, card->name);
    return err;
}
