/* What Python calls. Tables that are allocated here are freed by kernel_free. */
#include "kernel.h"

#define STRINGS(name) #name ","
EXPORT const char *kernel_columns(void) { return COLUMN_NAMES(STRINGS); }

/* Hash of the sources, from the command that compiles them. */
#ifndef SOURCES_KEY
#define SOURCES_KEY ""
#endif
EXPORT const char *kernel_key(void) { return SOURCES_KEY; }

/* Constants that the Python code has too, in the order of structs.CONSTANTS. */
EXPORT int64_t kernel_constants(int64_t *out) {
    int64_t constants[] = {DAY,    HOUR,       FULL_SPEED,  PER_MILLE, ANSWERED, ABANDONED, BLOCKED, BALKED,
                           CLOSED, UNFINISHED, CALLED_BACK, SILENT,    SENT_AWAY};
    memcpy(out, constants, sizeof constants);
    return sizeof constants / sizeof *constants;
}

/* Sizes of the structs that Python fills, in bytes. */
EXPORT int64_t kernel_sizes(int64_t *out) {
    int64_t sizes[] = {sizeof(Distribution), sizeof(SurgeTerm), sizeof(Demand), sizeof(Population), sizeof(Channel),
                       sizeof(Queue),        sizeof(Group),     sizeof(Centre), sizeof(Counting),   sizeof(Sums),   sizeof(Run)};
    memcpy(out, sizes, sizeof sizes);
    return sizeof sizes / sizeof *sizes;
}

/* Quantiles of a distribution, for tests: one at a time where n is 1, else in blocks. */
EXPORT int64_t kernel_quantiles(const Distribution *d, int64_t n, double *u, int64_t *out) {
    if (n == 1) out[0] = quantile(d, u[0]);
    else
        for (int64_t i = 0; i < n; i += BLOCK) quantiles(d, (int)(n - i < BLOCK ? n - i : BLOCK), u + i, out + i);
    return OK;
}

/* Bins of waits, for tests. */
EXPORT int64_t kernel_bins(const Counting *k, int64_t n, const int64_t *wait, int64_t *out) {
    int32_t *first_bin = new_bins(k);
    if (!first_bin) return OUT_OF_MEMORY;
    for (int64_t i = 0; i < n; i++) out[i] = bin_of(k, first_bin, wait[i]);
    free(first_bin);
    return OK;
}

EXPORT void kernel_free(void *buffer) { free(buffer); }

/* ---- Callers that Python hands over ---------------------------------------------------------------------------- */

/* Replication r of a population, whose callers begin at `first`; without the callers. */
static People people_of(const Population *of, int64_t r, int64_t first) {
    int64_t absences = of->absence_groups * of->absence_lines * of->absence_days;
    return (People){.replication = of->replication, .attempts = of->attempts, .channels = of->channels, .demand = of->demand,
                    .columns = of->demand ? NULL : of, .first = first, .absence_lines = of->absence_lines,
                    .absence_days = of->absence_days, .absence = of->absence ? of->absence + r * absences : NULL};
}

/* The same with its callers, to but not including `past`, in a buffer. */
static int64_t read_people(const Population *of, int64_t r, int64_t first, int64_t past, Callers *buffer, People *out) {
    Caller *caller = buffer->caller = grow(buffer->caller, &buffer->capacity, past - first + 1, sizeof *caller);
    if (!caller) return OUT_OF_MEMORY;
    *out = people_of(of, r, first);
    out->count = past - first;
    out->caller = caller;
    for (int64_t i = first; i < past; i++, caller++) {
        *caller = (Caller){.arrival = of->arrival[i], .channel = (int16_t)of->channel[i], .province = (int16_t)of->province[i],
                           .source = (int16_t)of->source[i], .topic = (int16_t)of->topic[i], .age = (int16_t)of->age[i]};
        if (of->stratum) {
            caller->stratum = (int32_t)of->stratum[i];
            caller->day = (int32_t)of->day[i];
            caller->slot = (int32_t)of->slot[i];
        }
    }
    return OK;
}

/* ---- A block of replications: drawn, played and counted ------------------------------------------------------- */

