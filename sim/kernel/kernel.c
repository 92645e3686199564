/* All of the kernel as one unit, so that small functions are put where they are called. */
#include "random.c"
#include "draw.c"
#include "count.c"
#include "play.c"
#include "run.c"
