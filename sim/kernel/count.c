/* Counts of a replication, as sim/measures.py states them, and sums of products over replications.

   Contacts and callers are counted in rows of columns for each channel and province ("leaf") by day and by hour of the
   day; all cells of people are sums of these rows. Time on lines and in queues is integrated over the changes of a
   history. */
#include "kernel.h"

/* Cells whose products are formed together, so that their sums stay in the first cache. */
enum { TILE = 64 };

struct Tables {
    const Centre *centre;
    const Counting *counting;
    int64_t leaves, attributes;
    int64_t *leaf;      /* [leaves][slices - 1][COLUMNS] */
    int64_t *attribute; /* [sources * topics * ages][COLUMNS] */
    uint8_t *touched;   /* [leaves * (slices - 1) + attributes] rows that are not zero */
    int64_t *line_held; /* [lines] contacts in hand */
    int8_t *line_there; /* [lines] on duty */
    int8_t *line_over;  /* [lines] whether the period is over for it */
    int32_t *ending;    /* [lines] by group, then by when the period is over for them */
    int64_t *ended;     /* [groups] how many of these have come */
    int32_t *group_of;  /* [lines] */
    struct GroupTime *group;
    struct QueueTime *queue;
    int64_t *on_duty; /* [groups][hours] */
};

/* ---- Contacts -------------------------------------------------------------------------------------------------- */

/* What the clock on the wall shows at an instant, as if every day had 24 hours. */
static inline int64_t wall_clock(const Counting *k, int64_t instant) {
    int64_t ahead = 0;
    for (int64_t i = 0; i < k->clock_changes && k->changes_at[i] <= instant; i++) ahead = k->clock_ahead[i];
    return instant + ahead;
}

/* Rows that a contact counts in: its day, its hour of the day and, where there are several, its attributes. */
typedef int64_t *Rows[3];

static ALWAYS_INLINE void find_rows(Tables *t, const Population *p, const Contact *c, Rows rows, int count) {
    const Counting *k = t->counting;
    int64_t shown = wall_clock(k, c->dialled), slices = k->slices - 1, day = shown / DAY, hour = shown % DAY / HOUR;
    int64_t leaf = (c->channel * t->centre->provinces + p->province[c->caller]) * slices;
    rows[0] = t->leaf + (leaf + day) * COLUMNS;
    rows[1] = t->leaf + (leaf + k->days + hour) * COLUMNS;
    t->touched[leaf + day] = t->touched[leaf + k->days + hour] = 1;
    if (count > 2) {
        int64_t attribute = (p->source[c->caller] * k->topics + p->topic[c->caller]) * k->ages + p->age[c->caller];
        rows[2] = t->attribute + attribute * COLUMNS;
        t->touched[t->leaves * slices + attribute] = 1;
    }
}

static ALWAYS_INLINE void add(Rows rows, int count, enum Column column, int64_t value) {
    for (int i = 0; i < count; i++) rows[i][column] += value;
}

static int open_at(const Channel *channel, int64_t instant) {
    int64_t low = 0, high = channel->spans;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (instant < channel->close[middle]) high = middle;
        else low = middle + 1;
    }
    return low < channel->spans && channel->open[low] <= instant;
}

static int64_t bin_of(const Counting *k, int64_t wait) {
    if (wait <= 0) return 0;
    /* Bins grow by a constant factor: from the logarithm, and to the table's own edges from there. */
    int64_t bin = (int64_t)(log_of((double)wait) * k->bins_per_log);
    if (bin > k->bins - 1) bin = k->bins - 1;
    while (bin + 1 < k->bins && k->bin_least[bin + 1] <= wait) bin++;
    while (bin > 0 && k->bin_least[bin] > wait) bin--;
    return bin + 1;
}

static int is_answered(int outcome) { return outcome == ANSWERED || outcome == CALLED_BACK; }

