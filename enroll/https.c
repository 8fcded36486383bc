/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/https.h"

#define SYSTEM_ANCHORS "/etc/ssl/certs"

static bool set_manners(CURL *easy, const char *url)
{
    return curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "vsc-enroll/" VSC_VERSION) == CURLE_OK;
}

static bool set_tls(CURL *easy, const struct buf *anchors)
{
    struct curl_blob blob = {.data = anchors->data, .len = anchors->len, .flags = CURL_BLOB_NOCOPY};
    const bool own = blob.len > 0;

    if (own && curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob) != CURLE_OK)
        return false;
    return curl_easy_setopt(easy, CURLOPT_CAINFO, NULL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CAPATH, own ? NULL : SYSTEM_ANCHORS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
}

bool https_set(CURL *easy, const char *url, const struct buf *anchors)
{
    return set_manners(easy, url) && set_tls(easy, anchors);
}
