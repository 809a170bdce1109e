/* What the fragments in docs/ and README.md speak of. */
#include <ac.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct point { int x, y; };
extern const char *url, *url_a, *url_b, *url_c, *path, *urls[8];
extern int global, total, sum, n, fd, i, a[8];
extern char buffer[256];
async int fetch(const char *from);
async int first(void);
async int next(void);
async int more(int at);
async int step(int at);
async int change_global(void);
async void handle(ac_stream *client);
