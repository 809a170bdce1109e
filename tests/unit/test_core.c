/* The core: coroutines, tasks, futures, cancellation, groups, combinators, generators. On the virtual clock. */
#include "test_core.h"

/* ---- coroutines and tasks ---- */

static int adds(struct coro *self)
{
    BEGIN
    AWAIT_TO(coro(sleeper, NULL, 3), &self->value);
    OK;
    AWAIT_TO(coro(sleeper, NULL, 4), &self->values[0]);
    OK;
    self->result = self->value + self->values[0];
    END;
}

START_TEST(await_gives_the_value)
{
    long result = 0;
    ck_assert_int_eq(run(adds, NULL, &result), 0);
    ck_assert_int_eq(result, 7);
}
END_TEST

static int two_at_once(struct coro *self)
{
    BEGIN
    self->start = ac_loop_time(ac_running_loop());
    self->tasks[0] = ac_create_task(coro(sleeper, NULL, 3));
    self->tasks[1] = ac_create_task(coro(sleeper, NULL, 4));
    AWAIT_FUTURE(self->tasks[0]);
    OK;
    ck_assert_int_eq(self->value, 3);
    AWAIT_FUTURE(self->tasks[1]);
    OK;
    AWAIT_FUTURE(self->tasks[1]);
    OK;
    ck_assert_int_eq(self->value, 4);
    ck_assert_double_eq_tol(ac_loop_time(ac_running_loop()) - self->start, 4, 1e-6);
    ac_release(self->tasks[0]);
    ac_release(self->tasks[1]);
    END;
}

START_TEST(tasks_run_beside_and_keep_their_value)
{
    ck_assert_int_eq(run(two_at_once, NULL, NULL), 0);
}
END_TEST

static int spawn_noting(struct coro *self)
{
    BEGIN
    for (self->i = 0; self->i < 3; self->i++)
        self->tasks[self->i] = ac_create_task(coro(noting, NULL, 'a' + self->i));
    note('-');
    for (self->i = 0; self->i < 3; self->i++) {
        AWAIT_FUTURE(self->tasks[self->i]);
        ac_release(self->tasks[self->i]);
    }
    END;
}

START_TEST(ready_queue_is_first_come_first_served)
{
    ck_assert_int_eq(run(spawn_noting, NULL, NULL), 0);
    ck_assert_str_eq(trace, "-abcabcabc");
}
END_TEST

static int eager(struct coro *self)
{
    BEGIN
    self->task = ac_create_task_eager(coro(noting, NULL, 'c'));
    note('p');
    ck_assert_ptr_eq(ac_current_task(), self->arg ? self->arg : ac_current_task());
    AWAIT_FUTURE(self->task);
    OK;
    ac_release(self->task);
    END;
}

START_TEST(eager_task_runs_at_once)
{
    ck_assert_int_eq(run(eager, NULL, NULL), 0);
    ck_assert_str_eq(trace, "cpcc");
}
END_TEST

static int uses_twice(struct coro *self)
{
    ac_coro *one;
    BEGIN
    one = coro(sleeper, NULL, 0);
    self->task = ac_create_task(one);
    AWAIT(one);
    FAILED(EINVAL);
    AWAIT_FUTURE(self->task);
    ac_release(self->task);
    AWAIT(NULL);
    FAILED(ENOMEM);
    ck_assert_ptr_null(ac_create_task(NULL));
    ck_assert_int_eq(ac_run(coro(sleeper, NULL, 0), NULL), EBUSY);
    END;
}

START_TEST(coroutine_is_consumed_once)
{
    ck_assert_int_eq(run(uses_twice, NULL, NULL), 0);
    ck_assert_int_eq(ac_run(NULL, NULL), ENOMEM);
}
END_TEST

static int deep(struct coro *self)
{
    BEGIN
    if (self->number == 0) {
        if (self->arg)
            AWAIT(ac_sleep(0));
        return 0;
    }
    AWAIT_TO(coro(deep, self->arg, self->number - 1), &self->value);
    OK;
    self->result = self->value + 1;
    END;
}

static int very_deep(struct coro *self)
{
    BEGIN
    AWAIT_TO(coro(deep, NULL, 30000), &self->value);
    OK;
    ck_assert_int_eq(self->value, 30000);
    AWAIT_TO(coro(deep, self, 30000), &self->value);
    OK;
    ck_assert_int_eq(self->value, 30000);
    END;
}

START_TEST(recursion_uses_no_stack)
{
    ck_assert_int_eq(run(very_deep, NULL, NULL), 0);
}
END_TEST

