/* What becomes of the callers of a population at a centre: the rules of docs/rules.md as an event loop.

   Events of one instant come in the order of enum Kind, then by caller and attempt (schedule: by line; opening and
   closing: by channel). Nothing is drawn here: random inputs are compared with thresholds. */
#include "kernel.h"

enum Kind { SCHEDULE = 1, OPENING, CLOSING, END_OF_HANDLING, ELIGIBILITY, ABANDONMENT, ARRIVAL };

#define FULL_SPEED 100
#define PER_MILLE 1000

/* An event of a contact. A contact has at most one on the agenda, a binary heap: its arrival, while it waits the sooner
   of eligibility and end of patience, in hand the end of handling. */
typedef struct {
    int64_t stamp; /* instant * 8 + kind */
    int32_t contact;
} Event;

/* What is known beforehand: duty and opening hours. */
typedef struct {
    int64_t stamp;
    int32_t component;
    int32_t which; /* line or channel */
    int32_t opens; /* line comes on duty, or channel opens */
    int64_t closes;
} Planned;

typedef struct {
    int32_t group;
    int32_t on_duty, held, calls; /* contacts in hand, and those of them that are calls */
    int32_t first_hand;           /* place in Play.hand */
    int64_t since;
    int64_t duty, past_duty;      /* stretches of duty: Play.duty[duty .. past_duty) */
} Line;

typedef struct { int64_t start, stop; } Span;

typedef struct { int32_t first, last; } List;

typedef struct {
    int64_t waiting;
    int64_t first_list; /* place in Play.list, one list for each priority */
} Waiting;

/* The state of a centre; buffers are reused between replications. */
typedef struct {
    const Centre *centre;
    const People *people;
    Tables *tables; /* what counts changes, or NULL */
    int64_t now;
    Contact *contacts; /* callers' first ones, then all others */
    int64_t count, capacity;
    Event *agenda;
    int64_t events, agenda_capacity;
    Planned *planned; /* by component, then in order of time */
    int64_t plans, plan_capacity;
    Line *line;
    int32_t *hand;
    Span *duty;
    int64_t duty_capacity;
    Waiting *queue;
    List *list;
    int64_t *closes; /* by channel: end of the opening interval under way, -1 while closed */
    int64_t *ready;  /* by group: lines on duty with room for a call */
    int prepared, failed;
} Play;

/* ---- Agenda ---------------------------------------------------------------------------------------------------- */

static inline int64_t stamp_of(int64_t at, enum Kind kind) { return at * 8 + kind; }

/* Order of what happens to two contacts in one instant. */
static inline int is_before(const Contact *a, const Contact *b) {
    return a->caller != b->caller ? a->caller < b->caller : a->attempt < b->attempt;
}

static inline int sooner(const Play *p, int64_t stamp, int32_t number, int64_t other_stamp, int32_t other) {
    if (stamp == other_stamp) return is_before(&p->contacts[number], &p->contacts[other]);
    return stamp < other_stamp;
}

static inline void put(Play *p, int64_t place, int64_t stamp, int32_t number) {
    p->agenda[place].stamp = stamp;
    p->agenda[place].contact = number;
    p->contacts[number].place = (int32_t)place;
}

/* Put an event at a place of the heap, or above or below it where it belongs. */
static inline void settle(Play *p, int64_t place, int64_t stamp, int32_t number) {
    const Event *agenda = p->agenda;
    for (int64_t up; place; place = up) {
        up = (place - 1) / 2;
        if (!sooner(p, stamp, number, agenda[up].stamp, agenda[up].contact)) break;
        put(p, place, agenda[up].stamp, agenda[up].contact);
    }
    for (int64_t child; (child = 2 * place + 1) < p->events; place = child) {
        const Event *left = &agenda[child], *right = left + 1;
        if (child + 1 < p->events) child += sooner(p, right->stamp, right->contact, left->stamp, left->contact);
        if (!sooner(p, agenda[child].stamp, agenda[child].contact, stamp, number)) break;
        put(p, place, agenda[child].stamp, agenda[child].contact);
    }
    put(p, place, stamp, number);
}

