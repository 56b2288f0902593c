#include <cmath>
#include <iostream>
#include <utility>
#include <vector>
using namespace std;

int main() {
    int n, r;
    cin >> n >> r;
    vector<pair<double, double>> points(n);
    for (auto &p : points) cin >> p.first >> p.second;
    long long count = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            if (i == j) continue;
            double dx = points[i].first - points[j].first;
            double dy = points[i].second - points[j].second;
            if (sqrt(pow(dx, 2) + pow(dy, 2)) <= r) count++;
        }
    cout << count / 2 << endl;
    return 0;
}
