#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdio.h>

/*
 * Runs the commands of `script`, one a line, words separated by single spaces:
 *
 *     mkdir DIR               write FILE, append FILE (text follows, ended by a line ".")
 *     FILTER FROM [TO]        move FROM TO
 *     list PATH               grep TEXT PATH            remove PATH
 *
 * FILTER is one of filters.h and prints to stdout without TO. A command that fails ends the program.
 */
void script_run(FILE *script);

#endif