/* Count a contact; `next` is the caller's next one or NULL. */
static ALWAYS_INLINE void count_contact(Tables *t, const Population *p, const Contact *c, const Contact *next, Rows rows, int count) {
    const Counting *k = t->counting;
    const Channel *channel = &t->centre->channel[c->channel];
    int outcome = c->outcome;
    int64_t wait = outcome == SILENT ? duration(p, WAITING, 0, c->caller, c->attempt, c->channel) : c->left_queue - c->dialled;
    int64_t held = c->released - c->left_queue;
    int64_t deadline = k->deadline[c->channel * k->days + wall_clock(k, c->dialled) / DAY];
    int within = k->by_wait[c->channel] ? wait <= deadline : c->dialled + wait <= deadline;
    int message = (outcome == CALLED_BACK || outcome == UNFINISHED) && !open_at(channel, c->dialled);
    int offered = outcome != CLOSED && !message;
    if (message) add(rows, count, AT_messages, 1);
    if (offered) {
        int64_t longest = outcome == CALLED_BACK ? 0 : wait;
        add(rows, count, AT_offered, 1);
        add(rows, count, AT_offered_work, handling_work(p, c->caller, c->channel));
        if (!c->attempt) add(rows, count, AT_first_offered, 1);
        for (int i = 0; i < count; i++)
            if (rows[i][AT_longest_wait] < longest) rows[i][AT_longest_wait] = longest;
    }
    switch (outcome) {
    case ANSWERED:
        add(rows, count, AT_answered, 1);
        add(rows, count, AT_answered_within, within);
        add(rows, count, AT_wait_answered, wait);
        add(rows, count, AT_handling, held);
        break;
    case CALLED_BACK:
        add(rows, count, AT_called_back, 1);
        add(rows, count, AT_wait_called_back, wait);
        add(rows, count, AT_handling, held);
        break;
    case SILENT:
        add(rows, count, AT_silent, 1);
        add(rows, count, AT_held_in_vain, held);
        /* fall through */
    case ABANDONED:
        add(rows, count, AT_abandoned, 1);
        add(rows, count, AT_short_abandoned, wait <= k->short_abandon);
        add(rows, count, AT_abandoned_within, within);
        add(rows, count, AT_wait_abandoned, wait);
        break;
    case BLOCKED: add(rows, count, AT_blocked, 1); break;
    case BALKED: add(rows, count, AT_balked, 1); break;
    case SENT_AWAY: add(rows, count, AT_sent_away, 1); break;
    case CLOSED: add(rows, count, AT_closed, 1); break;
    default: add(rows, count, AT_unfinished, 1);
    }
    if (!next || !is_answered(outcome)) return;
    if (channel->forward && choice(p, FORWARD, c->caller, c->attempt) < channel->forward) {
        add(rows, count, AT_forwarded, 1);
        if (!is_answered(next->outcome)) add(rows, count, AT_forward_lost, 1);
    } else add(rows, count, AT_called_again, 1);
}

/* Count a caller whose contacts were `attempts`, the last of them `last`. */
static ALWAYS_INLINE void count_caller(Tables *t, const Population *p, const Contact *last, int reached, int called_open,
                                       Rows rows, int count) {
    const Channel *channel = &t->centre->channel[last->channel];
    int pending = !reached && last->outcome == UNFINISHED;
    int never = !reached && !pending;
    int at_limit = never && last->attempt + 1 == t->centre->attempts;
    add(rows, count, AT_callers, 1);
    add(rows, count, AT_reached, reached);
    add(rows, count, AT_attempts, last->attempt + 1);
    if (pending) add(rows, count, AT_pending, 1);
    if (!never) return;
    add(rows, count, AT_never_reached, 1);
    add(rows, count, AT_only_closed, !called_open);
    add(rows, count, AT_at_limit, at_limit);
    int64_t redial = channel->redial[last->outcome == SILENT ? ABANDONED : last->outcome];
    if (!at_limit && redial && choice(p, REDIAL, last->caller, last->attempt) < redial) add(rows, count, AT_cut_off, 1);
}