static void drop_event(Play *p, int32_t number) {
    int64_t place = p->contacts[number].place;
    if (place == NONE) return;
    p->contacts[number].place = NONE;
    int64_t last = --p->events;
    if (place < last) settle(p, place, p->agenda[last].stamp, p->agenda[last].contact);
}

/* Set the event of a contact, which may have had another one. */
static void set_event(Play *p, int32_t number, int64_t at, enum Kind kind) {
    if (at >= p->centre->horizon && kind != END_OF_HANDLING) {
        drop_event(p, number);
        return;
    }
    int64_t place = p->contacts[number].place;
    if (place == NONE) {
        Event *agenda = grow(p->agenda, &p->agenda_capacity, p->events + 1, sizeof *agenda);
        if (!agenda) {
            p->failed = 1;
            return;
        }
        p->agenda = agenda;
        place = p->events++;
    }
    settle(p, place, stamp_of(at, kind), number);
}

static inline void note(Play *p, enum ChangeKind kind, int64_t which) {
    if (p->tables) change(p->tables, kind, which, p->now);
}

/* ---- Queues ---------------------------------------------------------------------------------------------------- */

static List *list_of(Play *p, const Contact *c) { return &p->list[p->queue[c->queue].first_list + c->priority]; }

/* Contacts come to a queue in the order of their dialling, so the newest is the last of its priority. */
static void enqueue(Play *p, int32_t number) {
    Contact *all = p->contacts, *c = &all[number];
    List *list = list_of(p, c);
    c->previous = list->last;
    c->next = NONE;
    if (list->last >= 0) all[list->last].next = number;
    else list->first = number;
    list->last = number;
    c->waiting = 1;
    p->queue[c->queue].waiting++;
    note(p, QUEUE_IN, c->queue);
}

static void dequeue(Play *p, int32_t number) {
    Contact *all = p->contacts, *c = &all[number];
    List *list = list_of(p, c);
    if (c->previous >= 0) all[c->previous].next = c->next;
    else list->first = c->next;
    if (c->next >= 0) all[c->next].previous = c->previous;
    else list->last = c->previous;
    c->waiting = 0;
    p->queue[c->queue].waiting--;
    note(p, QUEUE_OUT, c->queue);
}

/* ---- Lines ----------------------------------------------------------------------------------------------------- */

static int was_on_duty(const Play *p, const Line *line, int64_t closes) {
    for (int64_t i = line->duty; i < line->past_duty && p->duty[i].start < closes; i++)
        if (closes <= p->duty[i].stop) return 1;
    return 0;
}

static int may_take(const Play *p, const Line *line, const Contact *c) {
    int room = c->deskwork ? !line->held : line->calls < p->centre->group[line->group].at_once;
    return room && (line->on_duty || (c->served_late && c->closes <= p->now && was_on_duty(p, line, c->closes)));
}

static int64_t speed(const Group *group, const Contact *c, int64_t calls) {
    if (c->deskwork) return calls ? 0 : FULL_SPEED;
    return group->speed[calls - 1];
}

static int is_ready(const Play *p, const Line *line) {
    return line->on_duty && line->calls < p->centre->group[line->group].at_once;
}

/* Let what is in hand progress until now. */
static void work_until_now(Play *p, Line *line) {
    int64_t elapsed = p->now - line->since;
    for (int32_t i = 0; elapsed && i < line->held; i++) {
        Contact *c = &p->contacts[p->hand[line->first_hand + i]];
        c->work_left -= elapsed * speed(&p->centre->group[line->group], c, line->calls);
    }
    line->since = p->now;
}

/* Plan the end of each contact in hand whose end is another than planned. */
static void plan_ends(Play *p, Line *line) {
    for (int32_t i = 0; i < line->held; i++) {
        int32_t number = p->hand[line->first_hand + i];
        Contact *c = &p->contacts[number];
        int64_t pace = speed(&p->centre->group[line->group], c, line->calls);
        int64_t ends = c->work_left <= 0 ? p->now : pace ? p->now + (c->work_left + pace - 1) / pace : -1;
        if (ends == c->ends) continue;
        c->ends = ends;
        if (ends >= 0) set_event(p, number, ends, END_OF_HANDLING);
        else drop_event(p, number);
    }
}

