" acc, async/await for C: C, and the words of the dialect. Those that are keywords only where they can be (async, await,
" try ...) are no keywords behind a dot, an arrow or a tag's keyword, nor as a name that is declared, assigned or
" passed.
if exists('b:current_syntax')
    finish
endif

" Braces between parentheses are no error: compound literals, statement expressions.
let s:curly = exists('g:c_no_curly_error')
let g:c_no_curly_error = 1
runtime! syntax/c.vim
unlet b:current_syntax
if !s:curly
    unlet g:c_no_curly_error
endif
unlet s:curly

" Where a name ends that is no word of the dialect: before what can only follow an identifier.
syn match acAsync       display "\%(\.\|->\|\<struct\|\<union\|\<enum\|\<goto\)\@<!\s*\zs\<async\>\ze\s*\%([[:alnum:]_{]\|$\)"
syn match acStatement   display "\<\%(await\|throw\|defer\)\>\ze\s*[^[:space:];,)=.[\]]"
syn match acStatement   display "\<yield\>\ze\s*[^[:space:],)=.[\]]"
syn match acException   display "\<try\>\ze\s*\%({\|$\)"
syn match acException   display "\<catch\>\ze\s*\%([({]\|$\)"
syn match acAsync       display "\%(\<async\s\+\)\@12<=\%(with\|yield\)\>"
syn match acMember      display "\%(\.\|->\)\s*\%(await\|throw\|defer\|yield\|try\|catch\|async\)\>"
syn keyword acStatement _Await _Throw _Defer _Yield
syn keyword acAsync     _Async
syn keyword acException _Try _Catch
syn keyword acType      _Coro _Task _Future _Gen
syn match acType        display "\<\%(Coro\|Task\|Future\|Gen\|ac_async\)\>\ze\s*("
syn match acFunction    display "\<ac_\h\w*\>\ze\s*("
syn match acHandle      display "\<ac_\%(coro\|task\|future\|gen\|loop\|stream\|server\|group\|subprocess\|executor\|handle\)\>\ze\s*[*)]"
syn match acConstant    display "\<AC_[A-Z][A-Z0-9_]*\>"
syn keyword acMacro     __ACC__

hi def link acAsync     StorageClass
hi def link acStatement Statement
hi def link acException Exception
hi def link acType      Type
hi def link acHandle    Type
hi def link acFunction  Function
hi def link acConstant  Constant
hi def link acMacro     Macro

let b:current_syntax = 'ac'
