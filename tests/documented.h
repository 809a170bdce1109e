/* What the fragments in docs/ and README.md speak of. */
#include <ac.h>
#include <ac_tls.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

typedef struct sqlite3_stmt sqlite3_stmt;
int sqlite3_step(sqlite3_stmt *);
extern sqlite3_stmt *statement;
enum { SQLITE_ERROR = 1 };
int query(const char *text);
struct stat status_of(const char *path);
struct image { int width, height; unsigned char pixels[4096]; };
struct image scale(struct image image, int width, int height);
extern ac_loop *main_loop;
async int ask(const char *question);