static void take(Play *p, int32_t number, int32_t which) {
    Contact *c = &p->contacts[number];
    Line *line = &p->line[which];
    const Group *group = &p->centre->group[line->group];
    if (c->waiting) dequeue(p, number);
    c->left_queue = p->now;
    c->ends = NONE;
    c->line = which;
    int64_t work;
    if (c->silent) work = duration(p->people, DELAYS, 0, c->caller, c->attempt, c->channel);
    else {
        work = handling_work(p->people, c->caller, c->channel);
        if (group->factor)
            work = work * group->factor[c->channel * p->centre->provinces + p->people->caller[c->caller].province] / PER_MILLE;
        if (work < 1) work = 1;
    }
    if (group->one_at_a_time) {
        p->hand[line->first_hand] = number;
        line->held = line->calls = 1;
        p->ready[line->group] -= line->on_duty;
        note(p, LINE_BUSY, which);
        set_event(p, number, p->now + work, END_OF_HANDLING);
        return;
    }
    work_until_now(p, line);
    p->ready[line->group] -= is_ready(p, line);
    c->work_left = work * FULL_SPEED;
    p->hand[line->first_hand + line->held++] = number;
    line->calls += !c->deskwork;
    p->ready[line->group] += is_ready(p, line);
    if (line->held == 1) note(p, LINE_BUSY, which);
    plan_ends(p, line);
}

/* Let a contact take the line of a group with the least in hand that may take it, the first of these. */
static int take_from(Play *p, int64_t group, int32_t number) {
    const Group *rules = &p->centre->group[group];
    const Contact *c = &p->contacts[number];
    if (!p->ready[group] && !(c->served_late && c->closes <= p->now)) return 0;
    int32_t best = NONE;
    for (int64_t i = rules->first_line; i < rules->first_line + rules->lines; i++) {
        const Line *line = &p->line[i];
        if ((best < 0 || line->held < p->line[best].held) && may_take(p, line, c)) {
            best = (int32_t)i;
            if (!line->held) break;
        }
    }
    if (best >= 0) take(p, number, best);
    return best >= 0;
}

static int take_at_once(Play *p, int32_t number) {
    const Queue *queue = &p->centre->queue[p->contacts[number].queue];
    for (int64_t i = 0; i < queue->routes; i++)
        if (!queue->route_after[i] && take_from(p, queue->route_group[i], number)) return 1;
    return 0;
}

/* The contact that a line would take from a queue, or NONE. */
static int32_t first_for(const Play *p, const Line *line, int64_t which, int64_t after) {
    const Contact *all = p->contacts;
    for (int64_t level = 0; level <= p->centre->priorities; level++)
        for (int32_t i = p->list[p->queue[which].first_list + level].first; i >= 0; i = all[i].next) {
            if (p->now - all[i].dialled < after) break;
            if (may_take(p, line, &all[i])) return i;
            if (line->on_duty || all[i].closes > p->now) break; /* nor may it take anybody who dialled later */
        }
    return NONE;
}

static int32_t next_for(const Play *p, const Line *line) {
    const Group *group = &p->centre->group[line->group];
    const Contact *all = p->contacts;
    int32_t best = NONE;
    int64_t best_place = 0;
    for (int64_t place = 0; place < group->serves; place++) {
        if (!p->queue[group->serve[place]].waiting) continue;
        int32_t number = first_for(p, line, group->serve[place], group->serve_after[place]);
        if (number < 0) continue;
        const Contact *c = &all[number], *b = &all[best < 0 ? number : best];
        int64_t order = group->longest_wait ? 0 : place;
        int is_first = c->priority != b->priority ? c->priority < b->priority
                     : order != best_place      ? order < best_place
                     : c->dialled != b->dialled ? c->dialled < b->dialled
                                                : is_before(c, b);
        if (best < 0 || is_first) {
            best = number;
            best_place = order;
        }
        if (!c->priority && !group->longest_wait) break; /* none of a later place comes before it */
    }
    return best;
}

static void take_next(Play *p, int32_t which) {
    const Line *line = &p->line[which];
    int one_at_a_time = (int)p->centre->group[line->group].one_at_a_time;
    for (int32_t number; !(one_at_a_time && line->held) && (number = next_for(p, line)) >= 0;) take(p, number, which);
}