/* Memory for the cells of replications whose products are formed together. */
enum { BATCH_BYTES = 1 << 20 };

static int64_t batch_size(const Counting *k) {
    int64_t each = k->cells * COLUMNS * (int64_t)sizeof(int64_t);
    return each < BATCH_BYTES ? BATCH_BYTES / each : 1;
}

static void note_values(const Counting *k, const int64_t *cells, int64_t replication, Sums *sums) {
    for (int64_t i = 0; i < k->periods; i++)
        memcpy(sums->values + (replication * k->periods + i) * COLUMNS, cells + k->period[i] * COLUMNS,
               COLUMNS * sizeof *cells);
}

/* Counts of replications on their way into the sums. */
typedef struct {
    const Counting *counting;
    Tables *tables;
    Sums *sums;
    int64_t *cells, held, size;
    int64_t *every; /* [R][cells][COLUMNS] where the cells of each replication are wanted, or NULL */
} Batch;

static int64_t open_batch(Batch *b, const Centre *centre, const Counting *k, Sums *sums, int64_t *every) {
    *b = (Batch){.counting = k, .tables = new_tables(centre, k), .sums = sums, .size = batch_size(k), .every = every};
    b->cells = malloc((size_t)(b->size * k->cells * COLUMNS) * sizeof *b->cells);
    if (sums->first_code) sums->first_code[0] = sums->coded;
    return b->cells && b->tables ? OK : OUT_OF_MEMORY;
}

static void start_replication(Batch *b) {
    start_counting(b->tables, b->cells + b->held * b->counting->cells * COLUMNS);
}

static int64_t flush(Batch *b) {
    int64_t code = b->held && b->counting->products ? add_products(b->counting, b->cells, b->held, b->sums) : OK;
    b->held = 0;
    return code;
}

static int64_t end_replication(Batch *b, int64_t replication) {
    size_t size = (size_t)(b->counting->cells * COLUMNS);
    end_counting(b->tables);
    note_values(b->counting, b->tables->cells, replication, b->sums);
    if (b->every) memcpy(b->every + (size_t)replication * size, b->tables->cells, size * sizeof *b->cells);
    if (b->sums->first_code) b->sums->first_code[replication + 1] = b->sums->coded;
    b->held++;
    return b->held == b->size || b->sums->pending + b->held == b->sums->chunk ? flush(b) : OK;
}

static int64_t close_batch(Batch *b, int64_t code) {
    if (code >= 0) code = flush(b);
    free(b->cells);
    free_tables(b->tables);
    return code;
}

/* A plan under way. */
typedef struct {
    Play play;
    Batch batch;
} Course;

/* The same callers at every plan: one component of the centres after the other. */
static int64_t run_replication(const Demand *demand, int64_t plans, const Run *run, Course *course, People *people,
                               const double *expected, const int64_t *component_of, Callers *callers) {
    int64_t code = OK;
    for (int64_t p = 0; code >= 0 && p < plans; p++) {
        start_replication(&course[p].batch);
        code = start_play(&course[p].play, run[p].centre, people, course[p].batch.tables);
    }
    for (int64_t k = 0; code >= 0 && k < run->centre->components; k++) {
        code = draw_callers(demand, people->replication, expected, component_of, k, callers);
        people->caller = callers->caller;
        people->count = code;
        for (int64_t p = 0; code >= 0 && p < plans; p++) {
            code = play_component(&course[p].play, k, people);
            if (code >= 0) code = count_people(course[p].batch.tables, people, course[p].play.contacts, run[p].sums);
        }
    }
    return code;
}

/* Draw replications, play and count them for each plan; expected [R][S][D]; of `absences` only these count, [R] after
   each other. */
