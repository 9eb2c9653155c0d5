/* Tools from one text stream to another. */
#ifndef FILTERS_H
#define FILTERS_H

#include <stdio.h>

typedef void filter(FILE *in, FILE *out);

/* The filter called `name` (cat, count, sort, upper, uniq, words); NULL when there is none. */
filter *filter_named(const char *name);

#endif
