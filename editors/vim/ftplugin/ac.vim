" acc, async/await for C: what C has (comments, includes, jumps), and the words that matchit and gf need.
if exists('b:did_ftplugin')
    finish
endif
runtime! ftplugin/c.vim ftplugin/c_*.vim ftplugin/c/*.vim

setlocal suffixesadd=.ac,.h,.c
setlocal commentstring=//\ %s

" :make translates the file that is edited, and its messages have gcc's form.
if !exists('current_compiler') && &l:makeprg ==# ''
    setlocal makeprg=acc\ -fsyntax-only\ %:S
endif

let b:undo_ftplugin = get(b:, 'undo_ftplugin', 'setlocal') . ' | setlocal suffixesadd< commentstring< makeprg<'
