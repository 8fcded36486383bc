/* SPDX-License-Identifier: BSD-2-Clause */
/* What is in an element. */
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "enroll/xcep/soap.h"

#define BLANKS " \t\r\n"

static bool is_named(const xmlNode *node, const char *space, const char *name)
{
    return node->type == XML_ELEMENT_NODE && node->ns != NULL &&
           strcmp((const char *)node->name, name) == 0 &&
           strcmp((const char *)node->ns->href, space) == 0;
}

const xmlNode *soap_child(const xmlNode *node, const char *space, const char *name)
{
    const xmlNode *child = node != NULL ? node->children : NULL;

    while (child != NULL && !is_named(child, space, name))
        child = child->next;
    return child;
}

const xmlNode *soap_next(const xmlNode *node)
{
    const xmlNode *next = node->next;

    while (next != NULL && !is_named(next, (const char *)node->ns->href, (const char *)node->name))
        next = next->next;
    return next;
}

char *soap_long_text(const xmlNode *node)
{
    char *copy = NULL;
    xmlChar *content;

    if (node == NULL)
        return NULL;
    for (const xmlNode *child = node->children; child != NULL; child = child->next)
        if (child->type != XML_TEXT_NODE && child->type != XML_CDATA_SECTION_NODE)
            return NULL;
    content = xmlNodeGetContent(node);
    if (content != NULL && *content != '\0')
        copy = strdup((const char *)content);
    xmlFree(content);
    return copy;
}

bool soap_text(const xmlNode *node, char *to, size_t size)
{
    auto_free char *text = soap_long_text(node);
    const char *start;
    size_t len;

    *to = '\0';
    if (text == NULL)
        return false;
    start = text + strspn(text, BLANKS);
    len = strlen(start);
    while (len > 0 && strchr(BLANKS, start[len - 1]) != NULL)
        len--;
    if (len == 0 || len >= size)
        return false;
    memcpy(to, start, len);
    to[len] = '\0';
    if (text_is_printable(to))
        return true;
    *to = '\0';
    return false;
}

/* No text: nil, or not there. */
static bool is_empty(const xmlNode *node)
{
    return node == NULL || node->children == NULL;
}

bool soap_number(const xmlNode *node, uint64_t max, uint64_t *ret_number)
{
    char text[24];
    uint64_t number = 0;

    *ret_number = 0;
    if (is_empty(node))
        return true;
    if (!soap_text(node, text, sizeof text) || strlen(text) > 19)
        return false;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9')
            return false;
        number = number * 10 + (uint64_t)(*at - '0');
    }
    if (number > max)
        return false;
    *ret_number = number;
    return true;
}

bool soap_flags(const xmlNode *node, uint32_t *ret_flags)
{
    char text[24], *end = NULL;
    long long number;

    *ret_flags = 0;
    if (is_empty(node))
        return true;
    if (!soap_text(node, text, sizeof text) || strspn(text, "-0123456789") != strlen(text))
        return false;
    number = strtoll(text, &end, 10);
    if (*end != '\0' || end == text || number < INT32_MIN || number > UINT32_MAX)
        return false;
    *ret_flags = (uint32_t)number;
    return true;
}

bool soap_bool(const xmlNode *node, bool *ret_value)
{
    char text[8];

    *ret_value = false;
    if (is_empty(node))
        return true;
    if (!soap_text(node, text, sizeof text))
        return false;
    *ret_value = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    return *ret_value || strcmp(text, "false") == 0 || strcmp(text, "0") == 0;
}
