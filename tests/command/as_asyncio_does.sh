# Random programs, printed as Python and as .ac, do the same in CPython's asyncio and in libac, in the same order.
build/fuzz/asyncio 1 48