EXPORT int64_t kernel_run(const Demand *demand, int64_t plans, const Run *run, int64_t replications,
                          const int64_t *number, const double *expected, const Population *absences) {
    Callers callers = {0};
    Population drawn = *absences;
    drawn.demand = demand;
    drawn.channels = demand->channels;
    drawn.attempts = demand->attempts;
    Course *course = calloc((size_t)plans, sizeof *course);
    int64_t *component_of = malloc((size_t)(demand->strata + 1) * sizeof *component_of);
    int64_t code = course && component_of ? OK : OUT_OF_MEMORY;
    for (int64_t s = 0; code >= 0 && s < demand->strata; s++) {
        const int64_t *of = demand->stratum + 3 * s;
        component_of[s] = run->centre->component[run->centre->queue_of[of[0] * run->centre->provinces + of[1]]];
    }
    for (int64_t p = 0; code >= 0 && p < plans; p++)
        code = open_batch(&course[p].batch, run[p].centre, run[p].counting, run[p].sums, run[p].cells);
    for (int64_t r = 0; code >= 0 && r < replications; r++) {
        People people = people_of(&drawn, r, 0);
        people.replication = number[r];
        code = run_replication(demand, plans, run, course, &people, expected + r * demand->strata * demand->days,
                               component_of, &callers);
        for (int64_t p = 0; code >= 0 && p < plans; p++) code = end_replication(&course[p].batch, r);
    }
    for (int64_t p = 0; course && p < plans; p++) {
        free_play(&course[p].play);
        if (course[p].batch.counting) code = close_batch(&course[p].batch, code);
    }
    free(course);
    free(component_of);
    free_callers(&callers);
    return code;
}

/* ---- Callers of a block, for Python ---------------------------------------------------------------------------- */

enum { CALLER_COLUMNS = 9, CONTACT_COLUMNS = 9 };

/* Columns of rows that are appended to: [columns][capacity]. */
typedef struct {
    int64_t *data;
    int64_t rows, capacity, columns;
} Table;

static int64_t reserve(Table *t, int64_t rows) {
    if (rows <= t->capacity) return OK;
    int64_t capacity = 2 * rows;
    int64_t *data = malloc((size_t)(capacity * t->columns) * sizeof *data);
    if (!data) return OUT_OF_MEMORY;
    for (int64_t i = 0; i < t->columns && t->rows; i++)
        memcpy(data + i * capacity, t->data + i * t->capacity, (size_t)t->rows * sizeof *data);
    free(t->data);
    t->data = data;
    t->capacity = capacity;
    return OK;
}

static void append(Table *t, const int64_t *row) {
    for (int64_t k = 0; k < t->columns; k++) t->data[k * t->capacity + t->rows] = row[k];
    t->rows++;
}

/* Give Python the table, or free it where there was an error. */
static int64_t hand_over(Table *t, int64_t code, int64_t **data, int64_t *capacity) {
    if (code < 0) {
        free(t->data);
        t->data = NULL;
    }
    *data = t->data;
    *capacity = t->capacity;
    return code;
}

/* Draw who calls: columns channel, province, source, topic, age, day, slot, arrival, stratum; begins [R + 1]. */
EXPORT int64_t kernel_draw(const Demand *demand, int64_t replications, const int64_t *number, const double *expected,
                           int64_t *begins, int64_t **data, int64_t *capacity) {
    Callers callers = {0};
    Table table = {.columns = CALLER_COLUMNS};
    int64_t code = reserve(&table, 1);
    begins[0] = 0;
    for (int64_t r = 0; code >= 0 && r < replications; r++) {
        int64_t count = draw_callers(demand, number[r], expected + r * demand->strata * demand->days, NULL, 0, &callers);
        code = count < 0 ? count : reserve(&table, table.rows + count);
        if (code < 0) break;
        for (const Caller *c = callers.caller; c < callers.caller + count; c++)
            append(&table, (int64_t[]){c->channel, c->province, c->source, c->topic, c->age, c->day, c->slot, c->arrival, c->stratum});
        begins[r + 1] = table.rows;
    }
    free_callers(&callers);
    return hand_over(&table, code, data, capacity);
}

