/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * httpd PORTFILE FOLDER LOG: an HTTP server on 127.0.0.1 for tests, on a free port that it writes
 * to PORTFILE. It serves the files of FOLDER with ETag and Last-Modified, and logs a line for each
 * request. What else happens to NAME is in FOLDER/NAME.how, one line:
 *
 *   status N           that status and no body
 *   redirect URL       302
 *   drip               two bytes, and one more each second
 *   hang               half of the file, then nothing
 *   short              half of the file, though Content-Length says the whole
 *   endless            a body that never ends, without Content-Length
 *   huge               Content-Length says 1 TiB
 *   old                answers 304 to whoever knows any version
 *
 * An executable FOLDER/NAME.cgi is run with the body of a POST on its standard input, and what it
 * writes is the answer.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/own.h"

#define REQUEST_MAX 65536
#define HOW_MAX     1024

struct request {
    char method[8];
    char name[256]; /* of the file */
    char head[REQUEST_MAX];
    size_t len, body_at;
};

static const char *folder, *log_path;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void path_of(char path[512], const char *name, const char *ending)
{
    (void)snprintf(path, 512, "%s/%s%s", folder, name, ending);
}

static void say(int fd, const char *text)
{
    (void)!write(fd, text, strlen(text));
}

static void note(const struct request *request, int status)
{
    char line[512];
    auto_fd int fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

    (void)snprintf(line, sizeof(line), "%s /%s %d\n", request->method, request->name, status);
    say(fd, line);
}

/* The value of a header as a fresh string, or NULL. */
static char *header(const struct request *request, const char *name)
{
    const char *line = request->head;

    while (line != NULL && line < request->head + request->body_at) {
        size_t len = strlen(name);

        if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
            const char *value = line + len + 1 + strspn(line + len + 1, " ");

            return strndup(value, strcspn(value, "\r\n"));
        }
        line = strstr(line, "\r\n");
        line = line != NULL ? line + 2 : NULL;
    }
    return NULL;
}

static size_t body_wanted(const struct request *request)
{
    auto_free char *value = header(request, "Content-Length");

    return value != NULL ? strtoul(value, NULL, 10) : 0;
}

static bool receive(int fd, struct request *request)
{
    for (;;) {
        const char *end = strstr(request->head, "\r\n\r\n");
        ssize_t got;

        if (end != NULL) {
            request->body_at = (size_t)(end + 4 - request->head);
            if (request->len - request->body_at >= body_wanted(request))
                break;
        }
        if (request->len + 1 >= sizeof(request->head))
            return false;
        got = read(fd, request->head + request->len, sizeof(request->head) - 1 - request->len);
        if (got <= 0)
            return false;
        request->len += (size_t)got;
    }
    return sscanf(request->head, "%7s /%255s", request->method, request->name) == 2 &&
           strstr(request->name, "..") == NULL;
}

static void answer_status(int fd, const struct request *request, int status, const char *more)
{
    char head[HOW_MAX + 256];

    note(request, status);
    (void)snprintf(head, sizeof(head),
                   "HTTP/1.1 %d X\r\nContent-Length: 0\r\nConnection: close\r\n%s\r\n", status,
                   more);
    say(fd, head);
}

static char *read_file(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "re");
    struct stat status;
    char *content;

    if (file == NULL)
        return NULL;
    if (fstat(fileno(file), &status) != 0)
        die(path);
    content = calloc(1, (size_t)status.st_size + 1);
    if (content == NULL ||
        fread(content, 1, (size_t)status.st_size, file) != (size_t)status.st_size)
        die(path);
    (void)fclose(file);
    *ret_len = (size_t)status.st_size;
    return content;
}

/* What is left undone ends with this process, or when the client goes away. */
static void hang(int fd)
{
    char byte;

    (void)!read(fd, &byte, 1);
}

static void send_body(int fd, const char *how, const char *body, size_t len)
{
    char filler[4096] = {0};

    if (strcmp(how, "drip") == 0) {
        (void)!write(fd, body, 2);
        while (write(fd, "x", 1) == 1)
            (void)sleep(1);
    } else if (strcmp(how, "hang") == 0) {
        (void)!write(fd, body, len / 2);
        hang(fd);
    } else if (strcmp(how, "short") == 0) {
        (void)!write(fd, body, len / 2);
    } else if (strcmp(how, "endless") == 0) {
        while (write(fd, filler, sizeof(filler)) > 0)
            continue;
    } else {
        while (len > 0) {
            ssize_t put = write(fd, body, len);

            if (put <= 0)
                return;
            body += put;
            len -= (size_t)put;
        }
    }
}

