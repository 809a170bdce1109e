#!/bin/sh
# SQLite with every function async (bodies.c), and awaits at random places of its 80,000 lines (asyncify), must say what SQLite says, and write the
# same database.
#
#   tests/passthrough/awaited.sh [SEED [MODE...]]      modes: none (an await where each function begins), statements, expressions
#
# Exit status 1 where anything differs. The sources lie in build/passthrough/sources, or in $SOURCES.
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$(pwd)
sources=${SOURCES-$root/build/passthrough/sources}
work=$root/build/passthrough/awaited
include="-I$root/runtime/include -I$root/tests/fuzz/include"
seed=${1-1}
[ $# -gt 0 ] && shift
. tests/passthrough/sources.sh

# The program's own macros are expanded, so that awaits can be put anywhere; what belongs to the system stays an #include.
expand() {
    sed -E 's/^[ \t]*#[ \t]*include[ \t]*<([^>]*)>.*/__AC_INCLUDE("\1")/' sqlite3.c >hidden.c
    printf '#define _GNU_SOURCE\n#define NDEBUG 1\n'
    gcc -E -w '-Dassert(x)=((void)0)' -D_GNU_SOURCE -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION hidden.c |
        sed '/^# /d' | sed -E 's/__AC_INCLUDE\("([^"]*)"\)/\n#include <\1>\n/g'
}

prepare() {
    rm -rf "$work"
    mkdir -p "$work"
    fetch sqlite3 || return 1
    cp -a "$(find "$sources/sqlite3" -mindepth 1 -maxdepth 1 -type d | head -1)" "$work/source"
    (cd "$work/source" && ./configure --disable-tcl && make sqlite3.c shell.c) >"$work/log" 2>&1 || return 1
    cd "$work/source" || return 1
    expand >"$work/sqlite.c"
    gcc -w -O1 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_THREADSAFE=0 -c shell.c -o "$work/shell.o" && gcc -w -O1 -c "$work/sqlite.c" -o "$work/plain.o" || return 1
    cd "$work" && gcc shell.o plain.o -lm -o plain && rm -rf source
}

# MODE: into the program of that name.
translate() {
    mode=$1
    # shellcheck disable=SC2086
    "$root/build/tests/bodies" sqlite.c "$mode.ac" $include || return 1
    if [ "$mode" != none ]; then
        mv "$mode.ac" "$mode.plain.ac"
        # shellcheck disable=SC2086
        "$root/build/fuzz/asyncify" "$mode" "$seed" "$mode.plain.ac" "$mode.ac" $include || return 1
    fi
    # shellcheck disable=SC2086
    "$root/build/acc" -w -Wno-blocking -Wno-unevaluated-await $include "$mode.ac" -o "$mode.c" && gcc -w -O0 $include -c "$mode.c" -o "$mode.o" &&
        gcc shell.o "$mode.o" "$root/build/libac.a" -lm -lpthread -o "$mode"
}

# PROGRAM PAUSE: what it says and the database that it writes. The statement that is wrong on purpose makes the status 1.
run() {
    rm -f "$1.db"
    FUZZ_PAUSE=$2 timeout 300 "./$1" "$1.db" <"$root/tests/passthrough/awaited.sql" >"$1.out" 2>&1
    [ $? -le 1 ]
}

prepare || { echo "SQLite cannot be built: $(tail -3 "$work/log")"; exit 1; }
run plain 0 || { echo "the original does not run"; exit 1; }
status=0
for mode in ${*-none statements expressions}; do
    if ! translate "$mode" >"$mode.log" 2>&1; then
        echo "$mode, seed $seed: $(grep -m3 error "$mode.log")"
        status=1
        continue
    fi
    for pause in 0 1 77; do
        if run "$mode" "$pause" && cmp plain.out "$mode.out" && cmp plain.db "$mode.db"; then
            echo "$mode, seed $seed, pause $pause: the same ($(head -1 "$mode.log"))"
        else
            echo "$mode, seed $seed, pause $pause: differs: see $work"
            status=1
        fi
    done
done
exit $status
