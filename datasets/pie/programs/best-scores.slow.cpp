#include <algorithm>
#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n;
    cin >> n;
    vector<int> scores;
    long long total = 0;
    for (int i = 0; i < n; i++) {
        char what;
        cin >> what;
        if (what == '+') {
            int x;
            cin >> x;
            scores.push_back(x);
        } else {
            auto best = max_element(scores.begin(), scores.end());
            total += *best;
            scores.erase(best);
        }
    }
    cout << total << endl;
    return 0;
}