static void send_file(int fd, const struct request *request, const char *how, const char *path)
{
    size_t len = 0;
    auto_free char *body = read_file(path, &len);
    auto_free char *match = header(request, "If-None-Match");
    auto_free char *since = header(request, "If-Modified-Since");
    char head[1024], etag[64], modified[64], length[64];
    struct stat status;
    struct tm tm;

    if (body == NULL || stat(path, &status) != 0) {
        answer_status(fd, request, 404, "");
        return;
    }
    (void)snprintf(etag, sizeof(etag), "\"%lx-%lx.%lx\"", (unsigned long)status.st_ino,
                   (unsigned long)status.st_mtim.tv_sec, (unsigned long)status.st_mtim.tv_nsec);
    (void)gmtime_r(&status.st_mtim.tv_sec, &tm);
    (void)strftime(modified, sizeof(modified), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    if ((match != NULL && strcmp(match, etag) == 0) ||
        (strcmp(how, "old") == 0 && (match != NULL || since != NULL))) {
        answer_status(fd, request, 304, "");
        return;
    }
    note(request, 200);
    (void)snprintf(length, sizeof(length), "Content-Length: %zu\r\n",
                   strcmp(how, "huge") == 0 ? (size_t)1 << 40 : len);
    (void)snprintf(
        head, sizeof(head),
        "HTTP/1.1 200 OK\r\nETag: %s\r\nLast-Modified: %s\r\nConnection: close\r\n%s\r\n", etag,
        modified, strcmp(how, "endless") == 0 ? "" : length);
    say(fd, head);
    send_body(fd, how, body, len);
}

/* The program's standard output is the connection itself. */
static void run_cgi(int fd, const struct request *request, const char *path)
{
    int input[2];
    pid_t child;

    if (pipe(input) != 0)
        die("pipe");
    note(request, 200);
    say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    child = fork();
    if (child == 0) {
        (void)close(input[1]);
        (void)dup2(input[0], 0);
        (void)dup2(fd, 1);
        (void)execl(path, path, (char *)NULL);
        _exit(127);
    }
    (void)close(input[0]);
    (void)!write(input[1], request->head + request->body_at, request->len - request->body_at);
    (void)close(input[1]);
    (void)waitpid(child, NULL, 0);
}

static void serve(int fd)
{
    static struct request request;
    char path[512];
    size_t len = 0;
    auto_free char *how = NULL;

    if (!receive(fd, &request))
        return;
    path_of(path, request.name, ".cgi");
    if (access(path, X_OK) == 0) {
        run_cgi(fd, &request, path);
        return;
    }
    path_of(path, request.name, ".how");
    how = read_file(path, &len);
    if (how == NULL)
        how = calloc(1, 1);
    if (how == NULL)
        die("memory");
    how[strcspn(how, "\n")] = '\0';
    path_of(path, request.name, "");
    if (strncmp(how, "status ", 7) == 0) {
        answer_status(fd, &request, (int)strtol(how + 7, NULL, 10), "");
    } else if (strncmp(how, "redirect ", 9) == 0) {
        char location[HOW_MAX];

        (void)snprintf(location, sizeof(location), "Location: %.900s\r\n", how + 9);
        answer_status(fd, &request, 302, location);
    } else {
        send_file(fd, &request, how, path);
    }
}

static int listen_on_free_port(const char *port_file)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char beside[512];
    FILE *file;

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        die("socket");
    (void)snprintf(beside, sizeof(beside), "%s.new", port_file);
    file = fopen(beside, "we");
    if (file == NULL || fprintf(file, "%d\n", ntohs(address.sin_port)) < 0 || fclose(file) != 0 ||
        rename(beside, port_file) != 0)
        die(port_file);
    return fd;
}

int main(int argc, char **argv)
{
    int listener;

    if (argc != 4) {
        (void)fprintf(stderr, "usage: httpd PORTFILE FOLDER LOG\n");
        return 2;
    }
    folder = argv[2];
    log_path = argv[3];
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGCHLD, SIG_IGN);
    listener = listen_on_free_port(argv[1]);
    for (;;) {
        int fd = accept(listener, NULL, NULL);

        if (fd >= 0 && fork() == 0) {
            (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
            (void)signal(SIGCHLD, SIG_DFL);
            serve(fd);
            _exit(0);
        }
        if (fd >= 0)
            (void)close(fd);
    }
}
