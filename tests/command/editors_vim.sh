# Vim: .ac files have a type, the words of the dialect are highlighted where they are words of it and nowhere else, C
# keeps its colours, and indentation leaves the samples as they are.
. tests/command/common
command -v vim >/dev/null 2>&1 && vim --version | grep -q '+syntax' || { echo "skipped: there is no vim with syntax"; exit 0; }

# Each line, and on the line below it, under the word's first letter, the group that it is shown in: - for none of
# acc's.
cat >"$work/marked" <<'MARKED'
static async int fetch(const char *url)
       acAsync
    await ac_sleep(0.5);
    acStatement
    await ac_sleep(0.5);
          acFunction
    n += await first + await second;
         acStatement
    n += await first + await second;
                       acStatement
async yield int count(int n)
acAsync
async yield int count(int n)
      acAsync
    yield n * 2;
    acStatement
    async for (char *line : ac_stream_lines(s)) {
    acAsync
    async for (char *line : ac_stream_lines(s)) {
          cRepeat
    async with (ac_timeout(2.5)) {
          acAsync
    async {
    acAsync
    defer fclose(file);
    acStatement
    defer {
    acStatement
    throw EPROTO;
    acStatement
    try {
    acException
    } catch (ETIMEDOUT) {
      acException
    } catch {
      acException
    Task(int) task = ac_create_task(f());
    acType
    ac_stream *stream;
    acHandle
    throw AC_STOP;
          acConstant
    _Async int f(void) { _Await g(); _Defer h(); }
    acAsync
    _Async int f(void) { _Await g(); _Defer h(); }
                         acStatement
    loop.async = 1;
         -
    queue->defer(1);
           -
    int async = 1;
        -
    int try = 0, catch = 1;
        -
    int try = 0, catch = 1;
                 -
    f(async, await);
      -
    f(async, await);
             -
    struct async *p;
           -
    // await nothing
       -
    "await nothing"
     -
    awaiting = 1;
    -
    f((struct pair){1, 2});
                   -
MARKED
cat >"$work/script.vim" <<'SCRIPT'
set nocompatible
let &runtimepath = getcwd() . '/editors/vim,' . &runtimepath
filetype plugin indent on
syntax on
let wrong = []
let marked = readfile($WORK . '/marked')
call writefile(map(range(0, len(marked) - 1, 2), 'marked[v:val]'), $WORK . '/text.ac')
execute 'edit' $WORK . '/text.ac'
if &filetype !=# 'ac' || &commentstring !=# '// %s' || !&cindent
    call add(wrong, 'text.ac has type ' . &filetype . ', commentstring ' . &commentstring . ', cindent ' . &cindent)
endif
for i in range(1, len(marked), 2)
    let name = trim(marked[i])
    let column = match(marked[i], '\S') + 1
    let stack = map(synstack((i + 1) / 2, column), 'synIDattr(v:val, "name")')
    let shown = empty(stack) ? '-' : stack[-1]
    " In C's parentheses, or C's error: not of acc. Braces between parentheses must not be an error.
    if name ==# '-' ? shown =~# '^ac\%(Member\)\@!\|Err' : shown !=# name
        call add(wrong, marked[i - 1] . ': column ' . column . ' is ' . shown . ', not ' . name)
    endif
endfor
for file in glob('samples/*.ac', 0, 1)
    execute 'edit' file
    setlocal shiftwidth=4 expandtab cinoptions=(0,:0,W4
    let before = getline(1, '$')
    silent normal! gg=G
    for i in range(len(before))
        " Strings are aligned by hand.
        if before[i] !=# getline(i + 1) && before[i] !~# '^\s*"'
            call add(wrong, file . ':' . (i + 1) . ' is indented as: ' . getline(i + 1))
        endif
    endfor
    edit!
endfor
call writefile(wrong + ['end'], $WORK . '/wrong')
qall!
SCRIPT
WORK=$work timeout 100 vim -es -u NONE -i NONE -n -S "$work/script.vim" </dev/null >/dev/null 2>&1 || fail "vim ends with $?"
[ "$(cat "$work/wrong")" = end ] || { cat "$work/wrong"; exit 1; }
