"""The world of the programs of this fuzzer, on asyncio: the same names as in world.h and world.ac.

asyncio is as CPython brings it. What differs on purpose (docs/asyncio-tests.md) is in this file alone, and each place says why:
the class Task, which has the rule of what a cancellation may not undo, and what stands under "Otherwise than asyncio". What
CPython 3.12 or 3.13 mended stands under "As CPython 3.13".
"""
import asyncio
import contextlib
import contextvars
import gc
import heapq
import sys
from asyncio import CancelledError, events, tasks as asyncio_tasks

NONE, NEVER = None, -1
SLOTS, FUTURES, LINES, CALLS = 9, 3, 600, 300


class Stuck(Exception):
    """Nothing is ready, and no timer will make anything so."""


class Error(Exception):
    """What `throw AC_EUSER + code` is."""

    def __init__(self, code):
        self.code = code


# ---- The loop ----

class Timer(asyncio.TimerHandle):
    """Timers that are due at one time come in the order of creation; in asyncio that is left to a heap."""
    __slots__ = ('number',)

    def __lt__(self, other):
        return (self._when, self.number) < (other._when, other.number)


class Loop(asyncio.BaseEventLoop):
    """A loop on a virtual clock: where nothing is ready the time jumps to the next timer."""

    def __init__(self):
        super().__init__()
        self.now = 0
        self.timers = 0
        self.until = None
        self.made = []
        self._selector = self
        self._clock_resolution = 1e-9
        self.set_task_factory(make_task)
        self.set_exception_handler(lambda loop, context: None)

    def time(self):
        return self.now

    def select(self, timeout):
        if timeout is None:
            raise Stuck
        self.now += timeout
        return []

    def close(self):
        self._selector = None
        super().close()

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass

    def call_at(self, when, callback, *args, context=None):
        timer = Timer(when, callback, args, self, context)
        timer.number = self.timers = self.timers + 1
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def _run_once(self):
        super()._run_once()
        if self.until is not None and all(task.done() for task in self.until):
            self.stop()

    def run_until_ended(self, these):
        self.until = these
        self.run_forever()
        self.until = None


# ---- Tasks, with the rule that a wait which has ended is not turned into a cancellation ----

AWAITS = ('gather.', '_wait.', 'shield.', 'as_completed', 'ended_once')


def is_awaiting(callback):
    """Whether a callback of a future is that of somebody who awaits it."""
    name = getattr(callback, '__qualname__', '')
    return isinstance(getattr(callback, '__self__', None), Task) or name.startswith(AWAITS)


