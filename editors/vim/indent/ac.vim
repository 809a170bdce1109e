" acc, async/await for C: its blocks are C's.
if exists('b:did_indent')
    finish
endif
runtime! indent/c.vim