/* ---- What callers do next -------------------------------------------------------------------------------------- */

static int64_t priority_of(const Play *p, const Caller *caller, int64_t channel) {
    for (int64_t i = 0; i < p->centre->priorities; i++) {
        const int64_t *rule = p->centre->priority + 5 * i;
        int64_t found[] = {channel, caller->province, caller->source, caller->topic, caller->age};
        int matches = 1;
        for (int field = 0; field < 5; field++) matches &= rule[field] < 0 || rule[field] == found[field];
        if (matches) return i;
    }
    return p->centre->priorities;
}

static inline void new_contact(Play *p, int64_t at, int32_t number, int32_t caller, int64_t attempt, int64_t channel) {
    const Caller *who = &p->people->caller[caller];
    p->contacts[number] = (Contact){
        .dialled = at, .closes = NONE, .ends = NONE, .caller = caller, .attempt = (int16_t)attempt,
        .queue = (int32_t)p->centre->queue_of[channel * p->centre->provinces + who->province],
        .channel = (int32_t)channel, .priority = (int16_t)priority_of(p, who, channel),
        .line = NONE, .following = NONE, .place = NONE, .outcome = NONE};
}

/* Plan a further contact of the caller of contact `number`. */
static void dial_again(Play *p, int64_t at, int32_t number, int64_t channel) {
    int32_t caller = p->contacts[number].caller, attempt = p->contacts[number].attempt + 1;
    if (at >= p->centre->channel[channel].until || attempt >= p->centre->attempts) return;
    Contact *contacts = grow(p->contacts, &p->capacity, p->count + 1, sizeof *contacts);
    if (!contacts) {
        p->failed = 1;
        return;
    }
    p->contacts = contacts;
    int32_t again = (int32_t)p->count++;
    new_contact(p, at, again, caller, attempt, channel);
    contacts[number].following = again;
    set_event(p, again, at, ARRIVAL);
}

static int64_t next_opening(const Centre *centre, int64_t channel, int64_t instant) {
    const Channel *of = &centre->channel[channel];
    int64_t low = 0, high = of->spans;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (instant < of->close[middle]) high = middle;
        else low = middle + 1;
    }
    if (low == of->spans) return -1;
    return of->open[low] > instant ? of->open[low] : instant;
}

static void redial(Play *p, int32_t number, enum Outcome outcome) {
    Contact *c = &p->contacts[number];
    const Channel *habits = &p->centre->channel[c->channel];
    if (c->attempt + 1 >= p->centre->attempts || !habits->redial[outcome]) return;
    if (choice(p->people, REDIAL, c->caller, c->attempt) >= habits->redial[outcome]) return;
    c->redials = 1;
    int64_t target = c->channel, start = p->now;
    if (habits->switch_to[outcome] >= 0 && habits->switching[outcome] &&
        choice(p->people, SWITCH, c->caller, c->attempt) < habits->switching[outcome])
        target = habits->switch_to[outcome];
    if ((outcome == CLOSED || outcome == SENT_AWAY) && habits->redial_from_opening && target == c->channel) {
        start = next_opening(p->centre, c->channel, p->now);
        if (start < 0) return;
    }
    dial_again(p, start + duration(p->people, WAITING, 1, c->caller, c->attempt, c->channel), number, target);
}

static int falls_under(const Play *p, enum Choice which, const Contact *c, int64_t threshold) {
    return threshold > 0 && choice(p->people, which, c->caller, c->attempt) < threshold;
}

static void end_contact(Play *p, int32_t number, enum Outcome outcome) {
    Contact *c = &p->contacts[number];
    c->released = p->now;
    c->outcome = (int8_t)outcome;
}

/* The contact leaves without an answer. Who had silently left before, has decided on a redial then. */
static void lose(Play *p, int32_t number, enum Outcome outcome) {
    Contact *c = &p->contacts[number];
    if (c->waiting) dequeue(p, number);
    if (c->place != NONE) drop_event(p, number);
    c->left_queue = p->now;
    int silent = c->silent;
    end_contact(p, number, silent ? SILENT : outcome);
    if (!silent && outcome != UNFINISHED) redial(p, number, outcome);
}

