/* Counts of a replication, as sim/statistics/measures.py states them, and sums of products over replications.

   Contacts that are alike are added up in rows for each channel and province ("leaf") by day, by hour of the day and
   by interval of the week, which are spread over columns at the end; all cells of people are sums of these rows. Time on lines and in queues is
   added up at each change of a line or a queue. */
#include "kernel.h"

/* Cells whose products are formed together, so that their sums stay in the first cache. */
enum { TILE = 64 };

/* Results of contacts: their outcomes, and those that were left as a message outside opening hours. */
enum { MESSAGE_ANSWERED = OUTCOMES, MESSAGE_WAITING, RESULTS };

/* Place among the contacts of a caller. */
enum Place { ONLY, FIRST, LATER, PLACES };

typedef struct {
    int64_t contacts, within, brief; /* how many, within the deadline, not longer than a short abandonment */
    int64_t wait, held, work, longest;
} Tally;

/* Counts of a row: contacts alike in result and place, and what is not told from these. */
typedef struct {
    Tally tally[RESULTS * PLACES];
    int64_t column[COLUMNS];
    uint64_t touched; /* tallies that are not zero; the highest bit: columns */
} Row;

#define COLUMNS_BIT (UINT64_C(1) << 63)

/* Time that lines of a group spend in the slot under way. */
typedef struct {
    int64_t since, slot_ends, stops;    /* it stops where the slot or the period of a line ends */
    int64_t over;                       /* lines whose period is over */
    int64_t staffed, working, both;     /* lines on duty, at work, and both */
    int64_t spent[AT_all_busy - AT_staffed + 1];
} GroupTime;

typedef struct {
    int64_t since, slot_ends, end;
    int64_t waiting, spent, longest;
} QueueTime;

typedef struct {
    int32_t group, held;
    int8_t there, over; /* on duty; the period is over for it */
} LineTime;

typedef struct {
    const Centre *centre;
    const Counting *counting;
    int64_t leaves, attributes;
    Row *leaf;          /* [leaves][slices - 1] */
    Row *attribute;     /* [sources * topics * ages] */
    int32_t *ending;    /* [lines] by group, then by when the period is over for them */
    LineTime *line;
    GroupTime *group;
    QueueTime *queue;
    int64_t *on_duty;   /* [groups][slots] */
    int32_t *first_bin; /* of the least wait of each leading part (see leading_part) */
    int64_t *cells;     /* of the replication under way */
} Tables;

/* ---- Bins of waits --------------------------------------------------------------------------------------------- */

enum { LEADING_BITS = 8, ONE = 1023 << LEADING_BITS };

/* Number that grows with a positive wait: where its highest bit is, and the bits that follow. */
static inline int64_t leading_part(int64_t wait) { return (bits_of((double)wait) >> (52 - LEADING_BITS)) - ONE; }

static inline int64_t bin_of(const Counting *k, const int32_t *first_bin, int64_t wait) {
    if (wait <= 0) return 0;
    int64_t last = k->bin_least[k->bins - 1], bin = first_bin[leading_part(wait < last ? wait : last)];
    while (bin < k->bins && k->bin_least[bin] <= wait) bin++;
    return bin;
}

/* Bin of the least wait of each leading part. */
static int32_t *new_bins(const Counting *k) {
    int64_t parts = leading_part(k->bin_least[k->bins - 1]) + 1, bin = 0;
    int32_t *first_bin = malloc((size_t)parts * sizeof *first_bin);
    for (int64_t part = 0; first_bin && part < parts; part++) {
        double least = from_bits((part + ONE) << (52 - LEADING_BITS));
        while (bin < k->bins && (double)k->bin_least[bin] <= least) bin++;
        first_bin[part] = (int32_t)bin;
    }
    return first_bin;
}

/* ---- Contacts -------------------------------------------------------------------------------------------------- */

/* What the clock on the wall shows at an instant, as if every day had 24 hours. */
static inline int64_t wall_clock(const Counting *k, int64_t instant) {
    int64_t ahead = 0;
    for (int64_t i = 0; i < k->clock_changes && k->changes_at[i] <= instant; i++) ahead = k->clock_ahead[i];
    return instant + ahead;
}

/* Rows that a contact counts in: its day and, as far as they are counted, its hour of the day, its interval of the week
   and its attributes. */
