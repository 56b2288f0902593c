#include <cstdio>

bool is_prime(int n) {
    if (n < 2) return false;
    for (int d = 2; (long long)d * d <= n; d++)
        if (n % d == 0) return false;
    return true;
}

int main() {
    int q;
    if (scanf("%d", &q) != 1) return 1;
    while (q--) {
        int a, b, count = 0;
        scanf("%d %d", &a, &b);
        for (int i = a; i <= b; i++)
            if (is_prime(i)) count++;
        printf("%d\n", count);
    }
    return 0;
}