/* ---- Events ---------------------------------------------------------------------------------------------------- */

/* Set what comes next for a waiting contact: further groups become available, or its patience ends. */
static void set_timer(Play *p, int32_t number) {
    const Contact *c = &p->contacts[number];
    const Queue *queue = &p->centre->queue[c->queue];
    int64_t waited = p->now - c->dialled, next = FOREVER;
    for (int64_t i = 0; i < queue->routes; i++)
        if (queue->route_after[i] > waited && queue->route_after[i] < next) next = queue->route_after[i];
    if (c->dialled + next <= c->ends) set_event(p, number, c->dialled + next, ELIGIBILITY);
    else set_event(p, number, c->ends, ABANDONMENT);
}

/* A contact has waited so long that further groups are available to it. */
static void make_eligible(Play *p, int32_t number) {
    const Contact *c = &p->contacts[number];
    const Queue *queue = &p->centre->queue[c->queue];
    for (int64_t i = 0; i < queue->routes; i++)
        if (queue->route_after[i] == p->now - c->dialled && take_from(p, queue->route_group[i], number)) return;
    set_timer(p, number);
}

static void wait_in_queue(Play *p, int32_t number) {
    enqueue(p, number);
    Contact *c = &p->contacts[number];
    c->ends = c->call_back ? FOREVER : c->dialled + patience_of(p->people, c->caller, c->attempt, c->channel);
    set_timer(p, number);
}

static int64_t balk_threshold(const Play *p, const Queue *queue, int64_t waiting) {
    int64_t threshold = queue->balks ? queue->balk[waiting < queue->balks ? waiting : queue->balks - 1] : 0;
    if (!queue->announce) return threshold;
    int64_t slots = 0;
    for (int64_t i = 0; i < queue->routes; i++) {
        const Group *group = &p->centre->group[queue->route_group[i]];
        if (queue->route_after[i]) continue;
        for (int64_t line = group->first_line; line < group->first_line + group->lines; line++)
            slots += p->line[line].on_duty ? group->at_once : 0;
    }
    int64_t announced = slots ? (waiting + 1) * queue->announce / slots : FOREVER, by_wait = 0;
    for (int64_t i = 0; i < queue->announced && queue->announced_wait[i] <= announced; i++) by_wait = queue->announced_balk[i];
    return threshold > by_wait ? threshold : by_wait;
}

static void arrive(Play *p, int32_t number) {
    Contact *c = &p->contacts[number];
    const Queue *queue = &p->centre->queue[c->queue];
    c->closes = p->closes[c->channel];
    c->deskwork = (int8_t)queue->interruptible;
    if (c->closes < 0) {
        if (!falls_under(p, VOICEMAIL, c, p->centre->channel[c->channel].voicemail)) {
            lose(p, number, CLOSED);
            return;
        }
        c->call_back = 1;
        if (!take_at_once(p, number)) wait_in_queue(p, number);
        return;
    }
    c->served_late = (int8_t)queue->serve_after_closing;
    if (take_at_once(p, number)) return;
    int64_t waiting = p->queue[c->queue].waiting;
    int64_t balk = waiting >= queue->places ? 0 : balk_threshold(p, queue, waiting);
    if (waiting >= queue->places) lose(p, number, BLOCKED);
    else if (falls_under(p, BALK, c, balk)) lose(p, number, BALKED);
    else {
        if (waiting >= queue->call_back_from && falls_under(p, CALL_BACK, c, queue->call_back)) {
            c->call_back = 1;
            c->served_late = 0;
        }
        wait_in_queue(p, number);
    }
}

static void abandon(Play *p, int32_t number) {
    Contact *c = &p->contacts[number];
    if (falls_under(p, SILENT_LEAVER, c, p->centre->channel[c->channel].silent)) {
        c->silent = 1;
        c->ends = FOREVER;
        set_timer(p, number);
        redial(p, number, ABANDONED);
    } else lose(p, number, ABANDONED);
}