typedef struct {
    Row *row[4];
    int64_t leaf, day;
} Rows;

static int is_answered(int outcome) { return outcome == ANSWERED || outcome == CALLED_BACK; }

static ALWAYS_INLINE Rows rows_of(const Tables *t, const Caller *caller, const Contact *c, int rows) {
    const Counting *k = t->counting;
    int64_t shown = wall_clock(k, c->dialled), slices = k->slices - 1;
    Rows of = {.leaf = c->channel * t->centre->provinces + caller->province, .day = shown / DAY};
    Row *leaf = t->leaf + of.leaf * slices;
    int next = 0;
    of.row[next++] = leaf + (k->day_slices > 1 ? of.day : 0);
    leaf += k->day_slices;
    if (k->hours) of.row[next++] = leaf + shown % DAY / HOUR;
    leaf += k->hours;
    if (k->interval) of.row[next++] = leaf + (shown + k->since_monday) % WEEK / k->interval;
    if (next < rows) of.row[next] = t->attribute + (caller->source * k->topics + caller->topic) * k->ages + caller->age;
    return of;
}

/* Count a contact, and note how long it waited. */
static ALWAYS_INLINE int64_t count_contact(const Tables *t, const People *p, const Contact *c, enum Place place,
                                           const Rows *of, int rows, Sums *sums) {
    const Counting *k = t->counting;
    int outcome = c->outcome;
    int64_t wait = outcome == SILENT ? patience_of(p, c->caller, c->attempt, c->channel) : c->left_queue - c->dialled;
    int64_t deadline = k->deadline[c->channel * k->days + of->day];
    int64_t within = k->by_wait[c->channel] ? wait <= deadline : c->dialled + wait <= deadline;
    int64_t brief = wait <= k->short_abandon, held = c->released - c->left_queue;
    int64_t work = outcome == CLOSED ? 0 : handling_work(p, c->caller, c->channel);
    int result = c->closes >= 0 ? outcome
                 : outcome == CALLED_BACK ? MESSAGE_ANSWERED
                 : outcome == UNFINISHED  ? MESSAGE_WAITING
                                          : outcome;
    int kind = result * PLACES + (int)place;
    for (int i = 0; i < rows; i++) {
        Tally *to = &of->row[i]->tally[kind];
        of->row[i]->touched |= UINT64_C(1) << kind;
        to->contacts++;
        to->within += within;
        to->brief += brief;
        to->wait += wait;
        to->held += held;
        to->work += work;
        if (to->longest < wait) to->longest = wait;
    }
    int waited = outcome == SILENT ? ABANDONED : outcome;
    if (!sums->first_code || (waited != ANSWERED && waited != ABANDONED && waited != CALLED_BACK)) return OK;
    sums->codes = grow(sums->codes, &sums->code_capacity, sums->coded + 1, sizeof *sums->codes);
    if (!sums->codes) return OUT_OF_MEMORY;
    int64_t bin = bin_of(k, t->first_bin, wait);
    sums->codes[sums->coded++] = (int32_t)(((of->leaf * OUTCOMES + waited) << k->bin_bits) + bin);
    return OK;
}

static ALWAYS_INLINE void add(const Rows *of, int rows, enum Column column, int64_t value) {
    for (int i = 0; i < rows; i++) {
        of->row[i]->column[column] += value;
        of->row[i]->touched |= COLUMNS_BIT;
    }
}

/* Count what became of `callers` with so many attempts, in columns. */
static inline void end_of_callers(int64_t callers, int reached, int pending, int only_closed, int at_limit, int64_t *column) {
    column[AT_callers] += callers;
    if (reached) column[AT_reached] += callers;
    else if (pending) column[AT_pending] += callers;
    else {
        column[AT_never_reached] += callers;
        column[AT_only_closed] += only_closed ? callers : 0;
        column[AT_at_limit] += at_limit ? callers : 0;
    }
}

