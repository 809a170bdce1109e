/* Made by acc from condition.ac: edit that file, not this one. */
#ifndef AC_PUBLISHED_CONDITION_AC
#define AC_PUBLISHED_CONDITION_AC
extern const ac_fn ac_condition_acquire__fn;
int ac_condition_acquire__resume(ac_frame *frame);
struct ac_condition_acquire__frame {
    ac_frame base;
    struct ac_condition *condition;
    struct ac_lock_acquire__frame await_ac_lock_acquire;
};
extern const ac_fn ac_condition_wait__fn;
int ac_condition_wait__resume(ac_frame *frame);
struct ac_condition_wait__frame {
    ac_frame base;
    union {
        struct ac_condition *condition;
        struct ac_lock *lock;
        int ac_leave_1;
    };
    union {
        struct ac_event_wait__frame await_ac_event_wait;
        struct ac_lock_acquire__frame await_ac_lock_acquire;
    };
    int ac_error_1;
};
extern const ac_fn ac_condition_wait_for__fn;
int ac_condition_wait_for__resume(ac_frame *frame);
struct ac_condition_wait_for__frame {
    ac_frame base;
    struct ac_condition *condition;
    _Bool (*holds)(void *);
    void *arg;
    struct ac_condition_wait__frame await_ac_condition_wait;
};
extern const ac_fn ac_condition_aenter__fn;
int ac_condition_aenter__resume(ac_frame *frame);
struct ac_condition_aenter__frame {
    ac_frame base;
    struct ac_condition *condition;
    struct ac_lock_acquire__frame await_ac_lock_acquire;
};
extern const ac_fn ac_condition_aexit__fn;
int ac_condition_aexit__resume(ac_frame *frame);
struct ac_condition_aexit__frame {
    ac_frame base;
    struct ac_condition *condition;
    int error;
};
#endif