static ALWAYS_INLINE int64_t code_wait(const Tables *t, const Population *p, const Contact *c, Sums *sums) {
    int outcome = c->outcome == SILENT ? ABANDONED : c->outcome;
    if (outcome != ANSWERED && outcome != ABANDONED && outcome != CALLED_BACK) return OK;
    int64_t wait = c->outcome == SILENT ? duration(p, WAITING, 0, c->caller, c->attempt, c->channel) : c->left_queue - c->dialled;
    int64_t leaf = c->channel * t->centre->provinces + p->province[c->caller];
    sums->codes = grow(sums->codes, &sums->code_capacity, sums->coded + 1, sizeof *sums->codes);
    if (!sums->codes) return OUT_OF_MEMORY;
    sums->codes[sums->coded++] = (int32_t)(((leaf * OUTCOMES + outcome) << t->counting->bin_bits) + bin_of(t->counting, wait));
    return OK;
}

static ALWAYS_INLINE int64_t count_in_rows(Tables *t, const Population *p, const History *h, Sums *sums, int count) {
    for (int64_t caller = 0; caller < p->count; caller++) {
        const Contact *c = &h->contacts[caller];
        if (c->outcome == NONE) continue;
        int reached = 0, called_open = 0;
        Rows first, rows;
        find_rows(t, p, c, first, count);
        for (int64_t **mine = first;;) {
            const Contact *next = c->following == NONE ? NULL : &h->contacts[c->following];
            count_contact(t, p, c, next, mine, count);
            if (code_wait(t, p, c, sums) < 0) return OUT_OF_MEMORY;
            reached |= is_answered(c->outcome);
            called_open |= c->outcome != CLOSED;
            if (!next) break;
            c = next;
            find_rows(t, p, c, rows, count);
            mine = rows;
        }
        count_caller(t, p, c, reached, called_open, first, count);
    }
    return OK;
}

static int64_t count_people(Tables *t, const Population *p, const History *h, Sums *sums) {
    return t->attributes > 1 ? count_in_rows(t, p, h, sums, 3) : count_in_rows(t, p, h, sums, 2);
}

/* ---- Time ------------------------------------------------------------------------------------------------------ */

/* Integrals over the hour under way, before they go to the cells of its day and of the hour of the day. */
struct GroupTime {
    int64_t since, hour_ends;
    int64_t staffed, working, both; /* lines on duty, at work, and both */
    int64_t spent[AT_all_busy - AT_staffed + 1];
};

struct QueueTime {
    int64_t since, hour_ends;
    int64_t waiting, spent, longest;
};

static int64_t *day_cell(const Counting *k, int64_t *cells, int64_t first, int64_t hour) {
    return cells + (first + 1 + k->day_of_hour[hour]) * COLUMNS;
}

static int64_t *hour_cell(const Counting *k, int64_t *cells, int64_t first, int64_t hour) {
    return cells + (first + 1 + k->days + k->hour_of_day[hour]) * COLUMNS;
}

static void spend_group(struct GroupTime *of, int64_t until) {
    int64_t spent = until - of->since;
    of->spent[AT_staffed - AT_staffed] += of->staffed * spent;
    of->spent[AT_busy - AT_staffed] += of->working * spent;
    of->spent[AT_overtime - AT_staffed] += (of->working - of->both) * spent;
    of->spent[AT_on_duty - AT_staffed] += of->staffed ? spent : 0;
    of->spent[AT_all_busy - AT_staffed] += of->staffed && of->both == of->staffed ? spent : 0;
    of->since = until;
}

/* Go on to an instant: hours that end before it are added to the cells. */
static void pass_group(Tables *t, int64_t *cells, int64_t g, int64_t until) {
    const Counting *k = t->counting;
    struct GroupTime *of = &t->group[g];
    int64_t end = k->hours * (int64_t)HOUR;
    if (until > end) until = end;
    while (of->hour_ends <= until && of->since < end) {
        int64_t hour = of->hour_ends / HOUR - 1, first = k->first_lines + g * k->slices;
        spend_group(of, of->hour_ends);
        int64_t *day = day_cell(k, cells, first, hour), *hours = hour_cell(k, cells, first, hour);
        t->on_duty[g * k->hours + hour] = of->spent[AT_on_duty - AT_staffed];
        for (int i = 0; i <= AT_all_busy - AT_staffed; i++) {
            day[AT_staffed + i] += of->spent[i];
            hours[AT_staffed + i] += of->spent[i];
            of->spent[i] = 0;
        }
        of->hour_ends += HOUR;
    }
    if (until > of->since) spend_group(of, until);
}