/* Count a caller with several contacts, or one who would have called again after the period. */
static int64_t count_attempts(const Tables *t, const People *p, const Contact *contacts, const Contact *c,
                              const Rows *first, int rows, Sums *sums) {
    int reached = 0, called_open = 0;
    Rows of = *first;
    for (enum Place place = FIRST;; place = LATER) {
        const Contact *next = c->following == NONE ? NULL : &contacts[c->following];
        if (count_contact(t, p, c, place, &of, rows, sums) < 0) return OUT_OF_MEMORY;
        if (next && is_answered(c->outcome)) {
            add(&of, rows, c->forwarded ? AT_forwarded : AT_called_again, 1);
            if (c->forwarded && !is_answered(next->outcome)) add(&of, rows, AT_forward_lost, 1);
        }
        reached |= is_answered(c->outcome);
        called_open |= c->outcome != CLOSED;
        if (!next) break;
        c = next;
        of = rows_of(t, &p->caller[c->caller], c, rows);
    }
    int pending = c->outcome == UNFINISHED, at_limit = c->attempt + 1 == t->centre->attempts;
    add(first, rows, AT_attempts, c->attempt + 1);
    for (int i = 0; i < rows; i++) end_of_callers(1, reached, pending, !called_open, at_limit, first->row[i]->column);
    if (!reached && !pending && c->redials) add(first, rows, AT_cut_off, 1);
    return OK;
}

static ALWAYS_INLINE int64_t count_in_rows(const Tables *t, const People *p, const Contact *contacts, int rows, Sums *sums) {
    for (int64_t caller = 0; caller < p->count; caller++) {
        const Contact *c = &contacts[caller];
        if (c->outcome == NONE) continue;
        Rows of = rows_of(t, &p->caller[caller], c, rows);
        int64_t code = c->following == NONE && !c->redials
                           ? count_contact(t, p, c, ONLY, &of, rows, sums)
                           : count_attempts(t, p, contacts, c, &of, rows, sums);
        if (code < 0) return code;
    }
    return OK;
}

/* Count contacts and callers. */
static int64_t count_people(const Tables *t, const People *p, const Contact *contacts, Sums *sums) {
    switch (t->counting->kinds + (t->attributes > 1)) {
    case 1: return count_in_rows(t, p, contacts, 1, sums);
    case 2: return count_in_rows(t, p, contacts, 2, sums);
    case 3: return count_in_rows(t, p, contacts, 3, sums);
    default: return count_in_rows(t, p, contacts, 4, sums);
    }
}

/* ---- Time ------------------------------------------------------------------------------------------------------ */

/* The cell of a name whose first cell is `first`, of slice `kind` of a slot. */
static int64_t *cell_of(const Tables *t, int64_t first, int64_t slot, int64_t kind) {
    return t->cells + (first + t->counting->slice[slot * t->counting->kinds + kind]) * COLUMNS;
}

static inline void spend_group(GroupTime *of, int64_t until) {
    int64_t spent = until - of->since;
    of->spent[AT_staffed - AT_staffed] += of->staffed * spent;
    of->spent[AT_busy - AT_staffed] += of->working * spent;
    of->spent[AT_overtime - AT_staffed] += (of->working - of->both) * spent;
    of->spent[AT_on_duty - AT_staffed] += of->staffed ? spent : 0;
    of->spent[AT_all_busy - AT_staffed] += of->staffed && of->both == of->staffed ? spent : 0;
    of->since = until;
}

/* The period of a line is over: it counts no more. */
static void leave_for_good(GroupTime *of, LineTime *line) {
    of->staffed -= line->there;
    of->working -= line->held > 0;
    of->both -= line->there && line->held;
    line->over = 1;
}

/* Go on to an instant; slots that end before it are added to the cells. */
static void pass_slots(Tables *t, int64_t g, int64_t until) {
    const Counting *k = t->counting;
    GroupTime *of = &t->group[g];
    int64_t end = k->slots * k->step;
    if (until > end) until = end;
    while (of->slot_ends <= until && of->since < end) {
        int64_t slot = of->slot_ends / k->step - 1, first = k->first_lines + g * k->slices;
        spend_group(of, of->slot_ends);
        t->on_duty[g * k->slots + slot] = of->spent[AT_on_duty - AT_staffed];
        for (int64_t kind = 0; kind < k->kinds; kind++) {
            int64_t *cell = cell_of(t, first, slot, kind);
            for (int i = 0; i <= AT_all_busy - AT_staffed; i++) cell[AT_staffed + i] += of->spent[i];
        }
        memset(of->spent, 0, sizeof of->spent);
        of->slot_ends += k->step;
    }
    if (until > of->since) spend_group(of, until);
}

