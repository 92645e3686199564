/* Who calls when: the callers of a replication and their random inputs, as sim/engines/draw.py states them. */
#include "kernel.h"

/* Slots of a stratum's day are drawn in runs of 8, 16, 32, ... */
enum { FIRST_RUN = 8, LONGEST_PIECE = BLOCK };

static void *enlarge(void *buffer, int64_t *capacity, int64_t needed, size_t size) {
    int64_t larger = *capacity < 64 ? 64 : *capacity;
    while (larger < needed) larger *= 2;
    void *grown = realloc(buffer, (size_t)larger * size);
    if (grown) *capacity = larger;
    return grown;
}

/* ---- Surges ---------------------------------------------------------------------------------------------------- */

static double clip(double x, double low, double high) {
    x = x > low ? x : low;
    return x < high ? x : high;
}

/* Value of a term t ms after its start, and the integral up to then. */
static double shape(const SurgeTerm *term, double t, double *integral) {
    if (t < 0) {
        *integral = 0.0;
        return 0.0;
    }
    if (term->kind == DECAY) {
        double left = exponential(-t / term->time_constant);
        *integral = term->time_constant * (1.0 - left);
        return left;
    }
    double rise = term->rise, fall = term->fall;
    double top_from = rise, top_to = rise + term->hold, stop = rise + term->hold + fall;
    double up = t >= top_from ? 1.0 : rise != 0.0 ? t / rise : 0.0;
    double down = t < top_to ? 1.0 : fall != 0.0 ? (stop - t) / fall : 0.0;
    double rising = clip(t, 0.0, top_from);
    double holding = clip(t, top_from, top_to) - top_from;
    double falling = clip(t, top_to, stop) - top_to;
    double risen = rise != 0.0 ? rising * rising / (2 * rise) : 0.0;
    double fallen = fall != 0.0 ? falling - falling * falling / (2 * fall) : 0.0;
    *integral = risen + holding + fallen;
    return clip(up < down ? up : down, 0.0, 1.0);
}

static double surge(const Demand *d, int64_t campaign, double t, double *integral) {
    double value = 0.0;
    *integral = 0.0;
    for (int64_t i = d->first_term[campaign]; i < d->first_term[campaign + 1]; i++) {
        double part, now = shape(&d->terms[i], t - d->terms[i].start, &part);
        value += d->terms[i].weight * now;
        *integral += d->terms[i].weight * part;
    }
    return value;
}

/* Offset from `opens` at which the cumulative surge has reached the fraction `inside` of its increase over
   [opens, closes]: Newton's steps, halved into the bracket where they leave it. */
static double within_surge(const Demand *d, int64_t campaign, int64_t segment, double inside) {
    const double *integrals = d->surge_integral + campaign * (d->segments + 1);
    double opens = (double)d->edge[segment], closes = (double)d->edge[segment + 1];
    double low = opens, high = closes, before = integrals[segment];
    double target = before + inside * (integrals[segment + 1] - before);
    double guess = low + inside * (high - low);
    for (int i = 0; i < 60; i++) {
        double integral, value = surge(d, campaign, guess, &integral), missing = target - integral;
        if (missing > 0) low = guess;
        else high = guess;
        double step = guess + missing / (value > 1e-300 ? value : 1e-300);
        if (!(low <= step && step <= high)) step = (low + high) / 2;
        double moved = step > guess ? step - guess : guess - step;
        guess = step;
        if (moved < 0.1) break;
    }
    return guess - opens;
}

/* ---- Arrivals -------------------------------------------------------------------------------------------------- */

