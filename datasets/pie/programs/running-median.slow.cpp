#include <algorithm>
#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n;
    cin >> n;
    vector<int> seen;
    long long total = 0;
    for (int i = 0; i < n; i++) {
        int x;
        cin >> x;
        seen.insert(lower_bound(seen.begin(), seen.end(), x), x);
        total += seen[(seen.size() - 1) / 2];
    }
    cout << total << endl;
    return 0;
}