static int64_t next_line_ends(const Tables *t, int64_t g) {
    const Group *group = &t->centre->group[g];
    int64_t over = t->group[g].over;
    return over < group->lines ? t->counting->line_until[t->ending[group->first_line + over]] : FOREVER;
}

/* Go on to an instant; lines whose period ends before it leave at its end. */
static void pass_stops(Tables *t, int64_t g, int64_t until) {
    GroupTime *of = &t->group[g];
    int64_t end = t->counting->slots * t->counting->step, ends;
    for (; (ends = next_line_ends(t, g)) <= until && ends < FOREVER; of->over++) {
        pass_slots(t, g, ends);
        LineTime *line = &t->line[t->ending[t->centre->group[g].first_line + of->over]];
        leave_for_good(of, line);
    }
    pass_slots(t, g, until);
    of->stops = of->since >= end ? 0 : ends < of->slot_ends ? ends : of->slot_ends;
}

static inline void longest(int64_t *cell, int64_t waiting) {
    if (cell[AT_longest_queue] < waiting) cell[AT_longest_queue] = waiting;
}

static inline void spend_queue(QueueTime *of, int64_t until) {
    if (until <= of->since) return;
    of->spent += of->waiting * (until - of->since);
    of->longest = of->longest > of->waiting ? of->longest : of->waiting;
    of->since = until;
}

/* Add the slot under way to its cells. */
static void end_slot(const Tables *t, int64_t q) {
    const Counting *k = t->counting;
    QueueTime *of = &t->queue[q];
    int64_t slot = of->slot_ends / k->step - 1, first = k->first_queue + q * k->slices;
    for (int64_t kind = 0; kind < k->kinds; kind++) {
        int64_t *cell = cell_of(t, first, slot, kind);
        cell[AT_queue_time] += of->spent;
        longest(cell, of->longest);
    }
    of->spent = of->longest = 0;
    of->slot_ends += k->step;
}

static void pass_queue_slots(const Tables *t, int64_t q, int64_t until) {
    QueueTime *of = &t->queue[q];
    if (until > of->end) until = of->end;
    while (of->slot_ends <= until) {
        spend_queue(of, of->slot_ends);
        end_slot(t, q);
    }
    spend_queue(of, until);
    if (until == of->end && of->spent) end_slot(t, q);
}

/* Integrate over time up to a change, and make it. Changes of a queue or group come in order of time. */
static ALWAYS_INLINE void change(Tables *t, enum ChangeKind kind, int64_t which, int64_t at) {
    if (kind == QUEUE_IN || kind == QUEUE_OUT) {
        QueueTime *of = &t->queue[which];
        if (at >= of->slot_ends || at >= of->end) pass_queue_slots(t, which, at);
        else spend_queue(of, at);
        of->waiting += kind == QUEUE_IN ? 1 : -1;
        return;
    }
    LineTime *line = &t->line[which];
    GroupTime *of = &t->group[line->group];
    if (at >= of->stops) pass_stops(t, line->group, at);
    else spend_group(of, at);
    int step = kind == LINE_BUSY || kind == LINE_COMES ? 1 : -1;
    if (kind == LINE_COMES || kind == LINE_LEAVES) {
        line->there = kind == LINE_COMES;
        if (line->over) return;
        of->staffed += step;
        of->both += line->held ? step : 0;
    } else {
        int others = kind == LINE_BUSY ? line->held++ : --line->held;
        if (line->over || others) return;
        of->working += step;
        of->both += line->there ? step : 0;
    }
}

/* The time in which a queue is served: slot by slot the longest duty among its groups. */
static void count_duty(const Tables *t, int64_t q) {
    const Counting *k = t->counting;
    const Queue *queue = &t->centre->queue[q];
    for (int64_t slot = 0; slot < k->slots; slot++) {
        int64_t most = 0, first = k->first_queue + q * k->slices;
        for (int64_t i = 0; i < queue->routes; i++) {
            int64_t duty = t->on_duty[queue->route_group[i] * k->slots + slot];
            most = duty > most ? duty : most;
        }
        for (int64_t kind = 0; kind < k->kinds; kind++) cell_of(t, first, slot, kind)[AT_on_duty] += most;
    }
}