class Task(asyncio.Future):
    """As asyncio's, but for these rules of docs/language.md and docs/asyncio-tests.md:

    - A wait that has ended is not turned into a cancellation. The task goes on with what it waited for, and the request stays
      due until the next await. So a task that has not begun runs up to its first await, one that ends without another await
      ends with its value, and one that gets a value from what refused to be cancelled has the request still.
    - What others await too is not cancelled with one of those who await it.
    - While a block is being undone (masked) a request waits. A limit of time that begins there lifts the mask for its own
      request, and has those from outside of it wait until its end.
    """

    def __init__(self, coro, loop, context=None):
        super().__init__(loop=loop)
        self.coro = coro
        self.context = context or contextvars.copy_context()
        self.requests = 0
        self.due = False
        self.masks = 0
        self.lift = None    # the last limit that has lifted the masks
        self.waits = None
        self.yielded = False
        self.groups = []    # at whose end it stands
        self.limits = []    # of wait_for
        self.told = False   # of a cancellation, in this wait
        loop.call_soon(self.step, context=self.context)
        loop.made.append(self)

    def get_name(self):
        return 'task'

    def set_name(self, name):
        pass

    def cancelling(self):
        return self.requests

    def uncancel(self):
        if self.requests:
            self.requests -= 1
            if not self.requests:
                self.due = False
        return self.requests

    def cancel(self, msg=None):
        if self.done():
            return False
        self.cancel_within(None)
        return True

    def cancel_within(self, lift):
        if self.lift is not lift:
            waits_for = self.lift
            while waits_for.outer is not lift:
                waits_for = waits_for.outer
            waits_for.after += 1
            return
        self.requests += 1
        self.due = True
        self.deliver()

    def deliver(self):
        waits = self.waits
        if not self.due or self.masks or waits is None or waits.done():
            return
        self.told = True
        if self.groups and waits is self.groups[-1]._on_completed_fut:
            self.groups[-1].cancelled_at_end()
        elif isinstance(waits, asyncio_tasks._GatheringFuture):
            self.cancel_gathered(waits)
        elif any(is_awaiting(callback) and callback != self.wakeup for callback, _ in waits._callbacks or ()):
            waits.remove_done_callback(self.wakeup)
            self.waits = None
            self.get_loop().call_soon(self.step, CancelledError(), context=self.context)
        else:
            waits.cancel()

    def cancel_gathered(self, gathering):
        """A gather that is cancelled ends when all have ended; in asyncio, when the first has ended as cancelled. Where none did,
        it has values or an error as if there had been no cancellation."""
        gathering.cancel()
        gathering._cancel_requested = False
        gathering.told = True
        gathering.remove_done_callback(self.wakeup)
        self.waits = asyncio.gather(*gathering._children, return_exceptions=True)
        self.waits.add_done_callback(self.wakeup, context=self.context)

    def step(self, error=None):
        if error is None and self.yielded and self.due and not self.masks:
            error = CancelledError()
        limit = self.limits[-1] if self.limits else None
        over = limit and limit.expired and limit.future is self.waits and not self.told
        if isinstance(error, CancelledError) and not over and not self.masks:
            self.due = False
        self.waits = None
        self.yielded = False
        asyncio_tasks._enter_task(self.get_loop(), self)
        try:
            result = self.coro.send(None) if error is None else self.coro.throw(error)
        except StopIteration as end:
            self.set_result(end.value)
        except CancelledError:
            super().cancel()
        except Exception as failure:
            self.set_exception(failure)
        else:
            self.wait(result)
        finally:
            asyncio_tasks._leave_task(self.get_loop(), self)
            error = None

    def wait(self, future):
        if future is None:
            self.yielded = True
            self.get_loop().call_soon(self.step, context=self.context)
            return
        future._asyncio_future_blocking = False
        future.add_done_callback(self.wakeup, context=self.context)
        self.waits = future
        self.told = False
        self.deliver()

    def wakeup(self, future):
        try:
            future.result()
        except BaseException as error:
            self.step(error)
        else:
            self.step()


def make_task(loop, coro, **options):
    options.pop('name', None)
    options.pop('eager_start', None)
    return Task(coro, loop, **options)


@contextlib.contextmanager
def masked():
    """Around what a `defer` does, and the end of a block."""
    task = asyncio.current_task()
    if task is None:    # thrown away by the interpreter after the end
        yield
        return
    task.masks += 1
    try:
        yield
    finally:
        task.masks -= 1


# ---- As CPython 3.13 ----

async def gather(futures, errors):
    """Of 3.12: what has ended already needs no turn. What a cancellation does is said in Task.cancel_gathered."""
    futures = [asyncio.ensure_future(future) for future in futures]
    if not errors:
        for future in futures:
            if future.done():
                future.result()
    if all(future.done() for future in futures):
        return [future.exception() or future.result() if not future.cancelled() else CancelledError() for future in futures]
    outer = asyncio.gather(*futures, return_exceptions=errors)
    outer.told = False
    try:
        return await outer
    finally:
        if outer.told and any(future.cancelled() for future in futures):
            asyncio.current_task().due = False
            raise CancelledError


# ---- Otherwise than asyncio ----

async def wait_for(what, timeout):
    """A coroutine has a task of its own, as in asyncio before 3.12, and no time left starts nothing. When the time is over, what
    is awaited is cancelled whoever else awaits it, as in asyncio."""
    if timeout <= 0 and asyncio.iscoroutine(what):
        what.close()
        raise TimeoutError
    future = asyncio.ensure_future(what)
    if future.done():
        return future.result()
    task = asyncio.current_task()
    limit = Limit(future)
    timer = world.loop.call_later(max(timeout, 0), limit.expire)
    if timeout <= 0:
        limit.expire()
    task.limits.append(limit)
    try:
        return await Ending(future)
    except CancelledError:
        if limit.expired and not task.told:
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
        task.limits.pop()


class Limit:
    """Of wait_for: cancels what is awaited, and not the task, so that it works where the task is masked, too."""

    def __init__(self, future):
        self.future = future
        self.expired = False

    def expire(self):
        self.expired = True
        self.future.cancel()