static int defers(struct coro *self)
{
    BEGIN
    note('1');
    AWAIT(ac_sleep(0));
    note(self->error == ECANCELED ? 'c' : '2');
    return self->error;
    END;
}

START_TEST(stepping_by_hand)
{
    ac_coro *one = coro(defers, NULL, 0);
    ck_assert_int_eq(ac_coro_step(one), AC_PENDING);
    ck_assert_str_eq(trace, "1");
    ck_assert_int_eq(ac_coro_step(one), 0);
    ck_assert_str_eq(trace, "12");
    ck_assert_int_eq(ac_coro_close(one), 0);
    ac_coro *two = coro(defers, NULL, 0);
    ck_assert_int_eq(ac_coro_step(two), AC_PENDING);
    ck_assert_int_eq(ac_coro_close(two), 0);
    ck_assert_str_eq(trace, "121c");
    ck_assert_int_eq(ac_coro_close(coro(defers, NULL, 0)), 0);
    ck_assert_int_eq(ac_coro_close(NULL), 0);
}
END_TEST

/* ---- futures ---- */

static void call_back(ac_future *future, void *arg)
{
    ck_assert(ac_done(future));
    note(*(char *)arg);
}

static int uses_future(struct coro *self)
{
    static char a[] = "a", b[] = "b";
    BEGIN
    self->future = ac_create_future(long);
    ck_assert_int_eq(ac_result(self->future, &self->value), AC_EINVALID_STATE);
    ck_assert_int_eq(ac_error(self->future), AC_EINVALID_STATE);
    ck_assert_int_eq(ac_add_done_callback(self->future, call_back, a), 0);
    ck_assert_int_eq(ac_add_done_callback(self->future, call_back, b), 0);
    ck_assert_int_eq(ac_add_done_callback(self->future, call_back, a), 0);
    ck_assert_int_eq(ac_remove_done_callback(self->future, call_back, a), 2);
    ck_assert_int_eq(ac_add_done_callback(self->future, call_back, a), 0);
    ck_assert_int_eq(ac_set_result(self->future, 42L), 0);
    ck_assert_int_eq(ac_set_result(self->future, 43L), AC_EINVALID_STATE);
    ck_assert_int_eq(ac_future_set_error(self->future, EIO), AC_EINVALID_STATE);
    ck_assert(!ac_cancel(self->future));
    ck_assert_str_eq(trace, "");
    AWAIT_FUTURE(self->future);
    OK;
    ck_assert_int_eq(self->value, 42);
    AWAIT(ac_sleep(0));
    ck_assert_str_eq(trace, "ba");
    ac_release(self->future);
    END;
}

START_TEST(future_is_set_once)
{
    ck_assert_int_eq(run(uses_future, NULL, NULL), 0);
}
END_TEST

static int fails_future(struct coro *self)
{
    BEGIN
    self->future = ac_create_future(void);
    self->task = ac_create_task(ac_coro_from_future(ac_retain(self->future)));
    AWAIT(ac_sleep(0));
    ck_assert_int_eq(ac_future_set_error(self->future, EIO), 0);
    AWAIT_FUTURE(self->task);
    FAILED(EIO);
    ck_assert_int_eq(ac_error(self->task), EIO);
    ck_assert_int_eq(ac_done(self->task), 1);
    ck_assert_int_eq(ac_cancelled(self->task), 0);
    ac_release(self->task);
    ac_release(self->future);
    ac_release(ac_coro_from_future(ac_create_future(long)));
    END;
}

START_TEST(future_error_is_thrown_where_it_is_awaited)
{
    ck_assert_int_eq(run(fails_future, NULL, NULL), 0);
}
END_TEST

static int destroyed;

static void destroy(void *value)
{
    destroyed += *(int *)value;
}

static int drops_value(struct coro *self)
{
    BEGIN
    self->future = ac_create_future(int);
    ck_assert_int_eq(ac_future_set_destructor(self->future, destroy), 0);
    ac_set_result(self->future, 5);
    ac_release(self->future);
    ck_assert_int_eq(destroyed, 5);
    self->future = ac_create_future(int);
    ck_assert_int_eq(ac_future_set_destructor(self->future, destroy), 0);
    ac_set_result(self->future, 6);
    AWAIT_FUTURE(self->future);
    ac_release(self->future);
    ck_assert_int_eq(destroyed, 5);
    END;
}

START_TEST(value_that_nobody_took_is_destroyed)
{
    ck_assert_int_eq(run(drops_value, NULL, NULL), 0);
}
END_TEST

