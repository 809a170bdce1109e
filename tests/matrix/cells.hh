// What the cells need to be C++20 coroutines: a lazy task with symmetric transfer, a turn of a queue for ac_sleep(0), and C's
// words in C++'s spelling. With PLAIN_CALLS the same cells are plain functions, which tells whether they are C++ at all.
#ifndef CELLS_HH
#define CELLS_HH
#include <atomic>
#include <cstdlib>
#include <wchar.h>

#define _Alignas alignas
#define _Alignof alignof
#define _Atomic(T) std::atomic<T>
#define _Noreturn [[noreturn]]
#define _Static_assert static_assert
#define _Thread_local thread_local
#define __auto_type auto
#define register
#define restrict __restrict

#ifdef PLAIN_CALLS
#define co_await
#define co_return return
template <class T> using task = T;
inline void ac_sleep(double) {}
#define RUN(call) ((void)(call))
#else
#include <coroutine>
#include <deque>
#include <exception>

inline std::deque<std::coroutine_handle<>> ready;

struct ac_sleep {
    explicit ac_sleep(double) {}
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> waiter) { ready.push_back(waiter); }
    void await_resume() {}
};

struct promise_base {
    std::coroutine_handle<> waiter = std::noop_coroutine();
    struct final_awaiter {
        bool await_ready() noexcept { return false; }
        template <class P> std::coroutine_handle<> await_suspend(std::coroutine_handle<P> done) noexcept
        {
            return done.promise().waiter;
        }
        void await_resume() noexcept {}
    };
    std::suspend_always initial_suspend() { return {}; }
    final_awaiter final_suspend() noexcept { return {}; }
    void unhandled_exception() { std::terminate(); }
};

template <class T> struct promise_value : promise_base {
    alignas(T) unsigned char storage[sizeof(T) ? sizeof(T) : 1];
    void return_value(const T &value) { new (storage) T(value); }
    T take() { return *reinterpret_cast<T *>(storage); }
};

template <> struct promise_value<void> : promise_base {
    void return_void() {}
    void take() {}
};

template <class T> struct task {
    struct promise_type : promise_value<T> {
        task get_return_object() { return task{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    };
    std::coroutine_handle<promise_type> handle;
    explicit task(std::coroutine_handle<promise_type> h) : handle(h) {}
    task(task &&other) : handle(other.handle) { other.handle = nullptr; }
    task(const task &) = delete;
    ~task()
    {
        if (handle)
            handle.destroy();
    }
    bool await_ready() { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter)
    {
        handle.promise().waiter = waiter;
        return handle;
    }
    T await_resume() { return handle.promise().take(); }
};

template <class T> void run(task<T> t)
{
    ready.push_back(t.handle);
    while (!ready.empty()) {
        std::coroutine_handle<> next = ready.front();
        ready.pop_front();
        next.resume();
    }
}
#define RUN(call) run(call)
#endif
#endif
