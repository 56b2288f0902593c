#include <algorithm>
#include <iostream>
#include <utility>
#include <vector>
using namespace std;

int main() {
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    int n, r;
    cin >> n >> r;
    vector<pair<int, int>> points(n);
    for (auto &p : points) cin >> p.first >> p.second;
    sort(points.begin(), points.end());
    const long long most = (long long)r * r;
    long long count = 0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n && points[j].first - points[i].first <= r; j++) {
            long long dx = points[j].first - points[i].first;
            long long dy = points[j].second - points[i].second;
            count += dx * dx + dy * dy <= most;
        }
    cout << count << '\n';
    return 0;
}