static void count_errors(ac_loop *loop, const ac_error_context *context, void *arg)
{
    (void)loop;
    ck_assert_ptr_nonnull(context->future);
    *(int *)arg += context->error;
}

static int drops_error(struct coro *self)
{
    BEGIN
    ac_loop_set_error_handler(ac_running_loop(), count_errors, &self->errors[0]);
    ac_release(ac_create_task(coro(failing, NULL, 7)));
    ac_detach(ac_create_task(coro(failing, NULL, 70)));
    self->task = ac_create_task(coro(failing, NULL, 700));
    AWAIT(ac_sleep(2));
    ck_assert_int_eq(self->errors[0], 7);
    ac_release(self->task);
    ck_assert_int_eq(self->errors[0], 707);
    ac_loop_set_error_handler(ac_running_loop(), NULL, NULL);
    END;
}

START_TEST(error_that_nobody_takes_is_reported)
{
    ck_assert_int_eq(run(drops_error, NULL, NULL), 0);
}
END_TEST

/* ---- cancellation ---- */

static int cancels(struct coro *self)
{
    BEGIN
    self->task = ac_create_task(coro(sleeper, NULL, 10));
    AWAIT(ac_sleep(1));
    ck_assert(ac_cancel(self->task));
    ck_assert_int_eq(ac_cancelling(self->task), 1);
    AWAIT_FUTURE(self->task);
    FAILED(ECANCELED);
    ck_assert_int_eq(ac_cancelled(self->task), 1);
    ck_assert(!ac_cancel(self->task));
    ac_release(self->task);
    self->task = ac_create_task(coro(noting, NULL, 'x'));
    ac_cancel(self->task);
    AWAIT_FUTURE(self->task);
    FAILED(ECANCELED);
    ck_assert_str_eq(trace, "x");
    ac_release(self->task);
    END;
}

START_TEST(cancelled_where_it_waits_or_at_its_first_await)
{
    ck_assert_int_eq(run(cancels, NULL, NULL), 0);
}
END_TEST

static int cancels_self(struct coro *self)
{
    BEGIN
    self->task = ac_current_task();
    ac_cancel(self->task);
    AWAIT_TO(coro(sleeper, NULL, 0), &self->value);
    FAILED(ECANCELED);
    ck_assert_int_eq(ac_uncancel(self->task), 0);
    AWAIT(ac_sleep(1));
    OK;
    ac_cancel(self->task);
    ck_assert_int_eq(ac_uncancel(self->task), 0);
    AWAIT(ac_sleep(1));
    OK;
    ac_mask();
    ac_cancel(self->task);
    AWAIT(ac_sleep(1));
    OK;
    ac_unmask();
    AWAIT(ac_sleep(1));
    FAILED(ECANCELED);
    END;
}

START_TEST(requests_are_counted_masked_and_delivered_once)
{
    ck_assert_int_eq(run(cancels_self, NULL, NULL), 0);
}
END_TEST

static int completes_and_cancels(struct coro *self)
{
    BEGIN
    self->future = ac_create_future(long);
    self->task = ac_create_task(ac_coro_from_future(ac_retain(self->future)));
    AWAIT(ac_sleep(0));
    ac_set_result(self->future, 9L);
    ck_assert(ac_cancel(self->task));
    AWAIT_FUTURE(self->task);
    OK;
    ck_assert_int_eq(self->value, 9);
    ac_release(self->task);
    ac_release(self->future);
    END;
}

START_TEST(completed_wait_is_never_turned_into_a_cancellation)
{
    ck_assert_int_eq(run(completes_and_cancels, NULL, NULL), 0);
}
END_TEST

static int awaits_arg(struct coro *self)
{
    BEGIN
    AWAIT_FUTURE(self->arg);
    return self->error;
    END;
}

enum { CHAIN = 20000 };

static int cancels_chain(struct coro *self)
{
    static ac_task *chain[CHAIN];
    BEGIN
    chain[0] = ac_create_task(coro(sleeper, NULL, 100));
    for (int i = 1; i < CHAIN; i++)
        chain[i] = ac_create_task(coro(awaits_arg, chain[i - 1], 0));
    AWAIT(ac_sleep(1));
    ac_cancel(chain[CHAIN - 1]);
    AWAIT_FUTURE(chain[CHAIN - 1]);
    FAILED(ECANCELED);
    for (int i = 0; i < CHAIN; i++) {
        ck_assert_int_eq(ac_cancelled(chain[i]), 1);
        ac_release(chain[i]);
    }
    END;
}

