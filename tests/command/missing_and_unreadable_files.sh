# A file that is not there, a directory, and a file that may not be read: an error that names it.
. tests/command/common
refuses "$work/nothing.ac"
grep -q 'nothing.ac' "$work/said" || fail "the file is not named: $(cat "$work/said")"
mkdir "$work/folder.ac"
refuses "$work/folder.ac"
if [ "$(id -u)" != 0 ]; then
    program "$work/closed.ac"
    chmod 000 "$work/closed.ac"
    refuses "$work/closed.ac"
fi
