/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * local-ca-submit: certmonger's helper for a vsc-ca on this machine (local-ca-submit.8). It runs as
 * the user, and says nothing of who that is: the CA asks the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ca/exchange.h"
#include "common/dial.h"
#include "common/io.h"
#include "common/options.h"
#include "common/own.h"

#define PATIENCE_MS 110000 /* certmonger and vsc-enroll wait 120 seconds */

struct arguments {
    const char *socket;
};

static const struct option options[] = {
    {.name = "socket", .kind = OPTION_PATH, .offset = offsetof(struct arguments, socket)},
    {.name = NULL},
};

/* Not from the environment of a setuid caller; absent and empty are the same. */
static const char *variable(const char *name)
{
    const char *value = secure_getenv(name);

    return value != NULL ? value : "";
}

static enum ca_status complain(enum ca_status status, const char *what, const char *why)
{
    (void)printf("%s: %s\n", what, why);
    return status;
}

/* A word that does not fit stays empty, and is false. */
static bool fill(char *word, size_t size, const char *value)
{
    if (strlen(value) >= size)
        return false;
    memcpy(word, value, strlen(value) + 1);
    return true;
}

static enum vsc_err read_bundle(struct buf *ret_bundle)
{
    const char *path = variable("VSC_ATTESTATION_FILE");
    auto_fd int fd = -1;
    struct stat status;

    buf_init(ret_bundle, EXCHANGE_BUNDLE_MAX);
    if (path[0] == '\0')
        return VSC_OK;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return VSC_INPUT;
    return io_read_all(fd, EXCHANGE_BUNDLE_MAX, ret_bundle);
}

static enum vsc_err ask(const char *path, const struct buf *question, struct buf *ret_content,
                        struct answer *ret_answer)
{
    const struct deadline deadline = deadline_in(PATIENCE_MS);
    auto_fd int fd = -1;
    enum vsc_err err = dial(path, &deadline, &fd);

    if (err == VSC_OK)
        err = frame_send(fd, question, &deadline);
    if (err == VSC_OK)
        err = frame_receive(fd, EXCHANGE_TEXT_MAX + 64, ret_content, &deadline);
    return err == VSC_OK ? answer_read(ret_content, ret_answer) : err;
}

static enum ca_status run(const char *path)
{
    auto_buf struct buf bundle = {.data = NULL}, question = {.data = NULL},
                        content = {.data = NULL};
    struct question words = {.csr = (const unsigned char *)variable("CERTMONGER_CSR")};
    struct answer answer = {.status = CA_UNREACHABLE};
    enum vsc_err err;

    words.csr_len = strlen((const char *)words.csr);
    /* certmonger asks for a new certificate by SUBMIT also where no operation is named. */
    if (!fill(words.operation, sizeof(words.operation), variable("CERTMONGER_OPERATION")))
        return CA_UNSUPPORTED;
    if (words.operation[0] == '\0')
        (void)fill(words.operation, sizeof(words.operation), "SUBMIT");
    if (!fill(words.template, sizeof(words.template), variable("CERTMONGER_CA_PROFILE")))
        return complain(CA_REJECTED, "CERTMONGER_CA_PROFILE", "too long");
    if (!fill(words.cookie, sizeof(words.cookie), variable("CERTMONGER_CA_COOKIE")))
        return complain(CA_REJECTED, "CERTMONGER_CA_COOKIE", "too long");
    if (read_bundle(&bundle) != VSC_OK)
        return complain(CA_UNCONFIGURED, "VSC_ATTESTATION_FILE", "cannot be read");
    words.bundle = bundle.data;
    words.bundle_len = bundle.len;
    if (question_write(&words, &question) != VSC_OK)
        return complain(CA_REJECTED, "the request",
                        "is too large, or has a word that is not sound");
    err = ask(path, &question, &content, &answer);
    if (err == VSC_HELPER && errno == ENOENT)
        return complain(CA_UNCONFIGURED, path, "there is no CA");
    if (err != VSC_OK)
        return complain(CA_UNREACHABLE, path,
                        err == VSC_HELPER ? strerror(errno) : vsc_strerror(err));
    if (fwrite(answer.text, 1, answer.len, stdout) != answer.len)
        return CA_UNREACHABLE;
    return answer.status;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.socket = EXCHANGE_SOCKET};
    struct problem problem = {""};
    const char *words[1];
    size_t word_count = 0;
    enum ca_status status = CA_UNCONFIGURED;

    if (options_parse_command(options, argc - 1, argv + 1, &arguments, words, 1, &word_count,
                              &problem) == VSC_OK &&
        word_count == 0)
        status = run(arguments.socket);
    else
        (void)fprintf(stderr, "local-ca-submit: %s\n",
                      problem.text[0] != '\0' ? problem.text : "unexpected argument");
    /* What was not written was not told. */
    if (fflush(stdout) != 0)
        status = CA_UNREACHABLE;
    return (int)status;
}