START_TEST(cancelling_cancels_what_is_awaited_however_long_the_chain)
{
    ck_assert_int_eq(run(cancels_chain, NULL, NULL), 0);
}
END_TEST

static int shares(struct coro *self)
{
    BEGIN
    self->tasks[0] = ac_create_task(coro(sleeper, NULL, 10));
    self->tasks[1] = ac_create_task(coro(awaits_arg, self->tasks[0], 0));
    self->tasks[2] = ac_create_task(coro(awaits_arg, self->tasks[0], 0));
    AWAIT(ac_sleep(1));
    ac_cancel(self->tasks[1]);
    AWAIT_FUTURE(self->tasks[1]);
    FAILED(ECANCELED);
    AWAIT_FUTURE(self->tasks[2]);
    OK;
    for (self->i = 0; self->i < 3; self->i++)
        ac_release(self->tasks[self->i]);
    END;
}

START_TEST(what_another_awaits_too_is_not_cancelled)
{
    ck_assert_int_eq(run(shares, NULL, NULL), 0);
}
END_TEST

static bool refuse_abort(ac_future *future, void *arg)
{
    (void)future;
    ++*(int *)arg;
    return false;
}

static int aborts_later(struct coro *self)
{
    BEGIN
    self->future = ac_create_future(long);
    ac_future_set_abort(self->future, refuse_abort, &self->errors[0]);
    self->task = ac_create_task(coro(awaits_arg, self->future, 0));
    AWAIT(ac_sleep(1));
    ac_cancel(self->task);
    ck_assert_int_eq(self->errors[0], 1);
    ck_assert(!ac_done(self->future));
    ac_set_result(self->future, 1L);
    AWAIT_FUTURE(self->task);
    OK;
    ac_release(self->task);
    ac_release(self->future);
    END;
}

START_TEST(abort_hook_may_answer_later)
{
    ck_assert_int_eq(run(aborts_later, NULL, NULL), 0);
}
END_TEST

static int awaits_task(struct coro *self)
{
    BEGIN
    AWAIT_FUTURE(*(ac_task **)self->arg);
    return self->error;
    END;
}

static int makes_ring(struct coro *self)
{
    BEGIN
    self->tasks[0] = ac_create_task(coro(awaits_task, &self->tasks[2], 0));
    self->tasks[1] = ac_create_task(coro(awaits_task, &self->tasks[0], 0));
    self->tasks[2] = ac_create_task(coro(awaits_task, &self->tasks[1], 0));
    AWAIT_FUTURE(self->tasks[0]);
    FAILED(EDEADLK);
    AWAIT_FUTURE(ac_current_task());
    FAILED(EDEADLK);
    for (self->i = 0; self->i < 3; self->i++)
        ac_detach(self->tasks[self->i]);
    END;
}

START_TEST(ring_of_tasks_is_refused)
{
    ck_assert_int_eq(run(makes_ring, NULL, NULL), 0);
}
END_TEST

/* ---- children and groups ---- */

static int stubborn(struct coro *self)
{
    BEGIN
    AWAIT(ac_sleep(100));
    note('s');
    AWAIT(ac_sleep(5));
    note('e');
    self->result = 1;
    END;
}

static int ends_child(struct coro *self)
{
    BEGIN
    self->task = ac_child_start(coro(stubborn, NULL, 0));
    AWAIT(ac_sleep(1));
    CHILD_END(self->task);
    OK;
    ck_assert_str_eq(trace, "se");
    CHILD_END(NULL);
    OK;
    END;
}

START_TEST(child_is_cancelled_and_waited_for)
{
    ck_assert_int_eq(run(ends_child, NULL, NULL), 0);
}
END_TEST

static int child_end_is_cancelled(struct coro *self)
{
    BEGIN
    self->task = ac_create_task(coro(ends_child, NULL, 0));
    AWAIT(ac_sleep(2));
    ac_cancel(self->task);
    AWAIT_FUTURE(self->task);
    OK;
    ac_release(self->task);
    END;
}

START_TEST(end_of_a_child_is_not_interrupted)
{
    ck_assert_int_eq(run(child_end_is_cancelled, NULL, NULL), 0);
}
END_TEST

static int group_of_two(struct coro *self)
{
    BEGIN
    ac_group_begin(&self->group);
    self->tasks[0] = ac_group_start(&self->group, coro(sleeper, NULL, 2));
    ck_assert_int_eq(ac_group_spawn(&self->group, coro(sleeper, NULL, 3)), 0);
    GROUP_END(0);
    OK;
    ck_assert_ptr_null(self->group.first);
    END;
}