static void longest(int64_t *cell, int64_t waiting) {
    if (cell[AT_longest_queue] < waiting) cell[AT_longest_queue] = waiting;
}

static void spend_queue(struct QueueTime *of, int64_t until) {
    if (until == of->since) return;
    of->spent += of->waiting * (until - of->since);
    of->longest = of->longest > of->waiting ? of->longest : of->waiting;
    of->since = until;
}

/* Add the hour under way to its cells. */
static void end_hour(Tables *t, int64_t *cells, int64_t q) {
    const Counting *k = t->counting;
    struct QueueTime *of = &t->queue[q];
    int64_t hour = of->hour_ends / HOUR - 1, first = k->first_queue + q * k->slices;
    int64_t *both[] = {day_cell(k, cells, first, hour), hour_cell(k, cells, first, hour)};
    for (int i = 0; i < 2; i++) {
        both[i][AT_queue_time] += of->spent;
        longest(both[i], of->longest);
    }
    of->spent = of->longest = 0;
    of->hour_ends += HOUR;
}

static void pass_queue(Tables *t, int64_t *cells, int64_t q, int64_t until) {
    struct QueueTime *of = &t->queue[q];
    int64_t end = t->centre->channel[t->centre->queue[q].channel].until;
    if (until > end) until = end;
    while (of->hour_ends <= until) {
        spend_queue(of, of->hour_ends);
        end_hour(t, cells, q);
    }
    if (until > of->since) spend_queue(of, until);
    if (until == end && of->spent) end_hour(t, cells, q);
}

/* What a line does or leaves. */
static void change_line(Tables *t, int32_t line, int32_t held, int there, int over) {
    struct GroupTime *of = &t->group[t->group_of[line]];
    int was_busy = t->line_held[line] > 0 && !t->line_over[line], was_there = t->line_there[line] && !t->line_over[line];
    t->line_held[line] = held;
    t->line_there[line] = (int8_t)there;
    t->line_over[line] = (int8_t)over;
    int busy = held > 0 && !over, on_duty = there && !over;
    of->staffed += on_duty - was_there;
    of->working += busy - was_busy;
    of->both += (busy && on_duty) - (was_busy && was_there);
}

/* Go on to an instant; lines whose period ends before it leave at its end. */
static void pass_lines(Tables *t, int64_t *cells, int64_t g, int64_t until) {
    const Group *group = &t->centre->group[g];
    for (; t->ended[g] < group->lines; t->ended[g]++) {
        int32_t line = t->ending[group->first_line + t->ended[g]];
        if (t->counting->line_until[line] > until) break;
        pass_group(t, cells, g, t->counting->line_until[line]);
        change_line(t, line, (int32_t)t->line_held[line], t->line_there[line], 1);
    }
    pass_group(t, cells, g, until);
}