class Ending:
    """Awaits a future, with a turn also where it has ended."""

    def __init__(self, future):
        self.future = future

    def __await__(self):
        self.future._asyncio_future_blocking = True
        yield self.future
        return self.future.result()


async def wait(futures, when, seconds):
    """Where nothing has to be waited for, there is no turn."""
    done = [future for future in futures if future.done()]
    failed = [future for future in done if not future.cancelled() and future.exception()]
    if len(done) == len(futures) or (done and when == asyncio.FIRST_COMPLETED) or (failed and when == asyncio.FIRST_EXCEPTION):
        return len(done)
    return len((await asyncio.wait(futures, return_when=when, timeout=seconds))[0])


class Newest(dict):
    """The children of a group, in place of a set: they are cancelled in the reverse order of creation, in asyncio in any."""

    def add(self, task):
        self[task] = True

    def discard(self, task):
        self.pop(task, None)

    def __iter__(self):
        return reversed(list(self.keys()))


class Group(asyncio.TaskGroup):
    """Raises its first error plainly, where asyncio has an ExceptionGroup. A cancellation that comes while the group waits at its
    end reaches the children at once; in asyncio it does so when the task has run. Of 3.13: a cancellation from outside that meets
    an error of the group comes again at the next await."""

    outer = False

    def __init__(self):
        super().__init__()
        self._tasks = Newest()

    def cancelled_at_end(self):
        self.outer = True
        if not self._aborting:
            self._abort()

    async def __aexit__(self, kind, error, traceback):
        first = error if isinstance(error, Exception) and not self._errors else None
        task = self._parent_task
        task.groups.append(self)
        try:
            result = await super().__aexit__(kind, error, traceback)
        except BaseExceptionGroup as group:
            if sys.version_info < (3, 13) and task.cancelling() and not self.outer:
                task.uncancel()
                task.cancel()
            raise first or group.exceptions[0] from None
        finally:
            task.groups.pop()
        if self.outer:
            task.due = False
            raise CancelledError
        return result


# ---- The trace ----

class World:
    pass


world = World()
local = contextvars.ContextVar('local', default=0)


def note(me, site, what, value):
    if not world.over and not site:
        world.inside += 1 if what == 'enters' else -1
    world.lines += 1
    if world.lines <= LINES and not world.over:
        print(f'{world.loop.now:g} {me}.{site} {what} {int(value)}')


def number_of(error):
    if isinstance(error, Error):
        return error.code
    known = (TimeoutError, asyncio.InvalidStateError, asyncio.BrokenBarrierError, asyncio.QueueFull, asyncio.QueueEmpty,
             RuntimeError, CancelledError, ValueError)
    numbers = (101, 102, 106, 104, 105, 103, 107, 108)
    for kind, number in zip(known, numbers):
        if isinstance(error, kind):
            return number
    raise error


def state_of(future):
    if not future.done():
        return 300
    if future.cancelled():
        return 307
    error = future.exception()
    return 200 + number_of(error) if error else future.result()


def refused(me, site, call, *arguments):
    try:
        call(*arguments)
    except Exception as error:
        note(me, site, 'refused', number_of(error))
    else:
        note(me, site, 'ok', 0)


# ---- Tasks ----

async def nap(me, site, seconds):
    await asyncio.sleep(seconds)
    note(me, site, 'slept', seconds)


async def turn(me, site):
    await asyncio.sleep(0)
    note(me, site, 'turned', 0)


async def call(me, site, coro):
    note(me, site, 'called', await coro)


def is_free(slot):
    return not world.tasks[slot] or world.tasks[slot].done()


def spawn(me, site, slot, coro):
    there = is_free(slot)
    note(me, site, 'spawns', slot if there else -slot)
    if there:
        world.tasks[slot] = asyncio.create_task(coro)
    else:
        coro.close()


def may_await(me, slot):
    return slot > me and world.tasks[slot] and not world.gathered[slot]


@contextlib.contextmanager
def awaiting(slot):
    world.awaiting[slot] += 1
    try:
        yield
    finally:
        world.awaiting[slot] -= 1


async def join(me, site, slot):
    if may_await(me, slot):
        with awaiting(slot):
            note(me, site, 'joined', await world.tasks[slot])


def cancel_task(me, site, slot):
    task = world.tasks[slot]
    note(me, site, 'cancels', task.cancel() if task else -1)


def cancel_self(me, site):
    note(me, site, 'cancels itself', asyncio.current_task().cancel())


