#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n, r, seed;
    cin >> n >> r >> seed;
    vector<int> cell((size_t)n * n), sum(n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) cell[(size_t)i * n + j] = (i * 1103 + j * 12345 + seed) % 1009;
    while (r--) {
        for (int j = 0; j < n; j++) sum[j] = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) sum[j] += cell[(size_t)i * n + j];
        for (int j = 0; j < n; j++) sum[j] %= 1009;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) {
                int now = cell[(size_t)i * n + j] + sum[j];
                cell[(size_t)i * n + j] = now >= 1009 ? now - 1009 : now;
            }
    }
    long long total = 0;
    for (int value : cell) total += value;
    cout << total << endl;
    return 0;
}
