/* @ABOUT@, written by tendigits.

   int digit = tendigits_probabilities(pixels, probabilities);

   takes @N_IN@ pixels, row by row, each from 0 (paper) to 255 (ink), divides them by @DIVISOR@, as in training, and
   fills in @N_OUT@ probabilities. It returns the index of the most probable class; tendigits_classes[digit] is its
   name. Nothing is allocated: two static buffers hold what passes from layer to layer, so only one thread at a time may
   call it. C99, with <math.h> (link with -lm).

   Sums are kept in double precision. Where that is slow, #define TENDIGITS_SUM float before including this file: the
   probabilities are then exact to about 1e-5. */
#ifndef TENDIGITS_H
#define TENDIGITS_H

#include <math.h>

#ifndef TENDIGITS_SUM
#define TENDIGITS_SUM double
#endif
#define TENDIGITS_INPUTS @N_IN@
#define TENDIGITS_CLASSES @N_OUT@
#define TENDIGITS_MEMBERS @N_MEMBERS@

static const char *const tendigits_classes[] = {@CLASSES@};

@WEIGHTS@

static float tendigits_buffers[2][@LARGEST@];
static int tendigits_used; /* the buffer that holds x */

/* The buffer that does not hold x: y is written there. */
static inline float *tendigits_next(void) {
    tendigits_used = !tendigits_used;
    return tendigits_buffers[tendigits_used];
}

static inline float *tendigits_start(const unsigned char *pixels) {
    float *y = tendigits_next();
    for (int i = 0; i < TENDIGITS_INPUTS; i++) y[i] = (float)(pixels[i] / @DIVISOR@);
    return y;
}

/* y = x W + b, where W has a row for each input. */
static inline float *tendigits_linear(const float *x, const float *W, const float *b, int n_in, int n_out) {
    float *y = tendigits_next();
    for (int j = 0; j < n_out; j++) {
        TENDIGITS_SUM sum = b[j];
        for (int i = 0; i < n_in; i++) sum += (TENDIGITS_SUM)x[i] * W[i * n_out + j];
        y[j] = (float)sum;
    }
    return y;
}

static inline float *tendigits_relu(float *x, int n) {
    for (int i = 0; i < n; i++) x[i] = x[i] > 0 ? x[i] : 0;
    return x;
}

static inline float *tendigits_tanh(float *x, int n) {
    for (int i = 0; i < n; i++) x[i] = tanhf(x[i]);
    return x;
}

static inline float *tendigits_sigmoid(float *x, int n) {
    for (int i = 0; i < n; i++) x[i] = 1 / (1 + expf(-x[i]));
    return x;
}

/* Each window of kernel x kernel pixels, as a row, times W. Around the image, which has its channels last, are zeros. */
static inline float *tendigits_conv(
    const float *x, const float *W, const float *b, int h, int w, int c_in, int c_out, int kernel, int padding) {
    float *y = tendigits_next();
    const int rows = h + 2 * padding - kernel + 1, columns = w + 2 * padding - kernel + 1;
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++)
            for (int k = 0; k < c_out; k++) {
                TENDIGITS_SUM sum = b[k];
                for (int a = 0; a < kernel; a++)
                    for (int d = 0; d < kernel; d++) {
                        const int row = i + a - padding, column = j + d - padding;
                        if (row < 0 || row >= h || column < 0 || column >= w) continue;
                        const float *from = x + (row * w + column) * c_in, *weights = W + (a * kernel + d) * c_in * c_out + k;
                        for (int c = 0; c < c_in; c++) sum += (TENDIGITS_SUM)from[c] * weights[c * c_out];
                    }
                y[(i * columns + j) * c_out + k] = (float)sum;
            }
    return y;
}

/* The largest value of each size x size square, by channel. */
static inline float *tendigits_pool(const float *x, int h, int w, int c, int size) {
    float *y = tendigits_next();
    for (int i = 0; i < h / size; i++)
        for (int j = 0; j < w / size; j++)
            for (int k = 0; k < c; k++) {
                float most = x[(i * size * w + j * size) * c + k];
                for (int a = 0; a < size * size; a++) {
                    const float value = x[((i * size + a / size) * w + j * size + a % size) * c + k];
                    if (value > most) most = value;
                }
                y[(i * (w / size) + j) * c + k] = most;
            }
    return y;
}

static inline float *tendigits_normalise(
    float *x, const float *gamma, const float *beta, const float *mean, const float *var, int n, int features) {
    for (int i = 0; i < n; i++) {
        const int k = i % features;
        x[i] = (float)((x[i] - mean[k]) / sqrt(var[k] + 1e-5) * gamma[k] + beta[k]);
    }
    return x;
}

static inline int tendigits_probabilities(const unsigned char *pixels, float *probabilities) {
    float *x, sum = 0;
    int best = 0;
    for (int k = 0; k < TENDIGITS_CLASSES; k++) probabilities[k] = 0;
@STEPS@
    for (int k = 1; k < TENDIGITS_CLASSES; k++) best = probabilities[k] > probabilities[best] ? k : best;
    const float most = probabilities[best];
    for (int k = 0; k < TENDIGITS_CLASSES; k++) sum += probabilities[k] = expf(probabilities[k] - most);
    for (int k = 0; k < TENDIGITS_CLASSES; k++) probabilities[k] /= sum;
    return best;
}

#endif