def uncancel_self(me, site):
    note(me, site, 'uncancels', asyncio.current_task().uncancel())


def cancelled(me, site):
    note(me, site, 'cancelled', asyncio.current_task().cancelling())


larger = max


def look(me, site, slot):
    task = world.tasks[slot]
    note(me, site, 'looks', state_of(task) if task else -1)


def watched(me, site):
    def sees(future):
        note(me, site, 'sees', state_of(future))
    return sees


def action_new(call, *arguments):
    if world.actions == CALLS:
        return None
    world.actions += 1
    return call(*arguments)


def watch(me, site, slot):
    task = world.tasks[slot]
    sees = action_new(watched, me, site) if task else None
    if sees:
        world.watches[slot] = sees
        task.add_done_callback(sees)


def unwatch(me, site, slot):
    task, sees = world.tasks[slot], world.watches[slot]
    if task and sees:
        note(me, site, 'unwatches', task.remove_done_callback(sees))


def local_set(me, site, value):
    local.set(value)


def local_get(me, site):
    note(me, site, 'local', local.get())


# ---- Callbacks ----

def act(me, site, what, to):
    note(me, site, 'called back', what)
    if what == 1:
        resolve(me, site, to % FUTURES, to)
    elif what == 2:
        cancel_task(me, site, to % (SLOTS - 1) + 1)
    elif what == 3:
        event_set(me, site, to % 2)
    elif what == 4:
        put_now(me, site, to % 4, to)
    elif what == 5:
        semaphore_release(me, site, to % 2)


def soon(me, site, handle, what, argument):
    made = action_new(world.loop.call_soon, act, me, site, what, argument)
    if made:
        world.handles[handle] = made


def later(me, site, handle, seconds, what, argument):
    made = action_new(world.loop.call_later, seconds, act, me, site, what, argument)
    if made:
        world.handles[handle] = made


def revoke(me, site, handle):
    made = world.handles[handle]
    if made:
        note(me, site, 'revokes', made.cancelled())
        made.cancel()


# ---- Futures ----

def renew(me, site, future):
    if world.futures[future].done():
        world.futures[future] = world.loop.create_future()


def resolve(me, site, future, value):
    refused(me, site, world.futures[future].set_result, value)


def fail(me, site, future, error):
    refused(me, site, world.futures[future].set_exception, Error(error))


def abandon(me, site, future):
    note(me, site, 'abandons', world.futures[future].cancel())


def watch_future(me, site, future):
    sees = action_new(watched, me, site)
    if sees:
        world.futures[future].add_done_callback(sees)


async def await_future(me, site, future):
    note(me, site, 'arrived', await world.futures[future])


# ---- Many ----

def of_calls(*calls):
    return [call for call in calls if call]


def of_slots(me, *slots, alone=False):
    found = []
    for slot in slots:
        if may_await(me, slot) and slot not in found and not (alone and world.awaiting[slot]):
            found.append(slot)
    return found


def tasks_of(slots):
    return [world.tasks[slot] for slot in slots]


def note_all(me, site, results):
    for result in results:
        if isinstance(result, BaseException):
            note(me, site, 'gathered error', number_of(result))
        else:
            note(me, site, 'gathered', result)


async def gather_calls(me, site, errors, a, b, c):
    note_all(me, site, await gather(of_calls(a, b, c), errors))


@contextlib.contextmanager
def held(slots):
    for slot in slots:
        world.gathered[slot] = True
    try:
        yield
    finally:
        for slot in slots:
            world.gathered[slot] = False


async def gather_tasks(me, site, errors, a, b, c):
    slots = of_slots(me, a, b, c, alone=True)
    with held(slots):
        note_all(me, site, await gather(tasks_of(slots), errors))


async def wait_tasks(me, site, when, seconds, a, b, c):
    conditions_of = asyncio.FIRST_COMPLETED, asyncio.FIRST_EXCEPTION, asyncio.ALL_COMPLETED
    slots = of_slots(me, a, b, c)
    found = tasks_of(slots)
    if not found:
        return
    note(me, site, 'waited', await wait(found, conditions_of[when], None if seconds == NEVER else seconds))
    for slot, task in zip(slots, found):
        if task.done():
            note(me, site, 'done', slot)


