/* Prints a greeting and its arguments: the program that needs stdio and nothing else. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    const char *greeting = getenv("GREETING");
    puts(greeting ? greeting : "hello");
    /* argv[0] is left out: every host names the program its own way. */
    for (int i = 1; i < argc; i++)
        printf("argument %d: %s\n", i, argv[i]);
    return 0;
}
