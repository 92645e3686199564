/* Inside the kernel: random numbers and distributions. */
#ifndef HELPLINE_RANDOM_H
#define HELPLINE_RANDOM_H

#include "kernel.h"

/* Numbers that go through a formula together. */
enum { BLOCK = 128 };

double exp_of(double x);
void words_at(uint64_t key, int64_t replication, int64_t day, int64_t place, int64_t chunk, uint32_t words[4]);
double uniform_of(const uint32_t words[4], int half);
void uniforms(int n, const uint64_t *key, int64_t replication, const uint32_t *day, const uint32_t *place,
              double *first, double *second);
void minus_logs(int n, double *x);
int needs_random(const Distribution *d);
void quantiles(const Distribution *d, int n, double *u, int64_t *out);
int64_t quantile(const Distribution *d, double u);

#endif
