#include <iostream>
#include <iterator>
#include <set>
using namespace std;

int main() {
    int n;
    cin >> n;
    multiset<int> seen;
    long long total = 0;
    for (int i = 1; i <= n; i++) {
        int x;
        cin >> x;
        total += (long long)i * distance(seen.begin(), seen.lower_bound(x));
        seen.insert(x);
    }
    cout << total << endl;
    return 0;
}
