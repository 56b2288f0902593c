#include <functional>
#include <iostream>
#include <queue>
#include <utility>
#include <vector>
using namespace std;

int main() {
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    int n, m;
    cin >> n >> m;
    vector<vector<pair<int, int>>> next(n + 1);
    for (int i = 0; i < m; i++) {
        int from, to, cost;
        cin >> from >> to >> cost;
        next[from].push_back({to, cost});
    }
    vector<long long> best(n + 1, -1);
    priority_queue<pair<long long, int>, vector<pair<long long, int>>, greater<>> open;
    open.push({0, 1});
    while (!open.empty()) {
        auto [cost, node] = open.top();
        open.pop();
        if (best[node] >= 0) continue;
        best[node] = cost;
        for (auto [to, step] : next[node])
            if (best[to] < 0) open.push({cost + step, to});
    }
    for (int i = 1; i <= n; i++) cout << best[i] << "\n";
    return 0;
}
