#include <iostream>
#include <vector>
using namespace std;

struct Edge {
    int from, to, cost;
};

int main() {
    int n, m;
    cin >> n >> m;
    vector<Edge> edges(m);
    for (auto &e : edges) cin >> e.from >> e.to >> e.cost;
    const long long FAR = 1000000000000000LL;
    vector<long long> best(n + 1, FAR);
    best[1] = 0;
    for (int round = 1; round < n; round++)
        for (const auto &e : edges)
            if (best[e.from] < FAR && best[e.from] + e.cost < best[e.to])
                best[e.to] = best[e.from] + e.cost;
    for (int i = 1; i <= n; i++) cout << (best[i] == FAR ? -1 : best[i]) << "\n";
    return 0;
}
