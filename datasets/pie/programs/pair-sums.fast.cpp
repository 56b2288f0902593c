#include <iostream>
#include <unordered_map>
using namespace std;

int main() {
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    int n;
    long long t;
    cin >> n >> t;
    unordered_map<long long, long long> seen;
    seen.reserve(2 * n);
    long long pairs = 0;
    for (int i = 0; i < n; i++) {
        long long x;
        cin >> x;
        auto other = seen.find(t - x);
        if (other != seen.end()) pairs += other->second;
        seen[x]++;
    }
    cout << pairs << '\n';
    return 0;
}