/* Let go of a contact: what else the line has in hand goes on. */
static void release(Play *p, int32_t number) {
    Contact *c = &p->contacts[number];
    Line *line = &p->line[c->line];
    int32_t *hand = &p->hand[line->first_hand], place = 0;
    if (p->centre->group[line->group].one_at_a_time) {
        line->held = line->calls = 0;
        p->ready[line->group] += line->on_duty;
        note(p, LINE_FREE, c->line);
        return;
    }
    work_until_now(p, line);
    while (hand[place] != number) place++;
    p->ready[line->group] -= is_ready(p, line);
    memmove(hand + place, hand + place + 1, (size_t)(line->held - place - 1) * sizeof *hand);
    line->held--;
    line->calls -= !c->deskwork;
    p->ready[line->group] += is_ready(p, line);
    if (!line->held) note(p, LINE_FREE, c->line);
    plan_ends(p, line);
}

static void finish(Play *p, int32_t number) {
    drop_event(p, number);
    release(p, number);
    Contact *c = &p->contacts[number];
    int32_t which = c->line;
    end_contact(p, number, c->silent ? SILENT : c->call_back ? CALLED_BACK : ANSWERED);
    const Channel *habits = &p->centre->channel[c->channel];
    if (!c->silent && c->attempt + 1 < p->centre->attempts) {
        if (habits->forward_to >= 0 && falls_under(p, FORWARD, c, habits->forward)) {
            c->forwarded = 1;
            dial_again(p, p->now, number, habits->forward_to);
        } else if (falls_under(p, AGAIN, c, habits->again)) {
            int64_t delay = duration(p->people, DELAYS, 1, c->caller, c->attempt, c->channel);
            dial_again(p, p->now + delay, number, c->channel);
        }
    }
    if (p->now < p->centre->horizon) take_next(p, which);
}

/* Whether there is a line to serve those who wait in a queue at a closing that is now. */
static int served_late(const Play *p, const Queue *queue) {
    for (int64_t i = 0; queue->serve_after_closing && i < queue->routes; i++) {
        const Group *group = &p->centre->group[queue->route_group[i]];
        for (int64_t line = group->first_line; line < group->first_line + group->lines; line++)
            if (was_on_duty(p, &p->line[line], p->now)) return 1;
    }
    return 0;
}

static void close_channel(Play *p, int32_t channel) {
    /* Where hours touch, the next opening has come before this closing. */
    if (p->closes[channel] == p->now) p->closes[channel] = -1;
    for (int64_t q = 0; q < p->centre->queues; q++) {
        if (p->centre->queue[q].channel != channel || !p->queue[q].waiting || served_late(p, &p->centre->queue[q])) continue;
        for (int64_t level = 0; level <= p->centre->priorities; level++)
            for (int32_t i = p->list[p->queue[q].first_list + level].first, next; i >= 0; i = next) {
                const Contact *c = &p->contacts[i];
                next = c->next;
                if (!c->call_back && c->closes == p->now) lose(p, i, SENT_AWAY);
            }
    }
}

static void planned_event(Play *p, const Planned *event) {
    if (event->stamp % 8 == OPENING) p->closes[event->which] = event->closes;
    else if (event->stamp % 8 == CLOSING) close_channel(p, event->which);
    else {
        Line *line = &p->line[event->which];
        p->ready[line->group] -= is_ready(p, line);
        line->on_duty = event->opens;
        p->ready[line->group] += is_ready(p, line);
        note(p, event->opens ? LINE_COMES : LINE_LEAVES, event->which);
        if (event->opens) take_next(p, event->which);
    }
}

/* ---- A run ----------------------------------------------------------------------------------------------------- */

static int by_time(const void *one, const void *other) {
    const Planned *a = one, *b = other;
    if (a->component != b->component) return a->component < b->component ? -1 : 1;
    if (a->stamp != b->stamp) return a->stamp < b->stamp ? -1 : 1;
    return a->which < b->which ? -1 : a->which > b->which;
}

static void plan(Play *p, Planned event) {
    if (event.stamp >= stamp_of(p->centre->horizon, SCHEDULE)) return;
    Planned *planned = grow(p->planned, &p->plan_capacity, p->plans + 1, sizeof *planned);
    if (!planned) {
        p->failed = 1;
        return;
    }
    p->planned = planned;
    planned[p->plans++] = event;
}

