/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands between TPM clients (TCTI swtpm:host=127.0.0.1,port=PORT) and a software TPM: counts and
 * records the commands, kills a process at the N-th one, answers chosen commands itself. The
 * control channel (PORT + 1) is passed on as it is. One client at a time, as the software TPM has
 * it.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "tests/proxy/fault.h"
#include "tests/proxy/frame.h"
#include "tests/proxy/names.h"
#include "tests/proxy/rules.h"

#define WHAT_IS_LEFT 0xffffffffu /* no TPM command: asks this proxy */

struct proxy {
    unsigned listen_port;
    unsigned to_port;
    int log;
    int raw;
    unsigned long stop_at; /* 0: never */
    const char *stop_pid_file;
    bool stop_after;
    struct rule rules[RULES_MAX];
    size_t rule_count;
    const char *faults;
    unsigned long seen; /* commands so far */
};

static const char usage[] =
    "usage: tpm_proxy --listen PORT --to PORT [--log FILE] [--raw FILE]\n"
    "                 [--stop-at N PID-FILE [--stop-after]] [--faults FILE]\n"
    "                 [--fail CC:RC[:PATTERN[:TIMES]]]...\n"
    "  --log FILE     append a line for each command:\n"
    "                 MONOTONIC-MS CODE NAME SIZE RESPONSE-CODE MS-TAKEN\n"
    "  --raw FILE     append all bytes of commands and responses\n"
    "  --stop-at N PID-FILE  at the N-th command, SIGKILL the process whose id stands in the "
    "file;\n"
    "                 the TPM does not get the command, but with --stop-after it does\n"
    "  --faults FILE  what stands in FILE happens once, see tests/proxy/fault.h\n"
    "  --fail ...     answer command CC with RC; PATTERN: hex digits, '.' for any, found anywhere\n"
    "                 in the command; after TIMES answers the TPM gets the command again\n";

static double now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static struct sockaddr_in loopback(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    return address;
}

static void send_at_once(int fd)
{
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

static int listen_on(unsigned port)
{
    struct sockaddr_in address = loopback(port);
    auto_fd int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, 8) != 0) {
        fprintf(stderr, "tpm_proxy: port %u: %s\n", port, strerror(errno));
        exit(EXIT_FAILURE);
    }
    return take_fd(fd);
}

static int connect_to(unsigned port)
{
    struct sockaddr_in address = loopback(port);
    auto_fd int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        fprintf(stderr, "tpm_proxy: to port %u: %s\n", port, strerror(errno));
        return -1;
    }
    send_at_once(fd);
    return take_fd(fd);
}

static int accept_from(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    if (fd >= 0)
        send_at_once(fd);
    return fd;
}

static void record(const struct proxy *proxy, const struct frame *frame)
{
    if (proxy->raw >= 0 && !frame_send(proxy->raw, frame))
        fprintf(stderr, "tpm_proxy: the raw record is incomplete: %s\n", strerror(errno));
}

static void log_command(const struct proxy *proxy, const struct frame *command, double from_ms,
                        const char *outcome)
{
    uint32_t code = frame_get32(command->bytes + 6);

    if (proxy->log >= 0)
        dprintf(proxy->log, "%.3f 0x%08x %s %zu %s %.3f\n", from_ms, code, command_name(code),
                command->len, outcome, now_ms() - from_ms);
}

static void stop_process(const char *pid_file)
{
    long pid = 0;
    FILE *file = fopen(pid_file, "re");

    if (file == NULL || fscanf(file, "%ld", &pid) != 1 || pid <= 1 ||
        kill((pid_t)pid, SIGKILL) != 0)
        fprintf(stderr, "tpm_proxy: nobody to stop in %s\n", pid_file);
    if (file != NULL)
        (void)fclose(file);
}

/* The answer of the first rule that fits, or of the TPM. False: the TPM is gone. */
static bool answer(struct proxy *proxy, int tpm, const struct frame *command,
                   struct frame *response)
{
    uint32_t code = frame_get32(command->bytes + 6);

    for (size_t i = 0; i < proxy->rule_count; i++) {
        struct rule *rule = &proxy->rules[i];

        if (!rule_fits(rule, code, command->bytes, command->len))
            continue;
        rule->left--;
        frame_begin(response, FRAME_HEADER, rule->answer);
        return true;
    }
    return frame_send(tpm, command) && frame_read(tpm, response);
}

/* "LOADED INDICES": what clients before left in the TPM. */
static bool tell_what_is_left(int client, int tpm)
{
    struct leftovers left;

    return leftovers_take(tpm, &left) && dprintf(client, "%u %u\n", left.loaded, left.indices) > 0;
}

