#include <cstdio>
#include <vector>

int main() {
    int n, q;
    if (scanf("%d %d", &n, &q) != 2) return 1;
    std::vector<long long> a(n);
    for (auto &x : a) scanf("%lld", &x);
    for (int i = 0; i < q; i++) {
        int l, r;
        scanf("%d %d", &l, &r);
        long long sum = 0;
        for (int j = l - 1; j < r; j++) sum += a[j];
        printf("%lld\n", sum);
    }
    return 0;
}