/* Instant by which the fraction `moment` of the day's expected callers of a stratum has come: exact inversion. */
static int64_t arrival(const Demand *d, int64_t stratum, int64_t day, double moment) {
    const double *upto = d->cumulative + stratum * (d->segments + 1);
    const int64_t *first = d->first_segment + stratum * (d->days + 1);
    int64_t start = first[day], stop = first[day + 1];
    double target = upto[start] + moment * (upto[stop] - upto[start]);
    /* From where it would be if all segments were alike. */
    int64_t segment = start + (int64_t)(moment * (double)(stop - start));
    if (segment > stop - 1) segment = stop - 1;
    while (segment < stop - 1 && upto[segment + 1] <= target) segment++;
    while (segment > start && upto[segment] > target) segment--;
    double comes = upto[segment + 1] - upto[segment];
    double inside = clip((target - upto[segment]) / (comes > 1e-300 ? comes : 1e-300), 0.0, 1.0);
    int64_t opens = d->edge[segment], closes = d->edge[segment + 1], source = d->stratum[3 * stratum + 2];
    double offset = source ? within_surge(d, source - 1, segment, inside) : inside * (double)(closes - opens);
    int64_t at = opens + (int64_t)offset;
    if (at < opens) at = opens;
    return at < closes ? at : closes - 1;
}

/* Callers of one stratum on one day: slot j exists while the sum of its first j + 1 exponential steps stays below the
   expected number. Sums are formed within runs first, as the readable path does. */
static int64_t find_callers(const Demand *d, int64_t replication, int64_t stratum, int64_t day, double expected,
                            Callers *out, int64_t count) {
    double height = 0.0, risen = 0.0, step[LONGEST_PIECE], moment[LONGEST_PIECE];
    uint64_t key[LONGEST_PIECE];
    uint32_t days[LONGEST_PIECE], slots[LONGEST_PIECE];
    const int64_t *of = d->stratum + 3 * stratum;
    Caller one = {.stratum = (int32_t)stratum, .day = (int32_t)day, .channel = (int16_t)of[0],
                  .province = (int16_t)of[1], .source = (int16_t)of[2]};
    for (int64_t slot = 0, run = FIRST_RUN, left = FIRST_RUN;;) {
        int size = (int)(left < LONGEST_PIECE ? left : LONGEST_PIECE);
        for (int i = 0; i < size; i++) {
            key[i] = d->keys[EXISTS * d->strata + stratum];
            days[i] = (uint32_t)day;
            slots[i] = (uint32_t)(slot + i);
        }
        uniforms(size, key, replication, days, slots, step, moment);
        minus_logs(size, step);
        out->found = grow(out->found, &out->found_capacity, count + size, sizeof *out->found);
        if (!out->found) return OUT_OF_MEMORY;
        for (int i = 0; i < size; i++) {
            risen += step[i];
            if (!(height + risen < expected)) return count;
            one.slot = (int32_t)(slot + i);
            one.arrival = arrival(d, stratum, day, moment[i]);
            out->found[count++] = one;
        }
        slot += size;
        left -= size;
        if (!left) {
            height += risen;
            risen = 0.0;
            run = left = 2 * run;
        }
    }
}

static int by_arrival(const void *one, const void *other) {
    const Caller *a = one, *b = other;
    if (a->arrival != b->arrival) return a->arrival < b->arrival ? -1 : 1;
    if (a->stratum != b->stratum) return a->stratum < b->stratum ? -1 : 1;
    return a->slot < b->slot ? -1 : a->slot > b->slot;
}

