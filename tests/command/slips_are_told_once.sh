# Of a program in which one token is missing, doubled or swapped with the next acc tells one error, with its place and a text: of nine in ten at
# least. Every source of acc, with its functions made async, is right for acc as it stands.
build/fuzz/slips -a 1 240