static int has_channel(const Centre *centre, int64_t component, int64_t channel) {
    for (int64_t province = 0; province < centre->provinces; province++)
        if (centre->component[centre->queue_of[channel * centre->provinces + province]] == component) return 1;
    return 0;
}

/* Stretches of duty of every line without the shifts it misses, touching ones joined; and all that is known to happen
   beforehand, in order. */
static void make_schedule(Play *p) {
    const Centre *centre = p->centre;
    const People *of = p->people;
    int64_t spans = 0;
    p->plans = 0;
    p->duty = grow(p->duty, &p->duty_capacity, centre->first_shift[centre->lines] + 1, sizeof *p->duty);
    if (!p->duty) {
        p->failed = 1;
        return;
    }
    for (int64_t g = 0; g < centre->groups; g++) {
        const Group *group = &centre->group[g];
        for (int64_t k = 0; k < group->lines; k++) {
            int64_t number = group->first_line + k;
            Line *line = &p->line[number];
            const int64_t *missed = !group->absent ? NULL
                : of->absence + (group->absence_group * of->absence_lines + k) * of->absence_days;
            line->duty = spans;
            for (int64_t i = centre->first_shift[number]; i < centre->first_shift[number + 1]; i++) {
                const int64_t *shift = centre->shift + 3 * i;
                if (missed && missed[shift[2]] < group->absent) continue;
                if (spans > line->duty && p->duty[spans - 1].stop == shift[0]) p->duty[spans - 1].stop = shift[1];
                else p->duty[spans++] = (Span){shift[0], shift[1]};
            }
            line->past_duty = spans;
            int32_t component = (int32_t)group->component;
            for (int64_t i = line->duty; i < spans; i++) {
                plan(p, (Planned){stamp_of(p->duty[i].start, SCHEDULE), component, (int32_t)number, 1, 0});
                plan(p, (Planned){stamp_of(p->duty[i].stop, SCHEDULE), component, (int32_t)number, 0, 0});
            }
        }
    }
    for (int64_t c = 0; c < centre->channels; c++)
        for (int32_t component = 0; component < centre->components; component++) {
            if (!has_channel(centre, component, c)) continue;
            for (int64_t i = 0; i < centre->channel[c].spans; i++) {
                int64_t opens = centre->channel[c].open[i], closes = centre->channel[c].close[i];
                plan(p, (Planned){stamp_of(opens, OPENING), component, (int32_t)c, 1, closes});
                plan(p, (Planned){stamp_of(closes, CLOSING), component, (int32_t)c, 0, 0});
            }
        }
    if (!p->failed) qsort(p->planned, (size_t)p->plans, sizeof *p->planned, by_time);
}

static int prepare(Play *p) {
    const Centre *centre = p->centre;
    int64_t in_hand = 0, absences = 0;
    for (int64_t g = 0; g < centre->groups; g++) {
        in_hand += centre->group[g].lines * (centre->group[g].at_once + 1);
        absences |= centre->group[g].absent;
    }
    if (!p->prepared) {
        p->line = calloc((size_t)centre->lines + 1, sizeof *p->line);
        p->hand = calloc((size_t)in_hand + 1, sizeof *p->hand);
        p->queue = calloc((size_t)centre->queues + 1, sizeof *p->queue);
        p->list = calloc((size_t)(centre->queues * (centre->priorities + 1)) + 1, sizeof *p->list);
        p->closes = calloc((size_t)centre->channels + 1, sizeof *p->closes);
        p->ready = calloc((size_t)centre->groups + 1, sizeof *p->ready);
        if (!p->line || !p->hand || !p->queue || !p->list || !p->closes || !p->ready) return OUT_OF_MEMORY;
    }
    if (!p->prepared || absences) make_schedule(p);
    p->prepared = 1;
    for (int64_t g = 0, hand = 0; g < centre->groups; g++) {
        const Group *group = &centre->group[g];
        for (int64_t i = group->first_line; i < group->first_line + group->lines; i++, hand += group->at_once + 1) {
            Line *line = &p->line[i];
            line->group = (int32_t)g;
            line->on_duty = line->held = line->calls = 0;
            line->first_hand = (int32_t)hand;
            line->since = 0;
        }
        p->ready[g] = 0;
    }
    for (int64_t q = 0; q < centre->queues; q++) p->queue[q] = (Waiting){0, q * (centre->priorities + 1)};
    for (int64_t i = 0; i < centre->queues * (centre->priorities + 1); i++) p->list[i] = (List){NONE, NONE};
    return p->failed ? OUT_OF_MEMORY : OK;
}