async def note_completed(me, site, count, these):
    """as_completed of 3.11 and 3.12 gives coroutines, in an order of its own for what has ended already: it goes through a set.
    What it gives must be told by its index, so it is written here as it is there, but for the set."""
    done = asyncio.Queue()
    pending = {}

    def as_completed_one(future):
        done.put_nowait(pending.pop(future))

    for index, what in enumerate(these):
        pending[asyncio.ensure_future(what)] = index
    for future in list(pending):
        future.add_done_callback(as_completed_one)
    as_completed_one.__qualname__ = 'as_completed'
    try:
        for _ in range(min(count, len(pending))):
            note(me, site, 'completed', await done.get())
    finally:
        for future in pending:
            future.remove_done_callback(as_completed_one)


async def completed_calls(me, site, count, a, b, c):
    await note_completed(me, site, count, of_calls(a, b, c))


async def completed_tasks(me, site, count, a, b, c):
    await note_completed(me, site, count, tasks_of(of_slots(me, a, b, c)))


async def shield_call(me, site, coro):
    note(me, site, 'shielded', await asyncio.shield(coro))


async def shield_task(me, site, slot):
    if may_await(me, slot):
        note(me, site, 'shielded', await asyncio.shield(world.tasks[slot]))


async def wait_for_call(me, site, seconds, coro):
    note(me, site, 'in time', await wait_for(coro, seconds))


async def wait_for_task(me, site, seconds, slot):
    if may_await(me, slot):
        with awaiting(slot):
            note(me, site, 'in time', await wait_for(world.tasks[slot], seconds))


async def wait_for_future(me, site, seconds, future):
    note(me, site, 'in time', await wait_for(world.futures[future], seconds))


async def shielded(task):
    return await asyncio.shield(task)


async def wait_for_shield(me, site, seconds, slot):
    if may_await(me, slot):
        note(me, site, 'in time', await wait_for(shielded(world.tasks[slot]), seconds))


# ---- Groups and limits ----

def start(me, site, group, coro):
    try:
        group.create_task(coro)
    except RuntimeError:
        coro.close()
        note(me, site, 'starts', 0)
    else:
        note(me, site, 'starts', 1)


def start_in(me, site, group, slot, coro):
    if not is_free(slot):
        coro.close()
        return
    try:
        world.tasks[slot] = group.create_task(coro)
    except RuntimeError:
        coro.close()
        note(me, site, 'starts', 0)
    else:
        note(me, site, 'starts', slot)


def move_limit(me, site, limit, seconds):
    try:
        limit.reschedule(world.loop.time() + seconds)
    except RuntimeError:
        note(me, site, 'moves', 0)
    else:
        note(me, site, 'moves', 1)


class BlockLimit(asyncio.Timeout):
    """As asyncio's, and what a limit means where its task is masked: see Task."""

    async def __aenter__(self):
        task = asyncio.current_task()
        self.masks = task.masks
        if self.masks:
            self.outer, self.after, self.was_due = task.lift, 0, task.due
            task.masks, task.due, task.lift = 0, False, self
        self.within = task.lift
        return await super().__aenter__()

    async def __aexit__(self, *error):
        try:
            return await super().__aexit__(*error)
        finally:
            if self.masks:
                self._task.lift = self.outer
                self._task.masks += self.masks
                self._task.requests += self.after
                self._task.due |= self.was_due or self.after > 0

    def _on_timeout(self):
        self._task.cancel_within(self.within)
        self._state = asyncio.timeouts._State.EXPIRING
        self._timeout_handler = None


def limit(seconds):
    return BlockLimit(world.loop.time() + seconds)


def limit_at(seconds):
    return BlockLimit(seconds)


async def end_child(task):
    """The end of the block that declares a child."""
    with masked():
        task.cancel()
        try:
            await task
        except (Exception, CancelledError):
            pass


@contextlib.asynccontextmanager
async def closing(generator):
    """The end of an `async for`, however it is left."""
    try:
        yield generator
    finally:
        with masked():
            await generator.aclose()


# ---- Locks ----

async def acquire(me, site, lock):
    await world.locks[lock].acquire()
    note(me, site, 'acquired', lock)


def release(me, site, lock):
    refused(me, site, world.locks[lock].release)


async def event_wait(me, site, event):
    await world.events[event].wait()
    note(me, site, 'event', event)


def event_set(me, site, event):
    note(me, site, 'sets', event)
    world.events[event].set()


def event_clear(me, site, event):
    note(me, site, 'clears', event)
    world.events[event].clear()