/* ---- From rows to cells ---------------------------------------------------------------------------------------- */

VECTORS static void add_up(int64_t *restrict sum, const int64_t *restrict values, int64_t count) {
    for (int64_t i = 0; i < count; i++) sum[i] += values[i];
}

static ALWAYS_INLINE void add_row(int64_t *cell, const int64_t *row) {
    int64_t longest = cell[AT_longest_wait] > row[AT_longest_wait] ? cell[AT_longest_wait] : row[AT_longest_wait];
    for (int i = 0; i < AT_longest_wait; i++) cell[i] += row[i];
    cell[AT_longest_wait] = longest;
}

/* Add contacts that are alike to the columns that count them. */
static void spread(const Tally *of, int result, enum Place place, int64_t attempts, int64_t *column) {
    static const enum Column counts[] = {AT_answered, AT_abandoned,  AT_blocked, AT_balked,    AT_closed,    AT_unfinished,
                                         AT_called_back, AT_silent, AT_sent_away, AT_called_back, AT_unfinished};
    int message = result >= OUTCOMES;
    int outcome = result == MESSAGE_ANSWERED ? CALLED_BACK : result == MESSAGE_WAITING ? UNFINISHED : result;
    column[counts[result]] += of->contacts;
    if (message) column[AT_messages] += of->contacts;
    else if (outcome != CLOSED) {
        column[AT_offered] += of->contacts;
        column[AT_offered_work] += of->work;
        column[AT_first_offered] += place == LATER ? 0 : of->contacts;
        int64_t longest = outcome == CALLED_BACK ? 0 : of->longest;
        if (column[AT_longest_wait] < longest) column[AT_longest_wait] = longest;
    }
    switch (outcome) {
    case ANSWERED:
        column[AT_answered_within] += of->within;
        column[AT_wait_answered] += of->wait;
        column[AT_handling] += of->held;
        break;
    case CALLED_BACK:
        column[AT_wait_called_back] += of->wait;
        column[AT_handling] += of->held;
        break;
    case SILENT:
        column[AT_abandoned] += of->contacts;
        column[AT_held_in_vain] += of->held;
        /* fall through */
    case ABANDONED:
        column[AT_short_abandoned] += of->brief;
        column[AT_abandoned_within] += of->within;
        column[AT_wait_abandoned] += of->wait;
    }
    if (place != ONLY) return;
    column[AT_attempts] += of->contacts;
    end_of_callers(of->contacts, is_answered(outcome), outcome == UNFINISHED, outcome == CLOSED, attempts == 1, column);
}

/* The columns of a row, which is empty afterwards; NULL where it was. */
static const int64_t *columns_of(const Tables *t, Row *row, int64_t *column) {
    uint64_t touched = row->touched;
    if (!touched) return NULL;
    memcpy(column, row->column, sizeof row->column);
    if (touched & COLUMNS_BIT) memset(row->column, 0, sizeof row->column);
    touched &= ~COLUMNS_BIT;
    for (int kind = 0; touched; kind++, touched >>= 1) {
        if (!(touched & 1)) continue;
        spread(&row->tally[kind], kind / PLACES, (enum Place)(kind % PLACES), t->centre->attempts, column);
        memset(&row->tally[kind], 0, sizeof row->tally[kind]);
    }
    row->touched = 0;
    return column;
}

