/* `make demo`: starts the rate server, lets several clients ask for the rate, prints what was seen, and then keeps the
   server up until Ctrl-C where somebody sits at a terminal. Ends the server as Ctrl-C does, and tells how it ended.

       build/demo SERVER SOURCE */
#define _GNU_SOURCE
#include "process.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CROWD = 100, ANSWER = 512 };

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static void pause_for(double seconds)
{
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}

/* The port in the first line that the server prints; 0: it did not start. */
static int port_wait(const char *out)
{
    int port = 0;
    for (int tries = 0; tries < 500 && port == 0; tries++) {
        char *text = file_read(out, NULL);
        char *at = text ? strstr(text, " port ") : NULL;
        if (at && strchr(at, '\n'))
            port = atoi(at + 6);
        free(text);
        if (port == 0)
            pause_for(0.01);
    }
    return port;
}

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Reads to the end of the connection and closes it. */
static void answer_read(int fd, char answer[ANSWER])
{
    size_t length = 0;
    ssize_t n;
    while (length < ANSWER - 1 && (n = recv(fd, answer + length, ANSWER - 1 - length, 0)) > 0)
        length += (size_t)n;
    answer[length] = '\0';
    close(fd);
}

/* Prints a program's answer, or says that the machine does not have the program. */
static void show_program(const char *const argv[], const char *shown, const char *out)
{
    if (!process_exists(argv[0])) {
        printf("  $ %s\n  (%s is not installed here)\n", shown, argv[0]);
        return;
    }
    int status = process_run(argv, &(struct process_files){.out = out, .err = "/dev/null"}, 10);
    char *text = file_read(out, NULL);
    printf("  $ %s\n  %s", shown, text && *text ? text : "(no answer)\n");
    if (status != 0)
        printf("  (exit status %d)\n", status);
    free(text);
}

static void show_programs(int port, const char *out)
{
    char *url = text_format("http://127.0.0.1:%d/", port), *digits = text_format("%d", port);
    char *shown = text_format("curl %s", url);
    show_program((const char *const[]){"curl", "-sS", "-m", "5", url, NULL}, shown, out);
    free(shown);
    shown = text_format("nc 127.0.0.1 %d", port);
    show_program((const char *const[]){"nc", "-w", "5", "127.0.0.1", digits, NULL}, shown, out);
    free(shown);
    free(digits);
    free(url);
}

/* CROWD clients at once, half of them browsers: all connect before any reads. How many got a rate. */
static int crowd(int port)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    int fds[CROWD], served = 0;
    for (int i = 0; i < CROWD; i++) {
        fds[i] = connect_to(port);
        if (fds[i] >= 0 && i % 2 == 0 && send(fds[i], request, sizeof request - 1, MSG_NOSIGNAL) < 0)
            perror("send");
    }
    for (int i = 0; i < CROWD; i++) {
        char answer[ANSWER] = "";
        if (fds[i] >= 0)
            answer_read(fds[i], answer);
        served += strstr(answer, "EUR/USD 1.") != NULL;
    }
    return served;
}

static int show(int port, const char *source, const char *out)
{
    printf("%s, translated by acc, is up at http://127.0.0.1:%d/\n\n", source, port);
    show_programs(port, out);
    double begun = process_clock();
    int served = crowd(port);
    printf("\n%d of %d clients at once were served, in %.0f ms\n", served, CROWD, (process_clock() - begun) * 1000);
    return served == CROWD;
}

static void serve_on(pid_t server, int port)
{
    printf("\nTry it from another terminal:  curl http://127.0.0.1:%d/   or   nc 127.0.0.1 %d\nCtrl-C ends it.\n", port, port);
    fflush(stdout);
    while (!interrupted && kill(server, 0) == 0)
        pause_for(0.1);
    puts("");
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: demo SERVER SOURCE\n");
        return 2;
    }
    /* Ctrl-C reaches this program alone, which hands it on to the server, in a process group of its own. */
    signal(SIGINT, interrupt);
    signal(SIGTERM, interrupt);
    signal(SIGPIPE, SIG_IGN);
    char *out = text_format("build/demo.%d.out", (int)getpid()), *answers = text_format("build/demo.%d.answers", (int)getpid());
    pid_t server = process_start((const char *const[]){argv[1], "0", NULL}, &(struct process_files){.out = out});
    int port = server > 0 ? port_wait(out) : 0, good = 0;
    if (port)
        good = show(port, argv[2], answers);
    else
        fprintf(stderr, "the server did not start\n");
    if (good && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        serve_on(server, port);
    if (server > 0) {
        kill(server, SIGINT);
        int status = process_wait(server, 10);
        char *said = file_read(out, NULL), *last = said ? strchr(said, '\n') : NULL;
        printf("SIGINT: the server said \"%.*s\" and ended with status %d\n", last ? (int)strcspn(last + 1, "\n") : 0,
               last ? last + 1 : "", status);
        good = good && status == 130;
        free(said);
    }
    remove(out);
    remove(answers);
    return good ? 0 : 1;
}
