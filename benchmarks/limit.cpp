// How fast it can be: separate single lines with patience, or lines that help each other, and nothing that is not
// needed for just that. Luck is drawn, used and counted in one loop; no rules, no names, no reproducible streams.
//
//     limit separate|overflow REPLICATIONS DAYS SEED      prints contacts and how many of them gave up

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <queue>
#include <vector>

constexpr int QUEUES = 6, ATTEMPTS = 4;
constexpr double MINUTE = 1.0, HOUR = 60.0, DAY = 24 * HOUR;
constexpr double CONVERSATION = 4 * MINUTE, WRAP_UP = 1 * MINUTE, PATIENCE = 10 * MINUTE, LOAD = 0.9;
constexpr double HELP_AFTER = 1 * MINUTE, REDIAL_DELAY = 15 * MINUTE, REDIAL_SHARE = 0.5;
constexpr double BETWEEN = (CONVERSATION + WRAP_UP) / LOAD;

// xoshiro256++ of Blackman and Vigna, started by splitmix64.
struct Luck {
    uint64_t s[4];
    explicit Luck(uint64_t seed) {
        for (auto& word : s) {
            uint64_t z = (seed += 0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            word = z ^ (z >> 31);
        }
    }
    static uint64_t turned(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
    uint64_t next() {
        const uint64_t out = turned(s[0] + s[3], 23) + s[0], t = s[1] << 17;
        s[2] ^= s[0], s[3] ^= s[1], s[1] ^= s[2], s[0] ^= s[3], s[2] ^= t, s[3] = turned(s[3], 45);
        return out;
    }
    double uniform() { return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53; }
    double exponential(double mean) { return -std::log(uniform()) * mean; }
};

struct Cell {
    long answered = 0, abandoned = 0;
    double wait = 0, in_vain = 0, work = 0;
};

// By queue and hour, over all replications.
struct Counts {
    std::vector<Cell> cells;
    int hours;
    explicit Counts(int days) : cells(static_cast<size_t>(QUEUES) * 24 * days), hours(24 * days) {}
    Cell& at(int queue, double instant) { return cells[queue * hours + static_cast<int>(instant / HOUR)]; }
};

// First come, first served by one line: who comes waits until the line has done what those before have brought.
static void separate(Luck& luck, double end, Counts& counts) {
    for (int queue = 0; queue < QUEUES; queue++) {
        double free_at = 0;
        for (double now = luck.exponential(BETWEEN); now < end; now += luck.exponential(BETWEEN)) {
            const double work = luck.exponential(CONVERSATION) + luck.exponential(WRAP_UP);
            const double patience = luck.exponential(PATIENCE), wait = std::fmax(free_at - now, 0.0);
            Cell& cell = counts.at(queue, now);
            if (wait < patience) {
                cell.answered++, cell.wait += wait, cell.work += work;
                free_at = now + wait + work;
            } else {
                cell.abandoned++, cell.in_vain += patience;
            }
        }
    }
}

enum Kind { FREE, ENTITLED, GIVES_UP, DIALS };
struct Event {
    double at;
    int kind, who;
    bool operator<(const Event& other) const { return at > other.at; }
};
struct Contact {
    double dialled, work;
    int queue, attempt;
    bool waiting;
};

// Lines take whoever waits for them first, then who has waited for a minute elsewhere; half of the lost dial again.
struct Helping {
    Luck& luck;
    Counts& counts;
    double end;
    std::priority_queue<Event> agenda;
    std::deque<int> waiting[QUEUES];
    bool busy[QUEUES] = {};
    std::vector<Contact> contacts;

    void answer(int line, int who, double now) {
        Contact& contact = contacts[who];
        Cell& cell = counts.at(contact.queue, contact.dialled);
        contact.waiting = false, busy[line] = true;
        cell.answered++, cell.wait += now - contact.dialled, cell.work += contact.work;
        agenda.push({now + contact.work, FREE, line});
    }
    void dial(int queue, int attempt, double now) {
        const double work = luck.exponential(CONVERSATION) + luck.exponential(WRAP_UP);
        const double patience = luck.exponential(PATIENCE);
        const int who = static_cast<int>(contacts.size());
        contacts.push_back({now, work, queue, attempt, true});
        if (!busy[queue]) return answer(queue, who, now);
        waiting[queue].push_back(who);
        agenda.push({now + patience, GIVES_UP, who});
        if (patience > HELP_AFTER) agenda.push({now + HELP_AFTER, ENTITLED, who});
    }
    int first_of(int queue) {
        auto& line = waiting[queue];
        while (!line.empty() && !contacts[line.front()].waiting) line.pop_front();
        return line.empty() ? -1 : line.front();
    }
    void free(int line, double now) {
        busy[line] = false;
        int next = first_of(line);
        for (int k = 1; next < 0 && k < QUEUES; k++) {
            const int who = first_of((line + k) % QUEUES);
            if (who >= 0 && contacts[who].dialled + HELP_AFTER <= now) next = who;
        }
        if (next >= 0) answer(line, next, now);
    }
    void entitle(int who, double now) {
        if (!contacts[who].waiting) return;
        for (int k = 0; k < QUEUES; k++) {
            const int line = (contacts[who].queue + k) % QUEUES;
            if (!busy[line]) return answer(line, who, now);
        }
    }
    void give_up(int who, double now) {
        Contact& contact = contacts[who];
        if (!contact.waiting) return;
        contact.waiting = false;
        Cell& cell = counts.at(contact.queue, contact.dialled);
        cell.abandoned++, cell.in_vain += now - contact.dialled;
        if (contact.attempt + 1 == ATTEMPTS || luck.uniform() >= REDIAL_SHARE) return;
        const double again = now + luck.exponential(REDIAL_DELAY);
        if (again < end) agenda.push({again, DIALS, who});
    }
    void run() {
        double next = luck.exponential(BETWEEN / QUEUES);
        while (next < end || !agenda.empty()) {
            if (next < end && (agenda.empty() || next < agenda.top().at)) {
                dial(static_cast<int>(luck.next() % QUEUES), 0, next);
                next += luck.exponential(BETWEEN / QUEUES);
                continue;
            }
            const Event event = agenda.top();
            agenda.pop();
            if (event.kind == FREE) free(event.who, event.at);
            else if (event.kind == ENTITLED) entitle(event.who, event.at);
            else if (event.kind == GIVES_UP) give_up(event.who, event.at);
            else dial(contacts[event.who].queue, contacts[event.who].attempt + 1, event.at);
        }
    }
};

int main(int count, char** given) {
    if (count != 5) return 2;
    const bool helping = !std::strcmp(given[1], "overflow");
    const int replications = std::atoi(given[2]), days = std::atoi(given[3]);
    Counts counts(days);
    for (int replication = 0; replication < replications; replication++) {
        Luck luck(std::strtoull(given[4], nullptr, 10) * 1000003 + replication);
        if (helping) Helping{luck, counts, days * DAY}.run();
        else separate(luck, days * DAY, counts);
    }
    long answered = 0, abandoned = 0;
    double wait = 0;
    for (const Cell& cell : counts.cells) answered += cell.answered, abandoned += cell.abandoned, wait += cell.wait;
    std::printf("%ld %ld %.6f\n", answered + abandoned, abandoned, wait / answered);
}
