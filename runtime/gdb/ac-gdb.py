"""What gdb needs to know of programs that acc has translated. In ~/.gdbinit, or by hand:

    source /usr/local/share/acc/ac-gdb.py

    print EXPRESSION    knows the variables that live in the frame of an async function by their plain names, too
    ac locals           all variables of the async function that is selected
    ac backtrace        who awaits whom, from the function that is selected to the task, with the lines of the awaits
    ac tasks            the same for every task of the loop

A suspended function is no frame of the C stack, but a struct ac_frame that knows who awaits it (`parent`) and the number of the await where
it is (`state`), whose line its description has (`fn->site_lines`). One that is on the C stack is at the line where that says it is."""

import re

import gdb

KIND_OPERATION, KIND_TASK = 1, 5  # AC_KIND_ in ac.h
LONGEST = 10000  # frames of a chain that are followed
WORDS = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|(?:\.|->)\s*\w+|[$@\w]+|.', re.S)


def frame_pointer(address):
    return gdb.Value(int(address)).cast(gdb.lookup_type("struct ac_frame").pointer())


def own_frame(native):
    """The struct that a resume function on the C stack works on, or None."""
    name = native.name()
    if not name or not name.endswith("__resume"):
        return None
    try:
        return native.read_var("ac_self")
    except ValueError:
        return None


def selected_frame():
    """That of the nearest async function, from the selected one outwards: (C frame, struct)."""
    native = gdb.selected_frame()
    while native is not None:
        own = own_frame(native)
        if own is not None and not own.is_optimized_out:
            return native, own
        native = native.older()
    raise gdb.GdbError("no async function is running here")


def members(record):
    """Names of the variables in a frame: not what acc adds, nor the frames of callees."""
    for field in record.strip_typedefs().fields():
        if not field.name:
            yield from members(field.type)
        elif field.name not in ("base", "result", "awaited") and not field.name.startswith(("ac_", "await_")):
            yield field.name


def c_locals(native):
    """Names of the C variables in scope, innermost first."""
    names = []
    try:
        block = native.block()
    except RuntimeError:
        return names
    while block is not None and not block.is_global and not block.is_static:
        names += [symbol.name for symbol in block if symbol.is_variable or symbol.is_argument]
        block = block.superblock
    return names


def by_name(expression):
    """The expression with the variables that live in the frame alone written as members of it."""
    try:
        native, own = selected_frame()
    except (gdb.GdbError, gdb.error):
        return expression
    if native != gdb.selected_frame():
        return expression
    there = set(members(own.type.target())) - set(c_locals(native))
    return "".join("ac_self->" + word if word in there else word for word in WORDS.findall(expression))


class Print(gdb.Command):
    """print [/FORMAT] EXPRESSION: the value of an expression, in which variables of async functions go by their names."""

    def __init__(self):
        super().__init__("print", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        options = re.match(r"\s*(?:(?:/\w+|-[-\w]+(?:\s+(?:on|off|\d+))?)\s+)*", argument).group(0)
        expression = argument[len(options):]
        gdb.execute("call " + options + (by_name(expression) or "$"), from_tty)


class Locals(gdb.Command):
    """ac locals: the variables of the async function that is selected, those on the C stack and those in its frame."""

    def __init__(self):
        super().__init__("ac locals", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        native, own = selected_frame()
        shown = set()
        for name in c_locals(native):
            if not name.startswith("ac_") and name not in shown:
                shown.add(name)
                print("%s = %s" % (name, native.read_var(name)))
        for name in members(own.type.target()):
            if name not in shown:
                print("%s = %s" % (name, own[name]))


def place(frame, running):
    """Where a frame is: file:line."""
    description = frame["fn"].dereference()
    native = running.get(int(frame))
    if not description["file"] or not description["site_lines"]:
        return None
    if native is not None:
        return "%s:%d" % (description["file"].string(), native.find_sal().line)
    state = int(frame["state"])
    if not state:
        return "%s, not begun" % description["file"].string()
    return "%s:%d" % (description["file"].string(), int(description["site_lines"][state]))


def running_frames():
    """By address of their structs: the async functions on the C stack."""
    running, native = {}, gdb.newest_frame()
    while native is not None:
        own = own_frame(native)
        if own is not None and not own.is_optimized_out:
            running[int(own)] = native
        native = native.older()
    return running


def print_chain(frame, running):
    """From a frame to its task: who awaits it, and who awaits that."""
    for number in range(LONGEST):
        description = frame["fn"].dereference()
        if int(description["kind"]) == KIND_TASK:
            return
        at = place(frame, running)
        print("#%-2d %s%s" % (number, description["name"].string(), " at " + at if at else ""))
        if not frame["parent"]:
            return
        frame = frame["parent"]


class Backtrace(gdb.Command):
    """ac backtrace: the async functions that await each other, from the selected one to the root of its task."""

    def __init__(self):
        super().__init__("ac backtrace", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        print_chain(frame_pointer(selected_frame()[1]), running_frames())


class Tasks(gdb.Command):
    """ac tasks: all tasks of this thread's loop, and where they are. Calls functions of the program."""

    def __init__(self):
        super().__init__("ac tasks", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        running, current = running_frames(), gdb.parse_and_eval("ac__thread.task")
        task = gdb.parse_and_eval("ac__task_next(ac__thread.loop, 0)")
        while task:
            state = "running" if task == current else "suspended"
            name = gdb.parse_and_eval("ac_task_name((void *)%d)" % int(task)).string()
            print("%s, %s" % (name, state))
            if task == current:
                innermost = next(iter(running), None)
                frame = frame_pointer(innermost) if innermost else None
            else:
                frame = frame_pointer(task)["parent"]
            if frame:
                print_chain(frame, running)
            task = gdb.parse_and_eval("ac__task_next(ac__thread.loop, (void *)%d)" % int(task))


class Prefix(gdb.Command):
    """ac: commands for programs that acc has translated."""

    def __init__(self):
        super().__init__("ac", gdb.COMMAND_STACK, gdb.COMPLETE_NONE, True)


Prefix()
Print()
Locals()
Backtrace()
Tasks()
gdb.execute("alias ac bt = ac backtrace")
