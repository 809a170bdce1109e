; inherits: c
; The words of acc. Editors put these after the queries of C, which tree-sitter-c has; in Neovim the line above does it.

["async" "_Async" "yield" "_Yield"] @keyword.coroutine
["await" "_Await"] @keyword.coroutine
["try" "_Try" "catch" "_Catch" "throw" "_Throw"] @keyword.exception
["defer" "_Defer"] @keyword
["with"] @keyword
(async_for_statement "for" @keyword.repeat)

(macro_type_specifier
  name: (identifier) @type.builtin
  (#match? @type.builtin "^_?(Coro|Task|Future|Gen)$|^ac_async$"))

((type_identifier) @type.builtin
 (#match? @type.builtin "^ac_"))

(call_expression
  function: (identifier) @function.builtin
  (#match? @function.builtin "^ac_"))
"ac_create_future" @function.builtin

((identifier) @constant.builtin
 (#match? @constant.builtin "^AC_[A-Z0-9_]+$"))
