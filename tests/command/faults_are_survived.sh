# Of all that programs ask of the runtime, each 17th allocation, system call and await is made to fail, on two backends. `make faults`
# tries all of them.
. tests/command/common
programs='tests/faults/*.ac'
[ -f build/asan/libac_tls.a ] || programs=$(echo $programs | sed 's|tests/faults/tls.ac||')
build/tests/faults -k allocation,call,cancel -s 17 $programs >"$work/said" || fail "$(cat "$work/said")"
grep -q '^[1-9][0-9]* faults, 0 not survived$' "$work/said" || fail "$(cat "$work/said")"
