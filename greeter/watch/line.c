/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/watch/line.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

FILE *line_open(struct line *line)
{
    line->stream = fmemopen(line->bytes, sizeof(line->bytes), "w");
    if (line->stream != NULL)
        (void)setvbuf(line->stream, NULL, _IOFBF, BUFSIZ);
    return line->stream;
}

bool line_is_read(short revents)
{
    return (revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
}

/* No more than a pipe takes at once, so that the write does not block what the wait would see. */
static enum vsc_err put_some(int fd, const char *bytes, size_t len, size_t *ret_put)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLOUT};
    ssize_t put;

    if (poll(&pollfd, 1, -1) < 0)
        return errno == EINTR ? VSC_OK : VSC_SYSTEM;
    if (!line_is_read(pollfd.revents))
        return VSC_HELPER;
    put = write(fd, bytes, len < PIPE_BUF ? len : PIPE_BUF);
    if (put >= 0)
        *ret_put = (size_t)put;
    if (put >= 0 || errno == EINTR || errno == EAGAIN)
        return VSC_OK;
    return errno == EPIPE ? VSC_HELPER : VSC_SYSTEM;
}

enum vsc_err line_close(struct line *line)
{
    long len = fflush(line->stream) == 0 ? ftell(line->stream) : -1;
    bool is_whole = ferror(line->stream) == 0 && len > 0 && len <= LINE_MAX_BYTES;
    size_t sent = 0;

    is_whole = fclose(line->stream) == 0 && is_whole;
    line->stream = NULL;
    if (!is_whole)
        return VSC_MEMORY;
    while (sent < (size_t)len) {
        size_t put = 0;
        enum vsc_err err = put_some(line->fd, line->bytes + sent, (size_t)len - sent, &put);

        if (err != VSC_OK)
            return err;
        sent += put;
    }
    return VSC_OK;
}
