#include <cstdio>
#include <vector>

int main() {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    std::vector<int> a(n);
    for (int i = 0; i < n; i++) scanf("%d", &a[i]);
    long long swaps = 0;
    for (int pass = 0; pass < n; pass++) {
        bool changed = false;
        for (int i = 0; i + 1 < n - pass; i++) {
            if (a[i] > a[i + 1]) {
                int keep = a[i];
                a[i] = a[i + 1];
                a[i + 1] = keep;
                swaps++;
                changed = true;
            }
        }
        if (!changed) break;
    }
    printf("%lld\n", swaps);
    return 0;
}