START_TEST(group_waits_for_all)
{
    ck_assert_int_eq(run(group_of_two, NULL, NULL), 0);
}
END_TEST

static int group_fails(struct coro *self)
{
    BEGIN
    ac_group_begin(&self->group);
    ac_group_spawn(&self->group, coro(failing, NULL, EPROTO));
    self->tasks[0] = ac_group_start(&self->group, coro(sleeper, NULL, 50));
    AWAIT(ac_sleep(100));
    FAILED(ECANCELED);
    ck_assert_int_eq(ac_cancelling(ac_current_task()), 1);
    ck_assert_ptr_null(ac_group_start(&self->group, coro(sleeper, NULL, 1)));
    GROUP_END(ECANCELED);
    FAILED(EPROTO);
    ck_assert_int_eq(ac_cancelling(ac_current_task()), 0);
    AWAIT(ac_sleep(1));
    OK;
    END;
}

START_TEST(first_failure_cancels_siblings_and_body)
{
    ck_assert_int_eq(run(group_fails, NULL, NULL), 0);
}
END_TEST

static int group_body(struct coro *self)
{
    BEGIN
    ac_group_begin(&self->group);
    ac_group_spawn(&self->group, coro(sleeper, NULL, 50));
    GROUP_END(0);
    return self->error;
    END;
}

static int group_failing_body(struct coro *self)
{
    BEGIN
    ac_group_begin(&self->group);
    ac_group_spawn(&self->group, coro(failing, NULL, EPROTO));
    ac_group_spawn(&self->group, coro(stubborn, NULL, 0));
    GROUP_END(0);
    FAILED(EPROTO);
    AWAIT(ac_sleep(1));
    FAILED(ECANCELED);
    return EPROTO;
    END;
}

static int cancels_groups(struct coro *self)
{
    BEGIN
    self->task = ac_create_task(coro(group_body, NULL, 0));
    AWAIT(ac_sleep(2));
    ac_cancel(self->task);
    AWAIT_FUTURE(self->task);
    FAILED(ECANCELED);
    ac_release(self->task);
    self->task = ac_create_task(coro(group_failing_body, NULL, 0));
    AWAIT(ac_sleep(3));
    ac_cancel(self->task);
    AWAIT_FUTURE(self->task);
    FAILED(EPROTO);
    ac_release(self->task);
    END;
}

START_TEST(outer_cancellation_of_a_group_is_never_lost)
{
    ck_assert_int_eq(run(cancels_groups, NULL, NULL), 0);
}
END_TEST

/* ---- combinators ---- */

static int waits_for(struct coro *self)
{
    BEGIN
    AWAIT_TO(ac_wait_for(coro(sleeper, NULL, 1), 2), &self->value);
    OK;
    ck_assert_int_eq(self->value, 1);
    AWAIT(ac_wait_for(coro(sleeper, NULL, 5), 2));
    FAILED(ETIMEDOUT);
    AWAIT_TO(ac_wait_for(coro(stubborn, NULL, 0), 2), &self->value);
    OK;
    ck_assert_int_eq(self->value, 1);
    AWAIT(ac_wait_for(coro(failing, NULL, EIO), INFINITY));
    FAILED(EIO);
    AWAIT(ac_wait_for(coro(noting, NULL, '!'), 0));
    FAILED(ETIMEDOUT);
    ck_assert_str_eq(trace, "se");
    AWAIT(ac_wait_for(coro(noting, NULL, '!'), NAN));
    AWAIT(ac_wait_for(NULL, 1));
    FAILED(ENOMEM);
    self->task = ac_create_task(coro(sleeper, NULL, 1));
    AWAIT(ac_wait_for(self->task, 0));
    FAILED(ETIMEDOUT);
    ac_release(self->task);
    ac_release(ac_wait_for(coro(noting, NULL, '!'), 1));
    END;
}

START_TEST(wait_for_limits_time)
{
    ck_assert_int_eq(run(waits_for, NULL, NULL), 0);
}
END_TEST

static int shield_body(struct coro *self)
{
    BEGIN
    AWAIT(ac_shield(self->arg));
    return self->error;
    END;
}

