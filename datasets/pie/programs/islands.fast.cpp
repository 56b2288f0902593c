#include <iostream>
#include <utility>
#include <vector>
using namespace std;

int main() {
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    int n, m;
    cin >> n >> m;
    vector<int> above(n + 1), size(n + 1, 1);
    for (int i = 1; i <= n; i++) above[i] = i;
    auto root = [&](int x) {
        while (above[x] != x) x = above[x] = above[above[x]];
        return x;
    };
    int groups = n;
    long long total = 0;
    for (int i = 0; i < m; i++) {
        int a, b;
        cin >> a >> b;
        a = root(a);
        b = root(b);
        if (a != b) {
            if (size[a] > size[b]) swap(a, b);
            above[a] = b;
            size[b] += size[a];
            groups--;
        }
        total += groups;
    }
    cout << total << '\n' << groups << '\n';
    return 0;
}
