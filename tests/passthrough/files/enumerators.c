// standards: gnu11 c99
/* Enumerators beyond int: what type they have inside of their enum and behind it, and what the enum has under it. */
enum mixed { MINUS = -1, ABOVE_INT = 0xffffffffu, FIVE = 5 };
int mixed_above = _Generic(ABOVE_INT, int : 1, unsigned : 2, long : 3), mixed_five = _Generic(FIVE, int : 1, unsigned : 2, long : 3);
enum full { FULL = 0xffffffffffffffffull, ONE = 1, SIZE = sizeof(FULL) };
int full_type = _Generic(FULL, int : 1, unsigned : 2, long : 3, unsigned long : 4);
enum cast { HV = (unsigned long)-32, KERNEL = (unsigned long)-128 };
enum counted { BEFORE = 0x7ffffffe, LAST, NEXT = 0x80000000, BEHIND };
enum inside {
    HIGH = 0x80000000,
    HIGH_TYPE = _Generic(HIGH, int : 1, unsigned : 2, long : 3),
    LOW = -1L,
    LOW_TYPE = _Generic(LOW, int : 1, long : 3),
    WIDE = 0x100000000l,
    WIDE_TYPE = _Generic(WIDE, int : 1, long : 3),
    WIDER,
    WIDER_TYPE = _Generic(WIDER, int : 1, long : 3)
};
int high_type = _Generic(HIGH, int : 1, unsigned : 2, long : 3);
enum __attribute__((packed)) small { SMALL = 200 } small;
enum __attribute__((packed)) signed_small { NEGATIVE = -1, POSITIVE = 127 } signed_small;
enum behind { CHARACTER = 'a', PACKED_SHORT = 300 } __attribute__((packed));
enum forward;
enum forward *pointer;
enum forward { FORWARD = -5 };