static void handle(Play *p, enum Kind kind, int32_t number) {
    switch (kind) {
    case END_OF_HANDLING: finish(p, number); break;
    case ELIGIBILITY: make_eligible(p, number); break;
    case ABANDONMENT: abandon(p, number); break;
    default: drop_event(p, number); arrive(p, number);
    }
}

/* Make everything ready for a replication; of its people only the absences count. */
static int64_t start_play(Play *p, const Centre *centre, const People *absences, Tables *tables) {
    p->centre = centre;
    p->people = absences;
    p->tables = tables;
    return prepare(p);
}

static inline int64_t arrival_stamp(const People *people, int64_t number, int64_t end) {
    int64_t at = number < people->count ? people->caller[number].arrival : end;
    return at < end ? stamp_of(at, ARRIVAL) : INT64_MAX;
}

/* Let events happen in order of time until the horizon. Returns how many callers have come. */
static int64_t run_events(Play *p, const Planned *planned, const Planned *past) {
    int64_t over = stamp_of(p->centre->horizon, 0), end = p->centre->end;
    int64_t arrival = arrival_stamp(p->people, 0, end), schedule = planned < past ? planned->stamp : INT64_MAX;
    int32_t number = 0;
    while (!p->failed) {
        int64_t event = p->events ? p->agenda[0].stamp : INT64_MAX, next = arrival < schedule ? arrival : schedule;
        if (event < next) next = event;
        if (next >= over) break;
        p->now = next / 8;
        if (next == schedule) {
            planned_event(p, planned++);
            schedule = planned < past ? planned->stamp : INT64_MAX;
        } else if (next == event && (next != arrival || p->contacts[p->agenda[0].contact].caller < number))
            handle(p, (enum Kind)(next % 8), p->agenda[0].contact);
        else {
            new_contact(p, p->now, number, number, 0, p->people->caller[number].channel);
            arrive(p, number++);
            arrival = arrival_stamp(p->people, number, end);
        }
    }
    return number;
}

/* Play out a component of the centre; every contact is in p->contacts afterwards. */
static int64_t play_component(Play *p, int64_t component, const People *people) {
    const Centre *centre = p->centre;
    int64_t planned = 0, past;
    p->contacts = grow(p->contacts, &p->capacity, people->count + 1, sizeof *p->contacts);
    if (!p->contacts) return OUT_OF_MEMORY;
    p->people = people;
    p->count = people->count;
    p->events = 0;
    for (int64_t c = 0; c < centre->channels; c++) p->closes[c] = -1;
    while (planned < p->plans && p->planned[planned].component < component) planned++;
    for (past = planned; past < p->plans && p->planned[past].component == component;) past++;
    for (int64_t i = run_events(p, p->planned + planned, p->planned + past); i < people->count; i++)
        p->contacts[i] = (Contact){.outcome = NONE, .following = NONE};
    p->now = centre->horizon;
    for (int64_t q = 0; q < centre->queues; q++) {
        if (centre->component[q] != component) continue;
        for (int64_t level = 0; level <= centre->priorities; level++)
            for (int32_t i; (i = p->list[p->queue[q].first_list + level].first) >= 0;) lose(p, i, UNFINISHED);
    }
    while (p->events && !p->failed) {
        p->now = p->agenda[0].stamp / 8;
        finish(p, p->agenda[0].contact);
    }
    return p->failed ? OUT_OF_MEMORY : OK;
}

static void free_play(Play *p) {
    void *buffers[] = {p->contacts, p->agenda, p->planned, p->line, p->hand, p->duty, p->queue, p->list, p->closes, p->ready};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) free(buffers[i]);
}