VECTORS static void fold(const Tables *t) {
    const Counting *k = t->counting;
    const Centre *centre = t->centre;
    int64_t slices = k->slices - 1, *cells = t->cells, column[COLUMNS];
    for (int64_t leaf = 0; leaf < t->leaves; leaf++) {
        int64_t channel = leaf / centre->provinces, province = leaf % centre->provinces;
        int64_t names[] = {k->first_all, k->first_channel + channel * k->slices,
                           k->first_queue + centre->queue_of[leaf] * k->slices, k->first_province + province * k->slices};
        for (int64_t slice = 0; slice < slices; slice++) {
            const int64_t *row = columns_of(t, &t->leaf[leaf * slices + slice], column);
            for (int i = 0; row && i < 4; i++) add_row(cells + (names[i] + 1 + slice) * COLUMNS, row);
        }
    }
    for (int64_t day = 1; t->attributes == 1 && day <= k->day_slices; day++) { /* the one row has what all days have */
        add_row(t->attribute->column, cells + (k->first_all + day) * COLUMNS);
        t->attribute->touched = COLUMNS_BIT;
    }
    for (int64_t i = 0; i < t->attributes; i++) {
        int64_t source = i / (k->topics * k->ages), topic = i / k->ages % k->topics, age = i % k->ages;
        int64_t names[] = {source, k->sources + topic, k->sources + k->topics + age};
        const int64_t *row = columns_of(t, &t->attribute[i], column);
        for (int n = 0; row && n < 3; n++) add_row(cells + (k->first_source + names[n]) * COLUMNS, row);
    }
    /* Time of lines counts for all as well. */
    for (int64_t g = 0; g < centre->groups; g++)
        for (int64_t slice = 1; slice < k->slices; slice++) {
            const int64_t *from = cells + (k->first_lines + g * k->slices + slice) * COLUMNS;
            int64_t *to = cells + (k->first_all + slice) * COLUMNS;
            for (int i = AT_staffed; i <= AT_all_busy; i++) to[i] += from[i];
        }
    /* The period is the sum of its days. */
    for (int64_t first = 0; first < k->first_source; first += k->slices) {
        int64_t *period = cells + first * COLUMNS;
        memset(period, 0, COLUMNS * sizeof *period);
        for (int64_t day = 1; day <= k->day_slices; day++) {
            const int64_t *row = period + day * COLUMNS;
            longest(period, row[AT_longest_queue]);
            int64_t most = period[AT_longest_queue];
            add_row(period, row);
            period[AT_longest_queue] = most;
        }
    }
}

/* Begin to count a replication in `cells` [cells][COLUMNS]. */
static void start_counting(Tables *t, int64_t *cells) {
    const Counting *k = t->counting;
    t->cells = cells;
    memcpy(cells, k->fixed, (size_t)(k->cells * COLUMNS) * sizeof *cells);
    for (int64_t i = 0; i < t->centre->lines; i++) t->line[i].held = t->line[i].there = t->line[i].over = 0;
    for (int64_t g = 0; g < t->centre->groups; g++) t->group[g] = (GroupTime){.slot_ends = k->step};
    for (int64_t q = 0; q < t->centre->queues; q++)
        t->queue[q] = (QueueTime){.slot_ends = k->step, .end = t->centre->channel[t->centre->queue[q].channel].until};
}

/* Everybody is counted: finish time, and put the rows together. */
static void end_counting(Tables *t) {
    for (int64_t g = 0; g < t->centre->groups; g++) pass_stops(t, g, INT64_MAX);
    for (int64_t q = 0; q < t->centre->queues; q++) {
        pass_queue_slots(t, q, INT64_MAX);
        count_duty(t, q);
    }
    fold(t);
}

static void free_tables(Tables *t) {
    if (!t) return;
    void *buffers[] = {t->leaf, t->attribute, t->ending, t->line, t->group, t->queue, t->on_duty, t->first_bin, t};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) free(buffers[i]);
}

static Tables *new_tables(const Centre *centre, const Counting *k) {
    Tables *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    t->centre = centre;
    t->counting = k;
    t->leaves = centre->channels * centre->provinces;
    t->attributes = k->sources * k->topics * k->ages;
    t->leaf = calloc((size_t)(t->leaves * (k->slices - 1)), sizeof *t->leaf);
    t->attribute = calloc((size_t)t->attributes, sizeof *t->attribute);
    t->ending = calloc((size_t)centre->lines + 1, sizeof *t->ending);
    t->line = calloc((size_t)centre->lines + 1, sizeof *t->line);
    t->group = calloc((size_t)centre->groups + 1, sizeof *t->group);
    t->queue = calloc((size_t)centre->queues + 1, sizeof *t->queue);
    t->on_duty = calloc((size_t)(centre->groups * k->slots) + 1, sizeof *t->on_duty);
    t->first_bin = new_bins(k);
    if (!t->leaf || !t->attribute || !t->ending || !t->line || !t->group || !t->queue || !t->on_duty || !t->first_bin) {
        free_tables(t);
        return NULL;
    }
    for (int64_t g = 0; g < centre->groups; g++)
        for (int64_t i = 0; i < centre->group[g].lines; i++) {
            int64_t first = centre->group[g].first_line, at = i;
            t->line[first + i].group = (int32_t)g;
            for (; at && k->line_until[t->ending[first + at - 1]] > k->line_until[first + i]; at--)
                t->ending[first + at] = t->ending[first + at - 1];
            t->ending[first + at] = (int32_t)(first + i);
        }
    return t;
}

