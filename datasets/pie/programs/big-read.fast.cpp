#include <cstdio>

static char buffer[1 << 16];
static size_t have = 0, at = 0;

static int next_char() {
    if (at == have) {
        have = fread(buffer, 1, sizeof buffer, stdin);
        at = 0;
        if (have == 0) return EOF;
    }
    return (unsigned char)buffer[at++];
}

static long long next_number() {
    int c = next_char();
    while (c != '-' && (c < '0' || c > '9')) c = next_char();
    bool negative = c == '-';
    if (negative) c = next_char();
    long long value = 0;
    for (; c >= '0' && c <= '9'; c = next_char()) value = value * 10 + (c - '0');
    return negative ? -value : value;
}

int main() {
    long long n = next_number();
    long long first = next_number();
    long long sum = first, low = first, high = first;
    for (long long i = 1; i < n; i++) {
        long long x = next_number();
        sum += x;
        if (x < low) low = x;
        if (x > high) high = x;
    }
    printf("%lld %lld %lld\n", sum, low, high);
    return 0;
}
