/* Made by acc from barrier.ac: edit that file, not this one. */
#ifndef AC_PUBLISHED_BARRIER_AC
#define AC_PUBLISHED_BARRIER_AC
extern const ac_fn ac_barrier_wait__fn;
int ac_barrier_wait__resume(ac_frame *frame);
struct ac_barrier_wait__frame {
    ac_frame base;
    int result;
    union {
        struct ac_barrier *barrier;
        int ac_leave_1;
    };
    union {
        struct ac_condition_wait__frame await_ac_condition_wait;
        struct ac_condition_aenter__frame await_ac_condition_aenter;
        struct {
            struct ac_condition_aexit__frame await_ac_condition_aexit;
            int ac_error_1;
        };
    };
    struct ac_condition *ac_t4;
    int index;
};
extern const ac_fn ac_barrier_reset__fn;
int ac_barrier_reset__resume(ac_frame *frame);
struct ac_barrier_reset__frame {
    ac_frame base;
    union {
        struct ac_barrier *barrier;
        int ac_leave_7;
    };
    union {
        struct ac_condition_aenter__frame await_ac_condition_aenter;
        struct {
            struct ac_condition_aexit__frame await_ac_condition_aexit;
            int ac_error_7;
        };
    };
    struct ac_condition *ac_t3;
};
extern const ac_fn ac_barrier_abort__fn;
int ac_barrier_abort__resume(ac_frame *frame);
struct ac_barrier_abort__frame {
    ac_frame base;
    union {
        struct ac_barrier *barrier;
        int ac_leave_9;
    };
    union {
        struct ac_condition_aenter__frame await_ac_condition_aenter;
        struct {
            struct ac_condition_aexit__frame await_ac_condition_aexit;
            int ac_error_9;
        };
    };
    struct ac_condition *ac_t3;
};
extern const ac_fn ac_barrier_aenter__fn;
int ac_barrier_aenter__resume(ac_frame *frame);
struct ac_barrier_aenter__frame {
    ac_frame base;
    int result;
    struct ac_barrier *barrier;
    struct ac_barrier_wait__frame await_ac_barrier_wait;
};
extern const ac_fn ac_barrier_aexit__fn;
int ac_barrier_aexit__resume(ac_frame *frame);
struct ac_barrier_aexit__frame {
    ac_frame base;
    struct ac_barrier *barrier;
    int error;
};
#endif