/* Write every random input of the callers of one replication; each `out` as in Population, or NULL. */
EXPORT int64_t kernel_inputs(const Population *p, Population *out) {
    int64_t *talk = (int64_t *)out->conversation, *after = (int64_t *)out->wrap_up;
    int64_t *durations[] = {(int64_t *)out->patience, (int64_t *)out->redial_delay, (int64_t *)out->silence,
                            (int64_t *)out->again_delay};
    int64_t *choices[] = {(int64_t *)out->redial,    (int64_t *)out->switching, (int64_t *)out->balk,
                          (int64_t *)out->voicemail, (int64_t *)out->call_back, (int64_t *)out->silent,
                          (int64_t *)out->forward,   (int64_t *)out->again};
    int64_t channels = p->demand->channels, attempts = p->demand->attempts;
    Callers callers = {0};
    People people;
    if (read_people(p, 0, 0, p->count, &callers, &people) < 0) return OUT_OF_MEMORY;
    for (int64_t i = 0; i < p->count; i++) {
        for (int64_t c = 0; c < channels; c++)
            work_parts(&people, i, c, &talk[i * channels + c], &after[i * channels + c]);
        for (int64_t k = 0; k < attempts; k++) {
            for (int which = 0; which < 8; which++)
                if (choices[which]) choices[which][i * attempts + k] = choice(&people, (enum Choice)which, i, k);
            for (int which = 0; which < 4; which++)
                for (int64_t c = 0; durations[which] && c < channels; c++)
                    durations[which][(i * attempts + k) * channels + c] =
                        duration(&people, which < 2 ? WAITING : DELAYS, which % 2, i, k, c);
        }
    }
    free_callers(&callers);
    return OK;
}

static void write_contacts(const Centre *centre, const Play *play, int64_t callers, Table *table) {
    for (int64_t caller = 0; caller < callers; caller++)
        for (int32_t i = (int32_t)caller; i != NONE; i = play->contacts[i].following) {
            const Contact *c = &play->contacts[i];
            if (c->outcome == NONE) continue;
            int64_t group = c->line == NONE ? NONE : play->line[c->line].group;
            int64_t line = c->line == NONE ? NONE : c->line - centre->group[group].first_line;
            append(table, (int64_t[]){c->caller, c->attempt, c->queue, c->dialled, c->left_queue, c->released, c->outcome, group, line});
        }
}

/* Play a block of populations at a centre of one component; contacts as columns of sim.model.contacts.Contacts, sorted by
   caller and attempt. */
EXPORT int64_t kernel_play(const Centre *centre, const Population *block, int64_t replications, const int64_t *starts,
                           int64_t *begins, int64_t **data, int64_t *capacity) {
    Play play = {0};
    Callers callers = {0};
    Table table = {.columns = CONTACT_COLUMNS};
    int64_t code = reserve(&table, 1);
    begins[0] = 0;
    for (int64_t r = 0; code >= 0 && r < replications; r++) {
        People people;
        code = read_people(block, r, starts[r], starts[r + 1], &callers, &people);
        if (code >= 0) code = start_play(&play, centre, &people, NULL);
        if (code >= 0) code = play_component(&play, 0, &people);
        if (code >= 0) code = reserve(&table, table.rows + play.count);
        if (code < 0) break;
        write_contacts(centre, &play, people.count, &table);
        begins[r + 1] = table.rows;
    }
    free_play(&play);
    free_callers(&callers);
    return hand_over(&table, code, data, capacity);
}

/* ---- Counting contacts that Python hands over ------------------------------------------------------------------ */

typedef struct {
    int64_t at;
    int32_t kind, which;
} Change;

/* Contacts of a replication and what they change over time, from rows of a table. */
typedef struct {
    Contact *contacts;
    int64_t capacity;
    Change *changes;
    int64_t changed, change_capacity;
} History;

static int by_instant(const void *one, const void *other) {
    const Change *a = one, *b = other;
    return a->at < b->at ? -1 : a->at > b->at;
}

/* What a contact's caller chose after it, where another contact follows or not. */
static void read_choices(const Centre *centre, const People *p, Contact *c, int another) {
    const Channel *habits = &centre->channel[c->channel];
    int64_t redial = habits->redial[c->outcome == SILENT ? ABANDONED : c->outcome];
    int lost = !is_answered(c->outcome) && c->outcome != UNFINISHED;
    if (lost && redial && c->attempt + 1 < centre->attempts) c->redials = choice(p, REDIAL, c->caller, c->attempt) < redial;
    if (another && !lost && habits->forward) c->forwarded = choice(p, FORWARD, c->caller, c->attempt) < habits->forward;
}

static void change_later(History *h, int64_t at, enum ChangeKind kind, int64_t which) {
    h->changes[h->changed++] = (Change){at, (int32_t)kind, (int32_t)which};
}