static int shields(struct coro *self)
{
    BEGIN
    self->tasks[0] = ac_create_task(coro(sleeper, NULL, 5));
    self->tasks[1] = ac_create_task(coro(shield_body, self->tasks[0], 0));
    AWAIT(ac_sleep(1));
    ac_cancel(self->tasks[1]);
    AWAIT_FUTURE(self->tasks[1]);
    FAILED(ECANCELED);
    AWAIT_TO(ac_shield(self->tasks[0]), &self->value);
    OK;
    ck_assert_int_eq(self->value, 5);
    ac_release(self->tasks[0]);
    ac_release(self->tasks[1]);
    END;
}

START_TEST(shield_keeps_cancellation_off)
{
    ck_assert_int_eq(run(shields, NULL, NULL), 0);
}
END_TEST

static int gathers(struct coro *self)
{
    BEGIN
    self->tasks[0] = (ac_task *)coro(sleeper, NULL, 3);
    self->tasks[1] = (ac_task *)coro(sleeper, NULL, 1);
    self->tasks[2] = self->tasks[0];
    AWAIT(ac_gather(self->tasks, 3, self->values));
    OK;
    ck_assert(self->values[0] == 3 && self->values[1] == 1 && self->values[2] == 3);
    self->tasks[0] = (ac_task *)coro(failing, NULL, EIO);
    self->tasks[1] = (ac_task *)coro(sleeper, NULL, 4);
    AWAIT(ac_gather(self->tasks, 2, self->values));
    FAILED(EIO);
    self->tasks[0] = (ac_task *)coro(failing, NULL, EIO);
    self->tasks[1] = (ac_task *)coro(sleeper, NULL, 4);
    AWAIT(ac_gather_errors(self->tasks, 2, self->values, self->errors));
    OK;
    ck_assert(self->errors[0] == EIO && self->errors[1] == 0 && self->values[1] == 4);
    AWAIT(ac_gather(NULL, 0, NULL));
    OK;
    self->tasks[0] = self->tasks[1] = (ac_task *)coro(sleeper, NULL, 4);
    self->tasks[2] = NULL;
    AWAIT(ac_gather(self->tasks, 3, NULL));
    FAILED(ENOMEM);
    END;
}

START_TEST(gather_gives_values_in_order_or_the_first_error)
{
    ck_assert_int_eq(run(gathers, NULL, NULL), 0);
}
END_TEST

static int gather_body(struct coro *self)
{
    BEGIN
    self->tasks[0] = (ac_task *)coro(stubborn, NULL, 0);
    self->tasks[1] = (ac_task *)coro(sleeper, NULL, 40);
    AWAIT(ac_gather(self->tasks, 2, self->values));
    return self->error;
    END;
}

static int cancels_gather(struct coro *self)
{
    BEGIN
    self->task = ac_create_task(coro(gather_body, NULL, 0));
    AWAIT(ac_sleep(1));
    ac_cancel(self->task);
    AWAIT_FUTURE(self->task);
    FAILED(ECANCELED);
    ck_assert_str_eq(trace, "se");
    ac_release(self->task);
    END;
}

START_TEST(cancelled_gather_cancels_all_and_waits)
{
    ck_assert_int_eq(run(cancels_gather, NULL, NULL), 0);
}
END_TEST

static int waits(struct coro *self)
{
    BEGIN
    self->tasks[0] = ac_create_task(coro(sleeper, NULL, 1));
    self->tasks[1] = ac_create_task(coro(failing, NULL, EIO));
    self->tasks[2] = ac_create_task(coro(sleeper, NULL, 5));
    AWAIT_TO(ac_wait(self->tasks, 3, AC_ALL_COMPLETED, 0.5), &self->i);
    ck_assert_int_eq(self->i, 0);
    AWAIT_TO(ac_wait(self->tasks, 3, AC_FIRST_COMPLETED, -1), &self->i);
    ck_assert_int_ge(self->i, 1);
    AWAIT_TO(ac_wait(self->tasks, 3, AC_FIRST_EXCEPTION, -1), &self->i);
    ck_assert_int_eq(self->i, 2);
    AWAIT_TO(ac_wait(self->tasks, 3, AC_ALL_COMPLETED, -1), &self->i);
    OK;
    ck_assert_int_eq(self->i, 3);
    ck_assert_int_eq(ac_error(self->tasks[1]), EIO);
    for (self->i = 0; self->i < 3; self->i++)
        ac_release(self->tasks[self->i]);
    AWAIT(ac_wait(self->tasks, 0, AC_ALL_COMPLETED, -1));
    FAILED(EINVAL);
    END;
}

START_TEST(wait_has_three_ends)
{
    ck_assert_int_eq(run(waits, NULL, NULL), 0);
}
END_TEST

