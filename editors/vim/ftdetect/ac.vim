" Files of acc, async/await for C.
autocmd BufNewFile,BufRead *.ac setfiletype ac
