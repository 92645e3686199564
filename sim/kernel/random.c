/* Random numbers with an address, elementary functions out of plain arithmetic, and quantile functions.

   Every formula is that of sim/engines/streams.py, sim/scenario/elementary.py and sim/scenario/distributions.py,
   operation by operation, so that results are the same to the last bit wherever additions, products and quotients are
   those of IEEE 754. */
#include "kernel.h"

/* Numbers that go through a formula together. */
enum { BLOCK = 128 };

/* ---- Elementary functions ------------------------------------------------------------------------------------ */

#define LN2_HIGH 6.93147180369123816490e-01
#define LN2_LOW 1.90821492927058770002e-10
#define PER_LN2 1.44269504088896338700
#define ROUNDER 6755399441055744.0
#define HALF_ROOT 0x3FE6A09E667F3BCD
#define ONE_BITS 0x3FF0000000000000

static inline int64_t bits_of(double x) {
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double from_bits(int64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* FDLIBM's series for the logarithm; see sim/scenario/elementary.py. */
static inline double logarithm(double x) {
    int64_t bits = bits_of(x);
    /* An arithmetic shift, written so that vectors of processors without one can do it. */
    int64_t exponent = (int64_t)((uint64_t)(bits - HALF_ROOT + ((int64_t)1 << 62)) >> 52) - ((int64_t)1 << 10);
    double f = from_bits(bits - (int64_t)((uint64_t)exponent << 52)) - 1.0;
    double k = (double)(int32_t)exponent;
    double s = f / (2.0 + f);
    double z = s * s;
    double w = z * z;
    double even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    double odd = 2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01);
    double r = even + z * (6.666666666666735130e-01 + w * odd);
    double half = 0.5 * f * f;
    return k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f);
}

static inline double exponential(double x) {
    x = x < -708.0 ? -708.0 : x;
    x = x > 709.0 ? 709.0 : x;
    double k = (x * PER_LN2 + ROUNDER) - ROUNDER;
    double high = x - k * LN2_HIGH, low = k * LN2_LOW;
    double r = high - low;
    double t = r * r;
    double inner = 6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08);
    double c = r - t * (1.66666666666666019037e-01 + t * (-2.77777777770155933842e-03 + t * inner));
    double power = from_bits((int64_t)((uint64_t)(int32_t)k << 52) + ONE_BITS);
    return (1.0 - ((low - r * c / (2.0 - c)) - high)) * power;
}

/* Wichura 1988, Applied Statistics 37, algorithm AS 241: the middle, the tails, and the far tails. */
static inline double normal_middle(double q) {
    double r = 0.180625 - q * q;
    double over = 2509.0809287301227 * r + 33430.57558358813;
    over = over * r + 67265.7709270087;
    over = over * r + 45921.95393154987;
    over = over * r + 13731.69376550946;
    over = over * r + 1971.5909503065513;
    over = over * r + 133.14166789178438;
    over = over * r + 3.3871328727963665;
    double under = 5226.495278852854 * r + 28729.085735721943;
    under = under * r + 39307.89580009271;
    under = under * r + 21213.794301586597;
    under = under * r + 5394.196021424751;
    under = under * r + 687.1870074920579;
    under = under * r + 42.31333070160091;
    under = under * r + 1.0;
    return q * over / under;
}

static double normal_outside(double u, double q) {
    double root = sqrt(-logarithm(u < 1.0 - u ? u : 1.0 - u)), over, under;
    if (root > 5.0) {
        double r = root - 5.0;
        over = 2.0103343992922881e-07 * r + 2.7115555687434876e-05;
        over = over * r + 0.0012426609473880784;
        over = over * r + 0.026532189526576124;
        over = over * r + 0.29656057182850487;
        over = over * r + 1.7848265399172913;
        over = over * r + 5.463784911164114;
        over = over * r + 6.657904643501103;
        under = 2.0442631033899397e-15 * r + 1.421511758316446e-07;
        under = under * r + 1.8463183175100548e-05;
        under = under * r + 0.0007868691311456133;
        under = under * r + 0.014875361290850615;
        under = under * r + 0.1369298809227358;
        under = under * r + 0.599832206555888;
        under = under * r + 1.0;
    } else {
        double r = root - 1.6;
        over = 0.0007745450142783414 * r + 0.022723844989269184;
        over = over * r + 0.2417807251774506;
        over = over * r + 1.2704582524523684;
        over = over * r + 3.6478483247632045;
        over = over * r + 5.769497221460691;
        over = over * r + 4.630337846156546;
        over = over * r + 1.4234371107496835;
        under = 1.0507500716444169e-09 * r + 0.0005475938084995345;
        under = under * r + 0.015198666563616457;
        under = under * r + 0.14810397642748008;
        under = under * r + 0.6897673349851;
        under = under * r + 1.6763848301838038;
        under = under * r + 2.053191626637759;
        under = under * r + 1.0;
    }
    return (q < 0.0 ? -1.0 : 1.0) * (over / under);
}

static inline double normal_quantile(double u) {
    double q = u - 0.5;
    return q > 0.425 || q < -0.425 ? normal_outside(u, q) : normal_middle(q);
}

VECTORS static void normal_quantiles(int n, double *u) {
    double middle[BLOCK];
    for (int i = 0; i < n; i++) middle[i] = normal_middle(u[i] - 0.5);
    for (int i = 0; i < n; i++) {
        double q = u[i] - 0.5;
        u[i] = q > 0.425 || q < -0.425 ? normal_outside(u[i], q) : middle[i];
    }
}