/* In order of arrival, then stratum and slot: a bucket for each caller on average, and insertion within buckets. */
static int64_t sort_callers(Callers *c, int64_t count, int64_t end) {
    double scale = (double)count / (double)end;
    c->caller = grow(c->caller, &c->capacity, count + 1, sizeof *c->caller);
    c->bucket = grow(c->bucket, &c->buckets, count + 2, sizeof *c->bucket);
    if (!c->caller || !c->bucket) return OUT_OF_MEMORY;
    memset(c->bucket, 0, (size_t)(count + 2) * sizeof *c->bucket);
    for (int64_t i = 0; i < count; i++) c->bucket[(int64_t)((double)c->found[i].arrival * scale) + 1]++;
    for (int64_t i = 0; i <= count; i++) c->bucket[i + 1] += c->bucket[i];
    for (int64_t i = 0; i < count; i++)
        c->caller[c->bucket[(int64_t)((double)c->found[i].arrival * scale)]++] = c->found[i];
    for (int64_t i = 0, begin = 0; i <= count; begin = c->bucket[i++]) {
        int64_t size = c->bucket[i] - begin;
        if (size > 64) {
            qsort(c->caller + begin, (size_t)size, sizeof *c->caller, by_arrival);
            continue;
        }
        for (int64_t j = begin + 1; j < c->bucket[i]; j++) {
            if (by_arrival(&c->caller[j - 1], &c->caller[j]) < 0) continue;
            Caller one = c->caller[j];
            int64_t k = j;
            for (; k > begin && by_arrival(&c->caller[k - 1], &one) > 0; k--) c->caller[k] = c->caller[k - 1];
            c->caller[k] = one;
        }
    }
    return OK;
}

static int64_t category(const double *cumulative, int64_t count, double u) {
    int64_t index = 0;
    for (int64_t i = 0; i < count; i++) index += u >= cumulative[i];
    return index < count ? index : count - 1;
}

static void draw_attributes(const Demand *d, int64_t replication, int64_t count, Caller *caller) {
    for (Caller *c = caller; c < caller + count; c++) {
        int64_t of = c->source * d->channels + c->channel;
        uint32_t words[4];
        words_at(d->keys[MARKS * d->strata + c->stratum], replication, c->day, c->slot, 0, words);
        c->topic = (int16_t)category(d->topic + of * d->topics, d->topics, uniform_of(words, 0));
        c->age = (int16_t)category(d->age + of * d->ages, d->ages, uniform_of(words, 1));
    }
}

/* Quantiles of two distributions for callers of one channel, whose random numbers have the same addresses. */
static void draw_two(const Demand *d, enum Purpose purpose, const Distribution *one, const Distribution *other,
                     int64_t replication, int n, const Caller *caller, int64_t *out, int64_t *others) {
    uint64_t key[BLOCK];
    uint32_t days[BLOCK], slots[BLOCK];
    double first[BLOCK], second[BLOCK];
    if (needs_random(one) || (other && needs_random(other))) {
        for (int i = 0; i < n; i++) {
            key[i] = d->keys[purpose * d->strata + caller[i].stratum];
            days[i] = (uint32_t)caller[i].day;
            slots[i] = (uint32_t)caller[i].slot;
        }
        uniforms(n, key, replication, days, slots, first, second);
    }
    quantiles(one, n, first, out);
    if (other) quantiles(other, n, second, others);
}

/* Work and patience on the channel that callers try first, many at a time. */
static void draw_durations(const Demand *d, int64_t replication, int64_t count, Caller *caller) {
    int64_t talk[BLOCK], after[BLOCK], patience[BLOCK];
    for (Caller *c = caller, *past = caller + count; c < past;) {
        int n = 1, channel = c->channel;
        while (n < BLOCK && c + n < past && c[n].channel == channel) n++;
        draw_two(d, WORK, &d->conversation[channel], &d->wrap_up[channel], replication, n, c, talk, after);
        draw_two(d, WAITING, &d->patience[channel], NULL, replication, n, c, patience, NULL);
        for (int i = 0; i < n; i++, c++) {
            c->work = (talk[i] > 1 ? talk[i] : 1) + after[i];
            c->patience = patience[i];
        }
    }
}

/* Draw the callers of a replication whose strata belong to a component of the centre, or of all where `component_of`
   [S] is NULL; `expected` [S][D] callers. Returns their number. */
