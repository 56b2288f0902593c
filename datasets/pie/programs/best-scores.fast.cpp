#include <iostream>
#include <queue>
using namespace std;

int main() {
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    int n;
    cin >> n;
    priority_queue<int> scores;
    long long total = 0;
    for (int i = 0; i < n; i++) {
        char what;
        cin >> what;
        if (what == '+') {
            int x;
            cin >> x;
            scores.push(x);
        } else {
            total += scores.top();
            scores.pop();
        }
    }
    cout << total << '\n';
    return 0;
}