/* The history behind the rows first to past of a table of contacts, [CONTACT_COLUMNS][rows]. */
static int64_t read_history(const Play *play, const People *p, const int64_t *data, int64_t rows, int64_t first,
                            int64_t past, History *h) {
    const Centre *centre = play->centre;
    const int64_t *column[CONTACT_COLUMNS];
    for (int i = 0; i < CONTACT_COLUMNS; i++) column[i] = data + i * rows;
    h->contacts = grow(h->contacts, &h->capacity, p->count + past - first + 1, sizeof *h->contacts);
    h->changes = grow(h->changes, &h->change_capacity, play->plans + 4 * (past - first) + 1, sizeof *h->changes);
    if (!h->contacts || !h->changes) return OUT_OF_MEMORY;
    h->changed = 0;
    for (const Planned *plan = play->planned; plan < play->planned + play->plans; plan++)
        if (plan->stamp % 8 == SCHEDULE) change_later(h, plan->stamp / 8, plan->opens ? LINE_COMES : LINE_LEAVES, plan->which);
    for (int64_t i = 0; i < p->count; i++) h->contacts[i] = (Contact){.outcome = NONE, .following = NONE};
    int64_t place = 0, count = p->count;
    for (int64_t i = first; i < past; i++) {
        int64_t group = column[7][i], queue = column[2][i], channel = centre->queue[queue].channel;
        int another = i + 1 < past && column[0][i + 1] == column[0][i];
        if (i == first || column[0][i - 1] != column[0][i]) place = column[0][i];
        Contact *c = &h->contacts[place];
        *c = (Contact){.caller = (int32_t)column[0][i], .attempt = (int16_t)column[1][i], .queue = (int32_t)queue,
                       .channel = (int32_t)channel, .dialled = column[3][i],
                       .left_queue = column[4][i], .released = column[5][i], .outcome = (int8_t)column[6][i],
                       .line = group < 0 ? NONE : (int32_t)(centre->group[group].first_line + column[8][i]),
                       .closes = next_opening(centre, channel, column[3][i]) == column[3][i] ? column[3][i] : NONE,
                       .following = another ? (int32_t)count : NONE};
        read_choices(centre, p, c, another);
        place = another ? count++ : 0;
        if (c->left_queue > c->dialled) {
            change_later(h, c->dialled, QUEUE_IN, c->queue);
            change_later(h, c->left_queue, QUEUE_OUT, c->queue);
        }
        if (c->line != NONE) {
            change_later(h, c->left_queue, LINE_BUSY, c->line);
            change_later(h, c->released, LINE_FREE, c->line);
        }
    }
    qsort(h->changes, (size_t)h->changed, sizeof *h->changes, by_instant);
    return OK;
}

/* Count contacts of a block of populations; `cells` [R][cells][COLUMNS] gets those of each replication, or is NULL. */
EXPORT int64_t kernel_count(const Centre *centre, const Counting *counting, const Population *block, int64_t replications,
                            const int64_t *starts, const int64_t *contacts, int64_t rows, const int64_t *begins,
                            int64_t *cells, Sums *sums) {
    Play play = {0};
    Callers callers = {0};
    History history = {0};
    Batch batch;
    int64_t code = open_batch(&batch, centre, counting, sums, cells);
    for (int64_t r = 0; code >= 0 && r < replications; r++) {
        People people;
        code = read_people(block, r, starts[r], starts[r + 1], &callers, &people);
        if (code >= 0) code = start_play(&play, centre, &people, NULL);
        if (code >= 0) code = read_history(&play, &people, contacts, rows, begins[r], begins[r + 1], &history);
        if (code < 0) break;
        start_replication(&batch);
        for (const Change *c = history.changes; c < history.changes + history.changed; c++)
            change(batch.tables, (enum ChangeKind)c->kind, c->which, c->at);
        code = count_people(batch.tables, &people, history.contacts, sums);
        if (code >= 0) code = end_replication(&batch, r);
    }
    free(history.contacts);
    free(history.changes);
    free_play(&play);
    free_callers(&callers);
    return close_batch(&batch, code);
}
