/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/network.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

const struct network_limits network_limits = {
    .connect_ms = 10 * 1000,
    .total_ms = 15 * 60 * 1000,
    .slow_bytes = 1024,
    .slow_seconds = 30,
    .directory_ms = 60 * 1000,
};

static bool may_meet_v4(uint32_t address, bool loopback)
{
    const uint32_t first = address >> 24;

    if (first == 127)
        return loopback;
    if (first == 0 || first >= 224) /* unspecified; multicast, reserved, broadcast */
        return false;
    return address >> 16 != 0xa9fe; /* 169.254/16 */
}

static bool may_meet_v6(const struct in6_addr *address, bool loopback)
{
    uint32_t inner;

    if (IN6_IS_ADDR_LOOPBACK(address))
        return loopback;
    if (IN6_IS_ADDR_UNSPECIFIED(address) || IN6_IS_ADDR_MULTICAST(address) ||
        IN6_IS_ADDR_LINKLOCAL(address))
        return false;
    if (!IN6_IS_ADDR_V4MAPPED(address) && !IN6_IS_ADDR_V4COMPAT(address))
        return true;
    memcpy(&inner, &address->s6_addr[12], sizeof(inner));
    return may_meet_v4(ntohl(inner), loopback);
}

bool network_may_meet(const struct sockaddr *address, bool loopback)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    switch (address->sa_family) {
    case AF_INET:
        memcpy(&v4, address, sizeof(v4));
        return may_meet_v4(ntohl(v4.sin_addr.s_addr), loopback);
    case AF_INET6:
        memcpy(&v6, address, sizeof(v6));
        return may_meet_v6(&v6.sin6_addr, loopback);
    default:
        return false;
    }
}
