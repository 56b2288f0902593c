#include <iostream>
#include <vector>
using namespace std;

int main() {
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    int n, k;
    cin >> n >> k;
    vector<int> a(n), line(n);
    int first = 0, last = 0;
    long long total = 0;
    for (int i = 0; i < n; i++) {
        cin >> a[i];
        while (last > first && a[line[last - 1]] <= a[i]) last--;
        line[last++] = i;
        if (line[first] <= i - k) first++;
        if (i >= k - 1) total += a[line[first]];
    }
    cout << total << '\n';
    return 0;
}