static int completes(struct coro *self)
{
    BEGIN
    self->tasks[0] = ac_create_task(coro(sleeper, NULL, 3));
    self->tasks[1] = ac_create_task(coro(sleeper, NULL, 1));
    self->tasks[2] = ac_create_task(coro(sleeper, NULL, 2));
    self->generator = ac_as_completed(self->tasks, 3);
    for (self->i = 0; self->i < 3; self->i++) {
        AWAIT_TO(ac_next(self->generator), &self->values[self->i]);
        OK;
    }
    ck_assert(self->values[0] == 1 && self->values[1] == 2 && self->values[2] == 0);
    AWAIT(ac_next(self->generator));
    FAILED(AC_STOP);
    AWAIT(ac_next(self->generator));
    FAILED(AC_STOP);
    ac_release(self->generator);
    self->generator = ac_as_completed(self->tasks, 3);
    ac_release(self->generator);
    for (self->i = 0; self->i < 3; self->i++)
        ac_release(self->tasks[self->i]);
    END;
}

START_TEST(as_completed_gives_indexes)
{
    ck_assert_int_eq(run(completes, NULL, NULL), 0);
}
END_TEST

/* ---- generators ---- */

static int counting(struct coro *self)
{
    BEGIN
    for (self->i = 0; self->i < 2; self->i++) {
        AWAIT(ac_sleep(1));
        self->result = self->i;
        self->base.state = 7;
        return 0;
    case 7:
        if (self->base.error) {
            note('d');
            return self->base.error;
        }
    }
    END + AC_STOP;
}

static const ac_fn counting_fn = {
    .resume = coro_resume,
    .name = "counting",
    .frame_size = sizeof(struct coro),
    .result_size = sizeof(long),
    .result_offset = offsetof(struct coro, result),
    .kind = AC_KIND_GENERATOR,
};

static ac_gen *count(void)
{
    struct coro *self = (struct coro *)ac_gen_new(&counting_fn);
    memset(&self->base + 1, 0, sizeof *self - sizeof self->base);
    self->body = counting;
    return &self->base;
}

static int iterates(struct coro *self)
{
    BEGIN
    self->generator = count();
    AWAIT_TO(ac_next(self->generator), &self->value);
    OK;
    ck_assert_int_eq(self->value, 0);
    AWAIT_TO(ac_next(self->generator), &self->value);
    ck_assert_int_eq(self->value, 1);
    AWAIT(ac_next(self->generator));
    FAILED(AC_STOP);
    ac_release(self->generator);
    self->generator = count();
    AWAIT(ac_next(self->generator));
    AWAIT(ac_gen_close(self->generator));
    OK;
    ck_assert_str_eq(trace, "d");
    AWAIT(ac_gen_close(self->generator));
    OK;
    ac_release(self->generator);
    self->generator = count();
    AWAIT(ac_next(self->generator));
    ac_release(self->generator);
    AWAIT(ac_sleep(1));
    ck_assert_str_eq(trace, "dd");
    ac_release(count());
    self->generator = *(ac_gen **)self->arg = count();
    AWAIT(ac_next(self->generator));
    END;
}

START_TEST(generators_yield_and_are_closed)
{
    ac_gen *left_open;
    ck_assert_int_eq(run(iterates, &left_open, NULL), 0);
    ck_assert_str_eq(trace, "ddd");
    ac_release(left_open);
}
END_TEST

/* ---- time ---- */

static int orders_timers(struct coro *self)
{
    BEGIN
    for (self->i = 0; self->i < 8; self->i++)
        self->tasks[self->i] = ac_create_task(coro(sleeper, NULL, 1 + self->i % 2));
    AWAIT(ac_gather(self->tasks, 8, self->values));
    OK;
    for (self->i = 0; self->i < 8; self->i++)
        ac_release(self->tasks[self->i]);
    AWAIT(ac_sleep(NAN));
    FAILED(EINVAL);
    AWAIT(ac_sleep(-1));
    OK;
    self->value = 77;
    AWAIT_TO(ac_sleep_value(1, &self->value, sizeof self->value), &self->values[0]);
    OK;
    ck_assert_int_eq(self->values[0], 77);
    END;
}

START_TEST(sleeping)
{
    ck_assert_int_eq(run(orders_timers, NULL, NULL), 0);
}
END_TEST