static void count_time(Tables *t, const History *h, int64_t *cells) {
    const Counting *k = t->counting;
    const Centre *centre = t->centre;
    memset(t->line_held, 0, (size_t)centre->lines * sizeof *t->line_held);
    memset(t->line_there, 0, (size_t)centre->lines);
    memset(t->line_over, 0, (size_t)centre->lines);
    memset(t->ended, 0, (size_t)centre->groups * sizeof *t->ended);
    memset(t->group, 0, (size_t)centre->groups * sizeof *t->group);
    memset(t->queue, 0, (size_t)centre->queues * sizeof *t->queue);
    for (int64_t g = 0; g < centre->groups; g++) t->group[g].hour_ends = HOUR;
    for (int64_t q = 0; q < centre->queues; q++) t->queue[q].hour_ends = HOUR;
    for (int64_t i = 0; i < h->changed; i++) {
        const Change *change = &h->changes[i];
        if (change->kind == QUEUE_IN || change->kind == QUEUE_OUT) {
            pass_queue(t, cells, change->which, change->at);
            t->queue[change->which].waiting += change->kind == QUEUE_IN ? 1 : -1;
            continue;
        }
        int32_t line = change->which, held = (int32_t)t->line_held[line], there = t->line_there[line];
        pass_lines(t, cells, t->group_of[line], change->at);
        held += change->kind == LINE_BUSY ? 1 : change->kind == LINE_FREE ? -1 : 0;
        there = change->kind == LINE_COMES ? 1 : change->kind == LINE_LEAVES ? 0 : there;
        change_line(t, line, held, there, t->line_over[line]);
    }
    for (int64_t g = 0; g < centre->groups; g++) pass_lines(t, cells, g, INT64_MAX);
    for (int64_t q = 0; q < centre->queues; q++) {
        pass_queue(t, cells, q, INT64_MAX);
        /* The time in which a queue is served: hour by hour the longest duty among its groups. */
        for (int64_t hour = 0; hour < k->hours; hour++) {
            int64_t most = 0;
            for (int64_t i = 0; i < centre->queue[q].routes; i++) {
                int64_t duty = t->on_duty[centre->queue[q].route_group[i] * k->hours + hour];
                most = duty > most ? duty : most;
            }
            int64_t first = k->first_queue + q * k->slices;
            day_cell(k, cells, first, hour)[AT_on_duty] += most;
            hour_cell(k, cells, first, hour)[AT_on_duty] += most;
        }
    }
}

/* ---- From rows to cells ---------------------------------------------------------------------------------------- */

static void add_row(int64_t *cell, const int64_t *row) {
    int64_t longest = cell[AT_longest_wait] > row[AT_longest_wait] ? cell[AT_longest_wait] : row[AT_longest_wait];
    for (int i = 0; i < AT_longest_wait; i++) cell[i] += row[i];
    cell[AT_longest_wait] = longest;
}

static void fold(Tables *t, int64_t *cells) {
    const Counting *k = t->counting;
    const Centre *centre = t->centre;
    int64_t slices = k->slices - 1, leaves = t->leaves;
    for (int64_t leaf = 0; leaf < leaves; leaf++) {
        int64_t channel = leaf / centre->provinces, province = leaf % centre->provinces;
        int64_t names[] = {k->first_all, k->first_channel + channel * k->slices,
                           k->first_queue + centre->queue_of[leaf] * k->slices, k->first_province + province * k->slices};
        for (int64_t slice = 0; slice < slices; slice++) {
            if (!t->touched[leaf * slices + slice]) continue;
            int64_t *row = t->leaf + (leaf * slices + slice) * COLUMNS;
            for (int i = 0; i < 4; i++) add_row(cells + (names[i] + 1 + slice) * COLUMNS, row);
            memset(row, 0, COLUMNS * sizeof *row);
        }
    }
    for (int64_t day = 1; t->attributes == 1 && day <= k->days; day++) /* the one row has what all days have */
        add_row(t->attribute, cells + (k->first_all + day) * COLUMNS);
    if (t->attributes == 1) t->touched[leaves * slices] = 1;
    for (int64_t i = 0; i < t->attributes; i++) {
        if (!t->touched[leaves * slices + i]) continue;
        int64_t *row = t->attribute + i * COLUMNS, source = i / (k->topics * k->ages);
        int64_t topic = i / k->ages % k->topics, age = i % k->ages;
        add_row(cells + (k->first_source + source) * COLUMNS, row);
        add_row(cells + (k->first_source + k->sources + topic) * COLUMNS, row);
        add_row(cells + (k->first_source + k->sources + k->topics + age) * COLUMNS, row);
        memset(row, 0, COLUMNS * sizeof *row);
    }
    memset(t->touched, 0, (size_t)(leaves * slices + t->attributes));
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
        for (int64_t day = 1; day <= k->days; day++) {
            const int64_t *row = period + day * COLUMNS;
            longest(period, row[AT_longest_queue]);
            int64_t most = period[AT_longest_queue];
            add_row(period, row);
            period[AT_longest_queue] = most;
        }
    }
}

