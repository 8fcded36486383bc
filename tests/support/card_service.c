/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/card_service.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/dial.h"
#include "common/own.h"

#define WAIT_STEPS 1200 /* of 50 ms */

DEFINE_AUTO(FILE, fclose)

static bool write_config(const struct card_service *service)
{
    auto_by(fclose) FILE *file = fopen(service->config, "we");

    return file != NULL && fprintf(file,
                                   "card = { store = \"%s\"; tcti = \"%s\"; socket = \"%s\"; };\n"
                                   "helpers = { card_user = \"\"; check_user = \"\"; };\n",
                                   service->cards.store, service->cards.tcti, service->socket) > 0;
}

bool card_service_start(struct card_service *service)
{
    *service = (struct card_service){.listener = 0};
    if (!tpm_cards_start(&service->cards))
        return false;
    (void)snprintf(service->socket, sizeof(service->socket), "%s/card.sock",
                   service->cards.tpm.dir);
    (void)snprintf(service->config, sizeof(service->config), "%s/conf", service->cards.tpm.dir);
    return write_config(service);
}

static bool answers(const char *socket)
{
    const struct deadline deadline = deadline_in(1000);
    auto_fd int fd = -1;

    return dial(socket, &deadline, &fd) == VSC_OK;
}

bool card_service_listen(struct card_service *service)
{
    const char *build = getenv("B");
    char program[256];

    (void)snprintf(program, sizeof(program), "%s/vsc-card", build != NULL ? build : "build");
    service->listener = fork();
    if (service->listener < 0)
        return false;
    if (service->listener == 0) {
        (void)setpgid(0, 0);
        (void)execl(program, "vsc-card", "-c", service->config, "--listen", service->socket, NULL);
        _exit(127);
    }
    (void)setpgid(service->listener, service->listener);
    for (int i = 0; i < WAIT_STEPS; i++) {
        if (answers(service->socket))
            return true;
        (void)usleep(50000);
    }
    return false;
}

void card_service_kill(struct card_service *service)
{
    if (service->listener <= 0)
        return;
    (void)kill(-service->listener, SIGKILL);
    (void)waitpid(service->listener, NULL, 0);
    service->listener = 0;
    (void)unlink(service->socket);
}

void card_service_stop(struct card_service *service)
{
    if (service->listener > 0) {
        (void)kill(service->listener, SIGTERM);
        (void)waitpid(service->listener, NULL, 0);
        service->listener = 0;
    }
    tpm_cards_stop(&service->cards);
}