/* ---- Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, SC '11) ------------------------------------------------ */

static inline void philox(uint32_t c[4], uint64_t key) {
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t first = (uint64_t)c[0] * 0xD2511F53u, second = (uint64_t)c[2] * 0xCD9E8D57u;
        uint32_t c0 = (uint32_t)(second >> 32) ^ c[1] ^ k0, c2 = (uint32_t)(first >> 32) ^ c[3] ^ k1;
        c[1] = (uint32_t)second;
        c[3] = (uint32_t)first;
        c[0] = c0;
        c[2] = c2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

static void words_at(uint64_t key, int64_t replication, int64_t day, int64_t place, int64_t chunk, uint32_t words[4]) {
    words[0] = (uint32_t)replication;
    words[1] = (uint32_t)day;
    words[2] = (uint32_t)place;
    words[3] = (uint32_t)chunk;
    philox(words, key);
}

/* 52 bits and a half, so that neither 0 nor 1 can come out. */
static inline double uniform(uint32_t high, uint32_t low) {
    uint64_t bits = (uint64_t)high << 20 | low >> 12;
    /* Exact conversion of a number below 2**52: as the fraction of one between 2**52 and 2**53. */
    return (from_bits((int64_t)(bits | 0x4330000000000000)) - 4503599627370496.0 + 0.5) * 0x1p-52;
}

static double uniform_of(const uint32_t words[4], int half) { return uniform(words[2 * half], words[2 * half + 1]); }

/* The lanes of a vector go through the rounds side by side, in numbers of 32 bits, of which it holds most. */
VECTORS static void uniforms(int n, const uint64_t *key, int64_t replication, const uint32_t *day, const uint32_t *place,
                             double *first, double *second) {
    uint32_t words[4][BLOCK];
    for (int i = 0; i < n; i++) {
        uint32_t a = (uint32_t)replication, b = day[i], c = place[i], d = 0, x = (uint32_t)key[i], y = (uint32_t)(key[i] >> 32);
        for (int round = 0; round < 10; round++) {
            uint32_t p = (uint32_t)((uint64_t)a * 0xD2511F53u >> 32), q = (uint32_t)((uint64_t)c * 0xCD9E8D57u >> 32);
            uint32_t low = a * 0xD2511F53u;
            a = q ^ b ^ x;
            b = c * 0xCD9E8D57u;
            c = p ^ d ^ y;
            d = low;
            x += 0x9E3779B9u;
            y += 0xBB67AE85u;
        }
        words[0][i] = a;
        words[1][i] = b;
        words[2][i] = c;
        words[3][i] = d;
    }
    for (int i = 0; i < n; i++) {
        first[i] = uniform(words[0][i], words[1][i]);
        second[i] = uniform(words[2][i], words[3][i]);
    }
}

VECTORS static void minus_logs(int n, double *x) {
    for (int i = 0; i < n; i++) x[i] = -logarithm(x[i]);
}

/* ---- Quantile functions ---------------------------------------------------------------------------------------- */

static int needs_random(const Distribution *d) { return d->kind != CONSTANT || d->zero > 0.0; }

/* Value of a distribution without its atom at 0. */
static inline double value_of(const Distribution *d, double u) {
    switch (d->kind) {
    case EXPONENTIAL: return -d->a * logarithm(1.0 - u);
    case LOGNORMAL: return exponential(d->a + d->b * normal_quantile(u));
    case WEIBULL: return d->a * exponential(logarithm(-logarithm(1.0 - u)) / d->b);
    case UNIFORM: return d->a + (d->b - d->a) * u;
    case TRIANGULAR: {
        double span = d->b - d->a, rise = d->mode - d->a, fall = d->b - d->mode;
        return u * span < rise ? d->a + sqrt(u * (span * rise)) : d->b - sqrt((1.0 - u) * (span * fall));
    }
    case EMPIRICAL: {
        int64_t rank = (int64_t)(u * (double)d->count);
        return d->values[rank < d->count ? rank : d->count - 1];
    }
    default: return d->a;
    }
}

static inline int64_t whole_ms(double value, int64_t least) {
    int64_t found = value < (double)FOREVER ? (int64_t)value : FOREVER;
    return found > least ? found : least;
}

static int64_t quantile(const Distribution *d, double u) {
    if (d->zero > 0.0) {
        if (!(u > d->zero)) return d->least > 0 ? d->least : 0;
        u = (u - d->zero) / (1.0 - d->zero);
    }
    return whole_ms(value_of(d, u), d->least);
}

/* The same of many numbers, which are used up. */
VECTORS static void quantiles(const Distribution *d, int n, double *u, int64_t *out) {
    double a = d->a, b = d->b;
    if (d->zero > 0.0 || d->kind == WEIBULL || d->kind == EMPIRICAL || d->kind == TRIANGULAR) {
        for (int i = 0; i < n; i++) out[i] = quantile(d, u[i]);
        return;
    }
    switch (d->kind) {
    case EXPONENTIAL:
        for (int i = 0; i < n; i++) u[i] = -a * logarithm(1.0 - u[i]);
        break;
    case LOGNORMAL:
        normal_quantiles(n, u);
        for (int i = 0; i < n; i++) u[i] = exponential(a + b * u[i]);
        break;
    case UNIFORM:
        for (int i = 0; i < n; i++) u[i] = a + (b - a) * u[i];
        break;
    default:
        for (int i = 0; i < n; i++) u[i] = a;
    }
    for (int i = 0; i < n; i++) out[i] = whole_ms(u[i], d->least);
}