static int times_out(struct coro *self)
{
    BEGIN
    self->timeout = ac_timeout(2);
    AWAIT(ac_timeout_aenter(&self->timeout));
    OK;
    AWAIT(ac_sleep(5));
    FAILED(ECANCELED);
    AWAIT(ac_timeout_aexit(&self->timeout, ECANCELED));
    FAILED(ETIMEDOUT);
    ck_assert(ac_timeout_expired(&self->timeout));
    ck_assert_int_eq(ac_cancelling(ac_current_task()), 0);
    AWAIT(ac_timeout_aenter(&self->timeout));
    FAILED(AC_EINVALID_STATE);
    self->timeout = ac_timeout(2);
    AWAIT(ac_timeout_aenter(&self->timeout));
    ck_assert_int_eq(ac_timeout_reschedule(&self->timeout, ac_timeout_when(&self->timeout) + 5), 0);
    AWAIT(ac_sleep(5));
    OK;
    AWAIT(ac_timeout_aexit(&self->timeout, 0));
    OK;
    ck_assert(!ac_timeout_expired(&self->timeout));
    AWAIT(ac_sleep(5));
    OK;
    END;
}

START_TEST(timeout_turns_its_own_cancellation_into_an_error)
{
    ck_assert_int_eq(run(times_out, NULL, NULL), 0);
}
END_TEST

START_TEST(codes_have_texts)
{
    for (int code = AC_PENDING; code < AC_ELAST; code++)
        ck_assert_int_gt((int)strlen(ac_strerror(code)), 0);
    ck_assert_str_eq(ac_strerror(ENOENT), strerror(ENOENT));
    ck_assert_str_eq(ac_strerror(AC_EUSER + 1), "Error 20001");
}
END_TEST

static uint32_t lines[] = { 0, 11, 22 };
static int throws(struct coro *self);
static const ac_fn throws_fn = {
    .resume = coro_resume, .name = "throws", .file = "x.ac", .site_lines = lines, .frame_size = sizeof(struct coro),
    .result_offset = offsetof(struct coro, result),
};

static int throws(struct coro *self)
{
    return ac_throw(&self->base, self->base.fn == &throws_fn ? 1 : 0, EPROTO);
}

static int passes(struct coro *self)
{
    BEGIN
    self->callee = coro(throws, NULL, 0);
    self->callee->fn = &throws_fn;
    SUSPEND_OR(ac_coro_await(&self->base, self->callee))
    ac_coro_free(self->callee);
    return ac_pass(&self->base, 0, self->error);
    END;
}

static int makes_trace(struct coro *self)
{
    BEGIN
    AWAIT_FUTURE(self->task = ac_create_task(coro(passes, NULL, 0)));
    FAILED(EPROTO);
    ac_release(self->task);
    ac_release(ac_create_task(coro(passes, NULL, 0)));
    AWAIT(ac_sleep(1));
    END;
}

START_TEST(trace_names_who_threw_and_who_passed_it_on)
{
    char text[256];
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    fflush(stderr);
    int saved = dup(2);
    dup2(fileno(file), 2);
    int error = run(makes_trace, NULL, NULL);
    dup2(saved, 2);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    ck_assert_int_eq(error, 0);
    ck_assert_ptr_nonnull(strstr(text, "error: Protocol error (71)\n  in throws at x.ac:11\n  in coro\n"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        await_gives_the_value, tasks_run_beside_and_keep_their_value, ready_queue_is_first_come_first_served,
        eager_task_runs_at_once, coroutine_is_consumed_once, recursion_uses_no_stack, stepping_by_hand, future_is_set_once,
        future_error_is_thrown_where_it_is_awaited, value_that_nobody_took_is_destroyed, error_that_nobody_takes_is_reported,
        cancelled_where_it_waits_or_at_its_first_await, requests_are_counted_masked_and_delivered_once,
        completed_wait_is_never_turned_into_a_cancellation, cancelling_cancels_what_is_awaited_however_long_the_chain,
        what_another_awaits_too_is_not_cancelled, abort_hook_may_answer_later, ring_of_tasks_is_refused,
        child_is_cancelled_and_waited_for, end_of_a_child_is_not_interrupted, group_waits_for_all,
        first_failure_cancels_siblings_and_body, outer_cancellation_of_a_group_is_never_lost, wait_for_limits_time,
        shield_keeps_cancellation_off, gather_gives_values_in_order_or_the_first_error, cancelled_gather_cancels_all_and_waits,
        wait_has_three_ends, as_completed_gives_indexes, generators_yield_and_are_closed, sleeping,
        timeout_turns_its_own_cancellation_into_an_error, codes_have_texts, trace_names_who_threw_and_who_passed_it_on, NULL,
    };
    return run_suite("core", tests);
}