static int64_t draw_callers(const Demand *d, int64_t replication, const double *expected, const int64_t *component_of,
                            int64_t component, Callers *out) {
    int64_t count = 0;
    for (int64_t stratum = 0; stratum < d->strata; stratum++) {
        if (component_of && component_of[stratum] != component) continue;
        for (int64_t day = 0; day < d->days; day++) {
            double number = expected[stratum * d->days + day];
            if (number > 0.0) count = find_callers(d, replication, stratum, day, number, out, count);
            if (count < 0) return count;
        }
    }
    if (count > INT32_MAX / 2) return TOO_MANY_CALLERS;
    if (d->topics > 1 || d->ages > 1) draw_attributes(d, replication, count, out->found);
    draw_durations(d, replication, count, out->found);
    return sort_callers(out, count, d->edge[d->segments]) < 0 ? OUT_OF_MEMORY : count;
}

static void free_callers(Callers *c) {
    free(c->caller);
    free(c->found);
    free(c->bucket);
}

/* ---- Random inputs of one caller ------------------------------------------------------------------------------- */

static void words_of(const People *p, enum Purpose purpose, int64_t caller, int64_t chunk, uint32_t words[4]) {
    const Caller *c = &p->caller[caller];
    words_at(p->demand->keys[purpose * p->demand->strata + c->stratum], p->replication, c->day, c->slot, chunk, words);
}

static void work_parts(const People *p, int64_t caller, int64_t channel, int64_t *conversation, int64_t *wrap_up) {
    uint32_t words[4];
    words_of(p, WORK, caller, 0, words);
    int64_t talk = quantile(&p->demand->conversation[channel], uniform_of(words, 0));
    *conversation = talk > 1 ? talk : 1;
    *wrap_up = quantile(&p->demand->wrap_up[channel], uniform_of(words, 1));
}

static int64_t computed_work(const People *p, int64_t caller, int64_t channel) {
    int64_t talk, after;
    work_parts(p, caller, channel, &talk, &after);
    return talk + after;
}

/* Conversation and wrap-up of a caller on a channel, in ms. */
static inline int64_t handling_work(const People *p, int64_t caller, int64_t channel) {
    if (p->columns) {
        int64_t at = (p->first + caller) * p->channels + channel;
        return p->columns->conversation[at] + p->columns->wrap_up[at];
    }
    return channel == p->caller[caller].channel ? p->caller[caller].work : computed_work(p, caller, channel);
}

/* Patience and redial delay (WAITING), silence and the delay of a further call (DELAYS), as half 0 and 1. */
static int64_t duration(const People *p, enum Purpose purpose, int half, int64_t caller, int64_t attempt, int64_t channel) {
    if (p->columns) {
        const Population *c = p->columns;
        const int64_t *known = purpose == WAITING ? half ? c->redial_delay : c->patience : half ? c->again_delay : c->silence;
        return known[((p->first + caller) * p->attempts + attempt) * p->channels + channel];
    }
    const Demand *d = p->demand;
    const Distribution *law = purpose == WAITING ? half ? d->redial_delay : d->patience : half ? d->again_delay : d->silence;
    uint32_t words[4] = {0};
    if (needs_random(&law[channel])) words_of(p, purpose, caller, attempt, words);
    int64_t value = quantile(&law[channel], uniform_of(words, half));
    return purpose == DELAYS && half == 0 && value < 1 ? 1 : value;
}

static inline int64_t patience_of(const People *p, int64_t caller, int64_t attempt, int64_t channel) {
    const Caller *c = &p->caller[caller];
    return !p->columns && !attempt && channel == c->channel ? c->patience : duration(p, WAITING, 0, caller, attempt, channel);
}

/* Uniform number below 2**32 that is compared with a probability's threshold. */
static int64_t choice(const People *p, enum Choice which, int64_t caller, int64_t attempt) {
    if (p->columns) {
        const Population *c = p->columns;
        const int64_t *known[] = {c->redial,    c->switching, c->balk,    c->voicemail,
                                  c->call_back, c->silent,    c->forward, c->again};
        return known[which][(p->first + caller) * p->attempts + attempt];
    }
    uint32_t words[4];
    words_of(p, which < CALL_BACK ? CHOICES : OFFERS, caller, attempt, words);
    return words[which % 4];
}
