#include <cstdio>
#include <vector>

static std::vector<int> a, spare;

static long long sorted(int from, int to) {
    if (to - from < 2) return 0;
    int middle = (from + to) / 2;
    long long count = sorted(from, middle) + sorted(middle, to);
    int left = from, right = middle, out = from;
    while (left < middle && right < to) {
        if (a[right] < a[left]) {
            count += middle - left;
            spare[out++] = a[right++];
        } else {
            spare[out++] = a[left++];
        }
    }
    while (left < middle) spare[out++] = a[left++];
    while (right < to) spare[out++] = a[right++];
    for (int i = from; i < to; i++) a[i] = spare[i];
    return count;
}

int main() {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    a.resize(n);
    spare.resize(n);
    for (int i = 0; i < n; i++) scanf("%d", &a[i]);
    printf("%lld\n", sorted(0, n));
    return 0;
}
