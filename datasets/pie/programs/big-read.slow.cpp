#include <iostream>
#include <set>
using namespace std;

int main() {
    int n;
    cin >> n;
    multiset<long long> all;
    long long sum = 0;
    for (int i = 0; i < n; i++) {
        long long x;
        cin >> x;
        all.insert(x);
        sum += x;
    }
    cout << sum << " " << *all.begin() << " " << *all.rbegin() << endl;
    return 0;
}