/* ---- Sums of products ------------------------------------------------------------------------------------------ */

/* Quantities of a tile: the columns, and weighted sums of columns. `some` says which are not zero everywhere. */
typedef struct {
    double (*value)[TILE];
    int8_t *some;
} Quantities;

static void compose(const Counting *k, int64_t number, Quantities q) {
    int64_t to = COLUMNS + number;
    q.some[to] = 0;
    for (int64_t term = k->first_term[number]; term < k->first_term[number + 1]; term++) {
        int64_t of = k->term_column[term];
        double weight = (double)k->term_weight[term];
        if (!q.some[of]) continue;
        for (int i = 0; i < TILE; i++) q.value[to][i] = (q.some[to] ? q.value[to][i] : 0.0) + q.value[of][i] * weight;
        q.some[to] = 1;
    }
}

VECTORS static void multiply(const double *one, const double *other, double *sum) {
    for (int i = 0; i < TILE; i++) sum[i] += one[i] * other[i];
}

VECTORS static void read_tile(const int64_t *cells, int64_t size, Quantities q) {
    int64_t any[COLUMNS] = {0};
    for (int64_t i = 0; i < size; i++)
        for (int column = 0; column < COLUMNS; column++) any[column] |= cells[i * COLUMNS + column];
    for (int column = 0; column < COLUMNS; column++) {
        q.some[column] = any[column] != 0;
        if (!any[column]) continue;
        for (int64_t i = 0; i < size; i++) q.value[column][i] = (double)cells[i * COLUMNS + column];
        for (int64_t i = size; i < TILE; i++) q.value[column][i] = 0.0;
    }
}

static void end_chunk(const Counting *k, Sums *sums) {
    for (int64_t i = 0; i < k->products * k->cells; i++) {
        sums->sum[i] += sums->pending_sum[i];
        sums->pending_sum[i] = 0.0;
    }
    sums->pending = 0;
}

/* Add replications, `cells` [replications][cells][COLUMNS], of which none lies in two chunks. */
static int64_t add_products(const Counting *k, const int64_t *cells, int64_t replications, Sums *sums) {
    int64_t quantities = COLUMNS + k->composed, length = k->cells * COLUMNS;
    Quantities q = {malloc((size_t)quantities * sizeof *q.value), malloc((size_t)quantities)};
    double *sum = malloc(((size_t)k->products + 1) * TILE * sizeof *sum);
    if (!q.value || !q.some || !sum) {
        free(q.value);
        free(q.some);
        free(sum);
        return OUT_OF_MEMORY;
    }
    for (int64_t begin = 0; begin < k->cells; begin += TILE) {
        int64_t size = k->cells - begin < TILE ? k->cells - begin : TILE;
        memset(sum, 0, (size_t)k->products * TILE * sizeof *sum);
        for (int64_t i = 0; i < k->products; i++)
            memcpy(sum + i * TILE, sums->pending_sum + i * k->cells + begin, (size_t)size * sizeof *sum);
        for (int64_t r = 0; r < replications; r++) {
            const int64_t *tile = cells + r * length + begin * COLUMNS;
            read_tile(tile, size, q);
            add_up(sums->total + begin * COLUMNS, tile, size * COLUMNS);
            for (int64_t i = 0; i < k->composed; i++) compose(k, i, q);
            for (int64_t i = 0; i < k->products; i++) {
                int64_t one = k->factors[2 * i], other = k->factors[2 * i + 1];
                if (q.some[one] && q.some[other]) multiply(q.value[one], q.value[other], sum + i * TILE);
            }
        }
        for (int64_t i = 0; i < k->products; i++)
            memcpy(sums->pending_sum + i * k->cells + begin, sum + i * TILE, (size_t)size * sizeof *sum);
    }
    free(q.value);
    free(q.some);
    free(sum);
    sums->pending += replications;
    if (sums->pending == sums->chunk) end_chunk(k, sums);
    return OK;
}
