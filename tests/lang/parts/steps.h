/* Shared by generators_from_plain_c.ac and its half in C. */
#include <ac.h>

#ifdef __ACC__
async yield int count(int n);
#else
ac_gen *count(int n);
#endif
