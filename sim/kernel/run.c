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
                       sizeof(Queue),        sizeof(Group),     sizeof(Centre), sizeof(Counting),   sizeof(Sums)};
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
    for (int64_t i = 0; i < n; i++) out[i] = bin_of(k, wait[i]);
    return OK;
}

EXPORT void kernel_free(void *buffer) { free(buffer); }

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
    Sums *sums;
    int64_t *cells, held, size;
} Batch;

static int64_t flush(Batch *b) {
    int64_t code = b->held ? add_products(b->counting, b->cells, b->held, b->sums) : OK;
    b->held = 0;
    return code;
}

/* Count a replication; `every` [R][cells][COLUMNS] gets its cells, or is NULL. */
static int64_t count_next(Batch *b, Tables *tables, const Population *p, History *h, int64_t replication, int64_t *every) {
    int64_t *cells = b->cells + b->held * b->counting->cells * COLUMNS;
    int64_t code = count(tables, p, h, cells, b->sums);
    if (code < 0) return code;
    note_values(b->counting, cells, replication, b->sums);
    size_t size = (size_t)(b->counting->cells * COLUMNS);
    if (every) memcpy(every + (size_t)replication * size, cells, size * sizeof *cells);
    b->sums->first_code[replication + 1] = b->sums->coded;
    b->held++;
    return b->held == b->size || b->sums->pending + b->held == b->sums->chunk ? flush(b) : OK;
}

static int64_t open_batch(Batch *b, const Counting *k, Sums *sums) {
    *b = (Batch){k, sums, NULL, 0, batch_size(k)};
    b->cells = malloc((size_t)(b->size * k->cells * COLUMNS) * sizeof *b->cells);
    sums->first_code[0] = sums->coded;
    return b->cells ? OK : OUT_OF_MEMORY;
}