/* Count a replication in `cells` [cells][COLUMNS], and the codes of its waits in `sums`. */
int64_t count(Tables *t, const Population *p, History *h, int64_t *cells, Sums *sums) {
    const Counting *k = t->counting;
    memcpy(cells, k->fixed, (size_t)(k->cells * COLUMNS) * sizeof *cells);
    if (count_people(t, p, h, sums) < 0) return OUT_OF_MEMORY;
    count_time(t, h, cells);
    fold(t, cells);
    return OK;
}

Tables *new_tables(const Centre *centre, const Counting *k) {
    Tables *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    t->centre = centre;
    t->counting = k;
    t->leaves = centre->channels * centre->provinces;
    t->attributes = k->sources * k->topics * k->ages;
    size_t rows = (size_t)(t->leaves * (k->slices - 1));
    t->leaf = calloc(rows * COLUMNS, sizeof *t->leaf);
    t->attribute = calloc((size_t)t->attributes * COLUMNS, sizeof *t->attribute);
    t->touched = calloc(rows + (size_t)t->attributes, 1);
    t->line_held = calloc((size_t)centre->lines + 1, sizeof *t->line_held);
    t->line_there = calloc((size_t)centre->lines + 1, 1);
    t->line_over = calloc((size_t)centre->lines + 1, 1);
    t->ending = calloc((size_t)centre->lines + 1, sizeof *t->ending);
    t->ended = calloc((size_t)centre->groups + 1, sizeof *t->ended);
    t->group_of = calloc((size_t)centre->lines + 1, sizeof *t->group_of);
    t->group = calloc((size_t)centre->groups + 1, sizeof *t->group);
    t->queue = calloc((size_t)centre->queues + 1, sizeof *t->queue);
    t->on_duty = calloc((size_t)(centre->groups * k->hours) + 1, sizeof *t->on_duty);
    if (!t->leaf || !t->attribute || !t->touched || !t->line_held || !t->line_there || !t->line_over ||
        !t->ending || !t->ended || !t->group_of || !t->group ||
        !t->queue || !t->on_duty) {
        free_tables(t);
        return NULL;
    }
    for (int64_t g = 0; g < centre->groups; g++)
        for (int64_t i = 0; i < centre->group[g].lines; i++) {
            int64_t first = centre->group[g].first_line, at = i;
            t->group_of[first + i] = (int32_t)g;
            for (; at && k->line_until[t->ending[first + at - 1]] > k->line_until[first + i]; at--)
                t->ending[first + at] = t->ending[first + at - 1];
            t->ending[first + at] = (int32_t)(first + i);
        }
    return t;
}

void free_tables(Tables *t) {
    if (!t) return;
    void *buffers[] = {t->leaf,     t->attribute, t->touched, t->line_held, t->line_there, t->line_over, t->ending, t->ended,
                       t->group_of, t->group,     t->queue,   t->on_duty,   t};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) free(buffers[i]);
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
    for (int64_t i = 0; i < COLUMNS * k->cells; i++) {
        sums->total[i] += sums->pending_total[i];
        sums->pending_total[i] = 0;
    }
    for (int64_t i = 0; i < k->products * k->cells; i++) {
        sums->sum[i] += sums->pending_sum[i];
        sums->pending_sum[i] = 0.0;
    }
    sums->pending = 0;
}

/* Add replications, `cells` [replications][cells][COLUMNS], of which none lies in two chunks. */
int64_t add_products(const Counting *k, const int64_t *cells, int64_t replications, Sums *sums) {
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
            for (int64_t column = 0; column < COLUMNS; column++)
                for (int64_t i = 0; q.some[column] && i < size; i++)
                    sums->pending_total[column * k->cells + begin + i] += tile[i * COLUMNS + column];
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
