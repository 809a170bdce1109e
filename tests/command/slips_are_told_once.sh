# Of a program in which one token is missing, doubled or swapped with the next acc tells one error, with its place and a text: of nearly all, and
# never less than 88 in 100. Every source of acc that is chosen, with its functions made async, is right for acc as it stands.
build/fuzz/slips -a 1 180
