/* What the programs of this fuzzer are made of: world.ac has it for libac, world.py for asyncio, under the same names.

   `me` is the label of the task that calls, and `site` the number of the statement: with these each line of the trace
   begins. Tasks lie in slots 1 to 8; a task awaits only slots above its own label, so that no ring comes about. */
#ifndef WORLD_H
#define WORLD_H
#include <ac.h>

#define NONE NULL
#define NEVER (-1)

/* A line of the trace: the time, who, where, what, and a number. */
void note(int me, int site, const char *what, int value);
/* The number that stands for an error in the trace: n for AC_EUSER + n. */
int number_of(int error);

/* Runs a program and prints its trace. */
void world_run(unsigned long long seed, async int (*first)(int));

/* ---- tasks ---- */

async void nap(int me, int site, int seconds);
async void turn(int me, int site);
async void call(int me, int site, Coro(int) coro);
void spawn(int me, int site, int slot, Coro(int) coro);
async void join(int me, int site, int slot);
void cancel_task(int me, int site, int slot);
void cancel_self(int me, int site);
void uncancel_self(int me, int site);
void cancelled(int me, int site);              /* what a handler of a cancellation notes */
int larger(int a, int b);
void look(int me, int site, int slot);
void watch(int me, int site, int slot);
void unwatch(int me, int site, int slot);
void local_set(int me, int site, int value);
void local_get(int me, int site);

/* ---- callbacks ---- */

void soon(int me, int site, int handle, int action, int argument);
void later(int me, int site, int handle, int seconds, int action, int argument);
void revoke(int me, int site, int handle);

/* ---- futures ---- */

void renew(int me, int site, int future);
void resolve(int me, int site, int future, int value);
void fail(int me, int site, int future, int error);
void abandon(int me, int site, int future);
void watch_future(int me, int site, int future);
async void await_future(int me, int site, int future);

/* ---- many ---- */

async void gather_calls(int me, int site, bool errors, Coro(int) a, Coro(int) b, Coro(int) c);
async void gather_tasks(int me, int site, bool errors, int a, int b, int c);
async void wait_tasks(int me, int site, int when, int seconds, int a, int b, int c);
async void completed_calls(int me, int site, int count, Coro(int) a, Coro(int) b, Coro(int) c);
async void completed_tasks(int me, int site, int count, int a, int b, int c);
async void shield_call(int me, int site, Coro(int) coro);
async void shield_task(int me, int site, int slot);
async void wait_for_call(int me, int site, int seconds, Coro(int) coro);
async void wait_for_task(int me, int site, int seconds, int slot);
async void wait_for_future(int me, int site, int seconds, int future);
async void wait_for_shield(int me, int site, int seconds, int slot);

/* ---- groups and limits ---- */

void start(int me, int site, ac_group *group, Coro(int) coro);
void start_in(int me, int site, ac_group *group, int slot, Coro(int) coro);
void move_limit(int me, int site, struct ac_timeout *limit, int seconds);
struct ac_timeout limit_at(int seconds);       /* after the start of the program */

/* ---- locks ---- */

extern struct ac_lock locks[2];
extern struct ac_condition conditions[2];
extern struct ac_semaphore semaphores[2];
async void acquire(int me, int site, int lock);
void release(int me, int site, int lock);
async void event_wait(int me, int site, int event);
void event_set(int me, int site, int event);
void event_clear(int me, int site, int event);
async void condition_wait(int me, int site, int condition);
async void condition_wait_for(int me, int site, int condition, int least);
void condition_raise(int me, int site, int condition);
void notify(int me, int site, int condition, int count);
async void semaphore_acquire(int me, int site, int semaphore);
void semaphore_release(int me, int site, int semaphore);
async void barrier_wait(int me, int site, int barrier);
async void barrier_reset(int me, int site, int barrier);
async void barrier_abort(int me, int site, int barrier);

/* ---- queues ---- */

async void put(int me, int site, int queue, int value);
async void get(int me, int site, int queue);
void put_now(int me, int site, int queue, int value);
void get_now(int me, int site, int queue);
void done_one(int me, int site, int queue);
async void drain(int me, int site, int queue);

#endif
