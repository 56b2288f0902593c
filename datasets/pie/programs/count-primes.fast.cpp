#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

int main() {
    int q;
    if (scanf("%d", &q) != 1) return 1;
    std::vector<std::pair<int, int>> queries(q);
    int top = 2;
    for (auto &one : queries) {
        scanf("%d %d", &one.first, &one.second);
        top = std::max(top, one.second);
    }
    std::vector<char> composite(top + 1, 0);
    composite[0] = composite[1] = 1;
    for (long long p = 2; p * p <= top; p++)
        if (!composite[p])
            for (long long m = p * p; m <= top; m += p) composite[m] = 1;
    std::vector<int> upto(top + 1, 0);
    for (int i = 1; i <= top; i++) upto[i] = upto[i - 1] + !composite[i];
    for (auto &one : queries) {
        int below = one.first > 0 ? upto[one.first - 1] : 0;
        printf("%d\n", one.first > one.second ? 0 : upto[one.second] - below);
    }
    return 0;
}