/* Draw, play and count replications; expected [R][S][D], absence [R] after each other in the shape of `absences`. */
EXPORT int64_t kernel_run(const Demand *demand, const Centre *centre, const Counting *counting, int64_t replications,
                          const int64_t *number, const double *expected, const Population *absences, int64_t *cells,
                          Sums *sums) {
    Callers callers = {0};
    History history = {0};
    Batch batch = {0};
    Tables *tables = new_tables(centre, counting);
    int64_t code = tables ? open_batch(&batch, counting, sums) : OUT_OF_MEMORY;
    for (int64_t r = 0; code >= 0 && r < replications; r++) {
        code = draw_callers(demand, number[r], expected + r * demand->strata * demand->days, &callers);
        if (code < 0) break;
        Population people;
        population_of(demand, &callers, number[r], code, &people);
        people.absence_groups = absences->absence_groups;
        people.absence_lines = absences->absence_lines;
        people.absence_days = absences->absence_days;
        people.absence = absences->absence + r * people.absence_groups * people.absence_lines * people.absence_days;
        code = play(centre, &people, &history);
        if (code >= 0) code = count_next(&batch, tables, &people, &history, r, cells);
    }
    if (code >= 0) code = flush(&batch);
    free(batch.cells);
    free_tables(tables);
    free_history(&history);
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

/* Draw who calls: columns channel, province, source, topic, age, day, slot, arrival, stratum; begins [R + 1]. */
EXPORT int64_t kernel_draw(const Demand *demand, int64_t replications, const int64_t *number, const double *expected,
                           int64_t *begins, int64_t **data, int64_t *capacity) {
    Callers callers = {0};
    Table table = {.columns = CALLER_COLUMNS};
    int64_t code = reserve(&table, 1);
    begins[0] = 0;
    for (int64_t r = 0; code >= 0 && r < replications; r++) {
        int64_t count = draw_callers(demand, number[r], expected + r * demand->strata * demand->days, &callers);
        code = count < 0 ? count : reserve(&table, table.rows + count);
        if (code < 0) break;
        const int64_t *columns[] = {callers.channel, callers.province, callers.source,  callers.topic,  callers.age,
                                    callers.day,     callers.slot,     callers.arrival, callers.stratum};
        for (int i = 0; i < CALLER_COLUMNS; i++)
            memcpy(table.data + i * table.capacity + table.rows, columns[i], (size_t)count * sizeof(int64_t));
        begins[r + 1] = table.rows += count;
    }
    free_callers(&callers);
    *data = table.data;
    *capacity = table.capacity;
    return code;
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
    for (int64_t i = 0; i < p->count; i++) {
        for (int64_t c = 0; c < channels; c++)
            work_parts(p, i, c, &talk[i * channels + c], &after[i * channels + c]);
        for (int64_t k = 0; k < attempts; k++) {
            for (int which = 0; which < 8; which++)
                if (choices[which]) choices[which][i * attempts + k] = choice(p, (enum Choice)which, i, k);
            for (int which = 0; which < 4; which++)
                for (int64_t c = 0; durations[which] && c < channels; c++)
                    durations[which][(i * attempts + k) * channels + c] =
                        duration(p, which < 2 ? WAITING : DELAYS, which % 2, i, k, c);
        }
    }
    return OK;
}

/* ---- Populations of Python ------------------------------------------------------------------------------------- */

/* The population of replication r of a block: callers first to past, and its own absences. */
static Population part_of(const Population *block, int64_t r, int64_t first, int64_t past) {
    Population p = *block;
    p.count = past - first;
    const int64_t **by_caller[] = {&p.channel, &p.province, &p.source, &p.topic, &p.age, &p.arrival};
    const int64_t **by_channel[] = {&p.conversation, &p.wrap_up};
    const int64_t **by_attempt[] = {&p.redial, &p.switching, &p.balk, &p.voicemail, &p.call_back, &p.silent, &p.forward, &p.again};
    const int64_t **by_both[] = {&p.patience, &p.redial_delay, &p.silence, &p.again_delay};
    for (int i = 0; i < 6; i++) *by_caller[i] += first;
    for (int i = 0; i < 2; i++) *by_channel[i] += first * p.channels;
    for (int i = 0; i < 8; i++) *by_attempt[i] += *by_attempt[i] ? first * p.attempts : 0;
    for (int i = 0; i < 4; i++) *by_both[i] += *by_both[i] ? first * p.attempts * p.channels : 0;
    if (p.absence) p.absence += r * p.absence_groups * p.absence_lines * p.absence_days;
    return p;
}

static void write_contacts(const Centre *centre, const History *h, int64_t callers, Table *table) {
    for (int64_t caller = 0; caller < callers; caller++)
        for (int32_t i = (int32_t)caller; i != NONE; i = h->contacts[i].following) {
            const Contact *c = &h->contacts[i];
            if (c->outcome == NONE) continue;
            int64_t group = NONE, line = NONE;
            if (c->line != NONE)
                for (group = 0; c->line >= centre->group[group].first_line + centre->group[group].lines;) group++;
            if (c->line != NONE) line = c->line - centre->group[group].first_line;
            int64_t row[] = {c->caller, c->attempt, c->queue, c->dialled, c->left_queue, c->released, c->outcome, group, line};
            for (int k = 0; k < CONTACT_COLUMNS; k++) table->data[k * table->capacity + table->rows] = row[k];
            table->rows++;
        }
}

/* Play a block of populations; contacts as columns of sim.contacts.Contacts, sorted by caller and attempt. */
EXPORT int64_t kernel_play(const Centre *centre, const Population *block, int64_t replications, const int64_t *starts,
                           int64_t *begins, int64_t **data, int64_t *capacity) {
    History history = {0};
    Table table = {.columns = CONTACT_COLUMNS};
    int64_t code = reserve(&table, 1);
    begins[0] = 0;
    for (int64_t r = 0; code >= 0 && r < replications; r++) {
        Population p = part_of(block, r, starts[r], starts[r + 1]);
        code = play(centre, &p, &history);
        if (code >= 0) code = reserve(&table, table.rows + history.count);
        if (code < 0) break;
        write_contacts(centre, &history, p.count, &table);
        begins[r + 1] = table.rows;
    }
    free_history(&history);
    *data = table.data;
    *capacity = table.capacity;
    return code;
}

static int by_instant(const void *one, const void *other) {
    const Change *a = one, *b = other;
    return a->at < b->at ? -1 : a->at > b->at;
}

/* The history behind the rows first to past of a table of contacts, [CONTACT_COLUMNS][rows]. */
static int64_t read_history(const Centre *centre, const Population *p, const int64_t *data, int64_t rows, int64_t first,
                            int64_t past, History *h) {
    const int64_t *column[CONTACT_COLUMNS];
    for (int i = 0; i < CONTACT_COLUMNS; i++) column[i] = data + i * rows;
    if (schedule_changes(centre, p, h) < 0) return OUT_OF_MEMORY;
    h->contacts = grow(h->contacts, &h->capacity, p->count + past - first + 1, sizeof *h->contacts);
    h->changes = grow(h->changes, &h->change_capacity, h->changed + 4 * (past - first) + 1, sizeof *h->changes);
    if (!h->contacts || !h->changes) return OUT_OF_MEMORY;
    for (int64_t i = 0; i < p->count; i++) h->contacts[i] = (Contact){.outcome = NONE, .following = NONE};
    h->count = p->count;
    int64_t place = 0;
    for (int64_t i = first; i < past; i++) {
        int64_t group = column[7][i], queue = column[2][i];
        int another = i + 1 < past && column[0][i + 1] == column[0][i];
        if (i == first || column[0][i - 1] != column[0][i]) place = column[0][i];
        Contact *c = &h->contacts[place];
        *c = (Contact){.caller = (int32_t)column[0][i], .attempt = (int16_t)column[1][i], .queue = (int32_t)queue,
                       .channel = (int32_t)centre->queue[queue].channel, .dialled = column[3][i],
                       .left_queue = column[4][i], .released = column[5][i], .outcome = (int8_t)column[6][i],
                       .line = group < 0 ? NONE : (int32_t)(centre->group[group].first_line + column[8][i]),
                       .following = another ? (int32_t)h->count : NONE};
        place = another ? h->count++ : 0;
        if (c->left_queue > c->dialled) {
            h->changes[h->changed++] = (Change){c->dialled, QUEUE_IN, c->queue};
            h->changes[h->changed++] = (Change){c->left_queue, QUEUE_OUT, c->queue};
        }
        if (c->line != NONE) {
            h->changes[h->changed++] = (Change){c->left_queue, LINE_BUSY, c->line};
            h->changes[h->changed++] = (Change){c->released, LINE_FREE, c->line};
        }
    }
    qsort(h->changes, (size_t)h->changed, sizeof *h->changes, by_instant);
    return OK;
}

/* Count contacts of a block of populations; `cells` [R][cells][COLUMNS] gets those of each replication, or is NULL. */
EXPORT int64_t kernel_count(const Centre *centre, const Counting *counting, const Population *block, int64_t replications,
                            const int64_t *starts, const int64_t *contacts, int64_t rows, const int64_t *begins,
                            int64_t *cells, Sums *sums) {
    History history = {0};
    Batch batch = {0};
    Tables *tables = new_tables(centre, counting);
    int64_t code = tables ? open_batch(&batch, counting, sums) : OUT_OF_MEMORY;
    for (int64_t r = 0; code >= 0 && r < replications; r++) {
        Population p = part_of(block, r, starts[r], starts[r + 1]);
        code = read_history(centre, &p, contacts, rows, begins[r], begins[r + 1], &history);
        if (code >= 0) code = count_next(&batch, tables, &p, &history, r, cells);
    }
    if (code >= 0) code = flush(&batch);
    free(batch.cells);
    free_tables(tables);
    free_history(&history);
    return code;
}
