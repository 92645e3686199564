/* The kernel: draws, plays and counts replications of a model.

   The readable statement of the same is in sim/engines/draw.py (draw.c), sim/engines/simpy_engine.py (play.c) and
   sim/statistics/measures.py (count.c); both give the same numbers. Times are int64 milliseconds from the start of the period.
   Structs that Python fills have members of eight bytes only, so that their layout is the same on every platform. */
#ifndef HELPLINE_KERNEL_H
#define HELPLINE_KERNEL_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#if defined(__GNUC__)
#define ALWAYS_INLINE inline __attribute__((always_inline))
#else
#define ALWAYS_INLINE inline
#endif

/* A larger buffer, or the same where it suffices; NULL without memory. */
static void *enlarge(void *buffer, int64_t *capacity, int64_t needed, size_t size);
static ALWAYS_INLINE void *grow(void *buffer, int64_t *capacity, int64_t needed, size_t size) {
    return needed <= *capacity ? buffer : enlarge(buffer, capacity, needed, size);
}

enum { DAY = 24 * 60 * 60 * 1000, HOUR = 60 * 60 * 1000, WEEK = 7 * DAY };
/* Wider vectors where the processor has them; chosen when the library is loaded. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__has_attribute) && !defined(NO_CLONES)
#if __has_attribute(target_clones)
#define VECTORS __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#endif
#endif
#ifndef VECTORS
#define VECTORS
#endif

#define NONE (-1)
#define FOREVER ((int64_t)1 << 60)

/* Return codes of exported functions. */
enum { OK = 0, OUT_OF_MEMORY = -1, TOO_MANY_CALLERS = -2 };

enum Outcome { ANSWERED, ABANDONED, BLOCKED, BALKED, CLOSED, UNFINISHED, CALLED_BACK, SILENT, SENT_AWAY, OUTCOMES };

/* Streams of random numbers, in the order of Demand.keys. */
enum Purpose { EXISTS, WORK, MARKS, WAITING, CHOICES, OFFERS, DELAYS, PURPOSES };

/* ---- Random inputs ------------------------------------------------------------------------------------------- */

enum DistributionKind { CONSTANT, EXPONENTIAL, LOGNORMAL, WEIBULL, UNIFORM, EMPIRICAL, TRIANGULAR };

/* Distribution of a duration in ms: a quantile function of kind with parameters a, b and mode, mixed with an atom at
   0 of weight zero. values[count] are the ordered observations of an empirical distribution. */
typedef struct {
    int64_t kind;
    double a, b, mode, zero;
    int64_t least;
    const double *values;
    int64_t count;
} Distribution;

enum ShapeKind { DECAY, TRAPEZOID };

/* One term of a campaign's surge. */
typedef struct {
    int64_t kind;
    double weight, start;
    double time_constant;
    double rise, hold, fall;
} SurgeTerm;

/* Who calls when, and with what random inputs. S strata, D days, E rate segments, C channels, U campaigns. */
typedef struct {
    int64_t strata, days, segments, channels, campaigns, attempts, topics, ages;
    const int64_t *stratum;          /* [S][3] channel, province, source (0 base demand, i campaign i) */
    const int64_t *first_segment;    /* [S][D + 1] */
    const int64_t *edge;             /* [E + 1] ms */
    const double *cumulative;        /* [S][E + 1] expected callers before each edge */
    const uint64_t *keys;            /* [PURPOSES][S] */
    const SurgeTerm *terms;
    const int64_t *first_term;       /* [U + 1] */
    const double *surge_integral;    /* [U][E + 1] */
    const double *topic;             /* [U + 1][C][topics] cumulative shares */
    const double *age;               /* [U + 1][C][ages] */
    const Distribution *conversation, *wrap_up, *patience, *redial_delay, *silence, *again_delay; /* [C] each */
} Demand;

/* Callers of several replications by first arrival, as Python hands them over. Random inputs are columns too, or NULL
   where they are computed from the callers' addresses (stratum, replication, day, slot) when they are needed. */