/* One command. False: this client has ended. */
static bool serve_command(struct proxy *proxy, int client, int tpm)
{
    static struct frame command, response;
    char outcome[16];

    if (!frame_read(client, &command))
        return false;
    double from_ms = now_ms();
    if (frame_get32(command.bytes + 6) == WHAT_IS_LEFT)
        return tell_what_is_left(client, tpm);
    record(proxy, &command);
    enum fault_effect fault = fault_apply(proxy->faults, client);
    if (fault != FAULT_NONE) {
        log_command(proxy, &command, from_ms, "fault");
        return fault == FAULT_ANSWERED;
    }
    bool stop = ++proxy->seen == proxy->stop_at;
    if (stop && !proxy->stop_after) {
        stop_process(proxy->stop_pid_file);
        log_command(proxy, &command, from_ms, "stopped-before");
        return false;
    }
    if (!answer(proxy, tpm, &command, &response)) {
        log_command(proxy, &command, from_ms, "no-answer");
        return false;
    }
    record(proxy, &response);
    if (stop) {
        stop_process(proxy->stop_pid_file);
        log_command(proxy, &command, from_ms, "stopped-after");
        return false;
    }
    (void)snprintf(outcome, sizeof(outcome), "0x%08x", frame_get32(response.bytes + 6));
    log_command(proxy, &command, from_ms, outcome);
    return frame_send(client, &response);
}

/* Pass the control channel on, in both directions. */
static void relay(int client, int tpm)
{
    struct pollfd ends[] = {{.fd = client, .events = POLLIN}, {.fd = tpm, .events = POLLIN}};
    uint8_t bytes[FRAME_MAX];

    for (;;) {
        if (poll(ends, 2, -1) < 0)
            return;
        for (int i = 0; i < 2; i++) {
            if (ends[i].revents == 0)
                continue;
            ssize_t got = read(ends[i].fd, bytes, sizeof(bytes));

            if (got <= 0 || io_write_all(ends[1 - i].fd, bytes, (size_t)got) != VSC_OK)
                return;
        }
    }
}

static void *serve_control(void *argument)
{
    const struct proxy *proxy = argument;
    int listener = listen_on(proxy->listen_port + 1);

    for (;;) {
        auto_fd int client = accept_from(listener);
        auto_fd int tpm = client < 0 ? -1 : connect_to(proxy->to_port + 1);

        if (tpm >= 0)
            relay(client, tpm);
    }
    return NULL;
}

static int open_record(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (fd < 0) {
        fprintf(stderr, "tpm_proxy: %s: %s\n", path, strerror(errno));
        exit(EXIT_FAILURE);
    }
    return fd;
}

static unsigned long number(const char *text, unsigned long max)
{
    char *end = NULL;

    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || value > max) {
        fprintf(stderr, "tpm_proxy: not a number up to %lu: %s\n", max, text);
        exit(2);
    }
    return value;
}

static void add_rule(struct proxy *proxy, const char *text)
{
    if (proxy->rule_count == RULES_MAX || !rule_parse(text, &proxy->rules[proxy->rule_count])) {
        fprintf(stderr, "tpm_proxy: --fail %s: no rule\n%s", text, usage);
        exit(2);
    }
    proxy->rule_count++;
}

static void read_options(struct proxy *proxy, int argc, char **argv)
{
    static const struct option options[] = {{"listen", required_argument, NULL, 'l'},
                                            {"to", required_argument, NULL, 't'},
                                            {"log", required_argument, NULL, 'o'},
                                            {"raw", required_argument, NULL, 'r'},
                                            {"stop-at", required_argument, NULL, 's'},
                                            {"stop-after", no_argument, NULL, 'a'},
                                            {"fail", required_argument, NULL, 'f'},
                                            {"faults", required_argument, NULL, 'u'},
                                            {NULL, 0, NULL, 0}};
    int option;

    /* "+": --stop-at has two arguments, of which getopt takes the first. */
    while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        if (option == 'l') {
            proxy->listen_port = (unsigned)number(optarg, 65534);
        } else if (option == 't') {
            proxy->to_port = (unsigned)number(optarg, 65534);
        } else if (option == 'o') {
            proxy->log = open_record(optarg);
        } else if (option == 'r') {
            proxy->raw = open_record(optarg);
        } else if (option == 's' && optind < argc) {
            proxy->stop_at = number(optarg, 1000000);
            proxy->stop_pid_file = argv[optind++];
        } else if (option == 'a') {
            proxy->stop_after = true;
        } else if (option == 'u') {
            proxy->faults = optarg;
        } else if (option == 'f') {
            add_rule(proxy, optarg);
        } else {
            fputs(usage, stderr);
            exit(2);
        }
    }
    if (optind != argc || proxy->listen_port == 0 || proxy->to_port == 0) {
        fputs(usage, stderr);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static struct proxy proxy = {.log = -1, .raw = -1};
    pthread_t control;

    read_options(&proxy, argc, argv);
    (void)signal(SIGPIPE, SIG_IGN);
    int listener = listen_on(proxy.listen_port);
    if (pthread_create(&control, NULL, serve_control, &proxy) != 0)
        return EXIT_FAILURE;
    for (;;) {
        auto_fd int client = accept_from(listener);
        auto_fd int tpm = client < 0 ? -1 : connect_to(proxy.to_port);

        while (tpm >= 0 && serve_command(&proxy, client, tpm)) {
        }
    }
}
