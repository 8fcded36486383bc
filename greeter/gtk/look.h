/* SPDX-License-Identifier: BSD-2-Clause */
/* Themes, contrast and the size of text, and the greeter's own style sheet. */
#ifndef VSC_GREETER_GTK_LOOK_H
#define VSC_GREETER_GTK_LOOK_H

#include <stdbool.h>

struct look {
    bool dark;
    bool high_contrast;
    bool large_text; /* twice as large */
    bool animations;
};

/* Once, after gtk_init(): keeps the theme and size that were set before, and loads the sheet. */
void look_init(void);
/* Again where windows have come since. */
void look_apply(const struct look *look);

#endif
