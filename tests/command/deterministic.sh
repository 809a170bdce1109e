# The same input gives the same bytes: in any directory, at any time, in any environment.
. tests/command/common
root=$PWD
mkdir "$work/one" "$work/other folder"
for folder in "$work/one" "$work/other folder"; do
    cp samples/chat_server.ac samples/port.h "$folder"
    (cd "$folder" && "$root/$acc" -I"$root/runtime/include" chat_server.ac -o out.c)
done
cmp "$work/one/out.c" "$work/other folder/out.c"
(cd "$work/one" && env -i PATH="$PATH" LC_ALL=C TZ=Asia/Tokyo "$root/$asan_acc" -I"$root/runtime/include" chat_server.ac -o again.c)
cmp "$work/one/out.c" "$work/one/again.c"
