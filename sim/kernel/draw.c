/* Who calls when: the callers of a replication and their random inputs, as sim/draw.py states them. */
#include "random.h"

/* Slots of a stratum's day are drawn in runs of 8, 16, 32, ... */
enum { FIRST_RUN = 8, LONGEST_PIECE = BLOCK };

/* A caller as found, before callers are put in order of arrival. */
struct Found {
    int64_t arrival;
    int32_t stratum, day;
    int64_t slot;
    double moment;
};

void *grow(void *buffer, int64_t *capacity, int64_t needed, size_t size) {
    if (needed <= *capacity) return buffer;
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
    if (term->kind == DECAY) {
        double left = exp_of(-(t > 0 ? t : 0.0) / term->time_constant);
        *integral = term->time_constant * (1.0 - left);
        return t >= 0 ? left : 0.0;
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
    for (int64_t slot = 0, run = FIRST_RUN, left = FIRST_RUN;;) {
        int size = (int)(left < LONGEST_PIECE ? left : LONGEST_PIECE);
        for (int i = 0; i < size; i++) {
            key[i] = d->keys[EXISTS * d->strata + stratum];
            days[i] = (uint32_t)day;
            slots[i] = (uint32_t)(slot + i);
        }
        uniforms(size, key, replication, days, slots, step, moment);
        minus_logs(size, step);
        out->found = grow(out->found, &out->capacity, count + size, sizeof *out->found);
        if (!out->found) return OUT_OF_MEMORY;
        for (int i = 0; i < size; i++) {
            risen += step[i];
            if (!(height + risen < expected)) return count;
            out->found[count++] = (struct Found){0, (int32_t)stratum, (int32_t)day, slot + i, moment[i]};
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
    const struct Found *a = one, *b = other;
    if (a->arrival != b->arrival) return a->arrival < b->arrival ? -1 : 1;
    if (a->stratum != b->stratum) return a->stratum < b->stratum ? -1 : 1;
    return a->slot < b->slot ? -1 : a->slot > b->slot;
}

/* In order of arrival, then stratum and slot: a bucket for each caller on average, and insertion within buckets. */
static int64_t sort_callers(Callers *c, int64_t count, int64_t end) {
    double scale = (double)count / (double)end;
    c->sorted = realloc(c->sorted, (size_t)(c->capacity + 1) * sizeof *c->sorted);
    c->bucket = grow(c->bucket, &c->buckets, count + 2, sizeof *c->bucket);
    if (!c->sorted || !c->bucket) return OUT_OF_MEMORY;
    memset(c->bucket, 0, (size_t)(count + 2) * sizeof *c->bucket);
    for (int64_t i = 0; i < count; i++) c->bucket[(int64_t)((double)c->found[i].arrival * scale) + 1]++;
    for (int64_t i = 0; i <= count; i++) c->bucket[i + 1] += c->bucket[i];
    for (int64_t i = 0; i < count; i++)
        c->sorted[c->bucket[(int64_t)((double)c->found[i].arrival * scale)]++] = c->found[i];
    for (int64_t i = 0, begin = 0; i <= count; begin = c->bucket[i++]) {
        int64_t size = c->bucket[i] - begin;
        if (size > 64) {
            qsort(c->sorted + begin, (size_t)size, sizeof *c->sorted, by_arrival);
            continue;
        }
        for (int64_t j = begin + 1; j < c->bucket[i]; j++) {
            struct Found one = c->sorted[j];
            int64_t k = j;
            for (; k > begin && by_arrival(&c->sorted[k - 1], &one) > 0; k--) c->sorted[k] = c->sorted[k - 1];
            c->sorted[k] = one;
        }
    }
    return OK;
}

static int64_t category(const double *cumulative, int64_t count, double u) {
    int64_t index = 0;
    for (int64_t i = 0; i < count; i++) index += u >= cumulative[i];
    return index < count ? index : count - 1;
}

static void draw_attributes(const Demand *d, int64_t replication, int64_t count, Callers *out) {
    if (d->topics == 1 && d->ages == 1) {
        memset(out->topic, 0, (size_t)count * sizeof(int64_t));
        memset(out->age, 0, (size_t)count * sizeof(int64_t));
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        int64_t of = out->source[i] * d->channels + out->channel[i];
        uint32_t words[4];
        words_at(d->keys[MARKS * d->strata + out->stratum[i]], replication, out->day[i], out->slot[i], 0, words);
        out->topic[i] = category(d->topic + of * d->topics, d->topics, uniform_of(words, 0));
        out->age[i] = category(d->age + of * d->ages, d->ages, uniform_of(words, 1));
    }
}

/* Work on the channel that callers try first, many at a time. */
static void draw_work(const Demand *d, int64_t replication, int64_t count, Callers *out) {
    for (int64_t channel = 0; channel < d->channels; channel++) {
        const Distribution *conversation = &d->conversation[channel], *wrap_up = &d->wrap_up[channel];
        for (int64_t i = 0; i < count;) {
            int64_t row[BLOCK], talk[BLOCK], after[BLOCK];
            uint64_t key[BLOCK];
            uint32_t days[BLOCK], slots[BLOCK];
            double first[BLOCK], second[BLOCK];
            int n = 0;
            for (; i < count && n < BLOCK; i++) {
                row[n] = i;
                key[n] = d->keys[WORK * d->strata + out->stratum[i]];
                days[n] = (uint32_t)out->day[i];
                slots[n] = (uint32_t)out->slot[i];
                n += out->channel[i] == channel;
            }
            if (!n) continue;
            if (needs_random(conversation) || needs_random(wrap_up))
                uniforms(n, key, replication, days, slots, first, second);
            quantiles(conversation, n, first, talk);
            quantiles(wrap_up, n, second, after);
            for (int k = 0; k < n; k++) out->work[row[k]] = (talk[k] > 1 ? talk[k] : 1) + after[k];
        }
    }
}

/* Draw the callers of a replication; `expected` [S][D] callers. Returns their number. */
int64_t draw_callers(const Demand *d, int64_t replication, const double *expected, Callers *out) {
    int64_t count = 0;
    for (int64_t stratum = 0; stratum < d->strata; stratum++)
        for (int64_t day = 0; day < d->days; day++) {
            double number = expected[stratum * d->days + day];
            if (number > 0.0) count = find_callers(d, replication, stratum, day, number, out, count);
            if (count < 0) return count;
        }
    if (count > INT32_MAX / 2) return TOO_MANY_CALLERS;
    for (int64_t i = 0; i < count; i++)
        out->found[i].arrival = arrival(d, out->found[i].stratum, out->found[i].day, out->found[i].moment);
    int64_t **columns[] = {&out->channel, &out->province, &out->source, &out->topic, &out->age,
                           &out->arrival, &out->stratum,  &out->day,    &out->slot,  &out->work};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        *columns[i] = realloc(*columns[i], (size_t)(out->capacity + 1) * sizeof(int64_t));
        if (!*columns[i]) return OUT_OF_MEMORY;
    }
    if (sort_callers(out, count, d->edge[d->segments]) < 0) return OUT_OF_MEMORY;
    for (int64_t i = 0; i < count; i++) {
        const struct Found *one = &out->sorted[i];
        const int64_t *of = d->stratum + 3 * one->stratum;
        out->channel[i] = of[0];
        out->province[i] = of[1];
        out->source[i] = of[2];
        out->arrival[i] = one->arrival;
        out->stratum[i] = one->stratum;
        out->day[i] = one->day;
        out->slot[i] = one->slot;
    }
    draw_attributes(d, replication, count, out);
    draw_work(d, replication, count, out);
    return count;
}

void population_of(const Demand *d, const Callers *c, int64_t replication, int64_t count, Population *out) {
    *out = (Population){.count = count, .channels = d->channels, .attempts = d->attempts, .replication = replication,
                        .channel = c->channel, .province = c->province, .source = c->source, .topic = c->topic,
                        .age = c->age, .arrival = c->arrival, .stratum = c->stratum, .day = c->day, .slot = c->slot,
                        .work = c->work, .demand = d};
}

void free_callers(Callers *c) {
    void *buffers[] = {c->channel, c->province, c->source, c->topic,  c->age,    c->arrival, c->stratum,
                       c->day,     c->slot,     c->work,   c->found,  c->sorted, c->bucket};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) free(buffers[i]);
}

/* ---- Random inputs of one caller ------------------------------------------------------------------------------- */

static void words_of(const Population *p, enum Purpose purpose, int64_t caller, int64_t chunk, uint32_t words[4]) {
    uint64_t key = p->demand->keys[purpose * p->demand->strata + p->stratum[caller]];
    words_at(key, p->replication, p->day[caller], p->slot[caller], chunk, words);
}

void work_parts(const Population *p, int64_t caller, int64_t channel, int64_t *conversation, int64_t *wrap_up) {
    uint32_t words[4];
    words_of(p, WORK, caller, 0, words);
    int64_t talk = quantile(&p->demand->conversation[channel], uniform_of(words, 0));
    *conversation = talk > 1 ? talk : 1;
    *wrap_up = quantile(&p->demand->wrap_up[channel], uniform_of(words, 1));
}

/* Conversation and wrap-up of a caller on a channel, in ms. */
int64_t handling_work(const Population *p, int64_t caller, int64_t channel) {
    int64_t at = caller * p->channels + channel, talk, after;
    if (p->conversation) return p->conversation[at] + p->wrap_up[at];
    if (channel == p->channel[caller]) return p->work[caller];
    work_parts(p, caller, channel, &talk, &after);
    return talk + after;
}

/* Patience and redial delay (WAITING), silence and the delay of a further call (DELAYS), as half 0 and 1. */
int64_t duration(const Population *p, enum Purpose purpose, int half, int64_t caller, int64_t attempt, int64_t channel) {
    const int64_t *known = purpose == WAITING ? half ? p->redial_delay : p->patience : half ? p->again_delay : p->silence;
    if (known) return known[(caller * p->attempts + attempt) * p->channels + channel];
    const Demand *d = p->demand;
    const Distribution *law = purpose == WAITING ? half ? d->redial_delay : d->patience : half ? d->again_delay : d->silence;
    uint32_t words[4] = {0};
    if (needs_random(&law[channel])) words_of(p, purpose, caller, attempt, words);
    int64_t value = quantile(&law[channel], uniform_of(words, half));
    return purpose == DELAYS && half == 0 && value < 1 ? 1 : value;
}

/* Uniform number below 2**32 that is compared with a probability's threshold. */
int64_t choice(const Population *p, enum Choice which, int64_t caller, int64_t attempt) {
    if (!p->demand) {
        const int64_t *known[] = {p->redial,    p->switching, p->balk,    p->voicemail,
                                  p->call_back, p->silent,    p->forward, p->again};
        return known[which][caller * p->attempts + attempt];
    }
    uint32_t words[4];
    words_of(p, which < CALL_BACK ? CHOICES : OFFERS, caller, attempt, words);
    return words[which % 4];
}