async def condition_wait(me, site, condition):
    await world.conditions[condition].wait()
    note(me, site, 'notified', condition)


async def condition_wait_for(me, site, condition, least):
    await world.conditions[condition].wait_for(lambda: world.levels[condition] >= least)
    note(me, site, 'reached', world.levels[condition])


def condition_raise(me, site, condition):
    world.levels[condition] += 1
    note(me, site, 'raises', world.levels[condition])


def notify(me, site, condition, count):
    refused(me, site, world.conditions[condition].notify, count)


async def semaphore_acquire(me, site, semaphore):
    await world.semaphores[semaphore].acquire()
    note(me, site, 'passed', semaphore)


def semaphore_release(me, site, semaphore):
    refused(me, site, world.semaphores[semaphore].release)


async def barrier_wait(me, site, barrier):
    note(me, site, 'crossed', await world.barriers[barrier].wait())


async def barrier_reset(me, site, barrier):
    await world.barriers[barrier].reset()
    note(me, site, 'reset', barrier)


async def barrier_abort(me, site, barrier):
    await world.barriers[barrier].abort()
    note(me, site, 'aborted', barrier)


# ---- Queues ----

async def put(me, site, queue, value):
    await world.queues[queue].put(value)
    note(me, site, 'put', value)


async def get(me, site, queue):
    note(me, site, 'got', await world.queues[queue].get())


def put_now(me, site, queue, value):
    refused(me, site, world.queues[queue].put_nowait, value)


def get_now(me, site, queue):
    try:
        value = world.queues[queue].get_nowait()
    except asyncio.QueueEmpty as error:
        note(me, site, 'refused', number_of(error))
    else:
        note(me, site, 'got', value)


def done_one(me, site, queue):
    refused(me, site, world.queues[queue].task_done)


async def drain(me, site, queue):
    await world.queues[queue].join()
    note(me, site, 'drained', queue)


# ---- Running ----

def world_begin(loop):
    world.loop = loop
    world.over = False
    world.lines = world.actions = world.inside = 0
    world.tasks = [None] * SLOTS
    world.awaiting = [0] * SLOTS
    world.gathered = [False] * SLOTS
    world.watches = [None] * SLOTS
    world.handles = [None] * 3
    world.locks = [asyncio.Lock(), asyncio.Lock()]
    world.events = [asyncio.Event(), asyncio.Event()]
    world.conditions = [asyncio.Condition(), asyncio.Condition()]
    world.semaphores = [asyncio.Semaphore(1), asyncio.BoundedSemaphore(2)]
    world.barriers = [asyncio.Barrier(2), asyncio.Barrier(3)]
    world.levels = [0, 0]
    world.queues = [asyncio.Queue(1), asyncio.LifoQueue(2), asyncio.PriorityQueue(), asyncio.Queue()]
    world.futures = [loop.create_future() for _ in range(FUTURES)]


def run_main(loop, main):
    try:
        loop.run_until_complete(main)
    except Stuck:
        print('stuck')
        main.cancel()   # libac does that at once
    except (Exception, CancelledError) as error:
        print('ended error', number_of(error))
    else:
        print('ended value', main.result())


def shut_down(loop):
    """As libac: what is left is cancelled and awaited, again until nothing is left."""
    for _ in range(100):
        left = [task for task in loop.made if not task.done()]
        if not left:
            return
        for task in left:
            task.cancel()
        try:
            loop.run_until_ended(left)
        except Stuck:
            return


def close_generators(loop):
    """As asyncio.run, and the closing of libac's loops."""
    try:
        loop.run_until_complete(loop.create_task(loop.shutdown_asyncgens()))
    except Stuck:
        pass


def throw_away(task):
    """What could not be ended does not come back in a later program."""
    while not task.done():
        try:
            task.coro.close()
            return
        except (Exception, CancelledError):
            pass


def world_run(seed, first):
    print('program', seed)
    loop = Loop()
    events.set_event_loop(loop)
    world_begin(loop)
    main = loop.create_task(first(0))
    run_main(loop, main)
    for slot, task in enumerate(world.tasks):
        if task:
            print('task', slot, state_of(task))
    for index, future in enumerate(world.futures):
        print('future', index, state_of(future))
    print('closing')
    shut_down(loop)
    close_generators(loop)
    print('inside', world.inside)
    world.over = True
    for task in loop.made:
        throw_away(task)
    loop.close()
    gc.collect()
