#include <iostream>
#include <set>
#include <vector>
using namespace std;

int main() {
    int n, s;
    cin >> n >> s;
    set<int> sums;
    sums.insert(0);
    for (int i = 0; i < n; i++) {
        int w;
        cin >> w;
        vector<int> known(sums.begin(), sums.end());
        for (int sum : known)
            if (sum + w <= s) sums.insert(sum + w);
    }
    cout << sums.size() - 1 << " " << *sums.rbegin() << endl;
    return 0;
}