typedef struct {
    int64_t count, channels, attempts, replication;
    const int64_t *channel, *province, *source, *topic, *age, *arrival; /* [count] */
    const int64_t *stratum, *day, *slot;                               /* [count], addresses, or NULL */
    const int64_t *conversation, *wrap_up;                             /* [count][channels] */
    const int64_t *patience, *redial_delay, *silence, *again_delay;    /* [count][attempts][channels] */
    const int64_t *redial, *switching, *balk, *voicemail;              /* [count][attempts], 32-bit uniforms */
    const int64_t *call_back, *silent, *forward, *again;               /* [count][attempts] */
    const int64_t *absence; /* [replications][absence_groups][absence_lines][absence_days] */
    int64_t absence_groups, absence_lines, absence_days;
    const Demand *demand;
} Population;

typedef struct {
    int64_t arrival;
    int64_t work, patience;     /* on the first channel at the first attempt, where inputs are not in columns */
    int32_t stratum, day, slot; /* address */
    int16_t channel, province, source, topic, age;
} Caller;

/* Callers of one replication, or of one component of the centre, in the order of their arrival. */
typedef struct {
    int64_t count, replication, attempts, channels;
    const Caller *caller;
    const Demand *demand;
    const Population *columns; /* random inputs of caller i are in row first + i; NULL where they are computed */
    int64_t first;
    const int64_t *absence; /* [absence_groups][absence_lines][absence_days] */
    int64_t absence_lines, absence_days;
} People;

/* Fields of enum Choice are the words of the streams CHOICES and OFFERS. */
enum Choice { REDIAL, SWITCH, BALK, VOICEMAIL, CALL_BACK, SILENT_LEAVER, FORWARD, AGAIN };

/* Buffers for callers, reused between replications. */
typedef struct {
    Caller *caller, *found;
    int64_t capacity, found_capacity;
    int64_t *bucket;
    int64_t buckets;
} Callers;

/* ---- The centre ---------------------------------------------------------------------------------------------- */

typedef struct {
    int64_t spans, *open, *close; /* opening intervals */
    int64_t redial[OUTCOMES], switching[OUTCOMES], switch_to[OUTCOMES]; /* thresholds by outcome; switch_to -1: none */
    int64_t redial_from_opening, voicemail, silent, forward, forward_to, again;
    int64_t until; /* end of the period on this channel */
} Channel;

typedef struct {
    int64_t channel, places, serve_after_closing, interruptible;
    int64_t announce, call_back, call_back_from;
    int64_t balks;
    const int64_t *balk; /* [balks] thresholds by the number waiting; the last also holds for longer queues */
    int64_t announced;
    const int64_t *announced_wait, *announced_balk; /* [announced] */
    int64_t routes;
    const int64_t *route_group, *route_after; /* [routes] */
} Queue;

typedef struct {
    int64_t lines, first_line, component;
    int64_t serves;
    const int64_t *serve, *serve_after; /* [serves] queues in order, and the wait from which the group may take */
    int64_t longest_wait, at_once;
    int64_t one_at_a_time; /* its lines never have two contacts in hand, so that work is never stretched or laid aside */
    const int64_t *speed; /* [at_once] percent */
    int64_t absent, absence_group;
    const int64_t *factor; /* [channels][provinces] per mille, or NULL */
} Group;

typedef struct {
    int64_t channels, provinces, queues, groups, lines, attempts, end, horizon, priorities, components;
    const Channel *channel;
    const Queue *queue;
    const Group *group;
    const int64_t *queue_of;    /* [channels][provinces] */
    const int64_t *component;   /* [queues] queues of different components share neither lines nor callers */
    const int64_t *priority;    /* [priorities][5] channel, province, source, topic, age; -1 matches all */
    const int64_t *first_shift; /* [lines + 1] */
    const int64_t *shift;       /* [][3] start, stop, day of beginning */
} Centre;

