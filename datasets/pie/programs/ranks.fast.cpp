#include <algorithm>
#include <iostream>
#include <vector>
using namespace std;

int main() {
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    int n;
    cin >> n;
    vector<int> a(n);
    for (auto &x : a) cin >> x;
    vector<int> values(a);
    sort(values.begin(), values.end());
    vector<int> tree(n + 1, 0);
    long long total = 0;
    for (int i = 0; i < n; i++) {
        int place = lower_bound(values.begin(), values.end(), a[i]) - values.begin();
        long long smaller = 0;
        for (int j = place; j > 0; j -= j & -j) smaller += tree[j];
        total += (i + 1) * smaller;
        for (int j = place + 1; j <= n; j += j & -j) tree[j]++;
    }
    cout << total << '\n';
    return 0;
}