/* One attempt. Those of caller c are contacts[c] and the chain of following ones. */
typedef struct {
    int64_t dialled, left_queue, released;
    int64_t closes;         /* end of the opening interval it was dialled in, -1 outside */
    int64_t ends;           /* planned end: of patience while waiting, of handling while in hand */
    int64_t work_left;      /* hundredths of a ms */
    int32_t caller, queue, channel, line;
    int32_t following;      /* next attempt of the caller */
    int32_t next, previous; /* neighbours in the queue */
    int32_t place;          /* of its event on the agenda */
    int16_t attempt, priority;
    int8_t outcome, waiting, deskwork, served_late, call_back, silent;
    int8_t redials;   /* its caller would call again after it */
    int8_t forwarded; /* the following contact is where it was forwarded to */
} Contact;

enum ChangeKind { LINE_BUSY, LINE_FREE, LINE_COMES, LINE_LEAVES, QUEUE_IN, QUEUE_OUT };

/* ---- Counting ------------------------------------------------------------------------------------------------ */

/* Columns of counts, in the order of sim.statistics.cells.COLUMNS. */
#define COLUMN_NAMES(X) \
    X(offered) X(answered) X(called_back) X(abandoned) X(silent) X(blocked) X(balked) X(sent_away) X(closed) \
    X(messages) X(unfinished) X(first_offered) X(short_abandoned) X(answered_within) X(abandoned_within) X(wait_answered) \
    X(wait_abandoned) X(wait_called_back) X(handling) X(held_in_vain) X(forwarded) X(forward_lost) X(called_again) \
    X(offered_work) X(callers) X(reached) X(never_reached) X(only_closed) X(pending) X(attempts) X(at_limit) \
    X(cut_off) X(staffed) X(busy) X(overtime) X(on_duty) X(all_busy) X(queue_time) X(open) X(longest_queue) \
    X(longest_wait)
#define AS_ENUM(name) AT_##name,
enum Column { COLUMN_NAMES(AS_ENUM) COLUMNS };

typedef struct {
    int64_t days, cells, slices, day_slices, hours; /* days 1 and hours 0 where only whole periods are counted */
    int64_t slots, step, kinds;             /* stretches of `step` ms from the start to the end, the last as if it were whole */
    const int64_t *slice;                   /* [slots][kinds] slices that a slot is part of, on the clock on the wall */
    int64_t interval, since_monday;         /* of the week, 0 where they are not counted; start of the period in its week */
    int64_t clock_changes;
    const int64_t *changes_at, *clock_ahead;  /* [clock_changes] ms by which the clock is ahead from an instant on */
    const int64_t *line_until;                /* [lines] when the period is over for a line */
    int64_t first_all, first_channel, first_queue, first_province, first_lines, first_source;
    int64_t sources, topics, ages;
    int64_t short_abandon;
    const int64_t *deadline;  /* [channels][days] last instant, or longest wait where by_wait */
    const int64_t *by_wait;   /* [channels] */
    const int64_t *fixed;     /* [cells][COLUMNS] what is the same in every replication */
    const int64_t *bin_least; /* [bins] least wait of each bin but the first */
    int64_t bins, bin_bits;
    int64_t periods;
    const int64_t *period;    /* [periods] cells of the whole period */
    int64_t composed, products;
    const int64_t *term_column, *term_weight, *first_term; /* composed quantities */
    const int64_t *factors;                                /* [products][2] quantities */
} Counting;

/* Sums over replications that Python owns; sums of products are added up over `chunk` replications first. */
typedef struct {
    int64_t chunk, pending;
    int64_t *total;                 /* [cells][COLUMNS] */
    double *sum, *pending_sum;      /* [products][cells] */
    int64_t *values;                /* [replications][periods][COLUMNS] */
    int32_t *codes;                 /* of waits, allocated here */
    int64_t coded, code_capacity;
    int64_t *first_code;            /* [replications + 1], NULL where waits are not asked for */
} Sums;

/* One of several plans that the same callers meet. Their centres have the same components. */
typedef struct {
    const Centre *centre;
    const Counting *counting;
    Sums *sums;
    int64_t *cells; /* [replications][cells][COLUMNS] those of each replication, or NULL */
} Run;

#endif
